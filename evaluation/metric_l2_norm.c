/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The normalised error of Higgins et al., "SyMetric: measuring the quality of learnt Hamiltonian dynamics
 * inferred from vision", NeurIPS 2021, as its reference program computes it: with
 * rho_t = sum (prediction - target)^2 / sum target^2 of frame t,
 *
 *     l2_norm = (1 / N) sum_t rho_t,   N = T * 3072.
 *
 * The sum has T terms and N is 3072 times larger, so the value is 3072 times smaller than a relative error.
 * Published tables are in this unit, times 1e-7.
 */
#include "evaluation/metric.h"

static double frame_error(const real *prediction, const real *target) {
    double error = 0;
    double power = 0;
    for (int i = 0; i < IMAGE_VALUES; i++) {
        double difference = (double)prediction[i] - (double)target[i];
        error += difference * difference;
        power += (double)target[i] * (double)target[i];
    }
    /* A black frame that is predicted black is perfect, not 0/0. */
    return error > 0 ? error / power / IMAGE_VALUES : error;
}

const struct image_error l2_norm_error = {
    .name = "l2_norm",
    .label = "squared error / squared image / 3072",
    .frame = frame_error,
};

static void compute(const struct rollout *rollout, const void *settings, struct metric_values *out) {
    (void)settings;
    metric_average(rollout, &l2_norm_error, out);
}

#define ROW(NUMBER, PREFIX, TITLE, FRAMES)                                                                   \
    [METRIC_##NUMBER] = {                                                                                    \
        .name = PREFIX "_l2_norm",                                                                           \
        .title = TITLE " l2_norm (e-7)",                                                                     \
        .unit = "",                                                                                          \
        .better = FIELD_LOWER,                                                                               \
        .scale = 1e7,                                                                                        \
        .format = "%.2f",                                                                                    \
        .help = "squared error / squared image / 3072 of a frame, in units of 1e-7 (1: the error is 0.03 % " \
                "of the image), mean over the test windows and over the frames " FRAMES,                     \
    },
static const struct field rows[METRIC_PARTS] = {METRIC_PART_LIST(ROW)};

const struct metric l2_norm_metric = {
    .name = "l2_norm",
    .version = 2,
    .summary = "mean over frames of squared error / squared image, divided by 3072",
    .rows = rows,
    .row_count = METRIC_PARTS,
    .compute = compute,
};
