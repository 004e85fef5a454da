/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * evaluation.json: everything an evaluation found. docs/evaluation.md describes the keys. The one file that
 * knows them: evaluation_read and evaluation_list_pictures (evaluation.h) are here as well.
 */
#ifndef HAMBENCH_EVALUATION_EVALUATION_FILE_H
#define HAMBENCH_EVALUATION_EVALUATION_FILE_H

#include "drawing/figure.h"
#include "evaluation/rollout.h"

#define EVALUATION_FILE "evaluation.json"
enum { EVALUATION_FORMAT = 3 };

/* What was found on one test set. */
struct evaluation_part {
    enum test_set set;
    const struct rollout *rollout;
    double *samples; /* [figures][windows], all figures of all metrics; see metric_values */
};

struct evaluation_record {
    const char *task;
    struct evaluation_part *parts; /* [part_count]; the first is of the model's own test set */
    size_t part_count;
    struct evaluation_result result;
    struct figure_report report;
};

/* Writes the file into job->folder. STATUS_IO. */
enum status evaluation_file_write(const struct evaluation_job *job, const struct evaluation_record *record);

/* Adds the evaluation of a run folder as a JSON object on one line: all but what is long or belongs to the
 * folder (numbers of single windows and frames, names of pictures). STATUS_IO, STATUS_DATA. */
enum status evaluation_file_excerpt(struct text *out, const char *folder);

/* The result that an excerpt holds; `path` is what messages call it. Figures of metrics that the excerpt does
 * not know are missing. STATUS_DATA: damaged, or of another format or other versions of the metrics. */
enum status evaluation_file_parse(struct evaluation_result *out, const char *excerpt, const char *path);

/* A number as JSON that reads back as what it was: infinities as "inf" and "-inf", nan as null. */
struct json_text;
void evaluation_file_add_number(struct json_text *json, const char *key, double value);

#endif
