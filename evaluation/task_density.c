/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The task of knowing a density: how probable are points that the model has not seen, and does it draw such
 * points itself?
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "evaluation/density_trial.h"
#include "evaluation/evaluation_file.h"
#include "evaluation/interval.h"
#include "evaluation/metric.h"
#include "evaluation/plot_density.h"
#include "evaluation/task.h"
#include "support/file.h"
#include "support/memory.h"

static bool suits(const struct model_kind *kind) {
    return kind->density != NULL;
}

static enum status check(const struct evaluation_settings *settings, const struct model_kind *kind,
                         const void *model, int frames) {
    (void)settings;
    (void)kind;
    (void)model;
    (void)frames;
    return STATUS_OK;
}

static void resolve(struct density_trial_settings *out, const struct evaluation_job *job) {
    if (job->metric_settings != NULL) {
        *out =
            *(const struct density_trial_settings *)job->metric_settings(job->context, &density_trial_schema);
    } else {
        schema_defaults(&density_trial_schema, out);
    }
}

/* ---- figures ---- */

/* `figures` and `samples` are those of this metric. */
static void compute(const struct metric *metric, const struct density_trial_settings *settings,
                    const struct density_trial *trial, struct evaluation_figure *figures, double *samples,
                    struct lines *notes) {
    size_t rows = (size_t)metric->row_count, count = (size_t)trial->count;
    double *values = memory_alloc(rows, sizeof *values);
    for (size_t i = 0; i < rows; i++) {
        values[i] = NAN;
    }
    for (size_t i = 0; i < rows * count; i++) {
        samples[i] = NAN;
    }
    struct metric_values out = {.figures = values, .samples = samples, .notes = notes};
    if (metric->compute_density != NULL) {
        metric->compute_density(trial, settings, &out);
    }
    for (size_t i = 0; i < rows; i++) {
        figures[i] = (struct evaluation_figure){
            .value = values[i], .interval = interval_of_mean(&trial->places, samples + i * count)};
    }
    free(values);
}

/* A point is a window of one frame. `samples` [metric_figure_count()][count] */
static struct evaluation_result summarise(const struct density_trial_settings *settings,
                                          const struct density_trial *trial, double *samples,
                                          struct lines *notes) {
    struct evaluation_result result = {
        .windows = trial->count, .runs = trial->places.runs, .reconstruction = 1};
    struct evaluation_figure *figures = result.figures;
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        compute(*metric, settings, trial, figures, samples, notes);
        figures += (*metric)->row_count;
        samples += (*metric)->row_count * trial->count;
    }
    if (trial->target != NULL) {
        lines_add(notes, "the points are draws from %s: the environment plays no part", trial->target->name);
    }
    return result;
}

/* ---- files ---- */

/* Of an earlier evaluation: it must not stand beside pictures that are not its own. */
static void remove_old_result(const struct evaluation_job *job) {
    char *path = file_join(job->folder, EVALUATION_FILE);
    (void)remove(path);
    free(path);
}

static enum status write_all(const struct evaluation_job *job, const struct density_trial *trial,
                             struct evaluation_record *record) {
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
    enum status status = plot_density_write(&source, job->model, trial, &record->report);
    return status == STATUS_OK ? evaluation_file_write(job, record) : status;
}

static enum status run(const struct evaluation_job *job, struct evaluation_result *out) {
    struct density_trial_settings settings;
    struct density_trial trial;
    resolve(&settings, job);
    enum status status = density_trial_run(&trial, job, &settings);
    if (status == STATUS_OK) {
        status = dataset_status(job->dataset);
    }
    if (status == STATUS_OK) {
        size_t samples = (size_t)metric_figure_count() * (size_t)trial.count;
        struct evaluation_record record = {.task = density_task.name,
                                           .rollout = &trial.places,
                                           .samples = memory_alloc(samples, sizeof(double))};
        record.result = summarise(&settings, &trial, record.samples, &record.report.notes);
        status = write_all(job, &trial, &record);
        *out = record.result;
        free(record.samples);
        figure_report_free(&record.report);
    }
    density_trial_free(&trial);
    return status;
}

const struct task density_task = {
    .name = "density",
    .summary = "know the density of points",
    .suits = suits,
    .check = check,
    .run = run,
};
