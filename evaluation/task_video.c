/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The task of predicting films: test windows are predicted from their first frames and compared with the true
 * frames.
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "drawing/film_strip.h"
#include "evaluation/evaluation_file.h"
#include "evaluation/interval.h"
#include "evaluation/metric.h"
#include "evaluation/plot.h"
#include "evaluation/task.h"
#include "support/file.h"
#include "support/memory.h"

#define FILM_STRIP "plots/film_strip.png"

static bool suits(const struct model_kind *kind) {
    return kind->video != NULL;
}

/* ---- figures ---- */

static const void *settings_of(const struct evaluation_job *job, const struct metric *metric,
                               void *defaults) {
    if (metric->settings == NULL) {
        return NULL;
    }
    if (job->metric_settings != NULL) {
        return job->metric_settings(job->context, metric->settings);
    }
    schema_defaults(metric->settings, defaults);
    return defaults;
}

/* `figures` and `samples` are those of this metric. */
static void compute(const struct metric *metric, const struct evaluation_job *job,
                    const struct rollout *rollout, struct evaluation_figure *figures, double *samples,
                    struct lines *notes) {
    size_t rows = (size_t)metric->row_count, windows = (size_t)rollout->windows;
    void *defaults = memory_alloc(1, metric->settings == NULL ? 1 : metric->settings->size);
    double *values = memory_alloc(rows, sizeof *values);
    for (size_t i = 0; i < rows; i++) {
        values[i] = NAN;
    }
    for (size_t i = 0; i < rows * windows; i++) {
        samples[i] = NAN;
    }
    struct metric_values out = {.figures = values, .samples = samples, .notes = notes};
    if (metric->compute != NULL) {
        metric->compute(rollout, settings_of(job, metric, defaults), &out);
    }
    for (size_t i = 0; i < rows; i++) {
        figures[i] = (struct evaluation_figure){.value = values[i],
                                                .interval = interval_of_mean(rollout, samples + i * windows)};
    }
    free(values);
    free(defaults);
}

/* `samples` [metric_figure_count()][windows] */
static struct evaluation_result summarise(const struct evaluation_job *job, const struct rollout *rollout,
                                          double *samples, struct lines *notes) {
    struct evaluation_result result = {
        .windows = rollout->windows,
        .runs = rollout->runs,
        .backward = rollout->lead,
        .history = rollout->history,
        .reconstruction = rollout->reconstruction,
        .extrapolation = rollout->frames - rollout->reconstruction,
    };
    assert(metric_figure_count() <= EVALUATION_MAX_FIGURES);
    struct evaluation_figure *figures = result.figures;
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        compute(*metric, job, rollout, figures, samples, notes);
        figures += (*metric)->row_count;
        samples += (*metric)->row_count * rollout->windows;
    }
    if (rollout->runs < 2) {
        lines_add(notes, "all test windows are of one independent run: nothing is known of how well they "
                         "determine a figure, there are no intervals");
    }
    return result;
}

/* ---- pictures ---- */

static enum status write_film_strip(const struct evaluation_job *job, const struct rollout *rollout) {
    char *title = text_format("%s, %s: truth, prediction and %d times their difference",
                              dataset_info(job->dataset)->environment, job->name, FILM_DIFFERENCE);
    struct film_strip strip = {
        .title = title,
        .windows = rollout->film.windows,
        .frames = rollout->frames,
        .train_frames = rollout->reconstruction,
        .top_first = !simulator_has_discs(dataset_simulator(job->dataset)),
        .truth = rollout->film.truth,
        .predictions = rollout->film.predictions,
    };
    char *path = file_join(job->folder, FILM_STRIP);
    enum status status = file_make_parent(path);
    if (status == STATUS_OK) {
        status = film_strip_write(&strip, path);
    }
    free(path);
    free(title);
    return status;
}

/* Of an earlier evaluation: it must not stand beside pictures that are not its own. */
static void remove_old_result(const struct evaluation_job *job) {
    char *path = file_join(job->folder, EVALUATION_FILE);
    (void)remove(path);
    free(path);
}

static enum status write_all(const struct evaluation_job *job, struct evaluation_record *record) {
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
    enum status status = write_film_strip(job, record->rollout);
    if (status == STATUS_OK) {
        lines_add(&record->report.pictures, "%s", FILM_STRIP);
        status = plot_write_all(&source, &record->report);
    }
    if (status == STATUS_OK) {
        /* Last: where this file stands, everything it names does too. */
        status = evaluation_file_write(job, record);
    }
    return status;
}

static enum status run(const struct evaluation_job *job, struct evaluation_result *out) {
    struct rollout rollout;
    enum status status = rollout_run(&rollout, job, metric_needs());
    if (status == STATUS_OK) {
        status = dataset_status(job->dataset);
    }
    if (status == STATUS_OK) {
        size_t samples = (size_t)metric_figure_count() * (size_t)rollout.windows;
        struct evaluation_record record = {
            .task = video_task.name, .rollout = &rollout, .samples = memory_alloc(samples, sizeof(double))};
        record.result = summarise(job, &rollout, record.samples, &record.report.notes);
        status = write_all(job, &record);
        *out = record.result;
        free(record.samples);
        figure_report_free(&record.report);
    }
    rollout_free(&rollout);
    return status;
}

const struct task video_task = {
    .name = "video",
    .summary = "predict the frames of a film",
    .suits = suits,
    .check = windows_check,
    .run = run,
};
