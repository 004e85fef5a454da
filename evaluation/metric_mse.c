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

const struct metric mse_metric = {
    .name = "mse",
    .summary = "mean squared error per pixel value (values from 0 to 1)",
    .frame = frame_error,
    .field = offsetof(struct evaluation_error, mse),
};
