/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a training step costs, counted on the step itself.
 */
#ifndef HAMBENCH_EXPERIMENTS_MODEL_COST_H
#define HAMBENCH_EXPERIMENTS_MODEL_COST_H

#include "models/model.h"

/* Multiply-accumulates of a training step for one sequence (or state, or point), forward and backward, with
 * convolutions counted as direct ones: the work that the ops of a step say they did, at the first step of
 * seed 0. Frames are decoded one like the other, so that few of them tell what all cost. nan where it depends
 * on the data: without a loss, or with a method that chooses its steps. Outside of parallel regions, and not
 * while a profile runs. */
double model_cost_of_sequence(const struct model_kind *kind, const void *settings);

#endif
