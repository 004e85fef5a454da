/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What all tasks do with a model that they have tried: figures of all metrics with their intervals, pictures,
 * and evaluation.json.
 */
#ifndef HAMBENCH_EVALUATION_TASK_REPORT_H
#define HAMBENCH_EVALUATION_TASK_REPORT_H

#include "evaluation/metric.h"
#include "evaluation/plot.h"
#include "evaluation/task.h"

/* A model that was tried on a test set. */
struct task_trial {
    enum test_set set;
    const struct rollout
        *places;       /* windows, runs and frames; samples of figures are numbered by its windows */
    const void *trial; /* the task's own, handed on to its functions */
};

struct task_report {
    const struct task *task;
    const struct evaluation_job *job;
    struct task_trial own;           /* on its own test set: what pictures and notes are about */
    const struct task_trial *others; /* [other_count] */
    size_t other_count;

    /* Calls the function by which the metric judges this task; it has one (metric_suits). */
    void (*compute)(const void *trial, const struct metric *metric, const void *settings,
                    struct metric_values *out);
    /* Adds what somebody who reads the figures has to know; NULL for nothing. */
    void (*add_notes)(const void *trial, struct lines *notes);
    /* Of each test set; pictures go to source->pictures in the run folder. */
    enum status (*draw)(const void *trial, const struct evaluation_job *job, const struct plot_source *source,
                        struct figure_report *report);
};

/* Computes, draws and writes; evaluation.json comes last, so that where it stands, everything it names does
 * too. STATUS_IO, STATUS_INTERRUPTED. */
enum status task_report_make(const struct task_report *report, struct evaluation_result *out);

/* The struct of that schema: the job's, or its defaults in `defaults` (of the schema's size). */
const void *task_report_settings(const struct evaluation_job *job, const struct schema *schema,
                                 void *defaults);

#endif
