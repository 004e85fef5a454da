/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Experiments from file to table, with models that need little or no training.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "experiments/data_file.h"
#include "experiments/runner.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/provenance.h"
#include "support/timer.h"
#include "sweep/claim.h"
#include "tests/harness.h"

static const char TINY[] = "environments: [mass_spring, pendulum]\n"
                           "models: [copy_last, mean_image]\n"
                           "dataset: {train: 3, test: 2, frames: 24}\n"
                           "model: {target_frames: 6}\n"
                           "evaluation: {windows: 2, extrapolation_frames: 4}\n";

/* An experiment in folders of its own below test_folder(). */
struct fixture {
    struct experiment *experiment;
    char *folder;
    char *data_folder;
    struct run_request request;
};

static struct text reported;

static void remember(void *context, const char *line) {
    (void)context;
    text_add(&reported, "%s\n", line);
}

static void remember_failure(void *context, const char *line) {
    (void)context;
    text_add(&reported, "FAILED %s\n", line);
}

/* With --set `assignment`; NULL: none. */
static struct fixture open_fixture_with(const char *name, const char *content, const char *assignment) {
    struct fixture fixture = {
        .folder = text_format("%s/%s/runs", test_folder(), name),
        .data_folder = text_format("%s/%s/data", test_folder(), name),
    };
    char *path = text_format("%s/%s/tiny.yaml", test_folder(), name);
    CHECK_OK_FATAL(file_make_parent(path));
    CHECK_OK_FATAL(file_write(path, content, strlen(content)));
    CHECK_OK_FATAL(experiment_read(&fixture.experiment, path, &assignment, assignment != NULL));
    free(path);
    fixture.request = (struct run_request){
        .experiment = fixture.experiment,
        .folder = fixture.folder,
        .data_folder = fixture.data_folder,
        .effort = {.threads = 2, .quiet = true, .report = remember},
        .complain = remember_failure,
    };
    text_clear(&reported);
    text_add(&reported, "%s", "");
    return fixture;
}

static struct fixture open_fixture(const char *name, const char *content) {
    return open_fixture_with(name, content, NULL);
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
    CHECK_OK_FATAL(experiment_run(&fixture.request, &outcome));
    CU_ASSERT(outcome.table.count == 4 && outcome.failed == 0 && outcome.finished_before == 0);
    CU_ASSERT_STRING_EQUAL(outcome.results[2].environment, "pendulum");
    CU_ASSERT_STRING_EQUAL(outcome.results[2].model, "copy_last");
    for (size_t i = 0; i < outcome.table.count; i++) {
        CU_ASSERT(outcome.results[i].result.figures[0].value > 0.0);
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
    close_fixture(&fixture);
}

static void a_second_run_opens_no_dataset_and_finds_all_done(void) {
    struct fixture fixture = open_fixture("again", TINY);
    size_t finished, failed;
    CHECK_OK_FATAL(run(&fixture, &finished, &failed));
    /* Without the data a cell that had to do anything would fail, or make the data again. */
    char *command = text_format("rm -r '%s' && mkdir '%s'", fixture.data_folder, fixture.data_folder);
    CU_ASSERT_EQUAL_FATAL(system(command), 0);
    free(command);
    text_clear(&reported);
    double begun = timer_now();
    CHECK_OK_FATAL(run(&fixture, &finished, &failed));
    CU_ASSERT(finished == 4 && failed == 0);
    CU_ASSERT_STRING_EQUAL(reported.data, "");
    CU_ASSERT(timer_now() - begun < 1.0); /* takes 2 ms */
    close_fixture(&fixture);
}

static void only_the_unfinished_cells_are_run(void) {
    struct fixture fixture = open_fixture("rest", TINY);
    size_t finished, failed;
    CHECK_OK_FATAL(run(&fixture, &finished, &failed));
    char *path = file_join(fixture.folder, "pendulum/copy_last/seed-0/evaluation.json");
    CU_ASSERT_EQUAL(unlink(path), 0);
    free(path);
    text_clear(&reported);
    CHECK_OK_FATAL(run(&fixture, &finished, &failed));
    CU_ASSERT_EQUAL(finished, 3);
    CU_ASSERT_STRING_EQUAL(reported.data, "pendulum, copy_last, seed 0\n");
    close_fixture(&fixture);
}

static void a_run_folder_made_with_other_settings_is_refused(void) {
    struct fixture fixture = open_fixture("other", TINY);
    size_t finished, failed;
    CHECK_OK_FATAL(run(&fixture, &finished, &failed));
    close_fixture(&fixture);
    fixture = open_fixture_with("other", TINY, "dataset.train=4");
    CU_ASSERT_EQUAL(run(&fixture, &finished, &failed), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(),
                                  "mass_spring/copy_last/seed-0: was made with dataset.train 3, "
                                  "now it is 4; remove the folder or choose another"));
    close_fixture(&fixture);
}

static void other_evaluation_settings_evaluate_again_and_keep_the_training(void) {
    struct fixture fixture = open_fixture("reevaluated", TINY);
    struct run_outcome before, after;
    CHECK_OK_FATAL(experiment_run(&fixture.request, &before));
    close_fixture(&fixture);
    fixture = open_fixture_with("reevaluated", TINY, "evaluation.windows=5");
    CHECK_OK_FATAL(experiment_run(&fixture.request, &after));
    CU_ASSERT(after.finished_before == 0 && after.results[3].result.windows == 5);
    CU_ASSERT(before.results[3].result.windows == 2);
    CU_ASSERT_EQUAL(after.results[3].seconds, before.results[3].seconds); /* of the one training */
    run_outcome_clear(&after);
    CHECK_OK_FATAL(experiment_run(&fixture.request, &after));
    CU_ASSERT_EQUAL(after.finished_before, 4);
    run_outcome_clear(&after);
    run_outcome_clear(&before);
    close_fixture(&fixture);
}

static void settings_that_do_not_fit_are_refused_before_any_work(void) {
    static const char TRAINED[] = "environments: [pendulum]\nmodels: [hgn++]\n"
                                  "dataset: {train: 3, test: 2, frames: 24}\n"
                                  "model: {target_frames: 6, decoded_frames: 2}\n"
                                  "evaluation: {windows: 2, extrapolation_frames: 4}\n";
    static const struct {
        const char *content, *assignment, *reason;
    } cases[] = {
        {TINY, "evaluation.extrapolation_frames=23", "evaluation.extrapolation_frames: windows of 33 frames"},
        {TINY, "dataset.train=0", "dataset.train: 0, mean_image is trained: mass_spring has no training"},
        {TINY, "dataset.test=0", "dataset.test: 0, expected at least one"},
        {TRAINED, "dataset.frames=8", "model.target_frames: "},
        {TRAINED, "training.batch=10", "training.shards: 4, expected a divisor of training.batch (10)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture = open_fixture_with("misfit", cases[i].content, cases[i].assignment);
        size_t finished, failed;
        CHECK_FAILS(run(&fixture, &finished, &failed), STATUS_DATA, cases[i].reason);
        CU_ASSERT(!file_exists(fixture.folder) && !file_exists(fixture.data_folder));
        close_fixture(&fixture);
    }
}

/* Puts `content` where the experiment looks for the pendulum's data. */
static void write_data(const struct fixture *fixture, const char *content) {
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
    struct cell_standing standing;
    cell_look(&outcome.cells[3], NULL, &standing);
    CU_ASSERT(standing.state == RECORD_FAILED && !standing.settled);
    CU_ASSERT_PTR_NOT_NULL(strstr(standing.record.reason, "/data/pendulum-"));
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
    close_fixture(&fixture);
}

static void different_dataset_settings_never_share_a_file(void) {
    const struct simulator *pendulum = simulator_find("pendulum");
    static const char *const assignments[] = {"dataset.train=501",   "dataset.test=201",
                                              "dataset.frames=257",  "dataset.dt=0.0500001",
                                              "dataset.images=none", "dataset.seed=1"};
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

static void a_run_folder_knows_its_cell(void) {
    struct fixture fixture = open_fixture("cell", TINY);
    struct run_outcome outcome;
    CHECK_OK_FATAL(experiment_run(&fixture.request, &outcome));
    const struct cell *made = &outcome.cells[3];
    struct cell read;
    CHECK_OK_FATAL(cell_read(&read, made->folder));
    CU_ASSERT(read.environment == made->environment && read.model == made->model && read.seed == made->seed);
    struct settings_difference difference;
    CU_ASSERT(!settings_differ(&read.settings, &made->settings, NULL, &difference));
    CU_ASSERT(read.generated);
    struct dataset *dataset = NULL;
    CU_ASSERT_EQUAL(
        data_file_open(&dataset, read.data_file, read.environment, settings_dataset(&read.settings)),
        STATUS_OK);
    struct table_cell result;
    const struct effort effort = {.threads = 1, .quiet = true};
    CHECK_OK_FATAL(cell_evaluate(&read, dataset, &effort, &result));
    CU_ASSERT_EQUAL(result.result.figures[0].value, outcome.results[3].result.figures[0].value);
    dataset_close(dataset);
    cell_clear(&read);
    run_outcome_clear(&outcome);
    close_fixture(&fixture);
}

/* A cell whose record says that another program made it. */
static void forge_record(const struct cell *cell, const char *begun_by, const char *revision) {
    struct record record;
    CHECK_OK_FATAL(record_read(&record, cell->folder));
    if (begun_by != NULL) {
        (void)snprintf(record.begun_by, sizeof record.begun_by, "%s", begun_by);
        (void)snprintf(record.revision, sizeof record.revision, "%s", revision);
    }
    CHECK_OK_FATAL(record_write(&record, cell->folder));
}

static void cells_of_other_programs_are_kept_with_a_word_or_made_again(void) {
    struct fixture fixture = open_fixture("stale", TINY);
    struct run_outcome outcome;
    CHECK_OK_FATAL(experiment_run(&fixture.request, &outcome));
    forge_record(&outcome.cells[1], "older", "older");
    forge_record(&outcome.cells[2], "older", provenance_revision());
    struct cell_standing standing;
    cell_look(&outcome.cells[1], NULL, &standing);
    CU_ASSERT(standing.state == RECORD_STALE && standing.settled);
    CU_ASSERT_EQUAL(strncmp(standing.record.reason, "made by revision older, this is ", 32), 0);
    cell_look(&outcome.cells[2], NULL, &standing);
    CU_ASSERT(standing.state == RECORD_STALE && standing.settled);
    CU_ASSERT_EQUAL(strncmp(standing.record.reason, "begun by revision older, finished by ", 36), 0);
    cell_look(&outcome.cells[0], NULL, &standing);
    CU_ASSERT(standing.state == RECORD_DONE && standing.settled);
    cell_look(&outcome.cells[0], "other data", &standing);
    CU_ASSERT(standing.state == RECORD_STALE && standing.settled);
    /* Whoever has just got the lock still sees that nothing is to be done. */
    struct claim *claim = NULL;
    char *lock = record_lock_path(outcome.cells[0].folder);
    CHECK_OK_FATAL(claim_try(&claim, lock));
    cell_look(&outcome.cells[0], NULL, &standing);
    CU_ASSERT(standing.state == RECORD_RUNNING && standing.settled);
    claim_release(claim);
    free(lock);
    run_outcome_clear(&outcome);

    text_clear(&reported);
    size_t finished, failed;
    CHECK_OK_FATAL(run(&fixture, &finished, &failed));
    CU_ASSERT_EQUAL(finished, 4);
    CU_ASSERT_EQUAL(
        strncmp(reported.data, "2 of 4 cells are stale (mass_spring/mean_image/seed-0: made by", 62), 0);
    fixture.request.rerun_stale = true;
    CHECK_OK_FATAL(run(&fixture, &finished, &failed));
    CU_ASSERT_EQUAL(finished, 2);
    CHECK_OK_FATAL(run(&fixture, &finished, &failed));
    CU_ASSERT_EQUAL(finished, 4);
    close_fixture(&fixture);
}

/* Runs hgn++ on the pendulum for so many steps, with that last fraction of the rate, in folder `name`. */
static enum status train(const char *name, int steps, const char *final_rate, struct run_outcome *out) {
    char *content = text_format("environments: [pendulum]\nmodels: [hgn++]\n"
                                "dataset: {train: 3, test: 2, frames: 24}\n"
                                "model: {channels: 4, latent: 4, hidden: 8, hidden_layers: 1, "
                                "target_frames: 6, decoded_frames: 2}\n"
                                "training: {steps: %d, batch: 2, shards: 2, warmup_steps: 2, "
                                "final_rate: %s, first_horizon: 3, horizon_steps: 9, log_every: 5}\n"
                                "evaluation: {windows: 2, extrapolation_frames: 4}\n",
                                steps, final_rate);
    struct fixture fixture = open_fixture(name, content);
    enum status status = experiment_run(&fixture.request, out);
    free(content);
    close_fixture(&fixture);
    return status;
}

/* The content of a file of the first cell, up to the last key: without the seconds of metrics.jsonl. */
static struct text read_file(const struct run_outcome *outcome, const char *name) {
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

static bool same_words(const char *left, const char *right) {
    for (;; left++, right++) {
        left += strspn(left, " ");
        right += strspn(right, " ");
        if (*left != *right || *left == '\0') {
            return *left == *right;
        }
    }
}

static void an_extended_training_equals_a_longer_one_to_the_bit(void) {
    static const char *const names[] = {"metrics.jsonl", "evaluation.json"};
    struct run_outcome shorter, longer, extended;
    CHECK_OK_FATAL(train("extended", 7, "1", &shorter));
    CHECK_OK_FATAL(train("extended", 13, "1", &extended));
    CHECK_OK_FATAL(train("longer", 13, "1", &longer));
    CU_ASSERT(extended.finished_before == 0 && extended.results[0].steps == 13);
    CU_ASSERT(extended.results[0].result.figures[0].value != shorter.results[0].result.figures[0].value);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct text left = read_file(&extended, names[i]), right = read_file(&longer, names[i]);
        CU_ASSERT(same_words(left.data, right.data));
        text_free(&left);
        text_free(&right);
    }
    struct text sessions = read_file(&extended, "environment.jsonl");
    CU_ASSERT_PTR_NOT_NULL(strstr(sessions.data, "\"from_step\": 0"));
    CU_ASSERT_PTR_NOT_NULL(strstr(sessions.data, "\"from_step\": 7"));
    text_free(&sessions);
    run_outcome_clear(&shorter);
    run_outcome_clear(&longer);
    run_outcome_clear(&extended);
}

static void a_training_whose_rate_depends_on_its_length_is_not_extended(void) {
    struct run_outcome outcome;
    CHECK_OK_FATAL(train("fixed", 7, "0.1", &outcome));
    char *config = file_join(outcome.cells[0].folder, "config.resolved.yaml");
    run_outcome_clear(&outcome);
    CU_ASSERT_EQUAL(train("fixed", 13, "0.1", &outcome), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(),
                                  "was made with training.steps 7, now it is 13; the learning "
                                  "rate of step 4 would have been another one"));
    run_outcome_clear(&outcome);
    CU_ASSERT_EQUAL(train("fixed", 6, "0.1", &outcome), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "7 steps are done, and none can be taken back"));
    run_outcome_clear(&outcome);
    /* Nor when the configuration in the folder is made to say so, too. */
    struct text text = {0};
    CHECK_OK_FATAL(file_read(&text, config));
    char *steps = strstr(text.data, "steps: 7\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(steps);
    steps[7] = '9';
    CHECK_OK_FATAL(file_write(config, text.data, text.length));
    CU_ASSERT_EQUAL(train("fixed", 9, "0.1", &outcome), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "was made with training.steps 7, now it is 9"));
    run_outcome_clear(&outcome);
    text_free(&text);
    free(config);
}

static void the_tables_hold_all_seeds_that_have_results(void) {
    struct fixture fixture = open_fixture("seeds", TINY);
    struct run_outcome outcome;
    static const uint64_t seeds[] = {0, 10, 2};
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        fixture.experiment->seeds[0] = seeds[i];
        CHECK_OK_FATAL(experiment_run(&fixture.request, &outcome));
        CU_ASSERT(outcome.requested == 4 && outcome.table.count == 4 * (i + 1));
        if (i < 2) {
            run_outcome_clear(&outcome);
        }
    }
    static const uint64_t order[] = {2, 0, 10};
    for (size_t i = 0; i < outcome.table.count; i++) {
        CU_ASSERT_EQUAL(outcome.results[i].seed, order[i % 3]);
        CU_ASSERT_EQUAL(outcome.cells[i].seed, order[i % 3]);
        CU_ASSERT_STRING_EQUAL(outcome.results[i].environment, i < 6 ? "mass_spring" : "pendulum");
    }
    run_outcome_clear(&outcome);
    close_fixture(&fixture);
}

static void a_given_data_file_is_looked_up_beside_the_yaml_file(void) {
    static const char GIVEN[] = "environments: [pendulum]\nmodels: [copy_last]\ndata_file: data/given.h5\n"
                                "model: {target_frames: 6}\n"
                                "evaluation: {windows: 2, extrapolation_frames: 4}\n";
    struct fixture fixture = open_fixture("given", GIVEN);
    const struct simulator *pendulum = simulator_find("pendulum");
    struct dataset_settings settings = {.train = 2, .test = 1, .frames = 24, .images = DATASET_IMAGES_STORE};
    struct effort work = {.threads = 1, .quiet = true};
    data_file_resolve(&settings, pendulum);
    char *path = file_join(fixture.data_folder, "given.h5");
    CHECK_OK_FATAL(file_make_parent(path));
    CHECK_OK_FATAL(data_file_make(path, pendulum, &settings, &work));
    struct run_outcome outcome;
    CHECK_OK_FATAL(experiment_run(&fixture.request, &outcome));
    struct text config = read_file(&outcome, "config.resolved.yaml");
    CU_ASSERT_PTR_NOT_NULL(strstr(config.data, "data_file: \"../../../../data/given.h5\""));
    CU_ASSERT_PTR_NULL(strstr(config.data, test_folder()));
    struct cell read;
    CHECK_OK_FATAL(cell_read(&read, outcome.cells[0].folder));
    CU_ASSERT(!read.generated && file_exists(read.data_file));
    cell_clear(&read);
    text_free(&config);
    run_outcome_clear(&outcome);
    free(path);
    close_fixture(&fixture);
}

static void folders_that_cannot_be_made_are_an_io_error(void) {
    struct fixture fixture = open_fixture("blocked", TINY);
    char *file = text_format("%s/file", test_folder());
    CHECK_OK_FATAL(file_write(file, "x", 1));
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
        TEST(other_evaluation_settings_evaluate_again_and_keep_the_training),
        TEST(settings_that_do_not_fit_are_refused_before_any_work),
        TEST(a_damaged_dataset_fails_its_cells_and_the_others_go_on),
        TEST(a_dataset_made_with_other_settings_is_refused),
        TEST(different_dataset_settings_never_share_a_file),
        TEST(a_run_folder_knows_its_cell),
        TEST(cells_of_other_programs_are_kept_with_a_word_or_made_again),
        TEST(an_extended_training_equals_a_longer_one_to_the_bit),
        TEST(a_training_whose_rate_depends_on_its_length_is_not_extended),
        TEST(the_tables_hold_all_seeds_that_have_results),
        TEST(a_given_data_file_is_looked_up_beside_the_yaml_file),
        TEST(folders_that_cannot_be_made_are_an_io_error),
    };
    return tests_run("runner", tests, sizeof tests / sizeof *tests);
}
