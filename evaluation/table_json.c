/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tables as JSON: everything that there is, unrounded.
 */
#include <math.h>
#include <stdlib.h>

#include "evaluation/evaluation_file.h"
#include "evaluation/metric.h"
#include "evaluation/table_column.h"
#include "evaluation/table_words.h"
#include "support/json_text.h"

static void add_interval(struct json_text *json, const char *key, struct statistics_interval interval) {
    if (!isnan(interval.low)) {
        json_text_open(json, key, '[');
        json_text_number(json, NULL, interval.low);
        json_text_number(json, NULL, interval.high);
        json_text_close(json, ']');
    }
}

/* ---- cells ---- */

static void add_result(struct json_text *json, const struct evaluation_result *result) {
    int figures = metric_figure_count();
    json_text_integer(json, "windows", result->windows);
    json_text_integer(json, "runs", result->runs);
    json_text_bool(json, "backward", result->backward);
    json_text_integer(json, "history_frames", result->history);
    json_text_integer(json, "reconstruction_frames", result->reconstruction);
    json_text_integer(json, "extrapolation_frames", result->extrapolation);
    for (int f = 0; f < figures; f++) {
        evaluation_file_add_number(json, metric_figure(f)->name, result->figures[f].value);
    }
    json_text_open(json, "intervals", '{');
    for (int f = 0; f < figures; f++) {
        add_interval(json, metric_figure(f)->name, result->figures[f].interval);
    }
    json_text_close(json, '}');
}

static void add_cell(struct json_text *json, const struct table_cell *cell) {
    json_text_open(json, NULL, '{');
    json_text_string(json, "environment", cell->environment);
    json_text_string(json, "model", cell->model);
    json_text_integer(json, "seed", (int64_t)cell->seed);
    json_text_string(json, "status", table_row_word(cell));
    json_text_integer(json, "steps", cell->steps);
    json_text_number(json, "seconds", cell->seconds);
    if (table_row_is_done(cell)) {
        add_result(json, &cell->result);
        json_text_bool(json, "learned_nothing", table_cell_has_learned_nothing(cell));
        json_text_bool(json, "diverged", table_row_has_diverged(cell));
    }
    json_text_number(json, "published_hgn_l2_norm", table_published(cell));
    json_text_close(json, '}');
}

/* ---- rows ---- */

static void add_summary(struct json_text *json, const struct statistics_summary *summary) {
    json_text_number(json, "mean", summary->mean);
    json_text_number(json, "deviation", summary->deviation);
    add_interval(json, "interval", summary->interval);
    add_interval(json, "bootstrap", summary->bootstrap);
}

static void add_row_figure(struct json_text *json, const struct table_row *row, int figure) {
    struct table_seeds seeds = table_seeds_with_bootstrap(row, figure);
    if (seeds.summary.count > 0) {
        json_text_open(json, metric_figure(figure)->name, '{');
        json_text_integer(json, "values", (int64_t)seeds.summary.count);
        json_text_string(json, "mean_kind", seeds.summary.geometric ? "geometric" : "arithmetic");
        add_summary(json, &seeds.summary);
        json_text_number(json, "window_share", seeds.window_share);
        json_text_close(json, '}');
    }
}

static void add_row(struct json_text *json, const struct table_row *row) {
    struct table_tally tally = table_row_tally(row);
    json_text_open(json, NULL, '{');
    json_text_string(json, "environment", row->cells->environment);
    json_text_string(json, "model", row->cells->model);
    json_text_integer(json, "seeds", (int64_t)tally.asked);
    json_text_integer(json, "usable", (int64_t)tally.usable);
    json_text_integer(json, "failed", (int64_t)tally.failed);
    json_text_integer(json, "interrupted", (int64_t)tally.interrupted);
    json_text_integer(json, "not_run", (int64_t)tally.not_run);
    json_text_integer(json, "diverged", (int64_t)tally.diverged);
    json_text_integer(json, "learned_nothing", (int64_t)tally.nothing);
    json_text_open(json, "figures", '{');
    for (int f = 0; f < metric_figure_count(); f++) {
        add_row_figure(json, row, f);
    }
    json_text_close(json, '}');
    json_text_close(json, '}');
}

/* ---- verdicts ---- */

static void add_verdict(struct json_text *json, const struct table_comparison *comparison) {
    const struct table_verdict *verdict = &comparison->verdict;
    const struct field *field = metric_figure(comparison->figure);
    struct text words = {0};
    table_verdict_add(&words, verdict, field, comparison->other->cells->model);
    json_text_open(json, NULL, '{');
    json_text_string(json, "environment", comparison->model->cells->environment);
    json_text_string(json, "model", comparison->model->cells->model);
    json_text_string(json, "other", comparison->other->cells->model);
    json_text_string(json, "figure", field->name);
    json_text_string(json, "verdict", table_verdict_words[verdict->outcome]);
    json_text_string(json, "words", words.data);
    json_text_integer(json, "pairs", (int64_t)verdict->pairs);
    json_text_integer(json, "wins", (int64_t)verdict->wins);
    json_text_integer(json, "losses", (int64_t)verdict->losses);
    json_text_integer(json, "diverged", (int64_t)verdict->diverged);
    json_text_integer(json, "other_diverged", (int64_t)verdict->other_diverged);
    json_text_integer(json, "unpaired", (int64_t)verdict->alone);
    json_text_string(json, "effect", verdict->is_ratio ? "ratio" : "difference");
    add_summary(json, &verdict->effect);
    json_text_close(json, '}');
    text_free(&words);
}

static void add_rows(struct json_text *json, const struct table *table) {
    struct table_rows rows = table_row_list(table);
    struct table_comparisons comparisons = table_verdict_list(&rows);
    json_text_open(json, "rows", '[');
    for (size_t i = 0; i < rows.count; i++) {
        add_row(json, &rows.row[i]);
    }
    json_text_close(json, ']');
    json_text_open(json, "verdicts", '[');
    for (size_t i = 0; i < comparisons.count; i++) {
        add_verdict(json, &comparisons.comparison[i]);
    }
    json_text_close(json, ']');
    free(comparisons.comparison);
    free(rows.row);
}

void table_add_json(struct text *out, const struct table *table, const struct lines *notes) {
    struct json_text json = {.out = out};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "title", table->title);
    json_text_open(&json, "cells", '[');
    for (size_t i = 0; i < table->count; i++) {
        add_cell(&json, &table->cells[i]);
    }
    json_text_close(&json, ']');
    add_rows(&json, table);
    json_text_open(&json, "notes", '[');
    for (size_t i = 0; table->notes != NULL && i < table->notes->count; i++) {
        json_text_string(&json, NULL, table->notes->line[i]);
    }
    for (size_t i = 0; notes != NULL && i < notes->count; i++) {
        json_text_string(&json, NULL, notes->line[i]);
    }
    json_text_close(&json, ']');
    json_text_close(&json, '}');
    text_add(out, "\n");
}
