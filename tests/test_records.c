/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records of finished cells: what is taken for a cell and what is not, and that a check of them can fail.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/metric.h"
#include "experiments/cell_record.h"
#include "experiments/record_check.h"
#include "experiments/run_forecast.h"
#include "support/file.h"
#include "support/memory.h"
#include "tests/harness.h"
#include "tests/runner_case.h"

/* The tiny experiment, run with records below `name`. The caller clears both. */
static struct runner_case run_with_records(const char *name, struct run_outcome *outcome, char **records) {
    struct runner_case fixture = runner_case_open(name, runner_case_tiny, NULL);
    *records = text_format("%s/%s/records", test_folder(), name);
    fixture.request.records = *records;
    CHECK_OK_FATAL(experiment_run(&fixture.request, outcome));
    return fixture;
}

static void clear(struct runner_case *fixture, struct run_outcome *outcome, char *records) {
    run_outcome_clear(outcome);
    runner_case_close(fixture);
    free(records);
}

/* Replaces the first `from` in the record of a cell, which holds it. */
static void tamper(const struct cell *cell, const char *from, const char *to) {
    struct text content = {0}, changed = {0};
    CHECK_OK_FATAL(file_read(&content, cell->record));
    char *at = strstr(content.data, from);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    text_add_bytes(&changed, content.data, (size_t)(at - content.data));
    text_add(&changed, "%s%s", to, at + strlen(from));
    CHECK_OK_FATAL(file_write(cell->record, changed.data, changed.length));
    text_free(&content);
    text_free(&changed);
}

static void a_record_holds_every_figure_to_the_bit_and_every_setting(void) {
    struct run_outcome outcome;
    char *records;
    struct runner_case fixture = run_with_records("whole", &outcome, &records);
    for (size_t i = 0; i < outcome.requested; i++) {
        const struct cell *cell = &outcome.cells[i];
        struct cell_record record;
        CHECK_OK_FATAL(cell_record_read(&record, cell->record));
        struct lines differences = {0};
        CU_ASSERT(
            record_check_compare(&differences, &outcome.results[i].result, &record.result, true, false) > 5);
        CU_ASSERT_EQUAL(differences.count, 0);
        size_t settings = 0;
        for (size_t s = 0; s < cell->settings.count; s++) {
            settings += cell->settings.sections[s].schema->count;
        }
        CU_ASSERT_EQUAL(record.settings.count, settings);
        CU_ASSERT(lines_contain(&record.settings, "dataset.train=3"));
        lines_free(&differences);
        cell_record_clear(&record);
    }
    clear(&fixture, &outcome, records);
}

static void a_record_fits_only_its_own_cell_and_says_what_differs(void) {
    struct run_outcome outcome;
    char *records;
    struct runner_case fixture = run_with_records("other", &outcome, &records);
    struct cell *cell = &outcome.cells[0];
    struct cell_record record;
    CU_ASSERT_EQUAL(cell_record_look(&record, cell, NULL), CELL_RECORD_FITS);
    cell_record_clear(&record);
    settings_evaluation(&cell->settings)->windows = 9;
    CU_ASSERT_EQUAL(cell_record_look(&record, cell, NULL), CELL_RECORD_OTHER);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "was made with evaluation.windows=2, now it is 9"));
    cell_record_clear(&record);
    settings_evaluation(&cell->settings)->windows = 2;
    CU_ASSERT_EQUAL(cell_record_look(&record, cell, "other data"), CELL_RECORD_OTHER);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "other data than there are now"));
    cell_record_clear(&record);
    tamper(cell, "\"mse\": 2", "\"mse\": 7");
    CU_ASSERT_EQUAL(cell_record_look(&record, cell, NULL), CELL_RECORD_OTHER);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "metric mse of version 7, expected 2"));
    cell_record_clear(&record);
    tamper(cell, "\"figures\": {", "\"figures\": 3, \"x\": {");
    tamper(cell, "\"mse\": 7", "\"mse\": 2");
    CU_ASSERT_EQUAL(cell_record_look(&record, cell, NULL), CELL_RECORD_DAMAGED);
    cell_record_clear(&record);
    clear(&fixture, &outcome, records);
}

static void a_record_lacks_the_figures_of_newer_metrics_and_fits(void) {
    struct run_outcome outcome;
    char *records;
    struct runner_case fixture = run_with_records("newer", &outcome, &records);
    struct cell_record record;
    tamper(&outcome.cells[0], "\"mse\": 2, ", "");
    CU_ASSERT_EQUAL_FATAL(cell_record_look(&record, &outcome.cells[0], NULL), CELL_RECORD_FITS);
    const struct evaluation_figure *mse = &record.result.figures[metric_figure_find("unseen_mse")];
    const struct evaluation_figure *l2_norm = &record.result.figures[metric_figure_find("unseen_l2_norm")];
    CU_ASSERT(mse->missing && isnan(mse->value) && !l2_norm->missing && l2_norm->value > 0);
    struct lines differences = {0};
    CU_ASSERT(record_check_compare(&differences, &record.result, &outcome.results[0].result, true, false) >
              5);
    CU_ASSERT_EQUAL(differences.count, 0);
    lines_free(&differences);
    cell_record_clear(&record);
    clear(&fixture, &outcome, records);
}

static void another_machine_takes_the_cells_and_says_who_made_them(void) {
    struct run_outcome here, there;
    char *records;
    struct runner_case fixture = run_with_records("here", &here, &records);
    tamper(&here.cells[2], "\"revision\": \"", "\"revision\": \"older ");
    struct runner_case other = runner_case_open("there", runner_case_tiny, NULL);
    other.request.records = records;
    CHECK_OK_FATAL(experiment_run(&other.request, &there));
    CU_ASSERT(there.adopted == 4 && there.finished_before == 4 && there.revisions.count == 2);
    CU_ASSERT_EQUAL(there.notes.count, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(there.notes.line[0], "4 of 4 cells, made by revision "));
    CU_ASSERT(!file_exists(there.cells[0].folder));
    for (size_t i = 0; i < 4; i++) {
        struct lines differences = {0};
        (void)record_check_compare(&differences, &here.results[i].result, &there.results[i].result, true,
                                   false);
        CU_ASSERT_EQUAL(differences.count, 0);
        lines_free(&differences);
    }
    run_outcome_clear(&there);
    runner_case_close(&other);
    clear(&fixture, &here, records);
}

static void a_check_passes_for_true_records_and_fails_for_figures_and_settings_that_were_touched(void) {
    struct run_outcome outcome;
    char *records;
    struct runner_case fixture = run_with_records("check", &outcome, &records);
    struct record_check check = {.records = records, .effort = {.threads = 1, .quiet = true}};
    struct lines report = {0};
    for (check.choice = 0; check.choice < 3; check.choice++) {
        CHECK_OK(record_check_run(&check, &report));
    }
    for (size_t i = 0; i < outcome.requested; i++) {
        tamper(&outcome.cells[i], "\"symetric_order\": 3", "\"symetric_order\": 2");
    }
    CHECK_FAILS(record_check_run(&check, &report), STATUS_REGRESSION, "made again, the cell is another");
    lines_free(&report);
    clear(&fixture, &outcome, records);
}

static void a_check_allows_for_rounding_in_other_programs_but_not_for_another_result(void) {
    int mse = metric_figure_find("reconstruction_mse");
    struct evaluation_result recorded = {.windows = 8}, made;
    recorded.figures[mse] = (struct evaluation_figure){.value = 1.0, .interval = {0.9, 1.1}};
    struct lines differences = {0};
    made = recorded;
    made.figures[mse].value = 1.0 + 1e-15;
    (void)record_check_compare(&differences, &recorded, &made, true, true);
    CU_ASSERT_EQUAL(differences.count, 1); /* to the bit */
    (void)record_check_compare(&differences, &recorded, &made, false, false);
    CU_ASSERT_EQUAL(differences.count, 1); /* 1e-15 of 1e-4 */
    made.figures[mse].value = 1.001;
    (void)record_check_compare(&differences, &recorded, &made, false, false);
    CU_ASSERT_EQUAL(differences.count, 2);
    made.figures[mse].value = 1.7; /* 0.7 of 0.5 * 1.7 + 3 * 0.1 = 1.15 */
    (void)record_check_compare(&differences, &recorded, &made, false, true);
    CU_ASSERT_EQUAL(differences.count, 2);
    made.figures[mse].value = 2.8; /* 1.8 of 1.7 */
    (void)record_check_compare(&differences, &recorded, &made, false, true);
    CU_ASSERT_EQUAL(differences.count, 3);
    made.figures[mse].value = NAN;
    (void)record_check_compare(&differences, &recorded, &made, false, true);
    CU_ASSERT_EQUAL(differences.count, 4);
    lines_free(&differences);
}

static void a_budget_takes_first_seeds_first_the_cheap_before_the_dear(void) {
    struct cell cells[4] = {{.row = 0}, {.row = 0}, {.row = 1}, {.row = 1}};
    struct run_forecast_cell costs[4] = {
        {true, 0, 30, 0, 0}, {true, 0, 30, 0, 0}, {true, 0, 10, 5, 0}, {true, 0, 10, 5, 0}};
    struct run_forecast_data data = {.needed = true, .making = 4, .reading = 1};
    const struct run_forecast forecast = {
        .survey = {.cells = cells, .requested = 4}, .cells = costs, .data = &data, .environments = 1};
    bool chosen[4];
    CU_ASSERT_EQUAL(run_forecast_choose(chosen, &forecast, 52), 2);
    CU_ASSERT(chosen[0] && !chosen[1] && chosen[2] && !chosen[3]);
    CHECK_NEAR(run_forecast_seconds(&forecast, chosen), 50, 0); /* 30 + 15 + the dataset once */
    CU_ASSERT_EQUAL(run_forecast_choose(chosen, &forecast, 19), 4);
    CU_ASSERT_EQUAL(run_forecast_choose(chosen, &forecast, 65), 1);
    CU_ASSERT(chosen[0] && !chosen[1] && chosen[2] && chosen[3]);
    costs[0].left = false;
    CU_ASSERT_EQUAL(run_forecast_choose(chosen, &forecast, 20), 2);
    CU_ASSERT(chosen[0] && !chosen[1] && chosen[2] && !chosen[3]);
    CHECK_NEAR(run_forecast_seconds(&forecast, NULL), 65, 0);
}

int main(void) {
    static const struct test tests[] = {
        TEST(a_record_holds_every_figure_to_the_bit_and_every_setting),
        TEST(a_record_fits_only_its_own_cell_and_says_what_differs),
        TEST(a_record_lacks_the_figures_of_newer_metrics_and_fits),
        TEST(another_machine_takes_the_cells_and_says_who_made_them),
        TEST(a_check_passes_for_true_records_and_fails_for_figures_and_settings_that_were_touched),
        TEST(a_check_allows_for_rounding_in_other_programs_but_not_for_another_result),
        TEST(a_budget_takes_first_seeds_first_the_cheap_before_the_dear),
    };
    return tests_run("records", tests, sizeof tests / sizeof *tests);
}
