/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/task_report.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "evaluation/evaluation_file.h"
#include "evaluation/interval.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "support/memory.h"

const void *task_report_settings(const struct evaluation_job *job, const struct schema *schema,
                                 void *defaults) {
    if (job->metric_settings != NULL) {
        return job->metric_settings(job->context, schema);
    }
    schema_defaults(schema, defaults);
    return defaults;
}

static double *all_nan(size_t count) {
    double *values = memory_alloc(count, sizeof *values);
    for (size_t i = 0; i < count; i++) {
        values[i] = NAN;
    }
    return values;
}

/* `figures` and `samples`, nan so far, are those of this metric. */
static void compute(const struct task_report *report, const struct metric *metric,
                    struct evaluation_figure *figures, double *samples, struct lines *notes) {
    int windows = report->places->windows;
    const struct schema *schema = metric->settings;
    void *defaults = schema == NULL ? NULL : memory_alloc(1, schema->size);
    double *values = all_nan((size_t)metric->row_count);
    struct metric_values out = {.figures = values, .samples = samples, .notes = notes};
    if (metric_suits(metric, report->job->model->kind)) {
        report->compute(report->trial, metric,
                        schema == NULL ? NULL : task_report_settings(report->job, schema, defaults), &out);
    }
    for (int i = 0; i < metric->row_count; i++) {
        figures[i] = (struct evaluation_figure){
            .value = values[i],
            .interval = interval_of_mean(report->places, samples + (size_t)i * (size_t)windows)};
    }
    free(values);
    free(defaults);
}

/* `samples` [metric_figure_count()][windows] */
static struct evaluation_result summarise(const struct task_report *report, double *samples,
                                          struct lines *notes) {
    const struct rollout *places = report->places;
    struct evaluation_result result = {
        .windows = places->windows,
        .runs = places->runs,
        .backward = places->lead,
        .history = places->history,
        .reconstruction = places->reconstruction,
        .extrapolation = places->frames - places->reconstruction,
    };
    assert(metric_figure_count() <= EVALUATION_MAX_FIGURES);
    struct evaluation_figure *figures = result.figures;
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        compute(report, *metric, figures, samples, notes);
        figures += (*metric)->row_count;
        samples += (*metric)->row_count * places->windows;
    }
    if (places->runs < 2) {
        lines_add(notes, "all test windows are of one independent run: nothing is known of how well they "
                         "determine a figure, there are no intervals");
    }
    if (report->add_notes != NULL) {
        report->add_notes(report->trial, notes);
    }
    return result;
}

/* Of an earlier evaluation: it must not stand beside pictures that are not its own. */
static void remove_old_result(const struct evaluation_job *job) {
    char *path = file_join(job->folder, EVALUATION_FILE);
    (void)remove(path);
    free(path);
}

static enum status write_all(const struct task_report *report, struct evaluation_record *record) {
    const struct evaluation_job *job = report->job;
    const struct dataset_info *info = dataset_info(job->dataset);
    struct plot_source source = {
        .folder = job->folder,
        .environment = info->environment,
        .model = job->name,
        .kind = job->model->kind,
        .dt = info->dt,
        .rollout = record->rollout,
    };
    remove_old_result(job);
    enum status status = report->draw(report->trial, job, &source, &record->report);
    return status == STATUS_OK ? evaluation_file_write(job, record) : status;
}

enum status task_report_make(const struct task_report *report, struct evaluation_result *out) {
    struct evaluation_record record = {
        .task = report->task->name,
        .rollout = report->places,
        .samples = all_nan((size_t)metric_figure_count() * (size_t)report->places->windows),
    };
    record.result = summarise(report, record.samples, &record.report.notes);
    enum status status = interrupt_requested()
                             ? status_fail(STATUS_INTERRUPTED, "evaluation interrupted; nothing was written")
                             : write_all(report, &record);
    *out = record.result;
    free(record.samples);
    figure_report_free(&record.report);
    return status;
}
