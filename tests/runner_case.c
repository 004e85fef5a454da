/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/runner_case.h"

#include <stdlib.h>
#include <string.h>

#include "support/file.h"
#include "support/memory.h"
#include "tests/harness.h"

const char runner_case_tiny[] =
    "environments: [mass_spring, pendulum]\n"
    "models: [copy_last, mean_image]\n"
    "dataset: {train: 3, test: 2, frames: 24}\n"
    "model: {target_frames: 6}\n"
    "evaluation: {windows: 2, long_windows: 1, long_frames: 40, shift_windows: 1, extrapolation_frames: 4}\n";

struct text runner_case_reported;

static void remember(void *context, const char *line) {
    (void)context;
    text_add(&runner_case_reported, "%s\n", line);
}

static void remember_failure(void *context, const char *line) {
    (void)context;
    text_add(&runner_case_reported, "FAILED %s\n", line);
}

struct runner_case runner_case_open(const char *name, const char *content, const char *assignment) {
    struct runner_case trial = {
        .folder = text_format("%s/%s/runs", test_folder(), name),
        .data_folder = text_format("%s/%s/data", test_folder(), name),
    };
    char *path = text_format("%s/%s/tiny.yaml", test_folder(), name);
    CHECK_OK_FATAL(file_make_parent(path));
    CHECK_OK_FATAL(file_write(path, content, strlen(content)));
    CHECK_OK_FATAL(experiment_read(&trial.experiment, path, &assignment, assignment != NULL));
    free(path);
    trial.request = (struct run_request){
        .experiment = trial.experiment,
        .folder = trial.folder,
        .data_folder = trial.data_folder,
        .effort = {.threads = 2, .quiet = true, .report = remember},
        .complain = remember_failure,
    };
    text_clear(&runner_case_reported);
    text_add(&runner_case_reported, "%s", "");
    return trial;
}

void runner_case_close(struct runner_case *trial) {
    experiment_free(trial->experiment);
    free(trial->folder);
    free(trial->data_folder);
    text_free(&runner_case_reported);
}

enum status runner_case_run(const struct runner_case *trial, size_t *finished_before, size_t *failed) {
    struct run_outcome outcome;
    enum status status = experiment_run(&trial->request, &outcome);
    *finished_before = outcome.finished_before;
    *failed = outcome.failed;
    run_outcome_clear(&outcome);
    return status;
}

struct text runner_case_read(const struct run_outcome *outcome, const char *name) {
    struct text content = {0};
    char *path = file_join(outcome->cells[0].folder, name);
    CHECK_OK_FATAL(file_read(&content, path));
    for (char *at = content.data; (at = strstr(at, "\"seconds\": ")) != NULL;) {
        for (; *at != '}'; at++) {
            *at = ' ';
        }
    }
    free(path);
    return content;
}
