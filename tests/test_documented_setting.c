/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The example of docs/adding-a-setting.md, which takes the place of the copy_last of the library here.
 */
#include <stdlib.h>
#include <string.h>

#include "experiments/runner.h"
#include "models/model_registry.h"
#include "support/file.h"
#include "support/memory.h"
#include "tests/harness.h"

static const char CONTENT[] =
    "environments: [pendulum]\n"
    "models: [copy_last, mean_image, {name: earlier, kind: copy_last, model: {frames_back: %d}}]\n"
    "dataset: {train: 3, test: 2, frames: 24}\n"
    "model: {target_frames: 6}\n"
    "evaluation: {windows: 2, extrapolation_frames: 4}\n";

static enum status run(int frames_back, struct run_outcome *out) {
    char *path = file_join(test_folder(), "copies.yaml"), *content = text_format(CONTENT, frames_back);
    char *folder = file_join(test_folder(), "runs"), *data = file_join(test_folder(), "data");
    struct experiment *experiment = NULL;
    CHECK_OK_FATAL(file_write(path, content, strlen(content)));
    CHECK_OK_FATAL(experiment_read(&experiment, path, NULL, 0));
    const struct run_request request = {.experiment = experiment,
                                        .folder = folder,
                                        .data_folder = data,
                                        .effort = {.threads = 1, .quiet = true}};
    enum status status = experiment_run(&request, out);
    experiment_free(experiment);
    free(content);
    free(path);
    free(folder);
    free(data);
    return status;
}

static void the_row_is_all_that_the_setting_needs(void) {
    struct settings own, other;
    settings_create(&own, model_kind_find("copy_last"));
    settings_create(&other, model_kind_find("mean_image"));
    const struct field *field = settings_find(&own, "model", "frames_back", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(field);
    CU_ASSERT_STRING_EQUAL(field->unit, "frames");
    CHECK_OK(settings_apply(&own, "model.frames_back=2"));
    CU_ASSERT_EQUAL(settings_apply(&own, "model.frames_back=-1"), STATUS_USAGE);
    CU_ASSERT_PTR_NULL(settings_find(&other, "model", "frames_back", NULL));
    settings_clear(&own);
    settings_clear(&other);
}

/* Takes the line of the setting out of a configuration, as a program that did not know it would have written
 * it. */
static void forget_setting(const struct cell *cell) {
    struct text content = {0};
    char *path = file_join(cell->folder, "config.resolved.yaml");
    CHECK_OK_FATAL(file_read(&content, path));
    char *line = strstr(content.data, "  frames_back: 0\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(line);
    size_t length = strcspn(line, "\n") + 1;
    memmove(line, line + length, strlen(line + length) + 1);
    CHECK_OK_FATAL(file_write(path, content.data, content.length - length));
    free(path);
    text_free(&content);
}

static void it_is_obeyed_and_leaves_run_folders_valid(void) {
    struct run_outcome outcome;
    CHECK_OK_FATAL(run(2, &outcome));
    CU_ASSERT(outcome.results[0].result.figures[0].value != outcome.results[2].result.figures[0].value);
    char *config = file_join(outcome.cells[1].folder, "config.resolved.yaml");
    struct text content = {0};
    CHECK_OK_FATAL(file_read(&content, config));
    CU_ASSERT_PTR_NULL(strstr(content.data, "frames_back"));
    forget_setting(&outcome.cells[0]);
    run_outcome_clear(&outcome);
    CHECK_OK_FATAL(run(2, &outcome));
    CU_ASSERT_EQUAL(outcome.finished_before, 3);
    run_outcome_clear(&outcome);
    CHECK_FAILS(run(1, &outcome), STATUS_DATA, "was made with model.frames_back 2, now it is 1");
    run_outcome_clear(&outcome);
    CHECK_FAILS(run(5, &outcome), STATUS_DATA, "model.frames_back: 5, expected less than");
    run_outcome_clear(&outcome);
    text_free(&content);
    free(config);
}

int main(void) {
    static const struct test tests[] = {
        TEST(the_row_is_all_that_the_setting_needs),
        TEST(it_is_obeyed_and_leaves_run_folders_valid),
    };
    return tests_run("documented setting", tests, sizeof tests / sizeof *tests);
}
