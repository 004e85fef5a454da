/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The predictions of a model on the test windows, reduced to what the figures and plots need.
 *
 * A window has the frames of a training window and the extrapolation frames after them. A model predicts the
 * frames `first` .. length-1 of it; the first `train_frames` of these lie in the training window.
 */
#ifndef HAMBENCH_EVALUATION_ROLLOUT_H
#define HAMBENCH_EVALUATION_ROLLOUT_H

#include "evaluation/evaluation.h"
#include "evaluation/metric.h"

/* Windows whose images are kept for the film strip. */
enum { ROLLOUT_KEPT = 3 };

struct rollout {
    int windows;
    int length;                    /* frames of a window */
    int first;                     /* frame of the window that is predicted first */
    int frames;                    /* predicted: length - first */
    int train_frames;              /* of these, within the training window */
    struct dataset_window *window; /* [windows] */
    double *error[METRICS];        /* [windows][frames] */
    double *energy;                /* learned, [windows][frames]; NULL for models without */
    double *true_energy;           /* [windows][frames] */
    int kept;
    real *truth;       /* [kept][frames][H][W][C] */
    real *predictions; /* [kept][frames][H][W][C] */
};

/* Draws `count` windows of `length` frames from the test split: window i lies in trajectory i modulo the
 * number of trajectories and starts at random, keyed by (seed, "evaluate", i). STATUS_DATA when there is no
 * trajectory or they are shorter than `length`. */
enum status rollout_draw_windows(struct dataset_window *out, int count, int length,
                                 const struct dataset_info *info, uint64_t seed);

/* Predicts all windows. The numbers do not depend on the threads. The caller frees what `out` holds, also
 * after a failure. STATUS_DATA as above, STATUS_INTERRUPTED. */
enum status rollout_run(struct rollout *out, const struct evaluation_job *job);
void rollout_free(struct rollout *rollout);

/* The errors of one window, or (window < 0) their mean over all, in the predicted frames from `begin` to
 * before `end`. nan where there are none. */
struct evaluation_error rollout_error(const struct rollout *rollout, int window, int begin, int end);

#endif
