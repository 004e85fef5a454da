/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "comparisons/analysis.h"
#include "comparisons/comparison_plot.h"
#include "comparisons/comparison_run.h"
#include "comparisons/comparison_table.h"
#include "comparisons/store.h"
#include "comparisons/verdict.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "tests/harness.h"

/* Files. */

static enum status read_content(struct comparison **out, const char *content) {
    char *path = file_join(test_folder(), "case.yaml");
    CU_ASSERT_EQUAL_FATAL(file_write(path, content, strlen(content)), STATUS_OK);
    enum status status = comparison_read(out, path, NULL, 0);
    free(path);
    return status;
}

/* The comparison of a file that must be good; --set KEY=VALUE after it, NULL for none. */
static struct comparison *comparison_of(const char *content, const char *assignment) {
    struct comparison *comparison = NULL;
    char *path = file_join(test_folder(), "case.yaml");
    CU_ASSERT_EQUAL_FATAL(file_write(path, content, strlen(content)), STATUS_OK);
    enum status status = comparison_read(&comparison, path, &assignment, assignment != NULL);
    free(path);
    if (status != STATUS_OK) {
        (void)printf("\n%s\n", status_detail());
    }
    CU_ASSERT_EQUAL_FATAL(status, STATUS_OK);
    return comparison;
}

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
        {"horizon=[3]", "--set:1:1: unknown key 'horizon', did you mean 'horizons'?"},
        {"horizons=[0]", "--set:1:12: horizons: 0 is out of range, allowed is 1 to 1e+06"},
        {"problems=[keppler_06]", "--set:1:12: unknown problem 'keppler_06', did you mean 'kepler_06'?"},
        {"budget=lots", "--set:1:9: budget: 'lots' is not a number"},
    };
    char *path = file_join(test_folder(), "case.yaml");
    CU_ASSERT_EQUAL_FATAL(file_write(path, GOOD, strlen(GOOD)), STATUS_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct comparison *comparison = NULL;
        CU_ASSERT_EQUAL(comparison_read(&comparison, path, &cases[i].assignment, 1), STATUS_USAGE);
        CU_ASSERT_STRING_EQUAL(status_detail(), cases[i].reason);
    }
    free(path);
}

#define TOP "problems: [pendulum]\nintegrators: [rk4]\n"

static const struct {
    const char *content;
    const char *place; /* line:column */
    const char *reason;
} mistakes[] = {
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

static void every_mistake_is_reported_where_it_is(void) {
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct comparison *comparison = NULL;
        CU_ASSERT_EQUAL(read_content(&comparison, mistakes[i].content), STATUS_DATA);
        char *expected =
            text_format("%s/case.yaml:%s: %s", test_folder(), mistakes[i].place, mistakes[i].reason);
        if (strcmp(status_detail(), expected) != 0) {
            (void)printf("\nfound    %s\nexpected %s\n", status_detail(), expected);
            CU_FAIL("another message");
        }
        free(expected);
    }
}

static void the_comparison_that_comes_along_is_valid(void) {
    const char *source = getenv("srcdir");
    char *path = file_join(source == NULL ? "." : source, "experiments/integrators.yaml");
    struct comparison *comparison = NULL;
    CU_ASSERT_EQUAL_FATAL(comparison_read(&comparison, path, NULL, 0), STATUS_OK);
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
    struct measurement_sample samples[25];
    for (int i = 0; i < 25; i++) { /* flat up to t = 100, then t^1 */
        samples[i].time = pow(10, i / 6.0);
        samples[i].energy_error = 1e-9 * fmax(1, samples[i].time / 100);
    }
    CHECK_NEAR(measurement_fit_drift(samples, 25).slope, 1, 1e-6);
    CHECK_NEAR(measurement_fit_drift(samples, 13).slope, 0, 1e-6);
}

static void a_slope_of_too_few_or_no_errors_is_unknown(void) {
    struct measurement_sample samples[10];
    for (int i = 0; i < 10; i++) {
        samples[i] = (struct measurement_sample){.time = i + 1, .energy_error = 0};
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

static char *fresh_folder(const char *name) {
    char *folder = file_join(test_folder(), name);
    CU_ASSERT_EQUAL_FATAL(file_make_directory(folder), STATUS_OK);
    return folder;
}

/* Stores all cells and the reference of `outcome`. */
static void store_all(const struct outcome *outcome, const char *folder) {
    struct store *store = NULL;
    struct outcome *ignored = NULL;
    outcome_create(&ignored, outcome->comparison);
    CU_ASSERT_EQUAL_FATAL(store_open(&store, folder, ignored), STATUS_OK);
    for (size_t i = 0; i < outcome->count; i++) {
        struct measurement_place place;
        if (outcome_place(outcome, i, &place)) {
            CU_ASSERT_EQUAL(store_add_cell(store, outcome, place), STATUS_OK);
        }
    }
    CU_ASSERT_EQUAL(store_add_reference(store, outcome, 0, 0), STATUS_OK);
    store_close(store);
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
    CU_ASSERT_EQUAL_FATAL(store_open(&store, folder, again), STATUS_OK);
    store_close(store);
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
    char *path = file_join(folder, STORE_FILE);
    struct text content = {0};
    CU_ASSERT_EQUAL_FATAL(file_read(&content, path), STATUS_OK);
    /* The last line is the reference's, the one before it the last cell's. */
    size_t cut = content.length - 200;
    CU_ASSERT_EQUAL_FATAL(file_write(path, content.data, cut), STATUS_OK);
    struct outcome *again = NULL;
    outcome_create(&again, comparison);
    struct store *store = NULL;
    CU_ASSERT_EQUAL_FATAL(store_open(&store, folder, again), STATUS_OK);
    store_close(store);
    CU_ASSERT_EQUAL(again->references[0].state, MEASUREMENT_MISSING);
    CU_ASSERT_EQUAL(again->cells[0].state, MEASUREMENT_DONE);
    CU_ASSERT_EQUAL_FATAL(file_read(&content, path), STATUS_OK);
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
    char *path = file_join(folder, STORE_FILE);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct store *store = NULL;
        CU_ASSERT_EQUAL_FATAL(file_write(path, cases[i].content, strlen(cases[i].content)), STATUS_OK);
        CU_ASSERT_EQUAL(store_open(&store, folder, outcome), STATUS_DATA);
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

/* Real runs. */

static const char REAL[] = "problems: [kepler_06, mass_spring_colors_friction]\n"
                           "integrators: [leapfrog, euler, rk4, dopri5]\n"
                           "steps_per_period: [4, 256, 512, 1024, 100000]\n"
                           "tolerances: [1e-5, 1e-7, 1e-9]\n"
                           "horizons: [5, 20]\naccuracies: [1e-1, 1e-5]\n"
                           "repetitions: 1\nbudget: 2e5\ndrift_work: 1000\n";

static struct outcome *run_real(const struct comparison *comparison, const char *folder, int threads,
                                struct comparison_counts *counts) {
    struct outcome *outcome = NULL;
    struct comparison_request request = {
        .comparison = comparison, .folder = folder, .threads = threads, .quiet = true};
    CU_ASSERT_EQUAL_FATAL(comparison_run(&request, &outcome, counts), STATUS_OK);
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
    struct text pictures = {0};
    struct text notes = {0};
    struct text script = {0};
    struct text data = {0};
    CU_ASSERT_EQUAL(comparison_plot_all(outcome, folder, 1, true, &pictures, &notes), STATUS_OK);
    char *path = file_join(folder, "plots/work-kepler_09-10.gp");
    CU_ASSERT_EQUAL_FATAL(file_read(&script, path), STATUS_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(script.data, "title 'failed'"));
    free(path);
    path = file_join(folder, "plots/work-kepler_09-10.dat");
    CU_ASSERT_EQUAL_FATAL(file_read(&data, path), STATUS_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(data.data, " 10 # no state"));
    text_free(&pictures);
    text_free(&notes);
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
        CU_ASSERT_EQUAL_FATAL(measurement_make(&made, comparison, place, NULL), STATUS_OK);
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
        const struct measurement_field *field = &measurement_fields[i];
        const void *of_a = (const char *)a + field->offset;
        const void *of_b = (const char *)b + field->offset;
        double left = *(const double *)of_a;
        double right = *(const double *)of_b;
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
        .comparison = comparison, .folder = folder, .threads = 2, .quiet = true};
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
    CU_ASSERT_EQUAL(comparison_table_write(outcome, folder), STATUS_OK);
    struct text csv = {0};
    char *path = file_join(folder, "table.csv");
    CU_ASSERT_EQUAL_FATAL(file_read(&csv, path), STATUS_OK);
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
    struct text pictures = {0};
    struct text notes = {0};
    CU_ASSERT_EQUAL_FATAL(comparison_plot_all(outcome, folder, 2, true, &pictures, &notes), STATUS_OK);
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
        CU_ASSERT_EQUAL_FATAL(file_read(&file, path), STATUS_OK);
        CU_ASSERT_PTR_NOT_NULL(strstr(file.data, expected[i].label));
        free(path);
        path = text_format("%s/plots/%s.dat", folder, expected[i].name);
        CU_ASSERT_EQUAL_FATAL(file_read(&file, path), STATUS_OK);
        CU_ASSERT(longest_curve(file.data) > 0 && longest_curve(file.data) <= 2000);
        free(path);
        text_free(&file);
    }
    if (notes.length == 0) { /* gnuplot is there: a second call leaves its pictures alone */
        CU_ASSERT_PTR_NOT_NULL(strstr(pictures.data, "plots/work-kepler_06-5.svg\n"));
        char *path = file_join(folder, "plots/work-kepler_06-5.svg");
        struct stat before, after;
        CU_ASSERT_EQUAL_FATAL(stat(path, &before), 0);
        CU_ASSERT_EQUAL(comparison_plot_all(outcome, folder, 2, true, &pictures, &notes), STATUS_OK);
        CU_ASSERT_EQUAL_FATAL(stat(path, &after), 0);
        CU_ASSERT(before.st_ino == after.st_ino && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
        free(path);
    }
    text_free(&pictures);
    text_free(&notes);
    outcome_free(outcome);
    free(folder);
    comparison_free(comparison);
}

int main(void) {
    static const struct test tests[] = {
        TEST(a_good_file_is_read_whole_and_its_ladders_climb),
        TEST(assignments_replace_keys_of_the_file),
        TEST(wrong_assignments_are_usage_errors),
        TEST(every_mistake_is_reported_where_it_is),
        TEST(the_comparison_that_comes_along_is_valid),
        TEST(slopes_are_those_of_power_laws),
        TEST(only_the_last_two_decades_make_the_slope),
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
        TEST(measured_errors_fall_with_the_order_of_the_method),
        TEST(impossible_pairings_and_dear_runs_are_no_failures),
        TEST(behind_a_rung_over_budget_nothing_is_run),
        TEST(failures_are_results_with_a_reason_and_a_mark),
        TEST(the_work_of_explicit_methods_is_known_beforehand),
        TEST(any_number_of_threads_and_a_second_call_give_the_same_cells),
        TEST(a_longer_ladder_measures_only_what_is_new),
        TEST(an_interrupted_comparison_goes_on),
        TEST(tables_leave_out_what_nobody_has),
        TEST(contenders_of_a_family_share_panels_of_few_curves),
        TEST(plots_have_units_few_points_and_are_drawn_once),
    };
    return tests_run("comparison", tests, sizeof tests / sizeof *tests);
}
