/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mean squared error per pixel value: sum (prediction - target)^2 / 3072 for a frame.
 */
#include "evaluation/metric.h"

static double frame_error(const real *prediction, const real *target) {
    double sum = 0;
    for (int i = 0; i < IMAGE_VALUES; i++) {
        double difference = (double)prediction[i] - (double)target[i];
        sum += difference * difference;
    }
    return sum / IMAGE_VALUES;
}

const struct image_error mse_error = {
    .name = "mse",
    .label = "mean squared error per pixel value",
    .frame = frame_error,
};

static void compute(const struct rollout *rollout, const void *settings, struct metric_values *out) {
    (void)settings;
    metric_average(rollout, &mse_error, out);
}

#define ROW(NUMBER, PREFIX, TITLE, FRAMES)                                                                   \
    [METRIC_##NUMBER] = {                                                                                    \
        .name = PREFIX "_mse",                                                                               \
        .title = TITLE " MSE",                                                                               \
        .unit = "",                                                                                          \
        .better = FIELD_LOWER,                                                                               \
        .format = "%.2e",                                                                                    \
        .help = "mean squared error per pixel value (values from 0 to 1), mean over the test windows and "   \
                "over the frames " FRAMES,                                                                   \
    },
static const struct field rows[METRIC_PARTS] = {METRIC_PART_LIST(ROW)};

const struct metric mse_metric = {
    .name = "mse",
    .version = 2,
    .summary = "mean squared error per pixel value (values from 0 to 1)",
    .rows = rows,
    .row_count = METRIC_PARTS,
    .compute = compute,
};
