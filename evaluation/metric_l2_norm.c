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

const struct metric l2_norm_metric = {
    .name = "l2_norm",
    .summary = "mean over frames of squared error / squared image, divided by 3072",
    .frame = frame_error,
    .field = offsetof(struct evaluation_error, l2_norm),
};
