/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One contract for all kinds of models that are trained by gradients, in double precision: the gradient of a
 * tiny model's step agrees with central differences. A new line in the registry is tested without a line
 * here.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/model_registry.h"
#include "support/memory.h"
#include "tests/gradcheck.h"
#include "tests/harness.h"
#include "tests/model_case.h"
#include "tests/oracle.h"

static double loss_value(void *context) {
    struct oracle_trial *trial = context;
    struct window_plan plan = window_plan_of(trial->model->kind, trial->model->settings);
    int targets = window_plan_targets(&plan);
    int decoded[16];
    CU_ASSERT_FATAL(targets <= 16);
    for (int i = 0; i < targets; i++) {
        decoded[i] = i;
    }
    return oracle_trial_loss(trial, targets, decoded, targets);
}

/* The step keeps the differences from crossing the kinks of leaky ReLUs; what is left is rounding. Observed:
 * 8e-7 of the largest gradient. */
static const double STEP = 1e-8, TOLERANCE = 1e-5;

static void check_gradient(const struct model_kind *kind) {
    struct oracle_trial trial = oracle_trial_create(kind, model_case_tiny);
    const struct parameters *parameters = trial.model->parameters;
    (void)loss_value(&trial);
    real *gradient = memory_alloc(parameters->size, sizeof(real));
    memcpy(gradient, trial.gradient, parameters->size * sizeof(real));
    double largest = 0.0, worst = 0.0;
    for (size_t i = 0; i < parameters->size; i++) {
        largest = fmax(largest, fabs((double)gradient[i]));
    }
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->list[i];
        double error = gradcheck_error(loss_value, &trial, parameters->values + p->offset, p->size,
                                       p->size / 2 + 1, gradient + p->offset, STEP);
        worst = gradcheck_worst(worst, error / largest);
    }
    printf("\n    %s: %.2g ", kind->name, worst);
    CU_ASSERT(worst < TOLERANCE);
    free(gradient);
    oracle_trial_free(&trial);
}

static void gradients_of_every_kind_match_differences(void) {
    for (const struct model_kind *const *kind = model_kinds; *kind != NULL; kind++) {
        if ((*kind)->loss != NULL) {
            check_gradient(*kind);
        }
    }
}

int main(void) {
    static const struct test tests[] = {TEST(gradients_of_every_kind_match_differences)};
    return tests_run("model_gradients", tests, sizeof tests / sizeof *tests);
}
