/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the encoder says: how far the posterior is from the prior, how many of its numbers say something, and
 * the evidence lower bound that training raises, on test windows and with the mean in the place of a draw.
 */
#include <math.h>

#include "evaluation/metric.h"

enum { NLL, DIVERGENCE, ELBO, INFORMATIVE, ROWS };

static void compute(const struct rollout *rollout, const void *settings, struct metric_values *out) {
    (void)settings;
    int windows = rollout->windows;
    double values = (double)rollout->reconstruction * IMAGE_VALUES;
    for (int i = 0; i < windows; i++) {
        double error = rollout_error(rollout, &rollout->forward, &mse_error, i, 0, rollout->reconstruction);
        double nll = error + MODEL_HALF_LOG_PI, divergence = rollout->divergence[i];
        const double samples[ROWS] = {[NLL] = isnan(divergence) ? NAN : nll,
                                      [DIVERGENCE] = divergence,
                                      [ELBO] = -(nll + divergence / values),
                                      [INFORMATIVE] = rollout->informative[i]};
        for (int row = 0; row < ROWS; row++) {
            out->samples[row * windows + i] = samples[row];
        }
    }
    for (int row = 0; row < ROWS; row++) {
        double sum = 0;
        for (int i = 0; i < windows; i++) {
            sum += out->samples[row * windows + i];
        }
        out->figures[row] = sum / windows;
    }
}

#define ROW(NAME, TITLE, UNIT, BETTER, FORMAT, HELP)                                                         \
    {                                                                                                        \
        .name = (NAME), .title = (TITLE), .unit = (UNIT), .better = (BETTER), .format = (FORMAT),            \
        .help = HELP ", mean over the windows"                                                               \
    }
static const struct field rows[ROWS] = {
    [NLL] =
        ROW("posterior_nll", "nll", "nats per pixel value", FIELD_LOWER, "%.5f",
            "negative log-likelihood of the frames of the reconstruction under a Gaussian of variance 1/2 "
            "around those that follow from the posterior's mean: MSE + log(pi)/2"),
    [DIVERGENCE] = ROW("posterior_kl", "KL", "nats", FIELD_NEUTRAL, "%.1f",
                       "Kullback-Leibler divergence of the posterior from the standard normal prior; near 0 "
                       "it has collapsed"),
    [ELBO] = ROW("posterior_elbo", "ELBO", "nats per pixel value", FIELD_HIGHER, "%.5f",
                 "evidence lower bound: minus the negative log-likelihood, minus the divergence divided by "
                 "the pixel values of the reconstruction"),
    [INFORMATIVE] = ROW("posterior_informative", "informative numbers", "", FIELD_NEUTRAL, "%.1f",
                        "numbers of the posterior with a variance below 0.5 and a mean beyond 0.1"),
};

const struct metric posterior_metric = {
    .name = "posterior",
    .version = 1,
    .summary = "divergence of the posterior from the prior, informative numbers, evidence lower bound",
    .rows = rows,
    .row_count = ROWS,
    .compute = compute,
};
