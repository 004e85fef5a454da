/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Image metrics: one file each, listed in metric.c.
 *
 * Each is given by its value on one frame; its value on a sequence is the mean over the frames, and on a test
 * set the mean over the sequences. Images are [32][32][3], values in [0, 1].
 */
#ifndef HAMBENCH_EVALUATION_METRIC_H
#define HAMBENCH_EVALUATION_METRIC_H

#include <stddef.h>

#include "evaluation/evaluation.h"

struct metric {
    const char *name;    /* key in evaluation.json */
    const char *summary; /* one line with the definition */
    double (*frame)(const real *prediction, const real *target);
    const struct schema *settings; /* of its own, group "evaluation"; NULL for none */
    size_t field;                  /* where the value stands in struct evaluation_error */
};

extern const struct metric mse_metric;
extern const struct metric l2_norm_metric;

enum { METRICS = 2 };
extern const struct metric *const metrics[METRICS + 1]; /* ended by NULL */

/* The metric's value in an error. */
double *metric_field(const struct metric *metric, struct evaluation_error *error);

#endif
