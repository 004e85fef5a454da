/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "evaluation/table.h"
#include "results/published.h"
#include "support/file.h"
#include "tests/harness.h"

static struct table_cell cell(const char *environment, const char *model, uint64_t seed, double mse) {
    return (struct table_cell){
        .environment = environment,
        .model = model,
        .seed = seed,
        .steps = 3000,
        .seconds = 61.6,
        .result = {.windows = 64,
                   .train = {.mse = mse, .l2_norm = mse / 400},
                   .extrapolation = {.mse = 2 * mse, .l2_norm = 2 * mse / 400},
                   .energy_drift = 0.125},
    };
}

static char *markdown_of(const struct table_cell *cells, size_t count) {
    struct text text = {0};
    struct table table = {.title = "Quick", .cells = cells, .count = count};
    table_add_markdown(&text, &table);
    return text.data;
}

static void markdown_is_a_row_per_environment_and_model(void) {
    struct table_cell cells[] = {
        cell("pendulum", "hgn++", 1, 1e-3),
        cell("pendulum", "copy_last", 1, 0.03125),
        cell("pendulum_colors_friction", "hgn++", 1, 2e-3),
    };
    cells[1].steps = 0;
    cells[1].seconds = 0;
    cells[1].result.energy_drift = NAN;
    static const char *const expected =
        "### Quick\n"
        "\n"
        "| environment              | model     | reconstruction MSE | extrapolation MSE | l2_norm (e-7) "
        "| published HGN (e-7) | energy drift | seeds | steps | seconds |\n"
        "| ------------------------ | --------- | -----------------: | ----------------: | ------------: "
        "| ------------------: | -----------: | ----: | ----: | ------: |\n"
        "| pendulum                 | hgn++     |           1.00e-03 |          2.00e-03 |         25.00 "
        "|               25.99 |        0.125 |     1 |  3000 |      62 |\n"
        "| pendulum                 | copy_last |           3.12e-02 |          6.25e-02 |        781.25 "
        "|               25.99 |            - |     1 |     - |       0 |\n"
        "| pendulum_colors_friction | hgn++     |           2.00e-03 |          4.00e-03 |         50.00 "
        "|                   - |        0.125 |     1 |  3000 |      62 |\n"
        "\n";
    char *text = markdown_of(cells, 3);
    size_t length = strlen(expected);
    CU_ASSERT_NSTRING_EQUAL(text, expected, length);
    CU_ASSERT_PTR_NOT_NULL(strstr(text + length, "divided by the 3072 values of an image, in units of 1e-7"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text + length, "paper-size model trained for days"));
    free(text);
}

static void several_seeds_are_a_median_with_its_range(void) {
    struct table_cell cells[] = {
        cell("pendulum", "hgn++", 1, 3e-3), cell("pendulum", "hgn++", 2, 1e-3),
        cell("pendulum", "hgn++", 3, 2e-3), cell("pendulum", "rnn", 1, 4e-3),
        cell("pendulum", "rnn", 2, 8e-3),
    };
    char *text = markdown_of(cells, 5);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| hgn++ | 2.00e-03 (1.00e-03..3.00e-03) |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| rnn   | 6.00e-03 (4.00e-03..8.00e-03) |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, " 50.00 (25.00..75.00) |"));
    free(text);
}

static void failed_cells_are_shown_and_left_out_of_the_median(void) {
    struct table_cell cells[] = {
        cell("pendulum", "hgn++", 1, 1e-3),
        cell("pendulum", "hgn++", 2, 99),
        cell("pendulum", "rnn", 1, 99),
        cell("mass_spring", "rnn", 1, 99),
    };
    cells[1].status = STATUS_CELLS_FAILED;
    cells[2].status = STATUS_DATA;
    cells[3].status = STATUS_INTERRUPTED;
    char *text = markdown_of(cells, 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| pendulum    | hgn++ |           1.00e-03 |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| 1 of 2 |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| pendulum    | rnn   |             failed |            failed |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| 0 of 1 |"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| mass_spring | rnn   |        interrupted |"));
    CU_ASSERT_PTR_NULL(strstr(text, "9.90e+01"));
    free(text);
}

static void a_figure_that_is_not_a_number_says_so(void) {
    struct table_cell cells[] = {cell("pendulum", "hgn++", 1, NAN)};
    char *text = markdown_of(cells, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "| hgn++ |                nan |               nan |"));
    free(text);
}

static char *read_file(const char *name) {
    char *path = file_join(test_folder(), name);
    struct text text = {0};
    CU_ASSERT_EQUAL(file_read(&text, path), STATUS_OK);
    free(path);
    return text.data;
}

static void csv_and_json_hold_every_cell(void) {
    struct table_cell cells[] = {
        cell("pendulum", "hgn++", 9007199254740993u, 1e-3),
        cell("my \"own\", env", "copy_last", 7, 0.5),
        cell("pendulum", "rnn", 1, 99),
    };
    cells[1].result.energy_drift = NAN;
    cells[2].status = STATUS_DATA;
    struct table table = {.title = "Quick", .cells = cells, .count = 3};
    CU_ASSERT_EQUAL(table_write(&table, test_folder()), STATUS_OK);
    char *csv = read_file("table.csv");
    CU_ASSERT_STRING_EQUAL(
        csv, "environment,model,seed,status,steps,seconds,windows,reconstruction_mse,extrapolation_mse,"
             "reconstruction_l2_norm,extrapolation_l2_norm,energy_drift,published_hgn_l2_norm\n"
             "pendulum,hgn++,9007199254740993,ok,3000,61.6,64,0.001,0.002,2.5e-06,5e-06,0.125,2.599e-06\n"
             "\"my \"\"own\"\", env\",copy_last,7,ok,3000,61.6,64,0.5,1,0.00125,0.0025,,\n"
             "pendulum,rnn,1,failed,3000,61.6,0,,,,,,2.599e-06\n");
    free(csv);
    char *json = read_file("table.json");
    CU_ASSERT_PTR_NOT_NULL(strstr(
        json, "{\"environment\": \"my \\\"own\\\", env\", \"model\": \"copy_last\", \"seed\": 7, "
              "\"status\": \"ok\", \"steps\": 3000, \"seconds\": 61.6, \"windows\": 64, "
              "\"reconstruction_mse\": 0.5, \"extrapolation_mse\": 1, \"reconstruction_l2_norm\": 0.00125, "
              "\"extrapolation_l2_norm\": 0.0025, \"energy_drift\": null, \"published_hgn_l2_norm\": null}"));
    CU_ASSERT_PTR_NOT_NULL(strstr(json, "\"status\": \"failed\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(json, "\"seed\": 9007199254740993"));
    free(json);
    char *markdown = read_file("table.md");
    struct text text = {0};
    table_add_markdown(&text, &table);
    CU_ASSERT_STRING_EQUAL(markdown, text.data);
    text_free(&text);
    free(markdown);
}

static void an_empty_table_is_only_its_titles(void) {
    char *text = markdown_of(NULL, 0);
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

static void published_values_are_those_of_the_listing(void) {
    double value = 0;
    CU_ASSERT_TRUE(published_hgn("mass_spring", &value));
    CHECK_NEAR(value, 25.07e-7, 0);
    CU_ASSERT_TRUE(published_hgn("molecular_dynamics_16", &value));
    CHECK_NEAR(value, 5.78e-7, 0);
    CU_ASSERT_FALSE(published_hgn("two_body", &value));
    CU_ASSERT_FALSE(published_hgn("mass_spring_colors_friction", &value));
    int unprinted = 0;
    for (const struct published_value *entry = published_hgn_values; entry->environment != NULL; entry++) {
        unprinted += !entry->unit_printed;
    }
    CU_ASSERT_EQUAL(unprinted, 2);
}

int main(void) {
    static const struct test tests[] = {
        TEST(markdown_is_a_row_per_environment_and_model),
        TEST(several_seeds_are_a_median_with_its_range),
        TEST(failed_cells_are_shown_and_left_out_of_the_median),
        TEST(a_figure_that_is_not_a_number_says_so),
        TEST(csv_and_json_hold_every_cell),
        TEST(an_empty_table_is_only_its_titles),
        TEST(a_folder_that_is_a_file_is_an_error),
        TEST(published_values_are_those_of_the_listing),
    };
    return tests_run("table", tests, sizeof tests / sizeof *tests);
}
