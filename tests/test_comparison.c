/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Comparisons without running any: their files, the analysis of made-up cells, the store.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparisons/analysis.h"
#include "comparisons/measurement_file.h"
#include "comparisons/verdict.h"
#include "support/file.h"
#include "tests/comparison_case.h"
#include "tests/harness.h"
#include "tests/yaml_case.h"

/* Files. */

static const char GOOD[] = "title: 'Two: of them'\n"
                           "problems: [kepler_06, mass_spring]\n"
                           "integrators: [leapfrog, dopri5]\n"
                           "fixed_steps: [dopri5]\n"
                           "steps_per_period: [64, 16, 32]\n"
                           "tolerances: [1e-9, 1e-3]\n"
                           "horizons: [1e3, 10]\n"
                           "accuracies: [1e-6, 1e-2]\n"
                           "repetitions: 2\n"
                           "budget: 1e5\n";

static void a_good_file_is_read_whole_and_its_ladders_climb(void) {
    struct comparison *comparison = comparison_of(GOOD, NULL);
    CU_ASSERT_STRING_EQUAL(comparison->name, "case");
    CU_ASSERT_STRING_EQUAL(comparison->title, "Two: of them");
    CU_ASSERT_EQUAL_FATAL(comparison->problem_count, 2);
    CU_ASSERT_STRING_EQUAL(comparison->problems[1]->name, "mass_spring");
    CU_ASSERT_EQUAL_FATAL(comparison->contender_count, 3);
    CU_ASSERT_STRING_EQUAL(comparison->contenders[2].label, "dopri5 fixed");
    CU_ASSERT(!comparison->contenders[0].by_tolerance && comparison->contenders[1].by_tolerance);
    CU_ASSERT(!comparison->contenders[2].by_tolerance);
    CU_ASSERT(comparison->steps.values[0] == 16 && comparison->steps.values[2] == 64);
    CU_ASSERT(comparison->tolerances.values[0] == 1e-3 && comparison->tolerances.values[1] == 1e-9);
    CU_ASSERT(comparison->horizons.values[0] == 10 && comparison->horizons.values[1] == 1e3);
    CU_ASSERT(comparison->accuracies.values[0] == 1e-2 && comparison->settings.repetitions == 2);
    CU_ASSERT(comparison->settings.budget == 1e5 && comparison->settings.samples == 80);
    comparison_free(comparison);
}

static void assignments_replace_keys_of_the_file(void) {
    struct comparison *comparison = comparison_of(GOOD, "integrators=[rk4]");
    CU_ASSERT_EQUAL_FATAL(comparison->contender_count, 2); /* the forced dopri5 stays */
    CU_ASSERT_STRING_EQUAL(comparison->contenders[0].label, "dopri5 fixed");
    CU_ASSERT_STRING_EQUAL(comparison->contenders[1].label, "rk4");
    comparison_free(comparison);
    comparison = comparison_of(GOOD, "horizons=[7]");
    CU_ASSERT(comparison->horizons.count == 1 && comparison->horizons.values[0] == 7);
    comparison_free(comparison);
}

static void wrong_assignments_are_usage_errors(void) {
    static const struct {
        const char *assignment;
        const char *reason;
    } cases[] = {
        {"horizons", "'horizons': expected key=value"},
        {"horizon=[3]", "unknown key 'horizon', did you mean 'horizons'?"},
        {"horizons=[0]", "horizons: 0 is out of range, allowed is 1 to 1e+06"},
        {"problems=[keppler_06]", "unknown problem 'keppler_06', did you mean 'kepler_06'?"},
        {"budget=lots", "budget: 'lots' is not a number"},
    };
    char *path = file_join(test_folder(), "case.yaml");
    CHECK_OK_FATAL(file_write(path, GOOD, strlen(GOOD)));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct comparison *comparison = NULL;
        CU_ASSERT_EQUAL(comparison_read(&comparison, path, &cases[i].assignment, 1), STATUS_USAGE);
        CU_ASSERT_STRING_EQUAL(status_detail(), cases[i].reason);
    }
    free(path);
}

/* Each list is of a length that may be; together they are 10^9 cells, and more than memory holds. */
static void more_cells_than_anybody_waits_for_are_refused(void) {
    struct text yaml = {0};
    text_add(&yaml, "problems: [pendulum]\nintegrators: [rk4]\nsteps_per_period: [");
    for (int i = 0; i < 40000; i++) {
        text_add(&yaml, "%d, ", i + 1);
    }
    text_add(&yaml, "]\nhorizons: [");
    for (int i = 0; i < 25000; i++) {
        text_add(&yaml, "%d, ", i + 1);
    }
    text_add(&yaml, "]\n");
    char *path = yaml_write(yaml.data);
    struct comparison *comparison = NULL;
    CHECK_FAILS(comparison_read(&comparison, path, NULL, 0), STATUS_DATA,
                "case.yaml: 1 problems, 1 integrators, 25000 horizons and 40000 steps or tolerances are too "
                "many together, expected at most 1000000 cells");
    text_free(&yaml);
    free(path);
}

#define TOP "problems: [pendulum]\nintegrators: [rk4]\n"

static const struct yaml_mistake mistakes[] = {
    {"", "1:1", "the file is empty"},
    {"hello\n", "1:1", "expected the keys of a comparison, found hello"},
    {"problems: [pendulum]\n", "1:1", "the key 'integrators' is missing"},
    {"integrators: [rk4]\n", "1:1", "the key 'problems' is missing"},
    {"problems: [pendulm]\nintegrators: [rk4]\n", "1:12",
     "unknown problem 'pendulm', did you mean 'pendulum'?"},
    {"problems: [pendulum]\nintegrators: [rk4, leapfrg]\n", "2:20",
     "unknown integrator 'leapfrg', did you mean 'leapfrog'?"},
    {"problems: [pendulum, pendulum]\nintegrators: [rk4]\n", "1:22", "problems: 'pendulum' is listed twice"},
    {"problems: []\nintegrators: [rk4]\n", "1:11",
     "problems: the list is empty, expected at least one entry"},
    {"problems: pendulum\n", "1:11", "problems: expected a list [a, b], found pendulum"},
    {TOP "horizon: [10]\n", "3:1", "unknown key 'horizon', did you mean 'horizons'?"},
    {TOP "repetition: 3\n", "3:1", "unknown key 'repetition', did you mean 'repetitions'?"},
    {TOP "horizons: [10, nan]\n", "3:16", "horizons: nan is not a finite number"},
    {TOP "horizons: [10, 1e1]\n", "3:16", "horizons: '1e1' is listed twice"},
    {TOP "tolerances: ['1e-3']\n", "3:14", "tolerances: expected one number, found the text \"1e-3\""},
    {TOP "tolerances: [2]\n", "3:14", "tolerances: 2 is out of range, allowed is 1e-16 to 1"},
    {TOP "steps_per_period: [8.5]\n", "3:20", "steps_per_period: '8.5' is not an integer"},
    {TOP "steps_per_period: 8\n", "3:19", "steps_per_period: expected a list [a, b], found 8"},
    {TOP "accuracies: [[1e-3]]\n", "3:14", "accuracies: expected a word, found a list"},
    {TOP "repetitions: 0\n", "3:14", "repetitions: 0 is out of range, allowed is 1 to 1000"},
    {TOP "repetitions:\n", "3:13", "repetitions: expected one integer, found nothing"},
    {TOP "budget: [1]\n", "3:9", "budget: expected one number, found a list"},
    {TOP "fixed_steps: [rk4]\n", "3:15",
     "fixed_steps: rk4 has only one way of stepping: its steps are fixed"},
};

static enum status read_comparison(const char *path) {
    struct comparison *comparison = NULL;
    return comparison_read(&comparison, path, NULL, 0);
}

static void every_mistake_is_reported_where_it_is(void) {
    yaml_check_mistakes(mistakes, sizeof mistakes / sizeof *mistakes, read_comparison);
}

static void the_comparison_that_comes_along_is_valid(void) {
    const char *source = getenv("srcdir");
    char *path = file_join(source == NULL ? "." : source, "experiments/integrators.yaml");
    struct comparison *comparison = NULL;
    CHECK_OK_FATAL(comparison_read(&comparison, path, NULL, 0));
    CU_ASSERT(comparison->problem_count >= 8 && comparison->contender_count >= 20);
    comparison_free(comparison);
    free(path);
}

/* Fits. */

static void slopes_are_those_of_power_laws(void) {
    struct measurement_sample samples[24];
    static const double powers[] = {0, 0.5, 1, 2};
    for (size_t k = 0; k < sizeof powers / sizeof *powers; k++) {
        for (int i = 0; i < 24; i++) {
            samples[i].time = pow(10, i / 6.0);
            samples[i].energy_error = 1e-9 * pow(samples[i].time, powers[k]);
        }
        struct measurement_drift drift = measurement_fit_drift(samples, 24);
        CHECK_NEAR(drift.slope, powers[k], 1e-10); /* seen: 1e-14 */
        CHECK_NEAR(drift.error, 0, 1e-6);
    }
}

static void only_the_last_two_decades_make_the_slope(void) {
    struct measurement_sample samples[31];
    for (int i = 0; i < 31; i++) { /* flat up to t = 1000, then t^1 */
        samples[i].time = pow(10, i / 6.0);
        samples[i].energy_error = 1e-9 * fmax(1, samples[i].time / 1000);
    }
    CHECK_NEAR(measurement_fit_drift(samples, 31).slope, 1, 1e-6);
    CHECK_NEAR(measurement_fit_drift(samples, 19).slope, 0, 1e-6);
}

/* A hundred periods say nothing, however straight the line. */
static void short_runs_have_no_slope(void) {
    struct measurement_sample samples[20];
    for (int i = 0; i < 20; i++) {
        samples[i] = (struct measurement_sample){.time = 5.0 * (i + 1), .energy_error = 1e-9 * (i + 1)};
    }
    CU_ASSERT(isnan(measurement_fit_drift(samples, 20).slope));
    struct measurement cell = {.energy_error = 1e-6, .drift = measurement_fit_drift(samples, 20)};
    CU_ASSERT_STRING_EQUAL(measurement_drift_name(&cell), "-");
}

static void a_slope_of_too_few_or_no_errors_is_unknown(void) {
    struct measurement_sample samples[10];
    for (int i = 0; i < 10; i++) {
        samples[i] = (struct measurement_sample){.time = 200.0 * (i + 1), .energy_error = 0};
    }
    CU_ASSERT(isnan(measurement_fit_drift(samples, 10).slope));
    samples[0].energy_error = samples[1].energy_error = samples[2].energy_error = 1;
    CU_ASSERT(isnan(measurement_fit_drift(samples, 10).slope));
}

static void growth_has_a_word(void) {
    static const struct {
        double slope;
        const char *word;
    } cases[] = {
        {0.02, "bounded"}, {-0.1, "bounded"}, {0.5, "grows like √t"}, {1, "drifts"}, {3, "runs away"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct measurement cell = {.energy_error = 1e-6, .drift.slope = cases[i].slope};
        CU_ASSERT_STRING_EQUAL(measurement_drift_name(&cell), cases[i].word);
    }
    struct measurement lost = {.energy_error = 0.5, .drift.slope = 0};
    CU_ASSERT_STRING_EQUAL(measurement_drift_name(&lost), "lost");
    struct measurement rounding = {.energy_error = 1e-15, .drift.slope = 1};
    CU_ASSERT_STRING_EQUAL(measurement_drift_name(&rounding), "rounding only");
}

/* Analysis and verdict of made-up cells. */

/* Three contenders on one problem: state errors are `level` evaluations^-`order`. */
static struct outcome *make_up(struct comparison **comparison, const double *levels, const double *orders) {
    *comparison = comparison_of("problems: [pendulum]\nintegrators: [leapfrog, rk4, so4]\n"
                                "steps_per_period: [10, 100, 1000, 10000]\nhorizons: [10]\n"
                                "accuracies: [1e-2, 1e-5]\n",
                                NULL);
    struct outcome *outcome = NULL;
    outcome_create(&outcome, *comparison);
    outcome->references[0] = (struct outcome_reference){
        .state = MEASUREMENT_DONE, .first = "a", .second = "b", .disagreement = 1e-9};
    for (size_t i = 0; i < outcome->count; i++) {
        struct measurement_place place;
        if (outcome_place(outcome, i, &place)) {
            struct measurement *cell = &outcome->cells[i];
            cell->state = MEASUREMENT_DONE;
            cell->evaluations = 10 * (*comparison)->steps.values[place.rung];
            cell->seconds = 1e-6 * cell->evaluations;
            cell->state_error = levels[place.contender] * pow(cell->evaluations, -orders[place.contender]);
            cell->energy_error = cell->state_error;
            cell->drift.slope = NAN;
        }
    }
    return outcome;
}

static void free_made_up(struct outcome *outcome, struct comparison *comparison) {
    outcome_free(outcome);
    comparison_free(comparison);
}

static const double LEVELS[] = {1e2, 1e6, 1e7};
static const double ORDERS[] = {2, 4, 4};

static struct analysis_work work_of(const struct outcome *outcome, size_t contender, double accuracy) {
    struct analysis_ladder ladder = {outcome, 0, contender, 0};
    return analysis_work(&ladder, accuracy, analysis_state_error, analysis_evaluations);
}

static void work_is_interpolated_along_a_power_law(void) {
    struct comparison *comparison;
    struct outcome *outcome = make_up(&comparison, LEVELS, ORDERS);
    CHECK_NEAR(work_of(outcome, 0, 1e-5).value, sqrt(1e2 / 1e-5), 1e-6);
    CHECK_NEAR(work_of(outcome, 1, 1e-5).value, pow(1e6 / 1e-5, 0.25), 1e-6);
    CU_ASSERT(!work_of(outcome, 1, 1e-5).at_most);
    CU_ASSERT(isnan(work_of(outcome, 0, 1e-12).value));
    struct analysis_work coarsest = work_of(outcome, 0, 0.5);
    CU_ASSERT(coarsest.at_most && coarsest.value == 100);
    free_made_up(outcome, comparison);
}

static void an_error_that_passes_through_zero_does_not_count(void) {
    struct comparison *comparison;
    struct outcome *outcome = make_up(&comparison, LEVELS, ORDERS);
    struct measurement_place first = {0};
    outcome_cell(outcome, first)->state_error = 1e-12;
    CHECK_NEAR(work_of(outcome, 0, 1e-5).value, sqrt(1e2 / 1e-5), 1e-6);
    free_made_up(outcome, comparison);
}

static void failed_rungs_are_passed_over(void) {
    struct comparison *comparison;
    struct outcome *outcome = make_up(&comparison, LEVELS, ORDERS);
    struct measurement_place place = {.contender = 1};
    outcome_cell(outcome, place)->state = MEASUREMENT_FAILED;
    struct analysis_work work = work_of(outcome, 1, 1e-2);
    CU_ASSERT(work.value == 1000 && !work.at_most); /* the rung behind the failure, not interpolated */
    free_made_up(outcome, comparison);
}

static struct verdict judge(const struct outcome *outcome, double accuracy) {
    struct verdict_question question = {
        .accuracy = accuracy, .error = analysis_state_error, .cost = analysis_evaluations};
    return verdict_find(outcome, &question);
}

static void the_winner_is_the_one_with_the_least_work(void) {
    struct comparison *comparison;
    struct outcome *outcome = make_up(&comparison, LEVELS, ORDERS);
    struct verdict verdict = judge(outcome, 1e-5);
    CU_ASSERT(verdict.winner == 1 && verdict.second == 2);
    CHECK_NEAR(verdict.ratio, pow(10, 0.25), 1e-9);
    verdict = judge(outcome, 1e-2); /* here the low order is cheapest: 100 at most */
    CU_ASSERT(verdict.winner == 0 && verdict.least.at_most);
    free_made_up(outcome, comparison);
}

static void no_winner_is_named_below_the_noise_floor(void) {
    struct comparison *comparison;
    struct outcome *outcome = make_up(&comparison, LEVELS, ORDERS);
    outcome->references[0].disagreement = 0.5e-5;
    CU_ASSERT(judge(outcome, 1e-5).open && judge(outcome, 1e-5).winner == VERDICT_NOBODY);
    CU_ASSERT(!judge(outcome, 1e-2).open);
    outcome->references[0].disagreement = NAN;
    CU_ASSERT(judge(outcome, 1e-2).open);
    free_made_up(outcome, comparison);
}

static void the_words_say_what_the_cells_say(void) {
    struct comparison *comparison;
    struct outcome *outcome = make_up(&comparison, LEVELS, ORDERS);
    struct measurement_place place = {.contender = 2, .rung = 3};
    outcome_cell(outcome, place)->state = MEASUREMENT_FAILED;
    struct text words = {0};
    verdict_add_markdown(&words, outcome);
    static const char *const expected[] = {
        "- 10 periods, state error ≤ 1e-05: fewest evaluations: `rk4` on 1; least time: `rk4` on 1 (1 "
        "problem).\n",
        "#### pendulum, 10 periods\n\nReference: a; it and b differ by 1.0e-09.\n",
        "- state error ≤ 1e-05: `rk4` needs the fewest evaluations (562, 1.8 times fewer than `so4`); "
        "`rk4` takes the least time (562 µs, 1.8 times less than `so4`).\n",
        "- state error ≤ 0.01: `leapfrog` and `rk4` need the fewest evaluations (at most 100, within 10 % of "
        "each other)",
        "- 1 run failed on the way.\n",
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        if (strstr(words.data, expected[i]) == NULL) {
            (void)printf("\nnot found: %s\nin: %s\n", expected[i], words.data);
            CU_FAIL("words are missing");
        }
    }
    text_free(&words);
    free_made_up(outcome, comparison);
}

static void projection_wins_nothing_by_energy(void) {
    struct comparison *comparison =
        comparison_of("problems: [pendulum]\nintegrators: [dopri5_projected, rk4]\n"
                      "steps_per_period: [10]\ntolerances: [1e-3]\nhorizons: [10]\naccuracies: [1e-2]\n",
                      NULL);
    struct outcome *outcome = NULL;
    outcome_create(&outcome, comparison);
    outcome->references[0] = (struct outcome_reference){.state = MEASUREMENT_DONE, .disagreement = 1e-9};
    for (size_t i = 0; i < outcome->count; i++) {
        outcome->cells[i] = (struct measurement){.state = MEASUREMENT_DONE,
                                                 .evaluations = (double)(i + 1),
                                                 .state_error = 1e-3,
                                                 .energy_error = 1e-3};
    }
    struct verdict_question question = {
        .accuracy = 1e-2, .error = analysis_state_error, .cost = analysis_evaluations};
    CU_ASSERT_EQUAL(verdict_find(outcome, &question).winner, 0);
    question.error = analysis_energy_error;
    CU_ASSERT_EQUAL(verdict_find(outcome, &question).winner, 1);
    outcome_free(outcome);
    comparison_free(comparison);
}

static void equal_costs_are_called_equal(void) {
    static const double levels[] = {1e2, 1e6, 1.2e6};
    struct comparison *comparison;
    struct outcome *outcome = make_up(&comparison, levels, ORDERS);
    struct text words = {0};
    verdict_add_markdown(&words, outcome);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(words.data, "`rk4` and `so4` need the fewest evaluations (562, within 10 %"));
    CU_ASSERT_PTR_NOT_NULL(strstr(words.data, "fewest evaluations: `rk4` on 1, `so4` on 1; least time"));
    text_free(&words);
    free_made_up(outcome, comparison);
}

/* The store. */

/* Stores all cells and the reference of `outcome`. */
static void store_all(const struct outcome *outcome, const char *folder) {
    struct store *store = NULL;
    struct outcome *ignored = NULL;
    outcome_create(&ignored, outcome->comparison);
    CHECK_OK_FATAL(measurement_file_open(&store, folder, ignored));
    for (size_t i = 0; i < outcome->count; i++) {
        struct measurement_place place;
        if (outcome_place(outcome, i, &place)) {
            CHECK_OK(measurement_file_add_cell(store, outcome, place));
        }
    }
    CHECK_OK(measurement_file_add_reference(store, outcome, 0, 0));
    CHECK_OK(store_close(store));
    outcome_free(ignored);
}

static void what_is_stored_comes_back_to_the_bit(void) {
    struct comparison *comparison;
    struct outcome *outcome = make_up(&comparison, LEVELS, ORDERS);
    outcome->cells[2].state = MEASUREMENT_FAILED;
    (void)snprintf(outcome->cells[2].reason, sizeof outcome->cells[2].reason, "%s", "a \"quoted\" reason\\");
    outcome->cells[3].sample_count = 2;
    outcome->cells[3].samples[1] = (struct measurement_sample){0.1, NAN};
    outcome->cells[3].samples[0] = (struct measurement_sample){1.0 / 3, 1e-300};
    outcome->references[0].position[1] = -1.0 / 3;
    char *folder = fresh_folder("stored");
    store_all(outcome, folder);
    struct outcome *again = NULL;
    outcome_create(&again, comparison);
    struct store *store = NULL;
    CHECK_OK_FATAL(measurement_file_open(&store, folder, again));
    CHECK_OK(store_close(store));
    for (size_t i = 0; i < outcome->count; i++) {
        CU_ASSERT_EQUAL(again->cells[i].state, outcome->cells[i].state);
        CU_ASSERT_STRING_EQUAL(again->cells[i].reason, outcome->cells[i].reason);
        CU_ASSERT(again->cells[i].state_error == outcome->cells[i].state_error);
        CU_ASSERT(again->cells[i].state == MEASUREMENT_MISSING || isnan(again->cells[i].drift.slope));
    }
    CU_ASSERT_EQUAL(again->cells[3].sample_count, 2);
    CU_ASSERT(again->cells[3].samples[0].time == 1.0 / 3 && isnan(again->cells[3].samples[1].energy_error));
    CU_ASSERT(again->references[0].disagreement == 1e-9 && again->references[0].position[1] == -1.0 / 3);
    CU_ASSERT_STRING_EQUAL(again->references[0].second, "b");
    outcome_free(again);
    free(folder);
    free_made_up(outcome, comparison);
}

static void half_a_line_is_cut_off_and_the_rest_kept(void) {
    struct comparison *comparison;
    struct outcome *outcome = make_up(&comparison, LEVELS, ORDERS);
    char *folder = fresh_folder("halved");
    store_all(outcome, folder);
    char *path = file_join(folder, "cells.jsonl");
    struct text content = {0};
    CHECK_OK_FATAL(file_read(&content, path));
    /* The last line is the reference's, the one before it the last cell's. */
    size_t cut = content.length - 200;
    CHECK_OK_FATAL(file_write(path, content.data, cut));
    struct outcome *again = NULL;
    outcome_create(&again, comparison);
    struct store *store = NULL;
    CHECK_OK_FATAL(measurement_file_open(&store, folder, again));
    CHECK_OK(store_close(store));
    CU_ASSERT_EQUAL(again->references[0].state, MEASUREMENT_MISSING);
    CU_ASSERT_EQUAL(again->cells[0].state, MEASUREMENT_DONE);
    CHECK_OK_FATAL(file_read(&content, path));
    CU_ASSERT(content.length <= cut && content.data[content.length - 1] == '\n');
    text_free(&content);
    outcome_free(again);
    free(path);
    free(folder);
    free_made_up(outcome, comparison);
}

static void damaged_and_foreign_files_are_refused_with_their_line(void) {
    static const struct {
        const char *content;
        const char *reason;
    } cases[] = {
        {"{}\n", ":1: is not a file of measured cells"},
        {"<html>\n", ":1: not JSON"},
        {"{\"format\": \"hambench comparison\", \"format_version\": 99}\n",
         ":1: has format version 99, expected 1"},
        {"{\"format\": \"hambench comparison\", \"format_version\": 1}\n{\"cell\": \n", ":2: not JSON"},
        {"{\"format\": \"hambench comparison\", \"format_version\": 1}\n{}\n",
         ":2: expected a cell or a reference"},
    };
    struct comparison *comparison;
    struct outcome *outcome = make_up(&comparison, LEVELS, ORDERS);
    char *folder = fresh_folder("damaged");
    char *path = file_join(folder, "cells.jsonl");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct store *store = NULL;
        CHECK_OK_FATAL(file_write(path, cases[i].content, strlen(cases[i].content)));
        CU_ASSERT_EQUAL(measurement_file_open(&store, folder, outcome), STATUS_DATA);
        CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), cases[i].reason));
    }
    free(path);
    free(folder);
    free_made_up(outcome, comparison);
}

static void all_that_a_cell_depends_on_is_in_its_key(void) {
    struct measurement_place place = {.contender = 1, .horizon = 1};
    static const char *const assignments[] = {"repetitions=7",      "samples=9",       "budget=7",
                                              "horizons=[10, 999]", "tolerances=[.5]", "problems=[pendulum]"};
    struct comparison *comparison = comparison_of(GOOD, NULL);
    char *key = measurement_key(comparison, place);
    for (size_t i = 0; i < sizeof assignments / sizeof *assignments; i++) {
        struct comparison *other = comparison_of(GOOD, assignments[i]);
        char *other_key = measurement_key(other, place);
        CU_ASSERT_STRING_NOT_EQUAL(key, other_key);
        free(other_key);
        comparison_free(other);
    }
    place.contender = 2; /* the same method with fixed steps */
    char *fixed_key = measurement_key(comparison, place);
    CU_ASSERT_STRING_NOT_EQUAL(key, fixed_key);
    free(fixed_key);
    free(key);
    comparison_free(comparison);
}

int main(void) {
    static const struct test tests[] = {
        TEST(more_cells_than_anybody_waits_for_are_refused),
        TEST(a_good_file_is_read_whole_and_its_ladders_climb),
        TEST(assignments_replace_keys_of_the_file),
        TEST(wrong_assignments_are_usage_errors),
        TEST(every_mistake_is_reported_where_it_is),
        TEST(the_comparison_that_comes_along_is_valid),
        TEST(slopes_are_those_of_power_laws),
        TEST(only_the_last_two_decades_make_the_slope),
        TEST(short_runs_have_no_slope),
        TEST(a_slope_of_too_few_or_no_errors_is_unknown),
        TEST(growth_has_a_word),
        TEST(work_is_interpolated_along_a_power_law),
        TEST(an_error_that_passes_through_zero_does_not_count),
        TEST(failed_rungs_are_passed_over),
        TEST(the_winner_is_the_one_with_the_least_work),
        TEST(no_winner_is_named_below_the_noise_floor),
        TEST(the_words_say_what_the_cells_say),
        TEST(projection_wins_nothing_by_energy),
        TEST(equal_costs_are_called_equal),
        TEST(what_is_stored_comes_back_to_the_bit),
        TEST(half_a_line_is_cut_off_and_the_rest_kept),
        TEST(damaged_and_foreign_files_are_refused_with_their_line),
        TEST(all_that_a_cell_depends_on_is_in_its_key),
    };
    return tests_run("comparison", tests, sizeof tests / sizeof *tests);
}
