/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Comparisons that are run: what is measured, what is kept and taken up again, tables and plots.
 */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "comparisons/comparison_plot.h"
#include "comparisons/comparison_run.h"
#include "comparisons/comparison_table.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "tests/comparison_case.h"
#include "tests/harness.h"

/* Real runs. */

static const char REAL[] = "problems: [kepler_06, mass_spring_colors_friction]\n"
                           "integrators: [leapfrog, euler, rk4, dopri5]\n"
                           "steps_per_period: [4, 256, 512, 1024, 100000]\n"
                           "tolerances: [1e-5, 1e-7, 1e-9]\n"
                           "horizons: [5, 20]\naccuracies: [1e-1, 1e-5]\n"
                           "repetitions: 1\nbudget: 2e5\ndrift_work: 1000\n";

static const struct effort one_thread = {.threads = 1, .quiet = true};
static const struct effort two_threads = {.threads = 2, .quiet = true};

static struct outcome *run_real(const struct comparison *comparison, const char *folder, int threads,
                                struct comparison_counts *counts) {
    struct outcome *outcome = NULL;
    struct comparison_request request = {
        .comparison = comparison, .folder = folder, .effort = {.threads = threads, .quiet = true}};
    CHECK_OK_FATAL(comparison_run(&request, &outcome, counts));
    return outcome;
}

static const struct measurement *cell_at(const struct outcome *outcome, size_t problem, size_t contender,
                                         size_t rung, size_t horizon) {
    struct measurement_place place = {problem, contender, rung, horizon};
    return outcome_cell(outcome, place);
}

static void measured_errors_fall_with_the_order_of_the_method(void) {
    struct comparison *comparison = comparison_of(REAL, NULL);
    struct comparison_counts counts;
    char *folder = fresh_folder("real");
    struct outcome *outcome = run_real(comparison, folder, 2, &counts);
    CU_ASSERT(outcome_reference(outcome, 0, 0)->disagreement < 1e-9);
    double leapfrog = cell_at(outcome, 0, 0, 2, 0)->state_error / cell_at(outcome, 0, 0, 3, 0)->state_error;
    double rk4 = cell_at(outcome, 0, 2, 2, 0)->state_error / cell_at(outcome, 0, 2, 3, 0)->state_error;
    CHECK_NEAR(log2(leapfrog), 2, 0.3);
    CHECK_NEAR(log2(rk4), 4, 1.2);
    CU_ASSERT(cell_at(outcome, 0, 0, 2, 0)->return_error < 1e-10); /* leapfrog goes back to where it was */
    CU_ASSERT(cell_at(outcome, 0, 2, 2, 0)->return_error > 1e-6);
    CU_ASSERT(cell_at(outcome, 0, 0, 2, 0)->symplecticity_defect < 1e-8);
    CU_ASSERT(cell_at(outcome, 0, 0, 2, 0)->angular_momentum_error < 1e-12);
    CU_ASSERT(isnan(cell_at(outcome, 0, 0, 2, 1)->return_error)); /* the shortest horizon only */
    outcome_free(outcome);
    free(folder);
    comparison_free(comparison);
}

static void impossible_pairings_and_dear_runs_are_no_failures(void) {
    struct comparison *comparison = comparison_of(REAL, NULL);
    struct comparison_counts counts;
    char *folder = fresh_folder("states");
    struct outcome *outcome = run_real(comparison, folder, 2, &counts);
    CU_ASSERT_EQUAL(cell_at(outcome, 1, 0, 1, 0)->state, MEASUREMENT_NOT_APPLICABLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(cell_at(outcome, 1, 0, 1, 0)->reason, "friction"));
    CU_ASSERT_EQUAL(cell_at(outcome, 1, 2, 1, 0)->state, MEASUREMENT_DONE);
    CU_ASSERT_EQUAL(cell_at(outcome, 0, 0, 4, 0)->state, MEASUREMENT_OVER_BUDGET);
    CU_ASSERT_EQUAL(counts.cells, 2 * 2 * (3 * 5 + 3));
    size_t sum = 0;
    for (int i = MEASUREMENT_DONE; i <= MEASUREMENT_OVER_BUDGET; i++) {
        sum += counts.states[i];
    }
    CU_ASSERT_EQUAL(sum, counts.cells);
    CU_ASSERT_EQUAL(counts.states[MEASUREMENT_NOT_APPLICABLE], 2 * 5);
    outcome_free(outcome);
    free(folder);
    comparison_free(comparison);
}

static void behind_a_rung_over_budget_nothing_is_run(void) {
    struct comparison *comparison =
        comparison_of("problems: [kepler_06]\nintegrators: [dopri5]\ntolerances: [1e-4, 1e-8, 1e-10, 1e-12]\n"
                      "horizons: [20]\nbudget: 8000\n",
                      NULL);
    struct comparison_counts counts;
    char *folder = fresh_folder("dear");
    outcome_free(run_real(comparison, folder, 2, &counts));
    CU_ASSERT_EQUAL(counts.known_before, 0);
    CU_ASSERT(counts.states[MEASUREMENT_DONE] == 1 && counts.states[MEASUREMENT_OVER_BUDGET] == 3);
    struct outcome *outcome = run_real(comparison, folder, 2, &counts);
    CU_ASSERT_EQUAL(counts.known_before, counts.cells);
    CU_ASSERT_PTR_NOT_NULL(strstr(cell_at(outcome, 0, 0, 1, 0)->reason, "more than 8000 evaluations"));
    CU_ASSERT_STRING_EQUAL(cell_at(outcome, 0, 0, 2, 0)->reason, "a coarser rung needs too much already");
    outcome_free(outcome);
    free(folder);
    comparison_free(comparison);
}

static void failures_are_results_with_a_reason_and_a_mark(void) {
    struct comparison *comparison = comparison_of(
        "problems: [kepler_09]\nintegrators: [dopri5_projected]\nsteps_per_period: [8, 512, 2048]\n"
        "horizons: [10]\n",
        NULL);
    struct comparison_counts counts;
    char *folder = fresh_folder("failed");
    struct outcome *outcome = run_real(comparison, folder, 2, &counts);
    CU_ASSERT_EQUAL(cell_at(outcome, 0, 0, 0, 0)->state, MEASUREMENT_FAILED);
    CU_ASSERT_PTR_NOT_NULL(strstr(cell_at(outcome, 0, 0, 0, 0)->reason, "no state of the initial energy"));
    CU_ASSERT_EQUAL(cell_at(outcome, 0, 0, 2, 0)->state, MEASUREMENT_DONE);
    struct figure_report report = {0};
    struct text script = {0};
    struct text data = {0};
    CHECK_OK(comparison_plot_all(outcome, folder, &one_thread, &report));
    char *path = file_join(folder, "plots/work-kepler_09-10.gp");
    CHECK_OK_FATAL(file_read(&script, path));
    CU_ASSERT_PTR_NOT_NULL(strstr(script.data, "title 'failed'"));
    free(path);
    path = file_join(folder, "plots/work-kepler_09-10.dat");
    CHECK_OK_FATAL(file_read(&data, path));
    CU_ASSERT_PTR_NOT_NULL(strstr(data.data, " 10 # no state"));
    figure_report_free(&report);
    text_free(&script);
    text_free(&data);
    free(path);
    outcome_free(outcome);
    free(folder);
    comparison_free(comparison);
}

static void the_work_of_explicit_methods_is_known_beforehand(void) {
    struct comparison *comparison = comparison_of(
        "problems: [kepler_01]\nintegrators: [leapfrog, leapfrog_q, symplectic_euler, ruth4, so6, "
        "kahan_li8, rk4, euler]\nsteps_per_period: [64]\nhorizons: [10]\n",
        NULL);
    for (size_t i = 0; i < comparison->contender_count; i++) {
        struct measurement_place place = {.contender = i};
        struct measurement made, predicted;
        comparison->settings.budget = 1e9;
        CHECK_OK_FATAL(measurement_make(&made, comparison, place, NULL));
        comparison->settings.budget = 1.02 * made.evaluations; /* seen: 1.002 would do */
        CU_ASSERT(!measurement_predict(&predicted, comparison, place));
        comparison->settings.budget = 0.98 * made.evaluations;
        CU_ASSERT(measurement_predict(&predicted, comparison, place));
        CU_ASSERT_EQUAL(predicted.state, MEASUREMENT_OVER_BUDGET);
    }
    comparison_free(comparison);
}

/* Everything of a cell but its time. */
static bool cells_equal(const struct measurement *a, const struct measurement *b) {
    bool equal =
        a->state == b->state && strcmp(a->reason, b->reason) == 0 && a->sample_count == b->sample_count;
    for (size_t i = 0; i < measurement_fields_count; i++) {
        const struct field *field = &measurement_fields[i];
        double left = field_real(a, field), right = field_real(b, field);
        bool same = left == right || (isnan(left) && isnan(right));
        equal = equal && (same || strcmp(field->name, "seconds") == 0);
    }
    for (int i = 0; i < a->sample_count && equal; i++) {
        double left = a->samples[i].energy_error;
        double right = b->samples[i].energy_error;
        equal = a->samples[i].time == b->samples[i].time && (left == right || (isnan(left) && isnan(right)));
    }
    return equal;
}

static void any_number_of_threads_and_a_second_call_give_the_same_cells(void) {
    struct comparison *comparison = comparison_of(REAL, NULL);
    struct comparison_counts counts;
    char *one = fresh_folder("one");
    char *three = fresh_folder("three");
    struct outcome *single = run_real(comparison, one, 1, &counts);
    CU_ASSERT(counts.known_before < counts.cells);
    struct outcome *triple = run_real(comparison, three, 3, &counts);
    struct outcome *again = run_real(comparison, three, 2, &counts);
    CU_ASSERT_EQUAL(counts.known_before, counts.cells);
    for (size_t i = 0; i < single->count; i++) {
        CU_ASSERT(cells_equal(&single->cells[i], &triple->cells[i]));
        CU_ASSERT(cells_equal(&triple->cells[i], &again->cells[i]));
        double seconds = triple->cells[i].seconds; /* measured once: the stored time comes back */
        CU_ASSERT(again->cells[i].seconds == seconds || isnan(seconds) || seconds == 0);
    }
    outcome_free(single);
    outcome_free(triple);
    outcome_free(again);
    free(one);
    free(three);
    comparison_free(comparison);
}

/* Times are measured, so they take turns; whoever comes second finds everything done. */
static void two_processes_measure_each_cell_once(void) {
    struct comparison *comparison = comparison_of(REAL, NULL);
    struct comparison_counts counts;
    char *folder = fresh_folder("both");
    for (int i = 0; i < 2; i++) {
        if (fork() == 0) {
            struct outcome *outcome = run_real(comparison, folder, 1, &counts);
            _exit(counts.states[MEASUREMENT_MISSING] == 0 && outcome != NULL ? 0 : 1);
        }
    }
    for (int i = 0; i < 2; i++) {
        int state = 1;
        (void)wait(&state);
        CU_ASSERT_EQUAL(state, 0);
    }
    outcome_free(run_real(comparison, folder, 1, &counts));
    CU_ASSERT_EQUAL(counts.known_before, counts.cells);
    struct text content = {0};
    char *path = file_join(folder, "cells.jsonl");
    CHECK_OK_FATAL(file_read(&content, path));
    size_t lines = 0;
    for (size_t i = 0; i < content.length; i++) {
        lines += content.data[i] == '\n';
    }
    char *alone = fresh_folder("alone");
    outcome_free(run_real(comparison, alone, 1, &counts));
    free(path);
    path = file_join(alone, "cells.jsonl");
    CHECK_OK_FATAL(file_read(&content, path));
    for (size_t i = 0; i < content.length; i++) {
        lines -= content.data[i] == '\n';
    }
    CU_ASSERT_EQUAL(lines, 0);
    text_free(&content);
    free(path);
    free(alone);
    free(folder);
    comparison_free(comparison);
}

static void a_longer_ladder_measures_only_what_is_new(void) {
    struct comparison *comparison = comparison_of(REAL, NULL);
    struct comparison_counts counts;
    char *folder = fresh_folder("grown");
    outcome_free(run_real(comparison, folder, 2, &counts));
    size_t before = counts.cells;
    comparison_free(comparison);
    comparison = comparison_of(REAL, "tolerances=[1e-5, 1e-7, 1e-8, 1e-9]");
    outcome_free(run_real(comparison, folder, 2, &counts));
    CU_ASSERT_EQUAL(counts.known_before, before);
    CU_ASSERT_EQUAL(counts.cells, before + 4); /* a rung of one contender: 2 problems, 2 horizons */
    free(folder);
    comparison_free(comparison);
}

static void an_interrupted_comparison_goes_on(void) {
    struct comparison *comparison = comparison_of(REAL, NULL);
    struct comparison_counts counts;
    char *folder = fresh_folder("interrupted");
    struct outcome *outcome = NULL;
    struct comparison_request request = {
        .comparison = comparison, .folder = folder, .effort = {.threads = 2, .quiet = true}};
    interrupt_install();
    CU_ASSERT_EQUAL(raise(SIGINT), 0);
    CU_ASSERT_EQUAL(comparison_run(&request, &outcome, &counts), STATUS_INTERRUPTED);
    CU_ASSERT_STRING_EQUAL(status_detail(), "interrupted; run the same command to go on");
    interrupt_clear();
    outcome_free(run_real(comparison, folder, 2, &counts));
    CU_ASSERT_EQUAL(counts.states[MEASUREMENT_MISSING], 0);
    free(folder);
    comparison_free(comparison);
}

/* Files of results. */

static void tables_leave_out_what_nobody_has(void) {
    struct comparison *comparison = comparison_of(REAL, NULL);
    struct comparison_counts counts;
    char *folder = fresh_folder("tables");
    struct outcome *outcome = run_real(comparison, folder, 2, &counts);
    struct text first = {0};
    struct text second = {0};
    comparison_table_add(&first, outcome, 0, 0);
    comparison_table_add(&second, outcome, 1, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(first.data, "angular momentum error"));
    CU_ASSERT_PTR_NOT_NULL(strstr(first.data, "there and back"));
    CU_ASSERT_PTR_NULL(strstr(second.data, "angular momentum error"));
    CU_ASSERT_PTR_NULL(strstr(second.data, "there and back"));
    CU_ASSERT_PTR_NOT_NULL(strstr(second.data, "| leapfrog: not applicable"));
    CHECK_OK(comparison_table_write(outcome, folder));
    struct text csv = {0};
    char *path = file_join(folder, "table.csv");
    CHECK_OK_FATAL(file_read(&csv, path));
    size_t lines = 0;
    for (size_t i = 0; i < csv.length; i++) {
        lines += csv.data[i] == '\n';
    }
    CU_ASSERT_EQUAL(lines, counts.cells + 1);
    text_free(&csv);
    text_free(&first);
    text_free(&second);
    free(path);
    outcome_free(outcome);
    free(folder);
    comparison_free(comparison);
}

static void contenders_of_a_family_share_panels_of_few_curves(void) {
    struct comparison *comparison = comparison_of(
        "problems: [pendulum]\nintegrators: [leapfrog, rk4, so4, so6, so8, kahan_li8, ruth4, dopri5]\n",
        NULL);
    struct panels panels;
    panels_create(&panels, comparison);
    CU_ASSERT_EQUAL_FATAL(panels.count, 3);
    CU_ASSERT_STRING_EQUAL(panels.panels[0].title, panels.panels[2].title);
    CU_ASSERT(panels.panels[0].count == PANELS_MAX_CURVES && panels.panels[2].count == 1);
    CU_ASSERT(panels.panels[1].count == 2 && panels.panels[1].contenders[1] == 7);
    panels_clear(&panels);
    comparison_free(comparison);
}

/* Lines of the longest block of a data file; comments do not count. */
static size_t longest_curve(const char *data) {
    size_t longest = 0, count = 0;
    for (const char *line = data; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        count = length == 0 ? 0 : count + (*line != '#');
        longest = count > longest ? count : longest;
        line += length + (line[length] == '\n');
    }
    return longest;
}

static void plots_have_units_few_points_and_are_drawn_once(void) {
    struct comparison *comparison = comparison_of(REAL, NULL);
    struct comparison_counts counts;
    char *folder = fresh_folder("plotted");
    struct outcome *outcome = run_real(comparison, folder, 2, &counts);
    struct figure_report report = {0};
    CHECK_OK_FATAL(comparison_plot_all(outcome, folder, &two_threads, &report));
    static const struct {
        const char *name;
        const char *label;
    } expected[] = {
        {"work-kepler_06-5", "evaluations of the field"},
        {"time-kepler_06-20", "time / s"},
        {"phase-kepler_06-5", "phase error / rad"},
        {"energy-kepler_06-20", "time / periods"},
        {"return-kepler_06-5", "relative error there and back"},
        {"angular-momentum-kepler_06-5", "angular"},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct text file = {0};
        char *path = text_format("%s/plots/%s.gp", folder, expected[i].name);
        CHECK_OK_FATAL(file_read(&file, path));
        CU_ASSERT_PTR_NOT_NULL(strstr(file.data, expected[i].label));
        free(path);
        path = text_format("%s/plots/%s.dat", folder, expected[i].name);
        CHECK_OK_FATAL(file_read(&file, path));
        CU_ASSERT(longest_curve(file.data) > 0 && longest_curve(file.data) <= 2000);
        free(path);
        text_free(&file);
    }
    if (report.notes.count == 0) { /* gnuplot is there: a second call leaves its pictures alone */
        CU_ASSERT(lines_contain(&report.pictures, "plots/work-kepler_06-5.svg"));
        char *path = file_join(folder, "plots/work-kepler_06-5.svg");
        struct stat before, after;
        CU_ASSERT_EQUAL_FATAL(stat(path, &before), 0);
        CHECK_OK(comparison_plot_all(outcome, folder, &two_threads, &report));
        CU_ASSERT_EQUAL_FATAL(stat(path, &after), 0);
        CU_ASSERT(before.st_ino == after.st_ino && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
        free(path);
    }
    figure_report_free(&report);
    outcome_free(outcome);
    free(folder);
    comparison_free(comparison);
}

int main(void) {
    static const struct test tests[] = {
        TEST(measured_errors_fall_with_the_order_of_the_method),
        TEST(impossible_pairings_and_dear_runs_are_no_failures),
        TEST(behind_a_rung_over_budget_nothing_is_run),
        TEST(failures_are_results_with_a_reason_and_a_mark),
        TEST(the_work_of_explicit_methods_is_known_beforehand),
        TEST(any_number_of_threads_and_a_second_call_give_the_same_cells),
        TEST(two_processes_measure_each_cell_once),
        TEST(a_longer_ladder_measures_only_what_is_new),
        TEST(an_interrupted_comparison_goes_on),
        TEST(tables_leave_out_what_nobody_has),
        TEST(contenders_of_a_family_share_panels_of_few_curves),
        TEST(plots_have_units_few_points_and_are_drawn_once),
    };
    return tests_run("comparison run", tests, sizeof tests / sizeof *tests);
}
