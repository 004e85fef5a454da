/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A model, images and noise that tests/data/make_oracle.py also has, and the comparison with what it wrote.
 */
#ifndef HAMBENCH_TESTS_ORACLE_H
#define HAMBENCH_TESTS_ORACLE_H

#include "models/model.h"
#include "models/window_plan.h"

/* States have two numbers. */
enum { ORACLE_BATCH = 2, ORACLE_SEED = 11, ORACLE_STATE = 2 };

/* Released by oracle_trial_free. */
struct oracle_trial {
    struct model *model;
    struct model_workspace *workspace;
    struct window_array windows; /* over `images` */
    real *images, *gradient;
    struct model_step step;
};
/* `assignments` as in tests/model_case.h. */
struct oracle_trial oracle_trial_create(const struct model_kind *kind, const char *const *assignments);
void oracle_trial_free(struct oracle_trial *trial);

/* The loss on the given targets with the noise of step 3, shard 1, the same at every call; adds to
 * `gradient`. */
double oracle_trial_loss(struct oracle_trial *trial, int horizon, const int *decoded, int decoded_count);

/* Compares the gradient that value(context), a loss of the trial, adds to `gradient` with central differences
 * of the value, at two numbers of each parameter. */
void oracle_trial_check_gradient(struct oracle_trial *trial, double (*value)(void *context), void *context);

/* Compares trial->step and trial->gradient with the section of the model's kind in tests/data/NAME: the
 * losses and, for each parameter, the norm of its gradient and the projection on the vector cos(i), relative
 * to the norm. */
void oracle_trial_compare(const struct oracle_trial *trial, const char *name, double tolerance);

#endif
