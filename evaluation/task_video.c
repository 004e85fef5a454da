/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The task of predicting films: test windows are predicted from their first frames and compared with the true
 * frames.
 */
#include <stdlib.h>

#include "drawing/film_strip.h"
#include "evaluation/task_report.h"
#include "support/file.h"

#define FILM_STRIP "plots/film_strip.png"

static bool suits(const struct model_kind *kind) {
    return kind->video != NULL;
}

static void compute(const void *rollout, const struct metric *metric, const void *settings,
                    struct metric_values *out) {
    metric->compute(rollout, settings, out);
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

static enum status draw(const void *rollout, const struct evaluation_job *job,
                        const struct plot_source *source, struct figure_report *report) {
    enum status status = write_film_strip(job, rollout);
    if (status == STATUS_OK) {
        lines_add(&report->pictures, "%s", FILM_STRIP);
        status = plot_write_all(source, report);
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
        struct task_report report = {
            .task = &video_task,
            .job = job,
            .places = &rollout,
            .trial = &rollout,
            .compute = compute,
            .draw = draw,
        };
        status = task_report_make(&report, out);
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
