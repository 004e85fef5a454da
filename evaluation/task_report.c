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
#include "support/text.h"

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

/* Fills the figures of one metric on one test set. */
static void compute(const struct task_report *report, const struct task_trial *trial,
                    const struct metric *metric, double *all_samples, struct evaluation_result *result,
                    struct lines *notes) {
    int windows = trial->places->windows, first = metric_first_figure(metric, trial->set);
    const struct schema *schema = metric->settings;
    void *defaults = schema == NULL ? NULL : memory_alloc(1, schema->size);
    double *values = all_nan((size_t)metric->row_count);
    double *samples = all_samples + (size_t)first * (size_t)windows;
    struct metric_values out = {.figures = values, .samples = samples, .notes = notes};
    if (metric_suits(metric, report->job->model->kind)) {
        report->compute(trial->trial, metric,
                        schema == NULL ? NULL : task_report_settings(report->job, schema, defaults), &out);
    }
    for (int i = 0; i < metric->row_count; i++) {
        result->figures[first + i] = (struct evaluation_figure){
            .value = values[i],
            .interval = interval_of_mean(trial->places, samples + (size_t)i * (size_t)windows)};
    }
    free(values);
    free(defaults);
}

/* All figures that there are on one test set. Notes about figures are about those of the model's own set. */
static void compute_all(const struct task_report *report, const struct task_trial *trial, double *samples,
                        struct evaluation_result *result, struct lines *notes) {
    struct lines unheard = {0};
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        if (metric_first_figure(*metric, trial->set) >= 0) {
            compute(report, trial, *metric, samples, result, trial->set == TEST_SET_OWN ? notes : &unheard);
        }
    }
    result->sets[trial->set].windows = trial->places->windows;
    result->sets[trial->set].frames = trial->places->frames;
    lines_free(&unheard);
}

static struct evaluation_result begin_result(const struct rollout *places) {
    struct evaluation_result result = {
        .windows = places->windows,
        .runs = places->runs,
        .backward = places->backward.error[0] != NULL,
        .history = places->history,
        .reconstruction = places->reconstruction,
        .extrapolation = places->frames - places->reconstruction,
    };
    assert(metric_figure_count() <= EVALUATION_MAX_FIGURES);
    for (int f = 0; f < metric_figure_count(); f++) {
        result.figures[f] = (struct evaluation_figure){.value = NAN, .interval = {NAN, NAN}};
    }
    return result;
}

static struct evaluation_part begin_part(const struct task_trial *trial) {
    size_t values = (size_t)metric_figure_count() * (size_t)trial->places->windows;
    return (struct evaluation_part){.set = trial->set, .rollout = trial->places, .samples = all_nan(values)};
}

/* Parts and figures of all test sets. */
static void summarise(const struct task_report *report, struct evaluation_record *record) {
    struct lines *notes = &record->report.notes;
    record->part_count = 1 + report->other_count;
    record->parts = memory_alloc(record->part_count, sizeof *record->parts);
    record->result = begin_result(report->own.places);
    for (size_t i = 0; i < record->part_count; i++) {
        const struct task_trial *trial = i == 0 ? &report->own : &report->others[i - 1];
        record->parts[i] = begin_part(trial);
        compute_all(report, trial, record->parts[i].samples, &record->result, notes);
    }
    if (report->own.places->split == DATASET_VALIDATION) {
        lines_add(notes, "measured on the validation trajectories, not on the test ones");
    }
    if (report->own.places->runs < 2) {
        lines_add(notes, "all test windows are of one independent run: nothing is known of how well they "
                         "determine a figure, there are no intervals");
    }
    if (report->add_notes != NULL) {
        report->add_notes(report->own.trial, notes);
    }
}

/* Of an earlier evaluation: it must not stand beside pictures that are not its own. */
static void remove_old_result(const struct evaluation_job *job) {
    char *path = file_join(job->folder, EVALUATION_FILE);
    (void)remove(path);
    free(path);
}

static enum status draw(const struct task_report *report, const struct task_trial *trial,
                        struct figure_report *out) {
    const struct evaluation_job *job = report->job;
    char *films =
        text_format("%s%s", dataset_info(job->dataset)->environment, test_set_kinds[trial->set].films);
    struct plot_source source = {
        .folder = job->folder,
        .set = trial->set,
        .environment = films,
        .model = job->name,
        .kind = job->model->kind,
        .dt = trial->places->dt,
        .rollout = trial->places,
    };
    enum status status = report->draw(trial->trial, job, &source, out);
    free(films);
    return status;
}

static enum status write_all(const struct task_report *report, struct evaluation_record *record) {
    remove_old_result(report->job);
    enum status status = draw(report, &report->own, &record->report);
    for (size_t i = 0; i < report->other_count && status == STATUS_OK; i++) {
        status = draw(report, &report->others[i], &record->report);
    }
    return status == STATUS_OK ? evaluation_file_write(report->job, record) : status;
}

enum status task_report_make(const struct task_report *report, struct evaluation_result *out) {
    struct evaluation_record record = {.task = report->task->name};
    summarise(report, &record);
    enum status status = interrupt_requested()
                             ? status_fail(STATUS_INTERRUPTED, "evaluation interrupted; nothing was written")
                             : write_all(report, &record);
    *out = record.result;
    for (size_t i = 0; i < record.part_count; i++) {
        free(record.parts[i].samples);
    }
    free(record.parts);
    figure_report_free(&record.report);
    return status;
}
