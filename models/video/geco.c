/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/video/geco.h"

#include <math.h>
#include <string.h>

#include "support/memory.h"

/* Bounds of a multiplicative lambda. */
static const double LEAST = 1e-10, MOST = 1e10;

/* Indices of parameters. */
struct geco_parts {
    int multiplier; /* nu less its start, or the logarithm of lambda: both start at 0, where lambda is 1 */
    int average;    /* of the constraint, which no gradient moves; -1 where there is none */
};

static bool is_learned(const struct model *model) {
    const struct geco_settings *s = model->settings;
    return strcmp(s->multiplier, "learned") == 0;
}

static void *declare(struct parameters *parameters, const void *settings) {
    const struct geco_settings *s = settings;
    struct geco_parts *parts = memory_alloc(1, sizeof *parts);
    parts->multiplier =
        parameters_add(parameters, "objective.multiplier", 1, (const int[]){1}, PARAMETER_ZERO);
    parts->average = -1;
    if (s->constraint_average > 0) {
        parts->average = parameters_add(parameters, "objective.average", 1, (const int[]){1}, PARAMETER_ZERO);
    }
    if (strcmp(s->multiplier, "learned") == 0) {
        parameters_set_climbing(parameters, parts->multiplier, s->multiplier_rate);
    }
    return parts;
}

static real *values_of(const struct model *model, int index) {
    return model->parameters->values + model->parameters->list[index].offset;
}

static double nu(const struct model *model, const struct geco_parts *parts) {
    return log(exp(1.0) - 1.0) + (double)values_of(model, parts->multiplier)[0];
}

static double lambda(const struct model *model, const struct geco_parts *parts) {
    double kept = (double)values_of(model, parts->multiplier)[0];
    double x = nu(model, parts);
    return !is_learned(model) ? exp(kept) : x > 0.0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

static struct objective_slopes slopes(const struct model *model, const void *parts, int step) {
    (void)step;
    return (struct objective_slopes){.mse = lambda(model, parts), .kl = 1.0};
}

/* The average when `constraint` is that of a step, counted from 0: it begins with the first one. */
static double averaged(const struct model *model, const struct geco_parts *parts, int step,
                       double constraint) {
    const struct geco_settings *s = model->settings;
    if (parts->average < 0 || step == 0) {
        return constraint;
    }
    double before = (double)*values_of(model, parts->average);
    return s->constraint_average * before + (1.0 - s->constraint_average) * constraint;
}

static void judge(const struct model *model, const void *description, const struct model_batch *batch,
                  const struct objective_terms *terms, real weight, real *gradient, double *figures) {
    const struct geco_parts *parts = description;
    const struct geco_settings *s = model->settings;
    double constraint = terms->mse - s->tolerance;
    if (is_learned(model)) {
        double slope = averaged(model, parts, batch->step, constraint) / (1.0 + exp(-nu(model, parts)));
        gradient[model->parameters->list[parts->multiplier].offset] += (real)slope * weight;
    }
    figures[GECO_LOSS] = lambda(model, parts) * constraint + terms->kl + terms->rest;
    figures[GECO_MSE] = terms->mse;
    figures[GECO_KL] = terms->kl;
    figures[GECO_CONSTRAINT] = constraint;
    figures[GECO_MULTIPLIER] = lambda(model, parts);
    figures[GECO_INCONSISTENCY] = terms->inconsistency;
}

static void settle(struct model *model, const void *description, int step, const double *figures) {
    const struct geco_parts *parts = description;
    const struct geco_settings *s = model->settings;
    double average = averaged(model, parts, step, figures[GECO_CONSTRAINT]);
    if (parts->average >= 0) {
        *values_of(model, parts->average) = (real)average;
    }
    if (!is_learned(model)) {
        real *kept = values_of(model, parts->multiplier);
        double moved = (double)*kept + s->multiplier_rate * average;
        *kept = (real)fmin(fmax(moved, log(LEAST)), log(MOST));
    }
}

size_t geco_multipliers(const char **out, size_t capacity) {
    static const char *const words[] = {"learned", "multiplicative", NULL};
    return field_list_words(words, out, capacity);
}

const struct field geco_figures[GECO_FIGURES] = {
    [GECO_LOSS] = {.name = "loss",
                   .help =
                       "the objective: multiplier * constraint + kl, and what consistency and latent_l2 add"},
    [GECO_MSE] = {.name = "mse", .help = "mean squared error per pixel value"},
    [GECO_KL] = {.name = "kl", .help = "divergence from the prior, per pixel value of the targets"},
    [GECO_CONSTRAINT] = {.name = "constraint", .help = "mse - model.tolerance, to be at most 0"},
    [GECO_MULTIPLIER] = {.name = "multiplier", .help = "lambda, the weight of the constraint"},
    [GECO_INCONSISTENCY] = {.name = "inconsistency",
                            .help = "root mean square of rolled-out minus encoded states; 0 where "
                                    "model.consistency is"},
};

const struct objective_kind geco_objective = {
    .declare = declare, .slopes = slopes, .judge = judge, .settle = settle};
