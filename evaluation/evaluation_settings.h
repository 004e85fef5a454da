/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What of a trained model is evaluated: the group "evaluation" of experiment files.
 */
#ifndef HAMBENCH_EVALUATION_EVALUATION_SETTINGS_H
#define HAMBENCH_EVALUATION_EVALUATION_SETTINGS_H

#include "support/schema.h"

struct evaluation_settings {
    int windows;              /* test windows to predict */
    int extrapolation_frames; /* beyond the training window */
};

extern const struct schema evaluation_settings_schema;

#endif
