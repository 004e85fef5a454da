/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is made from tables besides Markdown: LaTeX, the summary picture; and the published values beside
 * them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drawing/latex.h"
#include "drawing/picture.h"
#include "evaluation/table_plot.h"
#include "results/published.h"
#include "simulators/simulator.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/random.h"
#include "tests/harness.h"
#include "tests/table_case.h"

/* ---- LaTeX ---- */

static void check_latex(const char *given, const char *expected) {
    struct text out = {0};
    latex_add_text(&out, given);
    CU_ASSERT_STRING_EQUAL(out.data, expected);
    text_free(&out);
}

static void any_text_is_escaped(void) {
    check_latex("copy_last & 50 % of $x^2 #1 {a} ~",
                "copy\\_last \\& 50 \\% of \\$x\\textasciicircum{}2 \\#1 "
                "\\{a\\} \\textasciitilde{}");
    check_latex("\\input{/etc/passwd}", "\\textbackslash{}input\\{/etc/passwd\\}");
    check_latex("a|b <c> *", "a\\textbar{}b \\textless{}c\\textgreater{} \\textasteriskcentered{}");
    check_latex("schön λ", "schön U+03BB");
    check_latex("one\nline", "one\\textbackslash{}nline");
}

static void numbers_become_formulas(void) {
    check_latex("2.0e-03 (1.1e-03 to 3.6e-03)",
                "$2.0\\times10^{-3}$ ($1.1\\times10^{-3}$ to $3.6\\times10^{-3}$)");
    check_latex("< 1e-06", "\\textless{} $1\\times10^{-6}$");
    check_latex("-1.75", "$-$1.75");
    check_latex("-2e+10", "$-2\\times10^{10}$");
    check_latex("hgn-3 v1e-03x 12", "hgn-3 v1e-03x 12");
}

static size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part)) {
        count++;
    }
    return count;
}

/* Braces that do not follow a backslash. */
static int open_braces(const char *text) {
    int open = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '%' && (at == text || at[-1] == '\n')) { /* a comment to the end of the line */
            at = strchr(at, '\n');
        } else if (*at == '\\') {
            at++;
        } else {
            open += *at == '{' ? 1 : *at == '}' ? -1 : 0;
        }
    }
    return open;
}

static char *latex_of(const struct table_cell *cells, size_t count) {
    struct text out = {0};
    struct table table = {.title = "50 % of_it & more", .cells = cells, .count = count};
    table_add_latex(&out, &table);
    return out.data;
}

static void a_table_is_a_tabular_with_rules(void) {
    struct table_cell cells[] = {
        table_case_cell("pendulum", "hgn++", 1, 1e-3),
        table_case_baseline("pendulum", "copy_last", 1, 0.03125),
        table_case_cell("two_body", "my \\model{", 1, 2e-3),
    };
    char *text = latex_of(cells, 3);
    CU_ASSERT_EQUAL(open_braces(text), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\\caption{50 \\% of\\_it \\& more}\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\\begin{tabular}{llrrrrrrrrrr}\n\\toprule\nenvironment & model & "));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "pendulum & copy\\_last & $3.12\\times10^{-2}$ & "));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\\addlinespace\ntwo\\_body & my \\textbackslash{}model\\{ & "));
    CU_ASSERT_EQUAL(count_of(text, "\\addlinespace"), 1);
    CU_ASSERT_EQUAL(count_of(text, " \\\\\n"), 4);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text, "\\bottomrule\n\\end{tabular}\n\\end{table}\n% \n% Frames are counted"));
    for (const char *line = strstr(text, "environment & "); line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *end = strstr(line, " \\\\\n");
        if (end == NULL || *line == '\\') {
            break;
        }
        char *row = memory_copy_string(line);
        row[end - line] = '\0';
        CU_ASSERT_EQUAL(count_of(row, " & "), 11);
        free(row);
    }
    free(text);
}

/* Where LaTeX is installed it has the last word. */
static void latex_takes_it_where_it_is_there(void) {
    if (system("command -v pdflatex >/dev/null && kpsewhich booktabs.sty >/dev/null 2>&1") != 0) {
        return;
    }
    struct table_cell cells[] = {
        table_case_cell("pendulum", "hgn++ \"é\" <~^|*>", 1, 1e-3),
        table_case_cell("pendulum", "λ \\model{$&%#_}", 1, 2e-3),
    };
    char *table = latex_of(cells, 2), *path = file_join(test_folder(), "page.tex");
    char *page = text_format("\\documentclass[landscape]{article}\n\\usepackage{booktabs}\n"
                             "\\begin{document}\n%s\\end{document}\n",
                             table);
    CHECK_OK(file_write(path, page, strlen(page)));
    char *command = text_format(
        "cd '%s' && pdflatex -halt-on-error -interaction=batchmode page.tex >/dev/null 2>&1", test_folder());
    CU_ASSERT_EQUAL(system(command), 0);
    free(command);
    free(page);
    free(path);
    free(table);
}

/* ---- the summary ---- */

enum { ENVIRONMENTS = 13, MODELS = 12, SEEDS = 3, CELLS = ENVIRONMENTS * MODELS * SEEDS };

/* The whole benchmark with made-up values; where TABLE_CASE_KEEP names a folder the files stay there to be
 * looked at. */
static size_t make_benchmark(struct table_cell *cells) {
    static const char *const environments[ENVIRONMENTS] = {"mass_spring",
                                                           "mass_spring_colors",
                                                           "pendulum",
                                                           "pendulum_colors",
                                                           "double_pendulum",
                                                           "double_pendulum_colors",
                                                           "two_body",
                                                           "matching_pennies",
                                                           "rock_paper_scissors",
                                                           "molecular_dynamics_4",
                                                           "molecular_dynamics_16",
                                                           "room_circle",
                                                           "room_spiral"};
    static const char *const models[MODELS] = {"hgn++", "hgn", "lgn",  "pgn", "ode",       "rgn",
                                               "free",  "rnn", "lstm", "gru", "copy_last", "mean_image"};
    struct random_stream stream = random_stream(1, "benchmark", 0, 0);
    size_t count = 0;
    for (int e = 0; e < ENVIRONMENTS; e++) {
        for (int m = 0; m < MODELS; m++) {
            double level = m < 10 ? 3e-4 * exp(1.2 * random_normal(&stream)) : 1e-2;
            for (uint64_t s = 0; s < (m == 1 ? 1u : m == 2 ? 2u : SEEDS); s++) {
                struct table_cell *cell = &cells[count++];
                double mse = level * exp(0.3 * random_normal(&stream));
                *cell = m < 10 ? table_case_cell(environments[e], models[m], s, mse)
                               : table_case_baseline(environments[e], models[m], s, level);
                cell->latent = m < 7;
                table_case_set(cell, "extrapolation_mse", 3 * mse, 0.2 * mse);
                table_case_set(cell, "reconstruction_l2_norm", mse / 400, 0.05 * mse / 400);
                if (e == 2 && m == 4) {
                    table_case_set(cell, "reconstruction_mse", NAN, NAN);
                    table_case_set(cell, "extrapolation_mse", NAN, NAN);
                    table_case_set(cell, "reconstruction_l2_norm", NAN, NAN);
                }
                cell->status = e == 4 && m == 9 ? STATUS_DATA : STATUS_OK;
                cell->status = e == 12 && m == 5 ? STATUS_NOT_RUN : cell->status;
            }
        }
    }
    return count;
}

static void the_whole_benchmark_is_one_picture(void) {
    struct table_cell *cells = memory_alloc(CELLS, sizeof *cells);
    struct table table = {.title = "All of it", .cells = cells, .count = make_benchmark(cells)};
    struct table_rows rows = table_row_list(&table);
    struct figure figure;
    CU_ASSERT_EQUAL(rows.count, ENVIRONMENTS * MODELS);
    CU_ASSERT_TRUE_FATAL(table_plot_compose(&figure, &table, &rows));
    const char *data = figure.data.data, *commands = figure.commands.data;
    CU_ASSERT_EQUAL(count_of(data, "\n0 ") + count_of(data, "\n1 "), 2 * (ENVIRONMENTS * MODELS - 3) + 10);
    CU_ASSERT_PTR_NOT_NULL(strstr(data, "\n0 12 26.25 25.99 12.5 0\n")); /* the pendulum as published */
    CU_ASSERT_EQUAL(count_of(commands, "\"ode: diverged\""), 2);
    CU_ASSERT_EQUAL(count_of(commands, "\"gru: failed\""), 2);
    CU_ASSERT_EQUAL(count_of(commands, "\"rgn: not run\""), 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(commands, "title 'published HGN'"));
    figure_clear(&figure);

    struct figure_report report = {0};
    CHECK_OK(table_plot_write(&table, test_folder(), &report));
    if (system("command -v gnuplot >/dev/null") == 0) {
        struct picture picture;
        char *path = file_join(test_folder(), "plots/summary.png");
        CU_ASSERT_EQUAL(report.pictures.count, 2);
        CU_ASSERT_EQUAL(report.notes.count, 0);
        CHECK_OK_FATAL(picture_read(&picture, path));
        CU_ASSERT(picture.width == 1175 && picture.height > 1500);
        picture_free(&picture);
        free(path);
    }
    figure_report_free(&report);
    if (getenv("TABLE_CASE_KEEP") != NULL) {
        CHECK_OK(table_write(&table, getenv("TABLE_CASE_KEEP")));
    }
    free(rows.row);
    free(cells);
}

/* Bars: over seeds from three on, both values of two, over test windows of one. */
static void bars_are_what_the_seeds_allow(void) {
    struct table_cell cells[] = {
        table_case_cell("pendulum", "hgn++", 1, 1e-3), table_case_cell("pendulum", "hgn++", 2, 2e-3),
        table_case_cell("pendulum", "hgn++", 3, 3e-3), table_case_cell("pendulum", "rnn", 1, 4e-3),
        table_case_cell("pendulum", "rnn", 2, 8e-3),   table_case_cell("pendulum", "lstm", 1, 4e-3),
    };
    struct table table = {.title = "x", .cells = cells, .count = 6};
    struct table_rows rows = table_row_list(&table);
    struct figure figure;
    CU_ASSERT_TRUE_FATAL(table_plot_compose(&figure, &table, &rows));
    /* extrapolation: 2e-3, 4e-3, 6e-3; the factor of three seeds is exp(1.380) = 3.975 */
    CU_ASSERT_PTR_NOT_NULL(strstr(figure.data.data, "\n1 0 1 0.00363424119 0.000914"));
    CU_ASSERT_PTR_NOT_NULL(strstr(figure.data.data, "\n1 1 2 0.0113137085 0.008 0.016\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(figure.data.data, "\n1 2 3 0.008 0.007996 0.008004\n"));
    figure_clear(&figure);
    table.count = 3; /* one row is no comparison */
    free(rows.row);
    rows = table_row_list(&table);
    CU_ASSERT_FALSE(table_plot_compose(&figure, &table, &rows));
    figure_clear(&figure);
    free(rows.row);
}

/* Everything but the picture is there, and says what is missing. */
static void without_gnuplot_there_is_a_note(void) {
    struct table_cell cells[] = {
        table_case_cell("pendulum", "hgn++", 1, 1e-3),
        table_case_cell("pendulum", "rnn", 1, 2e-3),
    };
    struct table table = {.title = "x", .cells = cells, .count = 2};
    char *before = memory_copy_string(getenv("PATH")), *folder = file_join(test_folder(), "bare");
    (void)setenv("PATH", "/nonexistent", 1);
    CHECK_OK(table_write(&table, folder));
    (void)setenv("PATH", before, 1);
    char *json = table_case_read("bare/table.json"), *latex = table_case_read("bare/table.tex");
    CU_ASSERT_PTR_NOT_NULL(strstr(json, "\"notes\": [\"gnuplot is not installed"));
    CU_ASSERT_PTR_NOT_NULL(strstr(latex, "\\bottomrule"));
    char *picture = file_join(folder, "plots/summary.svg");
    CU_ASSERT_FALSE(file_exists(picture));
    free(picture);
    free(json);
    free(latex);
    free(before);
    free(folder);
}

/* ---- published values ---- */

static double published(const char *environment) {
    const struct published_value *value = published_find(environment, "HGN", "reconstruction_l2_norm");
    return value == NULL ? -1 : value->value;
}

static void published_values_are_those_of_the_listing(void) {
    CHECK_NEAR(published("mass_spring"), 25.07e-7, 0);
    CHECK_NEAR(published("molecular_dynamics_16"), 5.78e-7, 0);
    CHECK_NEAR(published("matching_pennies"), 32.46e-7, 0);
    CU_ASSERT(isnan(published("two_body")) && isnan(published("rock_paper_scissors")));
    CHECK_NEAR(published("mass_spring_colors_friction"), -1, 0);
    int listed = 0, inferred = 0;
    for (const struct published_value *value = published_values; value->model != NULL; value++) {
        bool ours = value->environment != NULL && !isnan(value->value);
        listed += ours;
        inferred += ours && !value->unit_printed;
        CU_ASSERT(value->comparable != PUBLISHED_YES);
        CU_ASSERT(*value->protocol != '\0' && *value->source != '\0' && *value->why != '\0');
    }
    CU_ASSERT_EQUAL(listed, 10);
    CU_ASSERT_EQUAL(inferred, 2);
}

static void published_environments_are_ours(void) {
    for (const struct published_value *value = published_values; value->model != NULL; value++) {
        CU_ASSERT(value->environment == NULL || simulator_find(value->environment) != NULL);
    }
}

/* 9 rows of models on 4 systems, training and test set; the last but one number of the article's table. */
static void the_table_of_the_first_paper_is_there(void) {
    int count = 0, with_spread = 0;
    const struct published_value *found = NULL;
    for (const struct published_value *value = published_values; value->model != NULL; value++) {
        if (value->environment == NULL && strcmp(value->figure, "reconstruction_mse") == 0) {
            count++;
            with_spread += !isnan(value->spread);
            if (strcmp(value->model, "HGN (leapfrog)") == 0 && strstr(value->protocol, "test") != NULL &&
                strstr(value->protocol, "three bodies") != NULL) {
                found = value;
            }
        }
    }
    CU_ASSERT_EQUAL(with_spread, 72);
    CU_ASSERT_EQUAL(count, 72 + 6);
    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    CHECK_NEAR(found->value, 9.8e-4, 0);
    CHECK_NEAR(found->spread, 3.72e-4, 0);
}

int main(void) {
    static const struct test tests[] = {
        TEST(any_text_is_escaped),
        TEST(numbers_become_formulas),
        TEST(a_table_is_a_tabular_with_rules),
        TEST(latex_takes_it_where_it_is_there),
        TEST(the_whole_benchmark_is_one_picture),
        TEST(bars_are_what_the_seeds_allow),
        TEST(without_gnuplot_there_is_a_note),
        TEST(published_values_are_those_of_the_listing),
        TEST(published_environments_are_ours),
        TEST(the_table_of_the_first_paper_is_there),
    };
    return tests_run("table_output", tests, sizeof tests / sizeof *tests);
}
