/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Experiments from file to table, with models that need little or no training.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evaluation/metric.h"
#include "experiments/data_file.h"
#include "experiments/runner.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/timer.h"
#include "tests/harness.h"
#include "tests/runner_case.h"

static bool exists(const struct runner_case *fixture, const char *name) {
    char *path = file_join(fixture->folder, name);
    bool found = file_exists(path);
    free(path);
    return found;
}

static double reconstruction_mse(const struct evaluation_result *result) {
    return result->figures[metric_figure_find("reconstruction_mse")].value;
}

static void an_experiment_fills_every_cell_and_writes_the_table(void) {
    struct runner_case fixture = runner_case_open("fill", runner_case_tiny, NULL);
    struct run_outcome outcome;
    CHECK_OK_FATAL(experiment_run(&fixture.request, &outcome));
    CU_ASSERT(outcome.table.count == 4 && outcome.failed == 0 && outcome.finished_before == 0);
    CU_ASSERT_STRING_EQUAL(outcome.results[2].environment, "pendulum");
    CU_ASSERT_STRING_EQUAL(outcome.results[2].model, "copy_last");
    for (size_t i = 0; i < outcome.table.count; i++) {
        CU_ASSERT(reconstruction_mse(&outcome.results[i].result) > 0.0);
    }
    static const char *const files[] = {
        "table.md",
        "table.csv",
        "table.json",
        "pendulum/mean_image/seed-0/config.resolved.yaml",
        "pendulum/mean_image/seed-0/environment.jsonl",
        "pendulum/mean_image/seed-0/evaluation.json",
        "pendulum/mean_image/seed-0/cell.json",
        "cells.jsonl",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        CU_ASSERT(exists(&fixture, files[i]));
    }
    run_outcome_clear(&outcome);
    runner_case_close(&fixture);
}

static void a_second_run_opens_no_dataset_and_finds_all_done(void) {
    struct runner_case fixture = runner_case_open("again", runner_case_tiny, NULL);
    size_t finished, failed;
    CHECK_OK_FATAL(runner_case_run(&fixture, &finished, &failed));
    /* Without the data a cell that had to do anything would fail, or make the data again. */
    char *command = text_format("rm -r '%s' && mkdir '%s'", fixture.data_folder, fixture.data_folder);
    CU_ASSERT_EQUAL_FATAL(system(command), 0);
    free(command);
    text_clear(&runner_case_reported);
    double begun = timer_now();
    CHECK_OK_FATAL(runner_case_run(&fixture, &finished, &failed));
    CU_ASSERT(finished == 4 && failed == 0);
    CU_ASSERT_STRING_EQUAL(runner_case_reported.data, "");
    CU_ASSERT(timer_now() - begun < 1.0); /* takes 2 ms */
    runner_case_close(&fixture);
}

static void only_the_unfinished_cells_are_run(void) {
    struct runner_case fixture = runner_case_open("rest", runner_case_tiny, NULL);
    size_t finished, failed;
    CHECK_OK_FATAL(runner_case_run(&fixture, &finished, &failed));
    char *path = file_join(fixture.folder, "pendulum/copy_last/seed-0/evaluation.json");
    CU_ASSERT_EQUAL(unlink(path), 0);
    free(path);
    text_clear(&runner_case_reported);
    CHECK_OK_FATAL(runner_case_run(&fixture, &finished, &failed));
    CU_ASSERT_EQUAL(finished, 3);
    CU_ASSERT_STRING_EQUAL(runner_case_reported.data, "pendulum, copy_last, seed 0\n");
    runner_case_close(&fixture);
}

static void settings_that_do_not_fit_are_refused_before_any_work(void) {
    static const char TRAINED[] = "environments: [pendulum]\nmodels: [hgn++]\n"
                                  "dataset: {train: 3, test: 2, frames: 24}\n"
                                  "model: {target_frames: 6, decoded_frames: 2}\n"
                                  "evaluation: {windows: 2, extrapolation_frames: 4}\n";
    static const struct {
        const char *content, *assignment, *reason;
    } cases[] = {
        {runner_case_tiny, "evaluation.extrapolation_frames=23",
         "evaluation.extrapolation_frames: windows of 33 frames"},
        {runner_case_tiny, "dataset.train=0",
         "dataset.train: 0, mean_image is trained: mass_spring has no training"},
        {runner_case_tiny, "dataset.test=0", "dataset.test: 0, expected at least one"},
        {TRAINED, "dataset.frames=8", "model.target_frames: "},
        {TRAINED, "training.batch=10", "training.shards: 4, expected a divisor of training.batch (10)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct runner_case fixture = runner_case_open("misfit", cases[i].content, cases[i].assignment);
        size_t finished, failed;
        CHECK_FAILS(runner_case_run(&fixture, &finished, &failed), STATUS_DATA, cases[i].reason);
        CU_ASSERT(!file_exists(fixture.folder) && !file_exists(fixture.data_folder));
        runner_case_close(&fixture);
    }
}

/* Puts `content` where the experiment looks for the pendulum's data. */
static void write_data(const struct runner_case *fixture, const char *content) {
    struct settings settings;
    experiment_settings(&settings, fixture->experiment, 0);
    const struct simulator *pendulum = fixture->experiment->environments[1];
    data_file_resolve(settings_dataset(&settings), pendulum);
    char *path = data_file_path(fixture->data_folder, pendulum, settings_dataset(&settings));
    settings_clear(&settings);
    CHECK_OK_FATAL(file_make_parent(path));
    CHECK_OK_FATAL(file_write(path, content, strlen(content)));
    free(path);
}

static void a_damaged_dataset_fails_its_cells_and_the_others_go_on(void) {
    struct runner_case fixture = runner_case_open("damaged", runner_case_tiny, NULL);
    write_data(&fixture, "no HDF5");
    struct run_outcome outcome;
    CU_ASSERT_EQUAL(experiment_run(&fixture.request, &outcome), STATUS_CELLS_FAILED);
    CU_ASSERT_STRING_EQUAL(status_detail(), "2 of 4 cells failed");
    CU_ASSERT_EQUAL(outcome.results[0].status, STATUS_OK);
    CU_ASSERT_EQUAL(outcome.results[1].status, STATUS_OK);
    CU_ASSERT(outcome.results[2].status != STATUS_OK && outcome.results[3].status != STATUS_OK);
    const char *failure = strstr(runner_case_reported.data, "FAILED pendulum: ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(failure);
    CU_ASSERT_PTR_NULL(strstr(failure + 1, "FAILED")); /* said once, not once for each cell */
    CU_ASSERT(exists(&fixture, "table.md"));
    struct cell_standing standing;
    cell_look(&outcome.cells[3], NULL, &standing);
    CU_ASSERT(standing.state == RECORD_FAILED && !standing.settled);
    CU_ASSERT_PTR_NOT_NULL(strstr(standing.record.reason, "/data/pendulum-"));
    run_outcome_clear(&outcome);
    runner_case_close(&fixture);
}

static void a_dataset_made_with_other_settings_is_refused(void) {
    struct runner_case fixture = runner_case_open("foreign", runner_case_tiny, NULL);
    const struct simulator *pendulum = fixture.experiment->environments[1];
    struct dataset_settings settings = {.train = 2, .test = 1, .frames = 8, .images = DATASET_IMAGES_STORE};
    struct effort effort = {.threads = 1, .quiet = true};
    data_file_resolve(&settings, pendulum);
    CU_ASSERT_EQUAL(settings.dt, 0.05);
    char *path = data_file_path(fixture.data_folder, pendulum, &settings);
    CHECK_OK_FATAL(data_file_make(path, pendulum, &settings, &effort));
    struct dataset *dataset = NULL;
    CHECK_OK_FATAL(data_file_open(&dataset, path, pendulum, &settings));
    dataset_close(dataset);

    settings.frames = 9;
    CU_ASSERT_EQUAL(data_file_open(&dataset, path, pendulum, &settings), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "was made with dataset.frames 8, expected 9"));
    const struct simulator *spring = fixture.experiment->environments[0];
    CU_ASSERT_EQUAL(data_file_open(&dataset, path, spring, NULL), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "is a dataset of pendulum, expected mass_spring"));
    free(path);
    runner_case_close(&fixture);
}

static void different_dataset_settings_never_share_a_file(void) {
    const struct simulator *pendulum = simulator_find("pendulum");
    static const char *const assignments[] = {
        "dataset.train=501",   "dataset.test=201",    "dataset.frames=257",    "dataset.dt=0.0500001",
        "dataset.images=none", "dataset.seed=1",      "dataset.validation=51", "dataset.shift=energy",
        "dataset.shift=dt",    "dataset.validation=0"};
    struct settings settings;
    settings_create(&settings, NULL);
    data_file_resolve(settings_dataset(&settings), pendulum);
    char *base = data_file_path("data", pendulum, settings_dataset(&settings));
    settings_clear(&settings);
    for (size_t i = 0; i < sizeof assignments / sizeof *assignments; i++) {
        settings_create(&settings, NULL);
        CHECK_OK_FATAL(settings_apply(&settings, assignments[i]));
        data_file_resolve(settings_dataset(&settings), pendulum);
        char *path = data_file_path("data", pendulum, settings_dataset(&settings));
        CU_ASSERT(strcmp(path, base) != 0);
        free(path);
        settings_clear(&settings);
    }
    free(base);
}

static struct dataset_settings resolved(const char *environment, const char *const *assignments, int count) {
    struct settings settings;
    settings_create(&settings, NULL);
    for (int i = 0; i < count; i++) {
        CHECK_OK_FATAL(settings_apply(&settings, assignments[i]));
    }
    struct dataset_settings out = *settings_dataset(&settings);
    data_file_resolve(&out, simulator_find(environment));
    settings_clear(&settings);
    return out;
}

/* A quarter of the test set where there is something to train on, no training where the set is shifted. */
static void counts_that_are_left_open_are_those_of_the_environment(void) {
    static const char *const shifted[] = {"dataset.shift=dt", "dataset.test=80"};
    static const char *const some[] = {"dataset.test=10", "dataset.train=3"};
    struct dataset_settings settings = resolved("pendulum", NULL, 0);
    CU_ASSERT(settings.train == 500 && settings.test == 200 && settings.validation == 50);
    settings = resolved("pendulum", some, 2);
    CU_ASSERT(settings.train == 3 && settings.test == 10 && settings.validation == 2);
    settings = resolved("pendulum_long_trajectory", NULL, 0);
    CU_ASSERT(settings.train == 0 && settings.test == 100 && settings.validation == 0);
    settings = resolved("pendulum", shifted, 1);
    CU_ASSERT(settings.train == 0 && settings.test == 200 && settings.validation == 0);
    CU_ASSERT(settings.dt == 0.075 && settings.frames == 256);
    settings = resolved("room_spiral_fast", shifted, 2);
    CU_ASSERT(settings.test == 80 && settings.frames == 170);
    CU_ASSERT_STRING_EQUAL(settings.shift, "dt");
}

static void a_shifted_file_is_not_taken_for_another(void) {
    struct runner_case fixture = runner_case_open("shifted", runner_case_tiny, NULL);
    const struct simulator *pendulum = simulator_find("pendulum");
    struct effort effort = {.threads = 1, .quiet = true};
    static const char *const assignments[] = {"dataset.shift=energy", "dataset.test=2", "dataset.frames=8"};
    struct dataset_settings settings = resolved("pendulum", assignments, 3);
    struct dataset *dataset = NULL;
    char *path = data_file_path(fixture.data_folder, pendulum, &settings);
    CU_ASSERT_PTR_NOT_NULL(strstr(path, "/pendulum-shift-energy-train0-test2-frames8-dt0.05-seed0.h5"));
    CHECK_OK_FATAL(data_file_make(path, pendulum, &settings, &effort));
    CHECK_OK_FATAL(data_file_open(&dataset, path, pendulum, &settings));
    CU_ASSERT_EQUAL(dataset_info(dataset)->shift, SIMULATOR_SHIFT_ENERGY);
    CHECK_OK(data_file_check_current(dataset, path));
    dataset_close(dataset);
    settings = resolved("pendulum", &assignments[1], 2);
    settings.train = settings.validation = 0;
    CHECK_FAILS(data_file_open(&dataset, path, pendulum, &settings), STATUS_DATA,
                "was made with dataset.shift energy, expected none");
    free(path);
    runner_case_close(&fixture);
}

static void a_run_folder_knows_its_cell(void) {
    struct runner_case fixture = runner_case_open("cell", runner_case_tiny, NULL);
    struct run_outcome outcome;
    CHECK_OK_FATAL(experiment_run(&fixture.request, &outcome));
    const struct cell *made = &outcome.cells[3];
    struct cell read;
    CHECK_OK_FATAL(cell_read(&read, made->folder));
    CU_ASSERT(read.environment == made->environment && read.model == made->model && read.seed == made->seed);
    struct text left = {0}, right = {0};
    settings_add_yaml(&left, &read.settings);
    settings_add_yaml(&right, &made->settings);
    CU_ASSERT_STRING_EQUAL(left.data, right.data);
    text_free(&left);
    text_free(&right);
    CU_ASSERT(read.generated);
    struct dataset *dataset = NULL;
    CU_ASSERT_EQUAL(
        data_file_open(&dataset, read.data_file, read.environment, settings_dataset(&read.settings)),
        STATUS_OK);
    struct table_cell result;
    const struct effort effort = {.threads = 1, .quiet = true};
    CHECK_OK_FATAL(cell_evaluate(&read, dataset, &effort, &result));
    CU_ASSERT_EQUAL(reconstruction_mse(&result.result), reconstruction_mse(&outcome.results[3].result));
    dataset_close(dataset);
    cell_clear(&read);
    run_outcome_clear(&outcome);
    runner_case_close(&fixture);
}

static void a_given_data_file_is_looked_up_beside_the_yaml_file(void) {
    static const char GIVEN[] = "environments: [pendulum]\nmodels: [copy_last]\ndata_file: data/given.h5\n"
                                "model: {target_frames: 6}\n"
                                "evaluation: {windows: 2, extrapolation_frames: 4}\n";
    struct runner_case fixture = runner_case_open("given", GIVEN, NULL);
    const struct simulator *pendulum = simulator_find("pendulum");
    struct dataset_settings settings = {.train = 2, .test = 1, .frames = 24, .images = DATASET_IMAGES_STORE};
    struct effort work = {.threads = 1, .quiet = true};
    data_file_resolve(&settings, pendulum);
    char *path = file_join(fixture.data_folder, "given.h5");
    CHECK_OK_FATAL(file_make_parent(path));
    CHECK_OK_FATAL(data_file_make(path, pendulum, &settings, &work));
    struct run_outcome outcome;
    CHECK_OK_FATAL(experiment_run(&fixture.request, &outcome));
    struct text config = runner_case_read(&outcome, "config.resolved.yaml");
    CU_ASSERT_PTR_NOT_NULL(strstr(config.data, "data_file: \"../../../../data/given.h5\""));
    CU_ASSERT_PTR_NULL(strstr(config.data, test_folder()));
    struct cell read;
    CHECK_OK_FATAL(cell_read(&read, outcome.cells[0].folder));
    CU_ASSERT(!read.generated && file_exists(read.data_file));
    cell_clear(&read);
    text_free(&config);
    run_outcome_clear(&outcome);
    free(path);
    runner_case_close(&fixture);
}

static void folders_that_cannot_be_made_are_an_io_error(void) {
    struct runner_case fixture = runner_case_open("blocked", runner_case_tiny, NULL);
    char *file = text_format("%s/file", test_folder());
    CHECK_OK_FATAL(file_write(file, "x", 1));
    char *below = file_join(file, "runs");
    fixture.request.folder = below;
    size_t finished, failed;
    CU_ASSERT_EQUAL(runner_case_run(&fixture, &finished, &failed), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), file));
    free(below);
    free(file);
    runner_case_close(&fixture);
}

int main(void) {
    static const struct test tests[] = {
        TEST(an_experiment_fills_every_cell_and_writes_the_table),
        TEST(a_second_run_opens_no_dataset_and_finds_all_done),
        TEST(only_the_unfinished_cells_are_run),
        TEST(settings_that_do_not_fit_are_refused_before_any_work),
        TEST(a_damaged_dataset_fails_its_cells_and_the_others_go_on),
        TEST(a_dataset_made_with_other_settings_is_refused),
        TEST(different_dataset_settings_never_share_a_file),
        TEST(counts_that_are_left_open_are_those_of_the_environment),
        TEST(a_shifted_file_is_not_taken_for_another),
        TEST(a_run_folder_knows_its_cell),
        TEST(a_given_data_file_is_looked_up_beside_the_yaml_file),
        TEST(folders_that_cannot_be_made_are_an_io_error),
    };
    return tests_run("runner", tests, sizeof tests / sizeof *tests);
}
