/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "evaluation/metric.h"
#include "evaluation/table.h"
#include "support/file.h"
#include "tests/harness.h"
#include "tests/table_case.h"

static void markdown_is_a_row_per_environment_and_model(void) {
    struct table_cell cells[] = {
        table_case_cell("pendulum", "hgn++", 1, 1e-3),
        table_case_baseline("pendulum", "copy_last", 1, 0.03125),
        table_case_cell("pendulum_colors_friction", "hgn++", 1, 2e-3),
    };
    static const char *const expected =
        "### Quick\n"
        "\n"
        "| environment              | model     | reconstruction MSE | unseen MSE | extrapolation MSE | "
        "reconstruction l2_norm (e-7) | published HGN (e-7) | valid frames | energy drift | seeds | steps | "
        "seconds |\n"
        "| ------------------------ | --------- | -----------------: | ---------: | ----------------: | "
        "---------------------------: | ------------------: | -----------: | -----------: | ----: | ----: | "
        "------: |\n"
        "| pendulum                 | hgn++     |           1.00e-03 |   1.00e-03 |          2.00e-03 | "
        "                       25.00 |               25.99 |            - |        0.125 |     1 |  3000 |  "
        "    62 |\n"
        "| pendulum                 | copy_last |           3.12e-02 |   3.12e-02 |          6.25e-02 | "
        "                       781.2 |                   - |            - |            - |     1 |     - |  "
        "     0 |\n"
        "| pendulum_colors_friction | hgn++     |           2.00e-03 |   2.00e-03 |          4.00e-03 | "
        "                       50.00 |                   - |            - |        0.125 |     1 |  3000 |  "
        "    62 |\n"
        "\n"
        "Frames are counted from the origin of a window, the last frame that models see before they predict: "
        "64 test windows, reconstruction frames 0 to 29 (without the origin 1 to 29), extrapolation 30 to "
        "59.\n";
    char *text = table_case_markdown(cells, 3);
    size_t length = strlen(expected);
    CU_ASSERT_NSTRING_EQUAL(text, expected, length);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text + length, "squared error / squared image / 3072 of a frame, in units of 1e-7"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text + length, "paper-size model trained for days"));
    CU_ASSERT_PTR_NULL(strstr(text, "Not comparable"));
    free(text);
}

/* The columns and no others. */
static void columns_are_chosen_by_name(void) {
    struct table_cell cells[] = {table_case_cell("pendulum", "hgn++", 1, 1e-3)};
    struct lines columns = {0};
    lines_add(&columns, "model");
    lines_add(&columns, "energy_drift_floor");
    lines_add(&columns, "unseen_mse");
    struct table table = {.title = "Chosen", .cells = cells, .count = 1, .columns = &columns};
    struct text text = {0};
    table_add_markdown(&text, &table);
    CU_ASSERT_PTR_NOT_NULL(strstr(text.data, "\n| model | floor of the energy drift | unseen MSE |\n"
                                             "| ----- | ------------------------: | ---------: |\n"
                                             "| hgn++ |                   1.0e-06 |   1.00e-03 |\n\n"));
    CU_ASSERT_PTR_NULL(strstr(text.data, "published"));
    text_free(&text);
    lines_free(&columns);
    CHECK_OK(table_check_column("published"));
    CHECK_FAILS(table_check_column("unseen_mes"), STATUS_DATA, "did you mean 'unseen_mse'?");
}

/* Geometric mean 1.817e-3; the logarithms deviate by 0.5555, times t = 4.303 / sqrt(3): a factor 3.98. */
static void three_seeds_are_a_mean_with_its_interval(void) {
    struct table_cell cells[] = {
        table_case_cell("pendulum", "hgn++", 1, 3e-3),
        table_case_cell("pendulum", "hgn++", 2, 1e-3),
        table_case_cell("pendulum", "hgn++", 3, 2e-3),
    };
    char *text = table_case_markdown(cells, 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| hgn++ | 1.8e-03 (5e-04 to 7e-03) |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, " 45 (11 to 181) |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "With 3 seeds or more: mean (95 % interval) over seeds"));
    CU_ASSERT_PTR_NULL(strstr(text, "With one seed"));
    free(text);
}

static void two_seeds_are_given_and_claim_no_interval(void) {
    struct table_cell cells[] = {
        table_case_cell("pendulum", "rnn", 1, 8e-3),
        table_case_cell("pendulum", "rnn", 2, 4e-3),
    };
    char *text = table_case_markdown(cells, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| rnn   | 8.00e-03, 4.00e-03 |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "two determine no interval"));
    free(text);
}

static void one_seed_says_that_its_interval_is_of_the_windows(void) {
    struct table_cell cells[] = {table_case_cell("pendulum", "rnn", 1, 8e-3)};
    char *text = table_case_markdown(cells, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| rnn   |           8.00e-03 |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "says nothing about how much another training would differ"));
    free(text);
}

/* An interval of no width would claim what nobody tried. */
static void a_value_that_no_training_changes_stands_alone(void) {
    struct table_cell cells[3];
    for (uint64_t i = 0; i < 3; i++) {
        cells[i] = table_case_baseline("pendulum", "copy_last", i, 0.03125);
    }
    char *text = table_case_markdown(cells, 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| copy_last |           3.12e-02 |"));
    CU_ASSERT_PTR_NULL(strstr(text, "3.12e-02 ("));
    free(text);
}

/* Seeds that went astray, failed, or were not asked for are told apart, and none is dropped silently. */
static void what_became_of_the_seeds_is_counted_in_the_row(void) {
    struct table_cell cells[6];
    for (uint64_t i = 0; i < 6; i++) {
        cells[i] = table_case_cell("pendulum", "hgn++", i, 1e-3 * (double)(i + 1));
    }
    table_case_figure(&cells[0], "extrapolation_mse")->value = INFINITY;
    cells[4].status = STATUS_DATA;
    cells[5].status = STATUS_DATA;
    cells[5].status = STATUS_NOT_RUN;
    char *text = table_case_markdown(cells, 6);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| 3 of 6, 1 failed, 1 diverged, 1 not run |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "), 3 of 4 seeds |"));
    free(text);
    table_case_set(&cells[1], "unexplained", 0.95, 0);
    text = table_case_markdown(cells + 1, 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| pendulum    | hgn++ * |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| 3, 1 learned nothing |"));
    free(text);
}

static void cells_that_were_not_run_are_no_failures(void) {
    struct table_cell cells[] = {
        table_case_cell("pendulum", "hgn++", 1, 1e-3),
        table_case_cell("pendulum", "rnn", 1, 1e-3),
    };
    cells[1].status = STATUS_NOT_RUN;
    char *text = table_case_markdown(cells, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| pendulum    | rnn   |            not run |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| 0 of 1, 1 not run |"));
    CU_ASSERT_PTR_NULL(strstr(text, "failed"));
    free(text);
}

/* 3.214e-4: all digits, +- 10 %, +- 50 %; nothing invented below the interval. */
static void digits_end_where_the_interval_begins(void) {
    static const struct {
        double half_width;
        const char *entry;
    } cases[] = {{1e-7, "| 3.21e-04 |"},
                 {3.2e-5, "|  3.2e-04 |"},
                 {1.6e-4, "|  3.2e-04 |"},
                 {3e-4, "|    3e-04 |"},
                 {8e-4, "|    3e-04 |"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct table_cell cells[] = {table_case_cell("pendulum", "hgn++", 1, 1e-3)};
        struct lines columns = {0};
        lines_add(&columns, "model");
        lines_add(&columns, "reconstruction_mse");
        lines_add(&columns, "energy_drift");
        table_case_set(&cells[0], "reconstruction_mse", 3.214e-4, cases[i].half_width);
        table_case_set(&cells[0], "energy_drift", 0.1234, 0.04);
        struct table table = {.title = "Digits", .cells = cells, .count = 1, .columns = &columns};
        struct text text = {0};
        table_add_markdown(&text, &table);
        const char *entry = strstr(text.data, "| hgn++ |");
        CU_ASSERT_PTR_NOT_NULL_FATAL(entry);
        CU_ASSERT_PTR_NOT_NULL(strstr(entry, strchr(cases[i].entry, '3')));
        CU_ASSERT_PTR_NOT_NULL(strstr(entry, " 0.12 |"));
        text_free(&text);
        lines_free(&columns);
    }
}

static void a_drift_below_what_rounding_leaves_is_said_to_be_below(void) {
    struct table_cell cells[] = {table_case_cell("pendulum", "hgn++", 1, 1e-3)};
    table_case_set(&cells[0], "energy_drift", 4e-7, 1e-8);
    char *text = table_case_markdown(cells, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, " < 1e-06 |"));
    CU_ASSERT_PTR_NULL(strstr(text, "0.000"));
    free(text);
}

static void a_model_that_has_learned_nothing_is_marked(void) {
    struct table_cell cells[] = {
        table_case_cell("pendulum", "hgn++", 1, 1e-3),
        table_case_baseline("pendulum", "mean_image", 1, 1.05e-2),
    };
    table_case_set(&cells[0], "unexplained", 0.98, 0);
    table_case_set(&cells[1], "unexplained", 1.001, 0);
    CU_ASSERT_TRUE(table_cell_has_learned_nothing(&cells[0]));
    CU_ASSERT_FALSE(table_cell_has_learned_nothing(&cells[1])); /* was not to learn */
    char *text = table_case_markdown(cells, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| pendulum    | hgn++ *    |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\\* Has learned nothing that moves"));
    CU_ASSERT_PTR_NULL(strstr(text, " 25.99 |"));
    free(text);
    table_case_set(&cells[0], "unexplained", 0.5, 0);
    text = table_case_markdown(cells, 2);
    CU_ASSERT_PTR_NULL(strstr(text, "Has learned nothing"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, " 25.99 |"));
    free(text);
}

static void rows_about_other_frames_are_named(void) {
    struct table_cell cells[] = {
        table_case_cell("pendulum", "hgn++", 1, 1e-3),
        table_case_cell("pendulum", "rnn", 2, 1e-3),
    };
    cells[1].result.reconstruction = 26;
    char *text = table_case_markdown(cells, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(text,
                                  "**Not comparable with the first row**: pendulum, rnn, seed 2 is about "
                                  "64 test windows, reconstruction frames 0 to 25"));
    free(text);
}

static void steps_are_those_of_the_seeds_that_have_some(void) {
    struct table_cell cells[] = {
        table_case_cell("pendulum", "hgn++", 1, 1e-3),
        table_case_cell("pendulum", "hgn++", 2, 1e-3),
    };
    cells[0].status = STATUS_CELLS_FAILED;
    cells[0].steps = 0;
    char *text = table_case_markdown(cells, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| 1 of 2, 1 failed |  3000 |"));
    free(text);
}

static void failed_cells_are_shown_and_left_out_of_the_mean(void) {
    struct table_cell cells[] = {
        table_case_cell("pendulum", "hgn++", 1, 1e-3),
        table_case_cell("pendulum", "hgn++", 2, 99),
        table_case_cell("pendulum", "rnn", 1, 99),
        table_case_cell("mass_spring", "rnn", 1, 99),
    };
    cells[1].status = STATUS_CELLS_FAILED;
    cells[2].status = STATUS_DATA;
    cells[3].status = STATUS_INTERRUPTED;
    char *text = table_case_markdown(cells, 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| pendulum    | hgn++ |           1.00e-03 |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, " 1 of 2, 1 failed |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| pendulum    | rnn   |             failed |      failed |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, " 0 of 1, 1 failed |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| mass_spring | rnn   |        interrupted |"));
    CU_ASSERT_PTR_NULL(strstr(text, "9.90e+01"));
    free(text);
}

static void a_figure_that_is_not_a_number_says_so(void) {
    struct table_cell cells[] = {table_case_cell("pendulum", "hgn++", 1, NAN),
                                 table_case_cell("pendulum", "rnn", 1, INFINITY)};
    char *text = table_case_markdown(cells, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| hgn++ * |                nan |        nan |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| rnn *   |                inf |        inf |"));
    free(text);
}

/* What the cells have to look like, figure by figure. */
static char *csv_of(const struct table_cell *cells, size_t count) {
    static const char *const begin[] = {"pendulum,hgn++,9007199254740993,ok,3000,61.6,64",
                                        "\"my \"\"own\"\", env\",copy_last,1,ok,0,0,64",
                                        "pendulum,rnn,1,failed,3000,61.6,0"};
    static const char *const end[] = {",0,0,2.599e-06\n", ",0,0,\n", ",0,0,\n"};
    struct text out = {0};
    text_add(&out, "environment,model,seed,status,steps,seconds,windows");
    for (int f = 0; f < metric_figure_count(); f++) {
        text_add(&out, ",%s", metric_figure(f)->name);
    }
    text_add(&out, ",learned_nothing,diverged,published_hgn_l2_norm\n");
    for (size_t i = 0; i < count; i++) {
        text_add(&out, "%s", begin[i]);
        for (int f = 0; f < metric_figure_count(); f++) {
            double value = cells[i].status == STATUS_OK ? cells[i].result.figures[f].value : NAN;
            text_add(&out, isnan(value) ? "," : ",%.9g", value);
        }
        text_add(&out, "%s", end[i]);
    }
    return out.data;
}

static void csv_and_json_hold_every_cell(void) {
    struct table_cell cells[] = {
        table_case_cell("pendulum", "hgn++", 9007199254740993u, 1e-3),
        table_case_cell("pendulum", "hgn++", 1, 0.5),
        table_case_cell("pendulum", "rnn", 1, 99),
    };
    cells[1] = table_case_baseline("my \"own\", env", "copy_last", 1, 0.5);
    cells[2].status = STATUS_DATA;
    struct table table = {.title = "Quick", .cells = cells, .count = 3};
    CHECK_OK(table_write(&table, test_folder()));
    char *csv = table_case_read("table.csv");
    char *expected = csv_of(cells, 3);
    CU_ASSERT_STRING_EQUAL(csv, expected);
    free(expected);
    free(csv);
    char *json = table_case_read("table.json");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(json, "{\"environment\": \"my \\\"own\\\", env\", \"model\": \"copy_last\", \"seed\": 1, "
                     "\"status\": \"ok\", \"steps\": 0, \"seconds\": 0, \"windows\": 64, \"runs\": 64, "
                     "\"backward\": false, \"history_frames\": 4, \"reconstruction_frames\": 30, "
                     "\"extrapolation_frames\": 30, "
                     "\"reconstruction_mse\": 0.5, \"unseen_mse\": 0.5, \"extrapolation_mse\": 1, "));
    CU_ASSERT_PTR_NOT_NULL(strstr(json, "\"intervals\": {\"reconstruction_mse\": [0.4995, 0.5005], "));
    CU_ASSERT_PTR_NOT_NULL(strstr(json, "\"learned_nothing\": false"));
    CU_ASSERT_PTR_NOT_NULL(strstr(json, "\"status\": \"failed\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(json, "\"seed\": 9007199254740993"));
    free(json);
    char *markdown = table_case_read("table.md");
    struct text text = {0};
    table_add_markdown(&text, &table);
    CU_ASSERT_STRING_EQUAL(markdown, text.data);
    text_free(&text);
    free(markdown);
}

/* What is no figure of a row is missing, not broken, and only films can be left unexplained. */
static void rows_of_other_subjects_are_not_marked(void) {
    struct table_cell density = table_case_other("nhf", "elbo", -1.75),
                      states = table_case_other("hnn", "valid_prediction_time", 1.5);
    table_case_set(&states, "valid_prediction_frames", 30, 0.1);
    density.result.windows = 1000;
    struct table_cell cells[] = {table_case_cell("pendulum", "hgn++", 1, 1e-3), density, states};
    CU_ASSERT_FALSE(table_cell_has_learned_nothing(&density));
    CU_ASSERT_FALSE(table_cell_has_learned_nothing(&states));
    char *text = table_case_markdown(cells, 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| pendulum    | nhf   |                  - |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| pendulum    | hnn   |                  - |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nModels of true states are given the state at the origin: 64 test "
                                        "windows, reconstruction frames 0 to 29"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nDensities: 1000 test points.\n"));
    CU_ASSERT_PTR_NULL(strstr(text, "Not comparable"));
    CU_ASSERT_PTR_NULL(strstr(text, "nan"));
    free(text);
}

static void default_columns_are_those_of_the_rows_there_are(void) {
    struct table_cell film = table_case_cell("pendulum", "hgn++", 1, 1e-3);
    struct table_cell states = table_case_other("hnn", "valid_prediction_time", 1.5);
    table_case_set(&states, "valid_prediction_frames", 30, 0.1);
    table_case_set(&states, "state_error", 0.1, 0.01);
    char *text = table_case_markdown(&states, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| environment | model | state error | valid prediction time | "
                                        "true energy drift, 1000 frames | field error | seeds |"));
    free(text);
    text = table_case_markdown(&film, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| energy drift | seeds |"));
    free(text);
}

static void an_empty_table_is_only_its_titles(void) {
    char *text = table_case_markdown(NULL, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| environment | model |"));
    free(text);
}

static void a_folder_that_is_a_file_is_an_error(void) {
    char *path = file_join(test_folder(), "a_file");
    CU_ASSERT_EQUAL(file_write(path, "x", 1), STATUS_OK);
    struct table table = {.title = "Quick"};
    CU_ASSERT_EQUAL(table_write(&table, path), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "a_file"));
    free(path);
}

int main(void) {
    static const struct test tests[] = {
        TEST(markdown_is_a_row_per_environment_and_model),
        TEST(columns_are_chosen_by_name),
        TEST(three_seeds_are_a_mean_with_its_interval),
        TEST(two_seeds_are_given_and_claim_no_interval),
        TEST(one_seed_says_that_its_interval_is_of_the_windows),
        TEST(a_value_that_no_training_changes_stands_alone),
        TEST(what_became_of_the_seeds_is_counted_in_the_row),
        TEST(cells_that_were_not_run_are_no_failures),
        TEST(digits_end_where_the_interval_begins),
        TEST(a_drift_below_what_rounding_leaves_is_said_to_be_below),
        TEST(a_model_that_has_learned_nothing_is_marked),
        TEST(rows_about_other_frames_are_named),
        TEST(steps_are_those_of_the_seeds_that_have_some),
        TEST(failed_cells_are_shown_and_left_out_of_the_mean),
        TEST(a_figure_that_is_not_a_number_says_so),
        TEST(csv_and_json_hold_every_cell),
        TEST(rows_of_other_subjects_are_not_marked),
        TEST(default_columns_are_those_of_the_rows_there_are),
        TEST(an_empty_table_is_only_its_titles),
        TEST(a_folder_that_is_a_file_is_an_error),
    };
    return tests_run("table", tests, sizeof tests / sizeof *tests);
}
