/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/table_row.h"

#include <math.h>
#include <string.h>

#include "evaluation/metric.h"
#include "support/memory.h"

bool table_row_is_done(const struct table_cell *cell) {
    return cell->status == STATUS_OK;
}

static struct table_row row_at(const struct table *table, size_t begin) {
    const struct table_cell *first = &table->cells[begin];
    struct table_row row = {.cells = first};
    for (size_t i = begin; i < table->count; i++) {
        const struct table_cell *cell = &table->cells[i];
        if (strcmp(cell->environment, first->environment) != 0 || strcmp(cell->model, first->model) != 0) {
            break;
        }
        row.count++;
        row.done += table_row_is_done(cell);
    }
    return row;
}

struct table_rows table_row_list(const struct table *table) {
    struct table_rows rows = {.row = memory_alloc(table->count, sizeof *rows.row)};
    for (size_t i = 0; i < table->count; i += rows.row[rows.count++].count) {
        rows.row[rows.count] = row_at(table, i);
    }
    return rows;
}

const struct table_cell *table_row_first_done(const struct table_row *row) {
    for (size_t i = 0; i < row->count; i++) {
        if (table_row_is_done(&row->cells[i])) {
            return &row->cells[i];
        }
    }
    return NULL;
}

const struct evaluation_figure *table_row_figure(const struct table_cell *cell, int figure) {
    static const struct evaluation_figure none = {.value = NAN, .interval = {NAN, NAN}};
    return figure >= 0 && table_row_is_done(cell) ? &cell->result.figures[figure] : &none;
}

int table_row_steps(const struct table_row *row) {
    int steps = 0;
    for (size_t i = 0; i < row->count; i++) {
        steps = row->cells[i].steps > steps ? row->cells[i].steps : steps;
    }
    return steps;
}

static double value_of(const struct table_cell *cell, const char *name) {
    return table_row_figure(cell, metric_figure_find(name))->value;
}

/* By figures that the others never have. */
enum table_subject table_row_subject(const struct table_cell *cell) {
    return !isnan(value_of(cell, "valid_prediction_frames")) ? TABLE_STATES
           : !isnan(value_of(cell, "elbo"))                  ? TABLE_DENSITY
                                                             : TABLE_FILM;
}

enum table_subject table_row_figure_subject(int figure) {
    const struct metric *metric = metric_of_figure(figure);
    return metric->compute != NULL          ? TABLE_FILM
           : metric->compute_states != NULL ? TABLE_STATES
                                            : TABLE_DENSITY;
}

bool table_row_same_frames(const struct table_cell *a, const struct table_cell *b) {
    return a->result.history == b->result.history && a->result.reconstruction == b->result.reconstruction &&
           a->result.extrapolation == b->result.extrapolation && a->result.windows == b->result.windows;
}

bool table_row_has_diverged(const struct table_cell *cell) {
    if (!table_row_is_done(cell)) {
        return false;
    }
    switch (table_row_subject(cell)) {
    case TABLE_STATES:
        return !isfinite(value_of(cell, "state_error"));
    case TABLE_DENSITY:
        return !isfinite(value_of(cell, "elbo"));
    default:
        return !isfinite(value_of(cell, "reconstruction_mse")) ||
               (cell->result.extrapolation > 0 && !isfinite(value_of(cell, "extrapolation_mse")));
    }
}

const char *table_row_word(const struct table_cell *cell) {
    return cell->status == STATUS_NOT_RUN       ? "not run"
           : cell->status == STATUS_OK          ? "ok"
           : cell->status == STATUS_INTERRUPTED ? "interrupted"
                                                : "failed";
}

struct table_tally table_row_tally(const struct table_row *row) {
    struct table_tally tally = {.asked = row->count};
    for (size_t i = 0; i < row->count; i++) {
        const struct table_cell *cell = &row->cells[i];
        bool done = table_row_is_done(cell), diverged = table_row_has_diverged(cell);
        tally.not_run += cell->status == STATUS_NOT_RUN;
        tally.interrupted += cell->status == STATUS_INTERRUPTED;
        tally.failed += !done && cell->status != STATUS_NOT_RUN && cell->status != STATUS_INTERRUPTED;
        tally.diverged += diverged;
        tally.usable += done && !diverged;
        tally.nothing += done && !diverged && table_cell_has_learned_nothing(cell);
    }
    return tally;
}

void table_row_add_tally(struct text *out, const struct table_row *row) {
    struct table_tally tally = table_row_tally(row);
    const struct {
        size_t count;
        const char *word;
    } parts[] = {{tally.failed, "failed"},
                 {tally.interrupted, "interrupted"},
                 {tally.diverged, "diverged"},
                 {tally.not_run, "not run"},
                 {tally.nothing, "learned nothing"}};
    if (tally.usable < tally.asked) {
        text_add(out, "%zu of ", tally.usable);
    }
    text_add(out, "%zu", tally.asked);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].count > 0) {
            text_add(out, ", %zu %s", parts[i].count, parts[i].word);
        }
    }
}
