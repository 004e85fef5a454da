/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * metrics.jsonl of a run folder: one JSON object a line, appended as training goes on.
 */
#ifndef HAMBENCH_TRAINING_METRICS_LOG_H
#define HAMBENCH_TRAINING_METRICS_LOG_H

#include "support/status.h"
#include "training/trainer.h"

/* Drops the lines behind `step`, which a run that died after its last checkpoint has left. STATUS_IO. */
enum status metrics_log_truncate(const char *path, int step);

/* Appends the line of one step; `seconds` of training have passed. STATUS_IO. */
enum status metrics_log_append(const char *path, const struct training_figures *figures, double seconds);

#endif
