/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What changes from step to step: learning rate, horizon, the targets to decode. Pure functions of the step.
 */
#ifndef HAMBENCH_TRAINING_SCHEDULE_H
#define HAMBENCH_TRAINING_SCHEDULE_H

#include <stdint.h>

#include "training/trainer.h"

/* Linear warm-up to learning_rate over warmup_steps, then a half cosine down to final_rate * learning_rate at
 * the last step. `step` counts from 0. */
double schedule_learning_rate(const struct training_settings *settings, int step);

/* The first of the first `done` steps that `after` takes at another rate or horizon than `before`, of which
 * it differs in the number of steps; -1 when there is none: a training of `done` steps can go on. */
int schedule_first_difference(const struct training_settings *before, const struct training_settings *after,
                              int done);

/* Target frames in use at `step`: from first_horizon, linear over horizon_steps, to `targets`. */
int schedule_horizon(const struct training_settings *settings, int step, int targets);

/* Chooses `count` of the targets 0 .. horizon-1 for `step`: 0 always, the others uniformly, ascending in
 * `out`. */
void schedule_decoded(uint64_t seed, int step, int horizon, int count, int *out);

#endif
