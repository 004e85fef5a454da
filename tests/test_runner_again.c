/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Run folders that are there already: other settings, other programs, longer trainings, other seeds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/data_file.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/provenance.h"
#include "sweep/claim.h"
#include "tests/harness.h"
#include "tests/runner_case.h"
#include "training/trainer.h"

static void a_run_folder_made_with_other_settings_is_refused(void) {
    struct runner_case fixture = runner_case_open("other", runner_case_tiny, NULL);
    size_t finished, failed;
    CHECK_OK_FATAL(runner_case_run(&fixture, &finished, &failed));
    runner_case_close(&fixture);
    fixture = runner_case_open("other", runner_case_tiny, "dataset.train=4");
    CU_ASSERT_EQUAL(runner_case_run(&fixture, &finished, &failed), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(),
                                  "mass_spring/copy_last/seed-0: was made with dataset.train 3, "
                                  "now it is 4; remove the folder or choose another"));
    runner_case_close(&fixture);
}

static void other_evaluation_settings_evaluate_again_and_keep_the_training(void) {
    struct runner_case fixture = runner_case_open("reevaluated", runner_case_tiny, NULL);
    struct run_outcome before, after;
    CHECK_OK_FATAL(experiment_run(&fixture.request, &before));
    runner_case_close(&fixture);
    fixture = runner_case_open("reevaluated", runner_case_tiny, "evaluation.windows=5");
    CHECK_OK_FATAL(experiment_run(&fixture.request, &after));
    CU_ASSERT(after.finished_before == 0 && after.results[3].result.windows == 5);
    CU_ASSERT(before.results[3].result.windows == 2);
    CU_ASSERT_EQUAL(after.results[3].seconds, before.results[3].seconds); /* of the one training */
    run_outcome_clear(&after);
    CHECK_OK_FATAL(experiment_run(&fixture.request, &after));
    CU_ASSERT_EQUAL(after.finished_before, 4);
    run_outcome_clear(&after);
    run_outcome_clear(&before);
    runner_case_close(&fixture);
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
    struct runner_case fixture = runner_case_open("stale", runner_case_tiny, NULL);
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

    text_clear(&runner_case_reported);
    size_t finished, failed;
    CHECK_OK_FATAL(runner_case_run(&fixture, &finished, &failed));
    CU_ASSERT_EQUAL(finished, 4);
    CU_ASSERT_EQUAL(strncmp(runner_case_reported.data,
                            "2 of 4 cells are stale (mass_spring/mean_image/seed-0: made by", 62),
                    0);
    fixture.request.rerun_stale = true;
    CHECK_OK_FATAL(runner_case_run(&fixture, &finished, &failed));
    CU_ASSERT_EQUAL(finished, 2);
    CHECK_OK_FATAL(runner_case_run(&fixture, &finished, &failed));
    CU_ASSERT_EQUAL(finished, 4);
    runner_case_close(&fixture);
}

/* The file has the right name and settings, and another spring inside. */
static void data_of_a_changed_environment_are_not_used_in_silence(void) {
    struct runner_case fixture = runner_case_open("changed", runner_case_tiny, NULL);
    struct run_outcome outcome;
    CHECK_OK_FATAL(experiment_run(&fixture.request, &outcome));
    struct simulator changed = *outcome.cells[0].environment;
    changed.radius_high *= 2;
    const struct effort effort = {.threads = 1, .quiet = true};
    CHECK_OK_FATAL(data_file_make(outcome.cells[0].data_file, &changed,
                                  settings_dataset(&outcome.cells[0].settings), &effort));
    run_outcome_clear(&outcome);
    text_clear(&runner_case_reported);
    size_t finished, failed;
    fixture.request.rerun_stale = true;
    CU_ASSERT_EQUAL(runner_case_run(&fixture, &finished, &failed), STATUS_CELLS_FAILED);
    CU_ASSERT_EQUAL(failed, 2);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(runner_case_reported.data, "is stale: mass_spring was defined otherwise when hambench"));
    CU_ASSERT_PTR_NOT_NULL(strstr(runner_case_reported.data, "; remove the file to make it again"));
    runner_case_close(&fixture);
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
    struct runner_case fixture = runner_case_open(name, content, NULL);
    enum status status = experiment_run(&fixture.request, out);
    free(content);
    runner_case_close(&fixture);
    return status;
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

static struct model *load(const struct cell *cell) {
    struct model *model = NULL;
    const struct training_job job = {.folder = cell->folder,
                                     .kind = cell->model,
                                     .model = settings_model(&cell->settings),
                                     .seed = cell->seed};
    CHECK_OK_FATAL(training_load(&model, &job));
    return model;
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
        struct text left = runner_case_read(&extended, names[i]), right = runner_case_read(&longer, names[i]);
        CU_ASSERT(same_words(left.data, right.data));
        text_free(&left);
        text_free(&right);
    }
    struct model *left = load(&extended.cells[0]), *right = load(&longer.cells[0]);
    CU_ASSERT_EQUAL(memcmp(left->parameters->values, right->parameters->values,
                           left->parameters->size * sizeof *left->parameters->values),
                    0);
    model_free(left);
    model_free(right);
    struct text sessions = runner_case_read(&extended, "environment.jsonl");
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
    struct runner_case fixture = runner_case_open("seeds", runner_case_tiny, NULL);
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
    runner_case_close(&fixture);
}

int main(void) {
    static const struct test tests[] = {
        TEST(a_run_folder_made_with_other_settings_is_refused),
        TEST(other_evaluation_settings_evaluate_again_and_keep_the_training),
        TEST(data_of_a_changed_environment_are_not_used_in_silence),
        TEST(cells_of_other_programs_are_kept_with_a_word_or_made_again),
        TEST(an_extended_training_equals_a_longer_one_to_the_bit),
        TEST(a_training_whose_rate_depends_on_its_length_is_not_extended),
        TEST(the_tables_hold_all_seeds_that_have_results),
    };
    return tests_run("runner again", tests, sizeof tests / sizeof *tests);
}
