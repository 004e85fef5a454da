/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The task of following states: from the true state at the origin of each test window the learned field is
 * integrated and compared with the true trajectory.
 */
#include "evaluation/plot_states.h"
#include "evaluation/state_trial.h"
#include "evaluation/task_report.h"

static bool suits(const struct model_kind *kind) {
    return kind->states != NULL;
}

static void compute(const void *trial, const struct metric *metric, const void *settings,
                    struct metric_values *out) {
    metric->compute_states(trial, settings, out);
}

static enum status draw(const void *trial, const struct evaluation_job *job, const struct plot_source *source,
                        struct figure_report *report) {
    (void)job;
    return plot_states_write(source, trial, report);
}

static enum status run(const struct evaluation_job *job, struct evaluation_result *out) {
    struct state_trial_settings defaults;
    struct state_trial trial;
    enum status status =
        state_trial_run(&trial, job, task_report_settings(job, &state_trial_schema, &defaults));
    if (status == STATUS_OK) {
        status = dataset_status(job->dataset);
    }
    if (status == STATUS_OK) {
        struct task_report report = {
            .task = &states_task,
            .job = job,
            .own = {.places = &trial.places, .trial = &trial},
            .compute = compute,
            .draw = draw,
        };
        status = task_report_make(&report, out);
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
