/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every metric keeps to, whatever it measures. Walks the list: a new metric needs no edit here.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/metric.h"
#include "support/memory.h"
#include "tests/harness.h"
#include "tests/oracle_case.h"

enum { MOST_FIGURES = EVALUATION_MAX_FIGURES };

/* The figures of a metric on rollouts of an oracle that is off by `near` and `far`. */
struct measured {
    double figures[MOST_FIGURES];
    double *samples;
    struct lines notes;
};

static struct measured measure(const struct metric *metric, const struct model_kind *kind, double offset,
                               int threads) {
    struct oracle_settings settings = {offset, offset};
    struct model model = oracle_model(kind, &settings);
    struct evaluation_job job = oracle_job(&model, test_folder());
    job.threads = threads;
    (void)strcpy(job.settings.directions, EVALUATION_BOTH);
    struct rollout rollout;
    CHECK_OK_FATAL(rollout_run(&rollout, &job, metric->needs));
    size_t count = (size_t)metric->row_count * (size_t)rollout.windows;
    void *values = memory_alloc(1, metric->settings == NULL ? 1 : metric->settings->size);
    struct measured out = {.samples = memory_alloc(count, sizeof(double))};
    if (metric->settings != NULL) {
        schema_defaults(metric->settings, values);
    }
    for (int i = 0; i < MOST_FIGURES; i++) {
        out.figures[i] = NAN;
    }
    for (size_t i = 0; i < count; i++) {
        out.samples[i] = NAN;
    }
    struct metric_values view = {.figures = out.figures, .samples = out.samples, .notes = &out.notes};
    metric->compute(&rollout, metric->settings == NULL ? NULL : values, &view);
    free(values);
    rollout_free(&rollout);
    return out;
}

/* Others are tested in test_task_density.c and test_task_states.c. */
static bool judges_films(const struct metric *metric) {
    return metric->compute != NULL;
}

static void measured_free(struct measured *measured) {
    free(measured->samples);
    lines_free(&measured->notes);
}

static bool is_key(const char *name) {
    for (const char *c = name; *c != '\0'; c++) {
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '_') {
            return false;
        }
    }
    return *name != '\0';
}

static void metrics_describe_themselves(void) {
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        CU_ASSERT(is_key((*metric)->name));
        CU_ASSERT((*metric)->version >= 1);
        CU_ASSERT(strlen((*metric)->summary) > 10);
        CU_ASSERT((*metric)->row_count >= 1);
        CU_ASSERT_EQUAL(((*metric)->compute != NULL) + ((*metric)->compute_states != NULL) +
                            ((*metric)->compute_density != NULL),
                        1);
        CU_ASSERT((*metric)->settings == NULL || strcmp((*metric)->settings->group, "evaluation") == 0);
        for (int i = 0; i < (*metric)->row_count; i++) {
            const struct field *row = &(*metric)->rows[i];
            CU_ASSERT(is_key(row->name));
            CU_ASSERT(row->title != NULL && row->title[0] != '\0');
            CU_ASSERT(row->help != NULL && strlen(row->help) > 10);
            CU_ASSERT(row->unit != NULL);
            CU_ASSERT(row->format != NULL && row->format[0] == '%' && row->format[1] == '.' &&
                      strchr("efg", row->format[strlen(row->format) - 1]) != NULL);
        }
    }
}

static void names_are_unique_over_all_metrics(void) {
    int count = metric_figure_count();
    CU_ASSERT(count <= EVALUATION_MAX_FIGURES);
    for (int i = 0; i < count; i++) {
        CU_ASSERT_EQUAL(metric_figure_find(metric_figure(i)->name), i);
        const struct metric *metric = metric_of_figure(i);
        int first = metric_first_figure(metric, metric_set_of_figure(i));
        CU_ASSERT(first <= i && i < first + metric->row_count);
        CU_ASSERT_STRING_EQUAL(metric_figure(i)->unit, metric->rows[i - first].unit);
    }
    CU_ASSERT_EQUAL(metric_figure_find("no_such_figure"), -1);
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        for (const struct metric *const *other = metrics; other != metric; other++) {
            CU_ASSERT_STRING_NOT_EQUAL((*metric)->name, (*other)->name);
        }
    }
}

/* Of a perfect prediction and of a bad one, with latents and without: no infinity, and whoever has latents
 * has at least one figure. */
static void figures_are_finite_or_absent(void) {
    static const double offsets[] = {0, 0.25};
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        if (!judges_films(*metric)) {
            continue;
        }
        for (int i = 0; i < 2; i++) {
            struct measured with = measure(*metric, &oracle_kind, offsets[i], 2);
            struct measured without = measure(*metric, &short_oracle_kind, offsets[i], 2);
            int finite = 0;
            for (int f = 0; f < (*metric)->row_count; f++) {
                finite += isfinite(with.figures[f]);
                CU_ASSERT(!isinf(with.figures[f]));
                CU_ASSERT(!isinf(without.figures[f]));
            }
            CU_ASSERT(finite > 0);
            measured_free(&with);
            measured_free(&without);
        }
    }
}

static void better_is_where_the_row_says(void) {
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        if (!judges_films(*metric)) {
            continue;
        }
        struct measured perfect = measure(*metric, &oracle_kind, 0, 2);
        struct measured bad = measure(*metric, &oracle_kind, 0.25, 2);
        for (int f = 0; f < (*metric)->row_count; f++) {
            double worse = bad.figures[f] - perfect.figures[f];
            enum field_better better = (*metric)->rows[f].better;
            CU_ASSERT(better == FIELD_NEUTRAL || isnan(worse) ||
                      (better == FIELD_LOWER ? worse >= 0 : worse <= 0));
        }
        measured_free(&perfect);
        measured_free(&bad);
    }
}

static void samples_have_the_figure_as_their_mean(void) {
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        if (!judges_films(*metric)) {
            continue;
        }
        struct measured measured = measure(*metric, &oracle_kind, 0.25, 2);
        for (int f = 0; f < (*metric)->row_count; f++) {
            double mean = 0;
            for (int i = 0; i < 40; i++) {
                mean += measured.samples[f * 40 + i] / 40;
            }
            /* Sums in another order: off by 1e-16. */
            CU_ASSERT(isnan(mean) || fabs(mean - measured.figures[f]) <= 1e-12 * fabs(mean));
        }
        measured_free(&measured);
    }
}

static void figures_do_not_depend_on_the_threads(void) {
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        if (!judges_films(*metric)) {
            continue;
        }
        struct measured one = measure(*metric, &oracle_kind, 0.125, 1);
        struct measured three = measure(*metric, &oracle_kind, 0.125, 3);
        CU_ASSERT(memcmp(one.figures, three.figures, sizeof one.figures) == 0);
        CU_ASSERT(memcmp(one.samples, three.samples, (size_t)(40 * (*metric)->row_count) * sizeof(double)) ==
                  0);
        measured_free(&one);
        measured_free(&three);
    }
}

/* Of the page that shows how to add a metric; built into a program of its own. */
#ifndef DOCUMENTED_ENTRY
#define DOCUMENTED_ENTRY NULL
#endif

static void the_documented_metric_is_in_the_list(void) {
    const char *name = DOCUMENTED_ENTRY;
    bool found = name == NULL;
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        found = found || strcmp((*metric)->name, name) == 0;
    }
    CU_ASSERT_TRUE(found);
}

int main(void) {
    static const struct test tests[] = {
        TEST(the_documented_metric_is_in_the_list), TEST(metrics_describe_themselves),
        TEST(names_are_unique_over_all_metrics),    TEST(figures_are_finite_or_absent),
        TEST(better_is_where_the_row_says),         TEST(samples_have_the_figure_as_their_mean),
        TEST(figures_do_not_depend_on_the_threads),
    };
    int result = tests_run("metric_contract", tests, sizeof tests / sizeof *tests);
    oracle_close_data();
    return result;
}
