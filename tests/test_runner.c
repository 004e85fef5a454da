/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Experiments from file to table, with models that need little or no training.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "experiments/data_file.h"
#include "experiments/runner.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/timer.h"
#include "tests/harness.h"

static const char TINY[] = "environments: [mass_spring, pendulum]\n"
                           "models: [copy_last, mean_image]\n"
                           "dataset: {train: 3, test: 2, frames: 24}\n"
                           "model: {channels: 4, latent: 4, hidden: 8, hidden_layers: 1, target_frames: 6,\n"
                           "        decoded_frames: 2}\n"
                           "training: {steps: 3, batch: 2, shards: 2}\n"
                           "evaluation: {windows: 2, extrapolation_frames: 4}\n";

/* An experiment in folders of its own below test_folder(). */
struct fixture {
    struct experiment *experiment;
    char *folder;
    char *data_folder;
    struct run_request request;
};

static struct text reported;

static void remember(enum runner_event event, const char *line) {
    text_add(&reported, "%s%s\n", event == RUNNER_FAILURE ? "FAILED " : "", line);
}

static struct fixture open_fixture(const char *name, const char *content) {
    struct fixture fixture = {
        .folder = text_format("%s/%s/runs", test_folder(), name),
        .data_folder = text_format("%s/%s/data", test_folder(), name),
    };
    char *path = text_format("%s/%s/tiny.yaml", test_folder(), name);
    CU_ASSERT_EQUAL_FATAL(file_make_parent(path), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(file_write(path, content, strlen(content)), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(experiment_read(&fixture.experiment, path), STATUS_OK);
    free(path);
    fixture.request = (struct run_request){
        .experiment = fixture.experiment,
        .folder = fixture.folder,
        .data_folder = fixture.data_folder,
        .threads = 2,
        .quiet = true,
        .report = remember,
    };
    text_clear(&reported);
    text_add(&reported, "%s", "");
    return fixture;
}

static void close_fixture(struct fixture *fixture) {
    experiment_free(fixture->experiment);
    free(fixture->folder);
    free(fixture->data_folder);
    text_free(&reported);
}

static enum status run(const struct fixture *fixture, size_t *finished_before, size_t *failed) {
    struct run_outcome outcome;
    enum status status = experiment_run(&fixture->request, &outcome);
    *finished_before = outcome.finished_before;
    *failed = outcome.failed;
    run_outcome_clear(&outcome);
    return status;
}

static bool exists(const struct fixture *fixture, const char *name) {
    char *path = file_join(fixture->folder, name);
    bool found = file_exists(path);
    free(path);
    return found;
}

static void an_experiment_fills_every_cell_and_writes_the_table(void) {
    struct fixture fixture = open_fixture("fill", TINY);
    struct run_outcome outcome;
    CU_ASSERT_EQUAL(experiment_run(&fixture.request, &outcome), STATUS_OK);
    CU_ASSERT(outcome.table.count == 4 && outcome.failed == 0 && outcome.finished_before == 0);
    CU_ASSERT_STRING_EQUAL(outcome.results[2].environment, "pendulum");
    CU_ASSERT_STRING_EQUAL(outcome.results[2].model, "copy_last");
    for (size_t i = 0; i < outcome.table.count; i++) {
        CU_ASSERT(outcome.results[i].result.train.mse > 0.0);
    }
    static const char *const files[] = {
        "table.md",
        "table.csv",
        "table.json",
        "pendulum/mean_image/seed-0/config.resolved.yaml",
        "pendulum/mean_image/seed-0/environment.json",
        "pendulum/mean_image/seed-0/evaluation.json",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        CU_ASSERT(exists(&fixture, files[i]));
    }
    run_outcome_clear(&outcome);
    close_fixture(&fixture);
}

static void a_second_run_opens_no_dataset_and_finds_all_done(void) {
    struct fixture fixture = open_fixture("again", TINY);
    size_t finished, failed;
    CU_ASSERT_EQUAL_FATAL(run(&fixture, &finished, &failed), STATUS_OK);
    /* Without the data a cell that had to do anything would fail, or make the data again. */
    char *command = text_format("rm -r '%s' && mkdir '%s'", fixture.data_folder, fixture.data_folder);
    CU_ASSERT_EQUAL_FATAL(system(command), 0);
    free(command);
    text_clear(&reported);
    double begun = timer_now();
    CU_ASSERT_EQUAL(run(&fixture, &finished, &failed), STATUS_OK);
    CU_ASSERT(finished == 4 && failed == 0);
    CU_ASSERT_STRING_EQUAL(reported.data, "");
    CU_ASSERT(timer_now() - begun < 1.0); /* takes 2 ms */
    close_fixture(&fixture);
}

static void only_the_unfinished_cells_are_run(void) {
    struct fixture fixture = open_fixture("rest", TINY);
    size_t finished, failed;
    CU_ASSERT_EQUAL_FATAL(run(&fixture, &finished, &failed), STATUS_OK);
    char *path = file_join(fixture.folder, "pendulum/copy_last/seed-0/evaluation.json");
    CU_ASSERT_EQUAL(unlink(path), 0);
    free(path);
    text_clear(&reported);
    CU_ASSERT_EQUAL(run(&fixture, &finished, &failed), STATUS_OK);
    CU_ASSERT_EQUAL(finished, 3);
    CU_ASSERT_STRING_EQUAL(reported.data, "pendulum, copy_last, seed 0\n");
    close_fixture(&fixture);
}

static void a_run_folder_made_with_other_settings_is_refused(void) {
    struct fixture fixture = open_fixture("other", TINY);
    size_t finished, failed;
    CU_ASSERT_EQUAL_FATAL(run(&fixture, &finished, &failed), STATUS_OK);
    static const char *const assignments[] = {"model.beta=0.25"};
    fixture.request.assignments = assignments;
    fixture.request.assignment_count = 1;
    CU_ASSERT_EQUAL(run(&fixture, &finished, &failed), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(),
                                  "mass_spring/copy_last/seed-0: was made with model.beta 1, "
                                  "now it is 0.25; remove the folder or choose another"));
    close_fixture(&fixture);
}

static void settings_that_do_not_fit_are_refused_before_any_work(void) {
    static const struct {
        const char *assignment;
        const char *reason;
    } cases[] = {
        {"dataset.frames=8", "model.target_frames: "},
        {"evaluation.extrapolation_frames=20",
         "evaluation.extrapolation_frames: 20 frames beyond the window"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture = open_fixture("misfit", TINY);
        fixture.request.assignments = &cases[i].assignment;
        fixture.request.assignment_count = 1;
        size_t finished, failed;
        CU_ASSERT_EQUAL(run(&fixture, &finished, &failed), STATUS_DATA);
        CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), cases[i].reason));
        CU_ASSERT(!file_exists(fixture.folder) && !file_exists(fixture.data_folder));
        close_fixture(&fixture);
    }
}

/* Puts `content` where the experiment looks for the pendulum's data. */
static void write_data(const struct fixture *fixture, const char *content) {
    struct settings settings;
    CU_ASSERT_EQUAL(
        experiment_settings(&settings, fixture->experiment, fixture->experiment->models[0], NULL, 0),
        STATUS_OK);
    const struct simulator *pendulum = fixture->experiment->environments[1];
    data_file_resolve(&settings.dataset, pendulum);
    char *path = data_file_path(fixture->data_folder, pendulum, &settings.dataset);
    CU_ASSERT_EQUAL(file_make_parent(path), STATUS_OK);
    CU_ASSERT_EQUAL(file_write(path, content, strlen(content)), STATUS_OK);
    free(path);
}

static void a_damaged_dataset_fails_its_cells_and_the_others_go_on(void) {
    struct fixture fixture = open_fixture("damaged", TINY);
    write_data(&fixture, "no HDF5");
    struct run_outcome outcome;
    CU_ASSERT_EQUAL(experiment_run(&fixture.request, &outcome), STATUS_CELLS_FAILED);
    CU_ASSERT_STRING_EQUAL(status_detail(), "2 of 4 cells failed");
    CU_ASSERT_EQUAL(outcome.results[0].status, STATUS_OK);
    CU_ASSERT_EQUAL(outcome.results[1].status, STATUS_OK);
    CU_ASSERT(outcome.results[2].status != STATUS_OK && outcome.results[3].status != STATUS_OK);
    const char *failure = strstr(reported.data, "FAILED pendulum: ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(failure);
    CU_ASSERT_PTR_NULL(strstr(failure + 1, "FAILED")); /* said once, not once for each cell */
    CU_ASSERT(exists(&fixture, "table.md"));
    run_outcome_clear(&outcome);
    close_fixture(&fixture);
}

static void a_dataset_made_with_other_settings_is_refused(void) {
    struct fixture fixture = open_fixture("foreign", TINY);
    const struct simulator *pendulum = fixture.experiment->environments[1];
    struct dataset_settings settings = {.train = 2, .test = 1, .frames = 8, .images = DATASET_IMAGES_STORE};
    struct effort effort = {.threads = 1, .quiet = true};
    data_file_resolve(&settings, pendulum);
    CU_ASSERT_EQUAL(settings.dt, 0.05);
    char *path = data_file_path(fixture.data_folder, pendulum, &settings);
    CU_ASSERT_EQUAL_FATAL(data_file_make(path, pendulum, &settings, &effort), STATUS_OK);
    struct dataset *dataset = NULL;
    CU_ASSERT_EQUAL(data_file_open(&dataset, path, pendulum, &settings), STATUS_OK);
    dataset_close(dataset);

    settings.frames = 9;
    CU_ASSERT_EQUAL(data_file_open(&dataset, path, pendulum, &settings), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "was made with dataset.frames 8, expected 9"));
    const struct simulator *spring = fixture.experiment->environments[0];
    CU_ASSERT_EQUAL(data_file_open(&dataset, path, spring, NULL), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "is a dataset of pendulum, expected mass_spring"));
    free(path);
    close_fixture(&fixture);
}

static void different_dataset_settings_never_share_a_file(void) {
    const struct simulator *pendulum = simulator_find("pendulum");
    static const char *const assignments[] = {"dataset.train=501",   "dataset.test=201",
                                              "dataset.frames=257",  "dataset.dt=0.0500001",
                                              "dataset.images=none", "dataset.seed=1"};
    struct settings settings;
    settings_default(&settings);
    data_file_resolve(&settings.dataset, pendulum);
    char *base = data_file_path("data", pendulum, &settings.dataset);
    for (size_t i = 0; i < sizeof assignments / sizeof *assignments; i++) {
        settings_default(&settings);
        CU_ASSERT_EQUAL(settings_apply(&settings, assignments[i]), STATUS_OK);
        data_file_resolve(&settings.dataset, pendulum);
        char *path = data_file_path("data", pendulum, &settings.dataset);
        CU_ASSERT(strcmp(path, base) != 0);
        free(path);
    }
    free(base);
}

static void a_run_folder_knows_its_cell(void) {
    struct fixture fixture = open_fixture("cell", TINY);
    struct run_outcome outcome;
    CU_ASSERT_EQUAL(experiment_run(&fixture.request, &outcome), STATUS_OK);
    const struct cell *made = &outcome.cells[3];
    struct cell read;
    CU_ASSERT_EQUAL_FATAL(cell_read(&read, made->folder), STATUS_OK);
    CU_ASSERT(read.environment == made->environment && read.model == made->model && read.seed == made->seed);
    CU_ASSERT_PTR_NULL(settings_difference(&read.settings, &made->settings, NULL));
    struct dataset *dataset = NULL;
    CU_ASSERT_EQUAL(data_file_open(&dataset, read.data_file, read.environment, &read.settings.dataset),
                    STATUS_OK);
    struct table_cell result;
    CU_ASSERT_EQUAL(cell_evaluate(&read, dataset, 1, true, &result), STATUS_OK);
    CU_ASSERT_EQUAL(result.result.train.mse, outcome.results[3].result.train.mse);
    dataset_close(dataset);
    cell_clear(&read);
    run_outcome_clear(&outcome);
    close_fixture(&fixture);
}

static void folders_that_cannot_be_made_are_an_io_error(void) {
    struct fixture fixture = open_fixture("blocked", TINY);
    char *file = text_format("%s/file", test_folder());
    CU_ASSERT_EQUAL(file_write(file, "x", 1), STATUS_OK);
    char *below = file_join(file, "runs");
    fixture.request.folder = below;
    size_t finished, failed;
    CU_ASSERT_EQUAL(run(&fixture, &finished, &failed), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), file));
    free(below);
    free(file);
    close_fixture(&fixture);
}

int main(void) {
    static const struct test tests[] = {
        TEST(an_experiment_fills_every_cell_and_writes_the_table),
        TEST(a_second_run_opens_no_dataset_and_finds_all_done),
        TEST(only_the_unfinished_cells_are_run),
        TEST(a_run_folder_made_with_other_settings_is_refused),
        TEST(settings_that_do_not_fit_are_refused_before_any_work),
        TEST(a_damaged_dataset_fails_its_cells_and_the_others_go_on),
        TEST(a_dataset_made_with_other_settings_is_refused),
        TEST(different_dataset_settings_never_share_a_file),
        TEST(a_run_folder_knows_its_cell),
        TEST(folders_that_cannot_be_made_are_an_io_error),
    };
    return tests_run("runner", tests, sizeof tests / sizeof *tests);
}
