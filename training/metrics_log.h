/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * metrics.jsonl of a run folder: one JSON object a line, appended as training goes on. The one file that
 * knows its keys: what every model has (step, horizon, learning_rate, gradient_norm, seconds) and the figures
 * that the model's kind names.
 */
#ifndef HAMBENCH_TRAINING_METRICS_LOG_H
#define HAMBENCH_TRAINING_METRICS_LOG_H

#include "support/status.h"
#include "training/trainer.h"

/* The file's name in a run folder. */
extern const char metrics_log_name[];

/* Drops the lines behind `step`, which a run that died after its last checkpoint has left, and a last line
 * that was cut while it was written. STATUS_DATA, and nothing is dropped, when a line before them is damaged
 * or out of order: the log would no longer be the truth. STATUS_IO. */
enum status metrics_log_truncate(const char *path, int step);

/* Appends the line of one step; `seconds` of training have passed. STATUS_IO. */
enum status metrics_log_append(const char *path, const struct model_kind *kind,
                               const struct training_figures *figures, double seconds);

/* Makes sure that what was appended is on the disk: before the checkpoint that it leads to. STATUS_IO. */
enum status metrics_log_sync(const char *path);

/* Everything that has been logged, as columns. */
struct metrics_log {
    size_t lines;
    size_t columns;
    char **names;    /* [columns]: "step" first, then in the order of the first line */
    double **values; /* [columns][lines]; nan where a line has no such number */
};

/* STATUS_IO; STATUS_DATA with the line. The caller clears `out`, also after a failure. */
enum status metrics_log_read(struct metrics_log *out, const char *path);
void metrics_log_clear(struct metrics_log *log);

/* The column of that name, or NULL. */
const double *metrics_log_column(const struct metrics_log *log, const char *name);

#endif
