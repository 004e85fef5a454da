/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * metrics.jsonl of a run folder: one JSON object a line, appended as training goes on.
 */
#ifndef HAMBENCH_TRAINING_METRICS_LOG_H
#define HAMBENCH_TRAINING_METRICS_LOG_H

#include "support/status.h"

/* The figures of one step. */
struct metrics_line {
    int step; /* steps done, from 1 */
    double loss, mse, kl;
    double learning_rate, gradient_norm;
    int horizon;
    double seconds; /* of training so far */
};

/* Drops the lines behind `step`, which a run that died after its last checkpoint has left. STATUS_IO. */
enum status metrics_log_truncate(const char *path, int step);

/* Appends one line. STATUS_IO. */
enum status metrics_log_append(const char *path, const struct metrics_line *line);

#endif
