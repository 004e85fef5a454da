/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tables as CSV: cells, rows and verdicts, each number with nine digits.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "evaluation/metric.h"
#include "evaluation/table_column.h"
#include "evaluation/table_words.h"

static void add_number(struct text *out, double value) {
    text_add(out, ",");
    if (!isnan(value)) {
        text_add(out, "%.9g", value);
    }
}

void table_add_csv(struct text *out, const struct table *table) {
    int figures = metric_figure_count();
    text_add(out, "environment,model,seed,status,steps,seconds,windows");
    for (int f = 0; f < figures; f++) {
        text_add(out, ",%s", metric_figure(f)->name);
    }
    text_add(out, ",learned_nothing,diverged,published_hgn_l2_norm\n");
    for (size_t i = 0; i < table->count; i++) {
        const struct table_cell *cell = &table->cells[i];
        bool done = table_row_is_done(cell);
        text_add_csv(out, cell->environment);
        text_add(out, ",");
        text_add_csv(out, cell->model);
        text_add(out, ",%" PRIu64 ",%s,%d", cell->seed, table_row_word(cell), cell->steps);
        add_number(out, cell->seconds);
        text_add(out, ",%d", done ? cell->result.windows : 0);
        for (int f = 0; f < figures; f++) {
            add_number(out, table_row_figure(cell, f)->value);
        }
        text_add(out, ",%d,%d", table_cell_has_learned_nothing(cell), table_row_has_diverged(cell));
        add_number(out, table_published(cell));
        text_add(out, "\n");
    }
}

/* ---- rows ---- */

static void add_interval(struct text *out, struct statistics_interval interval) {
    add_number(out, interval.low);
    add_number(out, interval.high);
}

static void add_row_figure(struct text *out, const struct table_row *row, int figure) {
    struct table_seeds seeds = table_seeds_with_bootstrap(row, figure);
    struct table_tally tally = table_row_tally(row);
    if (seeds.summary.count == 0) {
        return;
    }
    text_add_csv(out, row->cells->environment);
    text_add(out, ",");
    text_add_csv(out, row->cells->model);
    text_add(out, ",%s,%zu,%zu,%zu,%zu,%zu,%zu,%zu,%s", metric_figure(figure)->name, seeds.summary.count,
             tally.asked, tally.failed, tally.interrupted, tally.not_run, tally.diverged, tally.nothing,
             seeds.summary.geometric ? "geometric" : "arithmetic");
    add_number(out, seeds.summary.mean);
    add_number(out, seeds.summary.deviation);
    add_interval(out, seeds.summary.interval);
    add_interval(out, seeds.summary.bootstrap);
    add_number(out, seeds.window_share);
    text_add(out, "\n");
}

void table_add_rows_csv(struct text *out, const struct table *table) {
    struct table_rows rows = table_row_list(table);
    text_add(out, "environment,model,figure,values,seeds,failed,interrupted,not_run,diverged,learned_nothing,"
                  "mean_kind,mean,deviation,low,high,bootstrap_low,bootstrap_high,window_share\n");
    for (size_t i = 0; i < rows.count; i++) {
        for (int f = 0; f < metric_figure_count(); f++) {
            add_row_figure(out, &rows.row[i], f);
        }
    }
    free(rows.row);
}

/* ---- verdicts ---- */

static void add_verdict(struct text *out, const struct table_comparison *comparison) {
    const struct table_verdict *verdict = &comparison->verdict;
    text_add_csv(out, comparison->model->cells->environment);
    text_add(out, ",");
    text_add_csv(out, comparison->model->cells->model);
    text_add(out, ",");
    text_add_csv(out, comparison->other->cells->model);
    text_add(out, ",%s,%s,%zu,%zu,%zu,%zu,%zu,%zu,%s", metric_figure(comparison->figure)->name,
             table_verdict_words[verdict->outcome], verdict->pairs, verdict->wins, verdict->losses,
             verdict->diverged, verdict->other_diverged, verdict->alone,
             verdict->is_ratio ? "ratio" : "difference");
    add_number(out, verdict->effect.mean);
    add_interval(out, verdict->effect.interval);
    add_interval(out, verdict->effect.bootstrap);
    text_add(out, "\n");
}

void table_add_verdicts_csv(struct text *out, const struct table *table) {
    struct table_rows rows = table_row_list(table);
    struct table_comparisons comparisons = table_verdict_list(&rows);
    text_add(out, "environment,model,other,figure,verdict,pairs,wins,losses,diverged,other_diverged,unpaired,"
                  "effect_kind,effect,low,high,bootstrap_low,bootstrap_high\n");
    for (size_t i = 0; i < comparisons.count; i++) {
        add_verdict(out, &comparisons.comparison[i]);
    }
    free(comparisons.comparison);
    free(rows.row);
}
