/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is left to learn: the error of the best picture that never changes, the mean of the true frames
 * themselves. Its mean squared error is the variance of the pixel values. A model whose error is about as
 * large knows the background and no more: its posterior has collapsed, or it is untrained. Its other figures,
 * a perfectly conserved energy first, then say nothing.
 */
#include <math.h>

#include "evaluation/metric.h"

enum { CONSTANT_MSE, UNEXPLAINED, ROWS };

static void compute(const struct rollout *rollout, const void *settings, struct metric_values *out) {
    (void)settings;
    double error = rollout_error(rollout, &rollout->forward, &mse_error, -1, 0, rollout->trained);
    out->figures[CONSTANT_MSE] = rollout->variance;
    out->figures[UNEXPLAINED] = rollout->variance > 0 ? error / rollout->variance : error > 0 ? INFINITY : 0;
}

static const struct field rows[ROWS] = {
    [CONSTANT_MSE] = {.name = "constant_mse",
                      .title = "constant image MSE",
                      .unit = "",
                      .better = FIELD_NEUTRAL,
                      .format = "%.2e",
                      .help =
                          "mean squared error of the best single image, the mean of the true frames as far "
                          "as the model's own training examples go: the variance of their pixel values"},
    [UNEXPLAINED] = {.name = "unexplained",
                     .title = "unexplained",
                     .unit = "",
                     .better = FIELD_LOWER,
                     .format = "%.3f",
                     .help =
                         "MSE from the origin to the end of the model's own training examples, divided by "
                         "that of the best single image; 1: nothing that moves is explained"},
};

const struct metric constant_metric = {
    .name = "constant",
    .version = 2,
    .summary = "error in units of that of the best image that never changes",
    .rows = rows,
    .row_count = ROWS,
    .compute = compute,
};
