/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window of the models that infer a state and predict forward ("overlap by one"): inference frames 0 ..
 * n-1, the state belongs to frame n-1, which is also the first target; window length n + targets - 1.
 */
#ifndef HAMBENCH_MODELS_WINDOW_H
#define HAMBENCH_MODELS_WINDOW_H

#include "models/model.h"

/* model_kind.training_window and model_kind.first_prediction of such models. */
int window_overlap_length(const struct model_settings *settings);
int window_overlap_first(const struct model_settings *settings);

/* The mean over a horizon of `horizon` targets is estimated from the decoded ones: the first counts
 * 1/horizon, the others share the rest equally, so a random choice of the others leaves the estimate
 * unbiased. Weight of the i-th of `count` decoded targets. */
double window_frame_weight(int horizon, int count, int i);

/* Frames of an array of windows, [..][length][H][W][C]. */
struct window_array {
    const real *images;
    int length;
};
struct model_frames window_array_frames(const struct window_array *array);

/* Puts frames first .. first+count-1 of each of `batch` sequences next to each other on the channels:
 * out [batch][H][W][count C]. */
void window_stack_frames(const struct model_frames *frames, int batch, int first, int count, real *out);

#endif
