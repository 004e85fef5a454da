/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * evaluation.json: everything an evaluation found. docs/evaluation.md describes the keys.
 */
#ifndef HAMBENCH_EVALUATION_EVALUATION_FILE_H
#define HAMBENCH_EVALUATION_EVALUATION_FILE_H

#include "evaluation/plot.h"

#define EVALUATION_FILE "evaluation.json"
enum { EVALUATION_FORMAT = 1 };

/* Writes the file into job->folder. STATUS_IO. */
enum status evaluation_file_write(const struct evaluation_job *job, const struct rollout *rollout,
                                  const struct evaluation_result *result, const struct figure_report *report);

#endif
