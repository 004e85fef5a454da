/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/metric.h"
#include "evaluation/table_words.h"
#include "support/random.h"
#include "tests/harness.h"
#include "tests/table_case.h"

enum { MOST = 8 };

/* A row whose extrapolation errors are `errors` [count], with seeds 0, 1, ...; owned by the test. */
struct made_row {
    struct table_cell cells[MOST];
    struct table_row row;
};

static void make(struct made_row *out, const char *model, const double *errors, size_t count) {
    for (size_t i = 0; i < count; i++) {
        out->cells[i] = table_case_cell("pendulum", model, i, errors[i] / 2);
        table_case_set(&out->cells[i], "extrapolation_mse", errors[i], 1e-3 * errors[i]);
    }
    out->row = (struct table_row){.cells = out->cells, .count = count, .done = count};
}

static int extrapolation(void) {
    return metric_figure_find("extrapolation_mse");
}

static struct table_verdict verdict_of(const struct made_row *model, const struct made_row *other) {
    return table_verdict_find(&model->row, &other->row, extrapolation());
}

static void check_words(const struct table_verdict *verdict, const char *expected) {
    struct text out = {0};
    table_verdict_add(&out, verdict, metric_figure(extrapolation()), "rnn");
    CU_ASSERT_STRING_EQUAL(out.data, expected);
    text_free(&out);
}

/* Ratios 2, 2.5, 3, 2.8, 3.4: their logarithms have mean 0.992289, deviation 0.200964 and, with t = 2.776445,
 * a half width of 0.249529. */
static void a_model_that_is_better_in_every_seed_is_shown_to_be(void) {
    struct made_row rnn, hgn;
    make(&rnn, "rnn", (double[]){2e-3, 5e-3, 3e-3, 2.8e-3, 3.4e-3}, 5);
    make(&hgn, "hgn++", (double[]){1e-3, 2e-3, 1e-3, 1e-3, 1e-3}, 5);
    struct table_verdict verdict = verdict_of(&hgn, &rnn);
    CU_ASSERT_EQUAL(verdict.outcome, TABLE_BETTER);
    CHECK_NEAR(log(verdict.effect.mean), 0.992289, 1e-6);          /* seen: 1e-8 */
    CHECK_NEAR(log(verdict.effect.interval.high), 1.241818, 1e-6); /* seen: 5e-7 */
    check_words(&verdict, "better than rnn in 5 of 5 seeds, ratio 2.7 (2.1 to 3.5)");
    verdict = verdict_of(&rnn, &hgn);
    CU_ASSERT_EQUAL(verdict.outcome, TABLE_WORSE);
    CHECK_NEAR(log(verdict.effect.mean), -0.992289, 1e-6);
}

/* Four seeds say twice as good, the fifth fell apart: the mean of the ratios, 1.6, would still say better. */
static void one_seed_that_fell_apart_forbids_the_claim(void) {
    struct made_row rnn, hgn;
    make(&rnn, "rnn", (double[]){2e-3, 2e-3, 2e-3, 2e-3, 2e-3}, 5);
    make(&hgn, "hgn++", (double[]){1e-3, 1e-3, 1e-3, 1e-3, 0.2}, 5);
    struct table_verdict verdict = verdict_of(&hgn, &rnn);
    CU_ASSERT_EQUAL(verdict.outcome, TABLE_OPEN);
    CU_ASSERT_EQUAL(verdict.wins, 4);
    CU_ASSERT_EQUAL(verdict.losses, 1);
}

/* The sum of five errors is ruled by one lucky seed; all wins are won, and the factor is anybody's guess. */
static void one_lucky_seed_makes_no_interval(void) {
    struct made_row rnn, hgn;
    make(&rnn, "rnn", (double[]){1.1e-3, 1.1e-3, 1.1e-3, 1.1e-3, 1}, 5);
    make(&hgn, "hgn++", (double[]){1e-3, 1e-3, 1e-3, 1e-3, 1e-3}, 5);
    struct table_verdict verdict = verdict_of(&hgn, &rnn);
    CU_ASSERT_EQUAL(verdict.outcome, TABLE_OPEN);
    CU_ASSERT_EQUAL(verdict.wins, 5);
    check_words(&verdict, "no difference from rnn shown (ratio 4.3, 0.098 to 190; better in 5 of 5 seeds)");
}

static void equal_means_with_a_large_spread_show_nothing(void) {
    struct made_row rnn, hgn;
    make(&rnn, "rnn", (double[]){1e-3, 1e-2, 1e-1, 1e-2}, 4);
    make(&hgn, "hgn++", (double[]){1e-1, 1e-2, 1e-3, 1e-2}, 4);
    struct table_verdict verdict = verdict_of(&hgn, &rnn);
    CU_ASSERT_EQUAL(verdict.outcome, TABLE_OPEN);
    CHECK_NEAR(verdict.effect.mean, 1, 1e-12);
    CU_ASSERT_EQUAL(verdict.wins, 1);
    CU_ASSERT_EQUAL(verdict.losses, 1);
}

/* Seeds differ by decades and the models by 20 %: only pairs can tell. Unpaired, the intervals of the two
 * means overlap. */
static void pairs_show_what_means_cannot(void) {
    struct made_row rnn, hgn;
    make(&rnn, "rnn", (double[]){1.2e-4, 1.25e-2, 1.15e-3, 1.2e-1}, 4);
    make(&hgn, "hgn++", (double[]){1e-4, 1e-2, 1e-3, 1e-1}, 4);
    struct table_verdict verdict = verdict_of(&hgn, &rnn);
    CU_ASSERT_EQUAL(verdict.outcome, TABLE_BETTER);
    struct table_seeds a = table_seeds_of(&rnn.row, extrapolation()),
                       b = table_seeds_of(&hgn.row, extrapolation());
    CU_ASSERT(b.summary.interval.high > a.summary.interval.low);
}

/* Model: seeds 0 to 4; the other: 1, 3, 7, and 4, which failed. */
static void only_seeds_of_both_are_paired(void) {
    struct made_row rnn, hgn;
    make(&rnn, "rnn", (double[]){2e-3, 4e-3, 9, 9}, 4);
    make(&hgn, "hgn++", (double[]){9, 1e-3, 9, 1e-3, 9}, 5);
    rnn.cells[0].seed = 1;
    rnn.cells[1].seed = 3;
    rnn.cells[2].seed = 7;
    rnn.cells[3].seed = 4;
    rnn.cells[3].status = STATUS_CELLS_FAILED;
    rnn.row.done = 3;
    struct table_verdict verdict = verdict_of(&hgn, &rnn);
    CU_ASSERT_EQUAL(verdict.pairs, 2);
    CU_ASSERT_EQUAL(verdict.alone, 4);
    check_words(&verdict,
                "lower than rnn in 2 of 2 seeds (ratios 2.0, 4.0): two seeds prove nothing, 4 unpaired");
}

/* Nothing is trained there: it is the same for every seed. */
static void one_seed_of_an_unlearned_baseline_stands_for_all(void) {
    struct made_row copy, hgn;
    make(&copy, "copy_last", (double[]){4e-3}, 1);
    make(&hgn, "hgn++", (double[]){1e-3, 2e-3, 1e-3}, 3);
    struct table_verdict verdict = verdict_of(&hgn, &copy);
    CU_ASSERT(verdict.pairs == 3 && verdict.wins == 3 && verdict.alone == 0);
    CHECK_NEAR(verdict.effect.mean, pow(4 * 2 * 4, 1 / 3.0), 1e-12);
    make(&copy, "rnn", (double[]){4e-3}, 1);
    verdict = verdict_of(&hgn, &copy);
    CU_ASSERT(verdict.pairs == 1 && verdict.alone == 2);
}

static void one_seed_proves_nothing(void) {
    struct made_row rnn, hgn;
    make(&rnn, "rnn", (double[]){2.7e-3}, 1);
    make(&hgn, "hgn++", (double[]){1e-3}, 1);
    struct table_verdict verdict = verdict_of(&hgn, &rnn);
    CU_ASSERT_EQUAL(verdict.outcome, TABLE_TOO_FEW);
    check_words(&verdict, "lower than rnn in its one seed (ratio 2.7): one seed proves nothing");
    verdict = verdict_of(&rnn, &hgn);
    check_words(&verdict, "higher than rnn in its one seed (ratio 0.37): one seed proves nothing");
}

/* Without its diverged seed the model would be better by far. */
static void seeds_that_diverged_count_as_lost(void) {
    struct made_row rnn, hgn;
    make(&rnn, "rnn", (double[]){2e-3, 2e-3, 2e-3, 2e-3}, 4);
    make(&hgn, "hgn++", (double[]){1e-3, 1.1e-3, 0.9e-3, NAN}, 4);
    struct table_verdict verdict = verdict_of(&hgn, &rnn);
    CU_ASSERT(verdict.effect.interval.low > 1);
    CU_ASSERT_EQUAL(verdict.outcome, TABLE_OPEN);
    CU_ASSERT_EQUAL(verdict.losses, 1);
    CU_ASSERT_EQUAL(verdict_of(&rnn, &hgn).outcome, TABLE_OPEN);
    struct text out = {0};
    table_verdict_add(&out, &verdict, metric_figure(extrapolation()), "rnn");
    CU_ASSERT_PTR_NOT_NULL(strstr(out.data, ", diverged in 1 of 4, which counts as lost"));
    text_free(&out);
}

static void other_windows_are_no_pair(void) {
    struct made_row rnn, hgn;
    make(&rnn, "rnn", (double[]){2e-3, 2e-3, 2e-3}, 3);
    make(&hgn, "hgn++", (double[]){1e-3, 1e-3, 1e-3}, 3);
    for (int i = 0; i < 3; i++) {
        hgn.cells[i].result.windows = 32;
    }
    struct table_verdict verdict = verdict_of(&hgn, &rnn);
    CU_ASSERT_EQUAL(verdict.outcome, TABLE_UNPAIRED);
    check_words(&verdict, "cannot be paired with rnn: no seed of both on the same windows");
}

/* Log-likelihoods have no zero: differences, and the higher is the better one. */
static void figures_without_a_ratio_are_compared_by_differences(void) {
    int figure = metric_figure_find("log_likelihood");
    struct made_row rows[2];
    for (int m = 0; m < 2; m++) {
        for (uint64_t i = 0; i < 3; i++) {
            rows[m].cells[i] = table_case_other(m == 0 ? "nhf" : "realnvp", "elbo", -2);
            rows[m].cells[i].seed = i;
            table_case_set(&rows[m].cells[i], "log_likelihood", (m == 0 ? -1 : -1.5) + 0.01 * (double)i * m,
                           0.001);
        }
        rows[m].row = (struct table_row){rows[m].cells, 3, 3};
    }
    struct table_verdict verdict = table_verdict_find(&rows[0].row, &rows[1].row, figure);
    CU_ASSERT_EQUAL(verdict.outcome, TABLE_BETTER);
    CU_ASSERT_FALSE(verdict.is_ratio);
    CHECK_NEAR(verdict.effect.mean, 0.49, 1e-12);
    struct text out = {0};
    table_verdict_add(&out, &verdict, metric_figure(figure), "realnvp");
    CU_ASSERT_STRING_EQUAL(out.data, "better than realnvp in 3 of 3 seeds, by 0.490 (0.465 to 0.515)");
    text_free(&out);
}

/* Two models of one population: of 4000 comparisons one in twenty claims a difference. Seen: 0.0478; one
 * standard deviation of it is 0.0034. */
static void equal_models_are_told_apart_once_in_twenty(void) {
    enum { TRIALS = 4000, SEEDS = 5 };
    struct random_stream stream = random_stream(5, "verdicts", 0, 0);
    int claimed = 0;
    for (int t = 0; t < TRIALS; t++) {
        double a[SEEDS], b[SEEDS];
        struct made_row rnn, hgn;
        for (int i = 0; i < SEEDS; i++) {
            a[i] = 1e-3 * exp(random_normal(&stream));
            b[i] = 1e-3 * exp(random_normal(&stream));
        }
        make(&rnn, "rnn", a, SEEDS);
        make(&hgn, "hgn++", b, SEEDS);
        claimed += verdict_of(&hgn, &rnn).outcome < TABLE_OPEN;
    }
    CHECK_NEAR(claimed / (double)TRIALS, 0.05, 0.014);
}

/* ---- whole environments ---- */

enum { MODELS = 5, SEEDS = 3 };

/* hgn++, ode, rnn and both baselines with three seeds each. */
static void make_environment(struct table_cell cells[MODELS * SEEDS], const char *environment) {
    static const struct {
        const char *model;
        double mse, valid, symetric;
    } models[MODELS] = {
        {"hgn++", 1e-4, 25, 0.25},     {"ode", 2e-4, 20, 0.75},      {"rnn", 2e-2, 2, NAN},
        {"copy_last", 1.5e-2, 1, NAN}, {"mean_image", 1e-2, 0, NAN},
    };
    for (int m = 0; m < MODELS; m++) {
        for (uint64_t s = 0; s < SEEDS; s++) {
            struct table_cell *cell = &cells[(uint64_t)m * SEEDS + s];
            *cell = m < 3 ? table_case_cell(environment, models[m].model, s,
                                            models[m].mse * (1 + 0.1 * (double)s))
                          : table_case_baseline(environment, models[m].model, s, models[m].mse);
            cell->latent = m < 2;
            table_case_set(cell, "vpt", models[m].valid, 0.1);
            table_case_set(cell, "vpt_relative", models[m].valid / 30, 0.01);
            table_case_figure(cell, "symetric")->value = models[m].symetric;
        }
    }
}

/* A film that drifts, one that keeps its energy and loses its discs, one that keeps both, and one that stands
 * still. */
static void the_energy_of_long_films_speaks_for_models_that_keep_it_and_their_discs(void) {
    static const struct {
        const char *model;
        double drift, found;
    } films[] = {{"rnn", 0.51, 1}, {"ode", 0.01, 0.4}, {"hgn++", 0.5, 0.5}, {"free", NAN, 0}};
    struct table_cell cells[5];
    for (int i = 0; i < 4; i++) {
        cells[i] = table_case_cell("pendulum", films[i].model, 0, 1e-3);
        table_case_figure(&cells[i], "long_video_energy_drift_250")->value = films[i].drift;
        table_case_figure(&cells[i], "long_video_found_250")->value = films[i].found;
        cells[i].result.sets[TEST_SET_LONG].windows = 10;
        cells[i].result.sets[TEST_SET_LONG].frames = 1000;
    }
    cells[4] = table_case_baseline("pendulum", "copy_last", 0, 1e-2);
    table_case_figure(&cells[4], "long_video_energy_drift_250")->value = 0;
    table_case_figure(&cells[4], "long_video_found_250")->value = 1;
    char *text = table_case_markdown(cells, 5);
    CU_ASSERT_PTR_NOT_NULL(strstr(text,
                                  "- The true energy of 250 frames of long films supports them: hgn++ (drift "
                                  "0.50 in 50 % of the films); not by that of rnn (drift 0.51 in 100 % of "
                                  "the films), ode (drift 0.01 in 40 % of the films), free (no film keeps "
                                  "its discs).\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nOther test sets: long 10 films of 1000 frames.\n"));
    free(text);
}

static void an_environment_is_told_in_words(void) {
    struct table_cell cells[MODELS * SEEDS];
    make_environment(cells, "pendulum");
    char *text = table_case_markdown(cells, MODELS * SEEDS);
    static const char *const lines[] = {
        "\n#### In words\n",
        "\n**pendulum** (extrapolation MSE)\n\n",
        "- Better than both copy_last and mean_image (extrapolation MSE): shown for hgn++, ode; not for "
        "rnn.\n",
        "- Learned dynamics are supported by valid frames (of 30; the better baseline has 1.0): hgn++ "
        "(25.0), "
        "ode (20.0); not by those of rnn (2.0).\n",
        "- SyMetric supports them in half of its batches or more: ode (0.75); not for hgn++ (0.25).\n",
        "- Published: HGN 25.99e-7 (partly comparable: it is the error of a paper-size model",
        "Here, reconstruction l2_norm (e-7): hgn++ 2.7 (2.2 to 3.4), 0.11 of it; ode 5.5 (",
        "- hgn++: better than copy_last in 3 of 3 seeds, ratio 140 (110 to 170); better",
        "; better than rnn in 3 of 3 seeds, ratio 200",
        "; better than ode in 3 of 3 seeds, ratio 2.0",
        "- rnn: worse than copy_last in 3 of 3 seeds, ratio 0.68",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        CU_ASSERT_PTR_NOT_NULL(strstr(text, lines[i]));
    }
    CU_ASSERT_PTR_NULL(strstr(text, "copy_last is strong"));
    CU_ASSERT_PTR_NULL(strstr(text, "- copy_last: "));
    free(text);
    /* Where the published frames are known, it is these. */
    for (int i = 0; i < MODELS * SEEDS; i++) {
        table_case_set(&cells[i], "published_l2_norm", 51.98e-7, 1e-7);
    }
    text = table_case_markdown(cells, MODELS * SEEDS);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text, "Here, published window l2_norm (e-7): hgn++ 52.0, 2.0 of it; ode 52.0,"));
    free(text);
}

/* A room in which hardly anything moves. */
static void a_picture_that_stands_still_is_named_where_it_is_strong(void) {
    struct table_cell cells[MODELS * SEEDS];
    make_environment(cells, "room_spiral");
    for (int s = 0; s < SEEDS; s++) {
        table_case_set(&cells[3 * SEEDS + s], "extrapolation_mse", 1.6 * 2.1e-4, 1e-7);
        table_case_set(&cells[3 * SEEDS + s], "vpt_relative", 0.9, 0.01);
    }
    char *text = table_case_markdown(cells, MODELS * SEEDS);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "- copy_last is strong here: its error is 1.5 times that of the best "
                                        "model (hgn++)."));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "the better baseline has 27.0, so that they can show nothing here)"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "- Published: no value known.\n"));
    free(text);
    /* The mean image is better than all: nothing has been learned, and nothing is strong. */
    for (int s = 0; s < SEEDS; s++) {
        table_case_set(&cells[4 * SEEDS + s], "extrapolation_mse", 1e-5, 1e-8);
    }
    text = table_case_markdown(cells, MODELS * SEEDS);
    CU_ASSERT_PTR_NULL(strstr(text, "copy_last is strong"));
    free(text);
}

/* With one seed nothing is shown, whatever the distance. */
static void one_seed_of_an_environment_is_told_as_that(void) {
    struct table_cell all[MODELS * SEEDS], cells[MODELS];
    make_environment(all, "pendulum");
    for (int m = 0; m < MODELS; m++) {
        cells[m] = all[m * SEEDS];
    }
    table_case_set(&cells[0], "reconstruction_l2_norm", 2.5e-7, 0.13e-7);
    char *text = table_case_markdown(cells, MODELS);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "in the one or two seeds that there are, which proves nothing, for "
                                        "hgn++, ode; not for rnn.\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "hgn++ 2.50 (2.37 to 2.63 over test windows), 0.096 of it"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text, "\n- ode: one seed proves nothing; ratios 75 to copy_last, 50 to mean_image, "
                     "100 to rnn, 0.50 to hgn++.\n"));
    CU_ASSERT_PTR_NULL(strstr(text, "comparisons were made"));
    CU_ASSERT_PTR_NULL(strstr(text, "shown for"));
    free(text);
}

/* The best of the others is the second best for the best model, and nobody is named twice. */
static void models_are_held_against_the_best_of_the_others(void) {
    struct table_cell cells[MODELS * SEEDS];
    make_environment(cells, "pendulum");
    struct table table = {.title = "x", .cells = cells, .count = MODELS * SEEDS};
    struct table_rows rows = table_row_list(&table);
    struct table_group group = table_verdict_group(&rows, 0);
    const struct table_row *references[TABLE_VERDICT_REFERENCES];
    CU_ASSERT_EQUAL_FATAL(group.count, MODELS);
    CU_ASSERT_EQUAL_FATAL(table_verdict_references(&group, group.row[0], extrapolation(), references), 4);
    CU_ASSERT_STRING_EQUAL(references[3]->cells->model, "ode");
    CU_ASSERT_EQUAL_FATAL(table_verdict_references(&group, group.row[1], extrapolation(), references), 4);
    CU_ASSERT_STRING_EQUAL(references[3]->cells->model, "hgn++");
    struct table_comparisons list = table_verdict_list(&rows);
    CU_ASSERT_EQUAL(list.count, 2 * (4 + 4 + 3)); /* by extrapolation and by unseen frames */
    free(list.comparison);
    /* A model that diverged in a seed is behind those that did not, however good the others are. */
    table_case_figure(&cells[0], "extrapolation_mse")->value = NAN;
    CU_ASSERT_PTR_EQUAL(table_verdict_best(&group, extrapolation(), NULL), group.row[1]);
    free(group.row);
    free(rows.row);
}

/* ---- windows ---- */

static void enough_test_windows_are_told_from_too_few(void) {
    struct table_cell cells[6];
    for (uint64_t s = 0; s < 3; s++) {
        double spread = 1 + 0.1 * (double)s;
        cells[s] = table_case_cell("pendulum", "hgn++", s, 1e-3 * spread);
        cells[3 + s] = table_case_cell("pendulum", "rnn", s, 1e-3 * spread);
        table_case_set(&cells[3 + s], "extrapolation_mse", 2e-3 * spread, 1.2e-4 * spread);
    }
    char *text = table_case_markdown(cells, 6);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text, "Test windows: in 1 of 2 rows with several seeds the standard error"));
    /* 1.2e-4 / 2e-3 / 1.96 = 0.0306; the logarithms of 1, 1.1, 1.2 deviate by 0.0912. */
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text, "Not in: pendulum, rnn (64 windows: window error 0.34 of the seed spread)."));
    free(text);
    struct table_row row = {cells + 3, 3, 3};
    CHECK_NEAR(table_seeds_of(&row, extrapolation()).window_share, 0.335695, 1e-6); /* seen: 3e-7 */
}

/* ---- files ---- */

static void csv_and_json_hold_intervals_of_both_kinds(void) {
    struct table_cell cells[MODELS * SEEDS];
    make_environment(cells, "pendulum");
    struct table table = {.title = "x", .cells = cells, .count = MODELS * SEEDS};
    CHECK_OK(table_write(&table, test_folder()));
    char *rows = table_case_read("rows.csv"), *verdicts = table_case_read("verdicts.csv"),
         *json = table_case_read("table.json");
    CU_ASSERT_PTR_NOT_NULL(strstr(rows, "mean_kind,mean,deviation,low,high,bootstrap_low,bootstrap_high,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(
        rows, "\npendulum,hgn++,extrapolation_mse,3,3,0,0,0,0,0,geometric,0.000219392262,0.0911922513"));
    CU_ASSERT_PTR_NOT_NULL(strstr(rows, "\npendulum,hgn++,vpt,3,3,0,0,0,0,0,arithmetic,25,0,,,,,\n"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(verdicts, "\npendulum,hgn++,rnn,extrapolation_mse,better,3,3,0,0,0,0,ratio,200,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(verdicts, "\npendulum,rnn,copy_last,extrapolation_mse,worse,3,0,3,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(json, "\"mean_kind\": \"geometric\", \"mean\": 0.00021939"));
    CU_ASSERT_PTR_NOT_NULL(strstr(json, "\"bootstrap\": ["));
    CU_ASSERT_PTR_NOT_NULL(strstr(json, "\"verdict\": \"better\", \"words\": \"better than rnn in 3 of 3 "));
    free(rows);
    free(verdicts);
    free(json);
}

int main(void) {
    static const struct test tests[] = {
        TEST(a_model_that_is_better_in_every_seed_is_shown_to_be),
        TEST(one_seed_that_fell_apart_forbids_the_claim),
        TEST(one_lucky_seed_makes_no_interval),
        TEST(equal_means_with_a_large_spread_show_nothing),
        TEST(pairs_show_what_means_cannot),
        TEST(only_seeds_of_both_are_paired),
        TEST(one_seed_of_an_unlearned_baseline_stands_for_all),
        TEST(one_seed_proves_nothing),
        TEST(seeds_that_diverged_count_as_lost),
        TEST(other_windows_are_no_pair),
        TEST(figures_without_a_ratio_are_compared_by_differences),
        TEST(equal_models_are_told_apart_once_in_twenty),
        TEST(the_energy_of_long_films_speaks_for_models_that_keep_it_and_their_discs),
        TEST(an_environment_is_told_in_words),
        TEST(a_picture_that_stands_still_is_named_where_it_is_strong),
        TEST(one_seed_of_an_environment_is_told_as_that),
        TEST(models_are_held_against_the_best_of_the_others),
        TEST(enough_test_windows_are_told_from_too_few),
        TEST(csv_and_json_hold_intervals_of_both_kinds),
    };
    return tests_run("table_verdict", tests, sizeof tests / sizeof *tests);
}
