/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the baselines without learned dynamics share: they have the window of a model, so that they can be
 * judged on the same frames.
 */
#ifndef HAMBENCH_BASELINES_UNLEARNED_H
#define HAMBENCH_BASELINES_UNLEARNED_H

#include "models/video_settings.h"

/* Settings inference_frames and target_frames of struct video_settings. */
extern const struct schema unlearned_settings;

/* Overlap by one. */
struct window_plan unlearned_plan(const void *settings);

#endif
