/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tiny model of any kind, and what it is fed with, for the contract tests.
 */
#ifndef HAMBENCH_TESTS_MODEL_TRIAL_H
#define HAMBENCH_TESTS_MODEL_TRIAL_H

#include "models/model.h"

enum { MODEL_TRIAL_BATCH = 2 };

struct model_trial {
    const struct model_kind *kind;
    struct model *model;
    struct model_workspace *workspace;
    struct window_plan plan;
    real *gradient;
    struct model_step step;
};

/* Calls `check` for each kind of the registry, or for CONTRACT_KIND alone; or for those that predict films.
 */
void model_trial_each_kind(void (*check)(const struct model_kind *kind));
void model_trial_each_film(void (*check)(const struct model_kind *kind));

/* With the settings of model_case_tiny, or those given. Released by model_trial_end. */
struct model_trial model_trial_begin(const struct model_kind *kind);
struct model_trial model_trial_begin_with(const struct model_kind *kind, const void *settings);
void model_trial_end(struct model_trial *trial);

/* A disc that moves along a line, another one in each sequence: a function of model_examples. */
void model_trial_draw(const void *context, int sequence, int frame, real *out);

/* A step of `size` sequences with all targets and the noise of one and the same step. The gradient is set. */
void model_trial_step(struct model_trial *trial, int size);

#endif
