/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The task of knowing a density: how probable are points that the model has not seen, and does it draw such
 * points itself?
 */
#include "evaluation/density_trial.h"
#include "evaluation/plot_density.h"
#include "evaluation/task_report.h"

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

static void compute(const void *trial, const struct metric *metric, const void *settings,
                    struct metric_values *out) {
    metric->compute_density(trial, settings, out);
}

static void add_notes(const void *trial, struct lines *notes) {
    const struct density_target *target = ((const struct density_trial *)trial)->target;
    if (target != NULL) {
        lines_add(notes, "the points are draws from %s: the environment plays no part", target->name);
    }
}

static enum status draw(const void *trial, const struct evaluation_job *job, const struct plot_source *source,
                        struct figure_report *report) {
    return plot_density_write(source, job->model, trial, report);
}

static enum status run(const struct evaluation_job *job, struct evaluation_result *out) {
    struct density_trial_settings defaults;
    struct density_trial trial;
    enum status status =
        density_trial_run(&trial, job, task_report_settings(job, &density_trial_schema, &defaults));
    if (status == STATUS_OK) {
        status = dataset_status(job->dataset);
    }
    if (status == STATUS_OK) {
        struct task_report report = {
            .task = &density_task,
            .job = job,
            .own = {.places = &trial.places, .trial = &trial},
            .compute = compute,
            .add_notes = add_notes,
            .draw = draw,
        };
        status = task_report_make(&report, out);
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
