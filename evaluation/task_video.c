/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The task of predicting films: test windows are predicted from their first frames and compared with the true
 * frames.
 */
#include <assert.h>
#include <stdlib.h>

#include "drawing/film_strip.h"
#include "evaluation/task_report.h"
#include "support/file.h"

#define FILM_STRIP "film_strip.png"

static bool suits(const struct model_kind *kind) {
    return kind->video != NULL;
}

static void compute(const void *rollout, const struct metric *metric, const void *settings,
                    struct metric_values *out) {
    metric->compute(rollout, settings, out);
}

/* ---- pictures ---- */

static enum status write_film_strip(const struct plot_source *source, const char *path) {
    const struct rollout *rollout = source->rollout;
    char *title = text_format("%s, %s: truth, prediction and %d times their difference", source->environment,
                              source->model, FILM_DIFFERENCE);
    struct film_strip strip = {
        .title = title,
        .windows = rollout->film.windows,
        .frames = rollout->frames,
        .train_frames = rollout->reconstruction,
        .top_first = !simulator_has_discs(rollout->simulator),
        .truth = rollout->film.truth,
        .predictions = rollout->film.predictions,
    };
    char *whole = file_join(source->folder, path);
    enum status status = file_make_parent(whole);
    if (status == STATUS_OK) {
        status = film_strip_write(&strip, whole);
    }
    free(whole);
    free(title);
    return status;
}

static enum status draw(const void *rollout, const struct evaluation_job *job,
                        const struct plot_source *source, struct figure_report *report) {
    (void)rollout;
    (void)job;
    const char *folder = test_set_kinds[source->set].plots;
    if (folder == NULL) {
        return STATUS_OK;
    }
    char *path = text_format("%s%s", folder, FILM_STRIP);
    enum status status = write_film_strip(source, path);
    if (status == STATUS_OK) {
        lines_add(&report->pictures, "%s", path);
        status = plot_write_all(source, report);
    }
    free(path);
    return status;
}

/* ---- the test sets ---- */

/* Predicts the windows of one: the job's own where `source` is NULL. */
static enum status try_set(struct rollout *out, const struct evaluation_job *job,
                           const struct test_set_source *source) {
    struct evaluation_job of_set = *job;
    if (source != NULL) {
        of_set.dataset = source->dataset;
        of_set.settings = source->settings;
    }
    enum status status = rollout_run(out, &of_set, metric_needs());
    out->set = source == NULL ? TEST_SET_OWN : source->set;
    return status == STATUS_OK ? dataset_status(of_set.dataset) : status;
}

static enum status report_all(const struct evaluation_job *job, const struct rollout *rollouts,
                              struct evaluation_result *out) {
    struct task_trial trials[TEST_SETS];
    for (size_t i = 0; i <= job->other_count; i++) {
        trials[i] = (struct task_trial){.set = i == 0 ? TEST_SET_OWN : job->others[i - 1].set,
                                        .places = &rollouts[i],
                                        .trial = &rollouts[i]};
    }
    const struct task_report report = {
        .task = &video_task,
        .job = job,
        .own = trials[0],
        .others = trials + 1,
        .other_count = job->other_count,
        .compute = compute,
        .draw = draw,
    };
    return task_report_make(&report, out);
}

static enum status run(const struct evaluation_job *job, struct evaluation_result *out) {
    struct rollout rollouts[TEST_SETS] = {0};
    assert(job->other_count < TEST_SETS);
    enum status status = STATUS_OK;
    for (size_t i = 0; i <= job->other_count && status == STATUS_OK; i++) {
        status = try_set(&rollouts[i], job, i == 0 ? NULL : &job->others[i - 1]);
    }
    if (status == STATUS_OK) {
        status = report_all(job, rollouts, out);
    }
    for (size_t i = 0; i <= job->other_count; i++) {
        rollout_free(&rollouts[i]);
    }
    return status;
}

const struct task video_task = {
    .name = "video",
    .summary = "predict the frames of a film",
    .suits = suits,
    .check = windows_check,
    .run = run,
};
