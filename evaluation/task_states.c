/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The task of following states: from the true state at the origin of each test window the learned field is
 * integrated and compared with the true trajectory.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "evaluation/evaluation_file.h"
#include "evaluation/interval.h"
#include "evaluation/metric.h"
#include "evaluation/plot_states.h"
#include "evaluation/state_trial.h"
#include "evaluation/task.h"
#include "support/file.h"
#include "support/memory.h"

static bool suits(const struct model_kind *kind) {
    return kind->states != NULL;
}

static void resolve(struct state_trial_settings *out, const struct evaluation_job *job) {
    if (job->metric_settings != NULL) {
        *out = *(const struct state_trial_settings *)job->metric_settings(job->context, &state_trial_schema);
    } else {
        schema_defaults(&state_trial_schema, out);
    }
}

/* ---- figures ---- */

/* `figures` and `samples` are those of this metric. */
static void compute(const struct metric *metric, const struct state_trial_settings *settings,
                    const struct state_trial *trial, struct evaluation_figure *figures, double *samples,
                    struct lines *notes) {
    size_t rows = (size_t)metric->row_count, windows = (size_t)trial->places.windows;
    double *values = memory_alloc(rows, sizeof *values);
    for (size_t i = 0; i < rows; i++) {
        values[i] = NAN;
    }
    for (size_t i = 0; i < rows * windows; i++) {
        samples[i] = NAN;
    }
    struct metric_values out = {.figures = values, .samples = samples, .notes = notes};
    if (metric->compute_states != NULL) {
        metric->compute_states(trial, settings, &out);
    }
    for (size_t i = 0; i < rows; i++) {
        figures[i] = (struct evaluation_figure){
            .value = values[i], .interval = interval_of_mean(&trial->places, samples + i * windows)};
    }
    free(values);
}

/* `samples` [metric_figure_count()][windows] */
static struct evaluation_result summarise(const struct state_trial_settings *settings,
                                          const struct state_trial *trial, double *samples,
                                          struct lines *notes) {
    const struct rollout *places = &trial->places;
    struct evaluation_result result = {
        .windows = places->windows,
        .runs = places->runs,
        .backward = places->lead,
        .history = places->history,
        .reconstruction = places->reconstruction,
        .extrapolation = places->frames - places->reconstruction,
    };
    struct evaluation_figure *figures = result.figures;
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        compute(*metric, settings, trial, figures, samples, notes);
        figures += (*metric)->row_count;
        samples += (*metric)->row_count * places->windows;
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

static enum status write_all(const struct evaluation_job *job, const struct state_trial *trial,
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
    enum status status = plot_states_write(&source, trial, &record->report);
    return status == STATUS_OK ? evaluation_file_write(job, record) : status;
}

static enum status run(const struct evaluation_job *job, struct evaluation_result *out) {
    struct state_trial_settings settings;
    struct state_trial trial;
    resolve(&settings, job);
    enum status status = state_trial_run(&trial, job, &settings);
    if (status == STATUS_OK) {
        status = dataset_status(job->dataset);
    }
    if (status == STATUS_OK) {
        size_t samples = (size_t)metric_figure_count() * (size_t)trial.places.windows;
        struct evaluation_record record = {.task = states_task.name,
                                           .rollout = &trial.places,
                                           .samples = memory_alloc(samples, sizeof(double))};
        record.result = summarise(&settings, &trial, record.samples, &record.report.notes);
        status = write_all(job, &trial, &record);
        *out = record.result;
        free(record.samples);
        figure_report_free(&record.report);
    }
    state_trial_free(&trial);
    return status;
}

const struct task states_task = {
    .name = "states",
    .summary = "follow true states",
    .suits = suits,
    .check = windows_check_states,
    .run = run,
};
