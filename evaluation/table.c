/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drawing/markdown.h"
#include "evaluation/evaluation_file.h"
#include "evaluation/metric.h"
#include "evaluation/table_column.h"
#include "support/file.h"
#include "support/json_text.h"
#include "support/memory.h"

/* ---- Markdown: a row per environment and model ---- */

enum { MOST_COLUMNS = 128, TEXT_COLUMNS = 2 };

static size_t find_default_columns(const struct table *table, struct table_column *out) {
    size_t count = 0;
    for (size_t i = 0; table_default_columns[i] != NULL && count < MOST_COLUMNS; i++) {
        count += table_column_find(&out[count], table_default_columns[i]) &&
                 table_column_applies(&out[count], table);
    }
    return count;
}

/* The table's columns in `out` [MOST_COLUMNS]; returns how many. */
static size_t find_columns(const struct table *table, struct table_column *out) {
    size_t count = 0;
    if (table->columns == NULL || table->columns->count == 0) {
        return find_default_columns(table, out);
    }
    for (size_t i = 0; i < table->columns->count && count < MOST_COLUMNS; i++) {
        count += table_column_find(&out[count], table->columns->line[i]);
    }
    return count;
}

static struct table_row next_row(const struct table *table, size_t begin) {
    const struct table_cell *first = &table->cells[begin];
    struct table_row row = {.cells = first};
    for (size_t i = begin; i < table->count; i++) {
        const struct table_cell *cell = &table->cells[i];
        if (strcmp(cell->environment, first->environment) != 0 || strcmp(cell->model, first->model) != 0) {
            break;
        }
        row.count++;
        row.done += cell->status == STATUS_OK;
    }
    return row;
}

static void add_rows(struct text *out, const struct table *table, const struct table_column *columns,
                     size_t count) {
    size_t left = 0;
    while (left < count && columns[left].figure < 0 && left < TEXT_COLUMNS) {
        left++;
    }
    struct markdown rows = {.columns = count, .left = left};
    for (size_t c = 0; c < count; c++) {
        markdown_add(&rows, memory_copy_string(columns[c].title));
    }
    for (size_t i = 0; i < table->count;) {
        struct table_row row = next_row(table, i);
        for (size_t c = 0; c < count; c++) {
            struct text entry = {0};
            table_column_add(&entry, &columns[c], &row);
            markdown_add(&rows, entry.data);
        }
        i += row.count;
    }
    markdown_format(out, &rows);
    markdown_clear(&rows);
}

/* ---- what is to be known of it ---- */

static bool same_frames(const struct table_cell *a, const struct table_cell *b) {
    return a->result.history == b->result.history && a->result.reconstruction == b->result.reconstruction &&
           a->result.extrapolation == b->result.extrapolation && a->result.windows == b->result.windows;
}

static void add_frames(struct text *out, const struct evaluation_result *result) {
    int last = result->reconstruction - 1;
    text_add(out, "%d test windows, reconstruction frames 0 to %d", result->windows, last);
    if (last > 0) {
        text_add(out, " (without the origin 1 to %d)", last);
    }
    if (result->extrapolation > 0) {
        text_add(out, ", extrapolation %d to %d", last + 1, last + result->extrapolation);
    }
}

static void add_subject(struct text *out, enum table_subject subject,
                        const struct evaluation_result *result) {
    switch (subject) {
    case TABLE_STATES:
        text_add(out, "Models of true states are given the state at the origin: ");
        add_frames(out, result);
        text_add(out, ".\n");
        break;
    case TABLE_DENSITY:
        text_add(out, "Densities: %d test points.\n", result->windows);
        break;
    default:
        text_add(out, "Frames are counted from the origin of a window, the last frame that models see "
                      "before they predict: ");
        add_frames(out, result);
        text_add(out, ".\n");
    }
}

/* Over which frames, and which rows are not about the same as the first of their subject. */
static void add_frame_notes(struct text *out, const struct table *table) {
    const struct table_cell *first[TABLE_SUBJECTS] = {NULL};
    for (size_t i = 0; i < table->count; i++) {
        const struct table_cell *cell = &table->cells[i];
        if (cell->status != STATUS_OK) {
            continue;
        }
        enum table_subject subject = table_cell_subject(cell);
        if (first[subject] == NULL) {
            first[subject] = cell;
            add_subject(out, subject, &cell->result);
        } else if (!same_frames(first[subject], cell)) {
            text_add(out, "**Not comparable with the first row**: %s, %s, seed %" PRIu64 " is about ",
                     cell->environment, cell->model, cell->seed);
            add_frames(out, &cell->result);
            text_add(out, ".\n");
        }
    }
}

static bool any_marked(const struct table *table) {
    for (size_t i = 0; i < table->count; i++) {
        if (table_cell_has_learned_nothing(&table->cells[i])) {
            return true;
        }
    }
    return false;
}

static void add_explanation(struct text *out, const struct table *table, const struct table_column *columns,
                            size_t count) {
    text_add(out, "\n");
    add_frame_notes(out, table);
    if (any_marked(table)) {
        text_add(out, "\\* Has learned nothing that moves: its reconstruction is no better than one picture "
                      "that never changes (a collapsed posterior, or too little training). Its other "
                      "figures, a small energy drift above all, say nothing.\n");
    }
    for (size_t c = 0; c < count; c++) {
        if (columns[c].help != NULL) {
            text_add(out, "%s: %s.\n", columns[c].title, columns[c].help);
        }
    }
    text_add(out, "Numbers have the digits that the test windows determine (95 %%; the intervals are in "
                  "evaluation.json). Where a row has several seeds: median (smallest..largest).\n");
}

void table_add_markdown(struct text *out, const struct table *table) {
    struct table_column columns[MOST_COLUMNS];
    size_t count = find_columns(table, columns);
    markdown_add_heading(out, 3, table->title);
    add_rows(out, table, columns, count);
    add_explanation(out, table, columns, count);
}

/* ---- CSV and JSON: every cell ---- */

static void add_csv_number(struct text *out, double value) {
    text_add(out, ",");
    if (!isnan(value)) {
        text_add(out, "%.9g", value);
    }
}

static void add_csv(struct text *out, const struct table *table) {
    int figures = metric_figure_count();
    text_add(out, "environment,model,seed,status,steps,seconds,windows");
    for (int f = 0; f < figures; f++) {
        text_add(out, ",%s", metric_figure(f)->name);
    }
    text_add(out, ",learned_nothing,published_hgn_l2_norm\n");
    for (size_t i = 0; i < table->count; i++) {
        const struct table_cell *cell = &table->cells[i];
        bool done = cell->status == STATUS_OK;
        text_add_csv(out, cell->environment);
        text_add(out, ",");
        text_add_csv(out, cell->model);
        text_add(out, ",%" PRIu64 ",%s,%d", cell->seed, table_status_word(cell->status), cell->steps);
        add_csv_number(out, cell->seconds);
        text_add(out, ",%d", done ? cell->result.windows : 0);
        for (int f = 0; f < figures; f++) {
            add_csv_number(out, done ? cell->result.figures[f].value : NAN);
        }
        text_add(out, ",%d", table_cell_has_learned_nothing(cell));
        add_csv_number(out, table_published(cell));
        text_add(out, "\n");
    }
}

static void add_json_result(struct json_text *json, const struct evaluation_result *result) {
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
        if (!isnan(result->figures[f].interval.low)) {
            json_text_open(json, metric_figure(f)->name, '[');
            json_text_number(json, NULL, result->figures[f].interval.low);
            json_text_number(json, NULL, result->figures[f].interval.high);
            json_text_close(json, ']');
        }
    }
    json_text_close(json, '}');
}

static void add_json_cell(struct json_text *json, const struct table_cell *cell) {
    json_text_open(json, NULL, '{');
    json_text_string(json, "environment", cell->environment);
    json_text_string(json, "model", cell->model);
    json_text_integer(json, "seed", (int64_t)cell->seed);
    json_text_string(json, "status", table_status_word(cell->status));
    json_text_integer(json, "steps", cell->steps);
    json_text_number(json, "seconds", cell->seconds);
    if (cell->status == STATUS_OK) {
        add_json_result(json, &cell->result);
        json_text_bool(json, "learned_nothing", table_cell_has_learned_nothing(cell));
    }
    json_text_number(json, "published_hgn_l2_norm", table_published(cell));
    json_text_close(json, '}');
}

static void add_json(struct text *out, const struct table *table) {
    struct json_text json = {.out = out};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "title", table->title);
    json_text_open(&json, "cells", '[');
    for (size_t i = 0; i < table->count; i++) {
        add_json_cell(&json, &table->cells[i]);
    }
    json_text_close(&json, ']');
    json_text_close(&json, '}');
    text_add(out, "\n");
}

enum status table_write(const struct table *table, const char *folder) {
    static const struct form {
        const char *file;
        void (*add)(struct text *out, const struct table *table);
    } forms[] = {
        {"table.md", table_add_markdown},
        {"table.csv", add_csv},
        {"table.json", add_json},
    };
    enum status status = file_make_directory(folder);
    for (size_t i = 0; i < sizeof forms / sizeof *forms && status == STATUS_OK; i++) {
        struct text text = {0};
        forms[i].add(&text, table);
        char *path = file_join(folder, forms[i].file);
        status = file_write(path, text.data, text.length);
        free(path);
        text_free(&text);
    }
    return status;
}
