/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How probable test points are to a model of a density, and how far it is from the density that its points
 * were drawn from, where that is known.
 */
#include <math.h>

#include "evaluation/density_trial.h"
#include "evaluation/metric.h"

enum { BOUND, FEW, MANY, DIVERGENCE, ENTROPY, MASS, ROWS };

static void average(const double *logs, int count, int row, struct metric_values *out) {
    out->figures[row] = 0;
    for (int i = 0; i < count; i++) {
        out->samples[row * count + i] = logs[i];
        out->figures[row] += logs[i] / count;
    }
}

/* The known density is summed as it stands, not scaled to one: what lies beyond the grid is less than 5e-4 of
 * it. */
static void compare(const struct density_grid *grid, struct metric_values *out) {
    double area = grid->step[0] * grid->step[1], divergence = 0, entropy = 0, mass = 0;
    for (int i = 0; i < grid->side * grid->side; i++) {
        double p = exp(grid->target[i]) * area;
        if (p > 0) {
            divergence += p * (grid->target[i] - grid->model[i]);
            entropy -= p * grid->target[i];
        }
        mass += exp(grid->model[i]) * area;
    }
    out->figures[DIVERGENCE] = divergence;
    out->figures[ENTROPY] = entropy;
    out->figures[MASS] = mass;
}

static void compute(const struct density_trial *trial, const void *settings, struct metric_values *out) {
    (void)settings;
    average(trial->bound, trial->count, BOUND, out);
    average(trial->few, trial->count, FEW, out);
    average(trial->many, trial->count, MANY, out);
    if (trial->grid.target != NULL) {
        compare(&trial->grid, out);
    }
}

static const struct field rows[ROWS] = {
    [BOUND] = {.name = "elbo",
               .title = "ELBO",
               .unit = "nats",
               .better = FIELD_HIGHER,
               .format = "%.3f",
               .help = "mean over the test points of a lower bound of log p, by one draw each"},
    [FEW] = {.name = "log_likelihood_few",
             .title = "log-likelihood, few draws",
             .unit = "nats",
             .better = FIELD_HIGHER,
             .format = "%.3f",
             .help = "mean of log p over the test points, from evaluation.density_few draws each"},
    [MANY] = {.name = "log_likelihood",
              .title = "log-likelihood",
              .unit = "nats",
              .better = FIELD_HIGHER,
              .format = "%.3f",
              .help =
                  "mean of log p over the test points, from evaluation.density_many draws each where p is "
                  "no closed form: then too low rather than too high"},
    [DIVERGENCE] = {.name = "kl",
                    .title = "KL",
                    .unit = "nats",
                    .better = FIELD_LOWER,
                    .format = "%.3f",
                    .help =
                        "Kullback-Leibler divergence of the model from the known density, by a sum over a "
                        "grid; too high rather than too low where p is no closed form"},
    [ENTROPY] = {.name = "entropy",
                 .title = "entropy",
                 .unit = "nats",
                 .better = FIELD_NEUTRAL,
                 .format = "%.3f",
                 .help =
                     "of the known density: no model has a log-likelihood above its negative, but for the "
                     "chance of the test points"},
    [MASS] = {.name = "mass",
              .title = "mass",
              .unit = "",
              .better = FIELD_NEUTRAL,
              .format = "%.3f",
              .help = "what the model's density sums up to over the grid: 1 where it is all there, and the "
                      "estimates are good"},
};

const struct metric density_metric = {
    .name = "density",
    .version = 1,
    .summary = "log-likelihood of test points, and the divergence from a known density",
    .rows = rows,
    .row_count = ROWS,
    .settings = &density_trial_schema,
    .compute_density = compute,
};
