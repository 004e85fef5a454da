/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/metric.h"

const struct metric *const metrics[METRICS + 1] = {
    &mse_metric,
    &l2_norm_metric,
    NULL,
};

double *metric_field(const struct metric *metric, struct evaluation_error *error) {
    return (double *)(void *)((char *)error + metric->field);
}
