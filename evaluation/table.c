/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drawing/markdown.h"
#include "results/published.h"
#include "support/file.h"
#include "support/json_text.h"
#include "support/memory.h"

/* The figures of a cell, in all three forms of the table. */
struct figure {
    const char *name; /* in CSV and JSON */
    double (*get)(const struct table_cell *cell);
};

static double reconstruction_mse(const struct table_cell *cell) {
    return cell->result.train.mse;
}
static double extrapolation_mse(const struct table_cell *cell) {
    return cell->result.extrapolation.mse;
}
static double reconstruction_l2_norm(const struct table_cell *cell) {
    return cell->result.train.l2_norm;
}
static double extrapolation_l2_norm(const struct table_cell *cell) {
    return cell->result.extrapolation.l2_norm;
}
static double energy_drift_of(const struct table_cell *cell) {
    return cell->result.energy_drift;
}
static double seconds(const struct table_cell *cell) {
    return cell->seconds;
}

static const struct figure figures[] = {
    {"reconstruction_mse", reconstruction_mse},
    {"extrapolation_mse", extrapolation_mse},
    {"reconstruction_l2_norm", reconstruction_l2_norm},
    {"extrapolation_l2_norm", extrapolation_l2_norm},
    {"energy_drift", energy_drift_of},
};
enum { FIGURES = sizeof figures / sizeof *figures };

static double published(const struct table_cell *cell) {
    double value;
    return published_hgn(cell->environment, &value) ? value : NAN;
}

static const char *status_word(enum status status) {
    switch (status) {
    case STATUS_OK:
        return "ok";
    case STATUS_INTERRUPTED:
        return "interrupted";
    default:
        return "failed";
    }
}

/* ---- Markdown: a row per environment and model ---- */

struct row {
    const struct table_cell *cells;
    size_t count;
    size_t done; /* cells with a result */
};

static struct row next_row(const struct table *table, size_t begin) {
    const struct table_cell *first = &table->cells[begin];
    struct row row = {.cells = first};
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

static int compare_values(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    if (isnan(a) || isnan(b)) {
        return isnan(a) - isnan(b); /* nan is the worst value */
    }
    return (a > b) - (a < b);
}

static void add_value(struct text *out, const char *format, double value) {
    if (isnan(value)) {
        text_add(out, "nan");
        return;
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    text_add(out, format, value);
#pragma GCC diagnostic pop
}

/* A column of the Markdown table. */
struct column {
    const char *title;
    double (*get)(const struct table_cell *cell); /* NULL: `text` writes it */
    double scale;
    const char *format; /* of a number */
    bool optional;      /* nan means there is no such figure, not that it is broken */
    void (*text)(struct text *out, const struct row *row);
};

/* "median (smallest..largest)" over the seeds that have a result. */
static void add_statistics(struct text *out, const struct column *column, const struct row *row) {
    double *values = memory_alloc(row->done, sizeof *values);
    size_t count = 0;
    for (size_t i = 0; i < row->count; i++) {
        if (row->cells[i].status == STATUS_OK) {
            values[count++] = column->get(&row->cells[i]) * column->scale;
        }
    }
    qsort(values, count, sizeof *values, compare_values);
    if (column->optional && isnan(values[0])) {
        text_add(out, "-");
    } else {
        add_value(out, column->format, 0.5 * (values[(count - 1) / 2] + values[count / 2]));
        if (count > 1) {
            text_add(out, " (");
            add_value(out, column->format, values[0]);
            text_add(out, "..");
            add_value(out, column->format, values[count - 1]);
            text_add(out, ")");
        }
    }
    free(values);
}

static void add_environment(struct text *out, const struct row *row) {
    text_add(out, "%s", row->cells->environment);
}

static void add_model(struct text *out, const struct row *row) {
    text_add(out, "%s", row->cells->model);
}

static void add_published(struct text *out, const struct row *row) {
    double value = published(row->cells) * 1e7;
    if (isnan(value)) {
        text_add(out, "-");
    } else {
        text_add(out, "%.2f", value);
    }
}

static void add_seeds(struct text *out, const struct row *row) {
    if (row->done < row->count) {
        text_add(out, "%zu of ", row->done);
    }
    text_add(out, "%zu", row->count);
}

static void add_steps(struct text *out, const struct row *row) {
    if (row->cells->steps == 0) {
        text_add(out, "-");
    } else {
        text_add(out, "%d", row->cells->steps);
    }
}

static const struct column columns[] = {
    {.title = "environment", .text = add_environment},
    {.title = "model", .text = add_model},
    {.title = "reconstruction MSE", .get = reconstruction_mse, .scale = 1, .format = "%.2e"},
    {.title = "extrapolation MSE", .get = extrapolation_mse, .scale = 1, .format = "%.2e"},
    {.title = "l2_norm (e-7)", .get = reconstruction_l2_norm, .scale = 1e7, .format = "%.2f"},
    {.title = "published HGN (e-7)", .text = add_published},
    {.title = "energy drift", .get = energy_drift_of, .scale = 1, .format = "%.3f", .optional = true},
    {.title = "seeds", .text = add_seeds},
    {.title = "steps", .text = add_steps},
    {.title = "seconds", .get = seconds, .scale = 1, .format = "%.0f"},
};
enum { COLUMNS = sizeof columns / sizeof *columns, TEXT_COLUMNS = 2 };

static char *format_entry(const struct column *column, const struct row *row) {
    struct text out = {0};
    if (column->text != NULL) {
        column->text(&out, row);
    } else if (row->done == 0) {
        text_add(&out, "%s", status_word(row->cells->status));
    } else {
        add_statistics(&out, column, row);
    }
    return out.data;
}

static void add_explanation(struct text *out) {
    text_add(
        out,
        "\nMSE: mean squared error per pixel value (values from 0 to 1), mean over the test windows; "
        "reconstruction: frames within the training window, extrapolation: frames beyond it.\n"
        "l2_norm (e-7): on the reconstruction, mean over the frames of (squared error / squared image) "
        "divided by the 3072 values of an image, in units of 1e-7; "
        "1 means that the error is 0.03 %% of the image.\n"
        "published HGN (e-7): the same figure from the literature, of a paper-size model trained for days; "
        "the unit is partly inferred (results/README.md).\n"
        "energy drift: largest change of the learned energy along a rollout, relative to its spread over "
        "the windows.\n"
        "Where a row has several seeds: median (smallest..largest).\n");
}

void table_add_markdown(struct text *out, const struct table *table) {
    struct markdown rows = {.columns = COLUMNS, .left = TEXT_COLUMNS};
    for (int c = 0; c < COLUMNS; c++) {
        markdown_add(&rows, memory_copy_string(columns[c].title));
    }
    for (size_t i = 0; i < table->count;) {
        struct row row = next_row(table, i);
        for (int c = 0; c < COLUMNS; c++) {
            markdown_add(&rows, format_entry(&columns[c], &row));
        }
        i += row.count;
    }
    markdown_add_heading(out, 3, table->title);
    markdown_format(out, &rows);
    markdown_clear(&rows);
    add_explanation(out);
}

/* ---- CSV and JSON: every cell ---- */

static void add_csv_number(struct text *out, double value) {
    text_add(out, ",");
    if (isfinite(value)) {
        text_add(out, "%.9g", value);
    }
}

static void add_csv(struct text *out, const struct table *table) {
    text_add(out, "environment,model,seed,status,steps,seconds,windows");
    for (size_t f = 0; f < FIGURES; f++) {
        text_add(out, ",%s", figures[f].name);
    }
    text_add(out, ",published_hgn_l2_norm\n");
    for (size_t i = 0; i < table->count; i++) {
        const struct table_cell *cell = &table->cells[i];
        bool done = cell->status == STATUS_OK;
        text_add_csv(out, cell->environment);
        text_add(out, ",");
        text_add_csv(out, cell->model);
        text_add(out, ",%" PRIu64 ",%s,%d", cell->seed, status_word(cell->status), cell->steps);
        add_csv_number(out, cell->seconds);
        text_add(out, ",%d", done ? cell->result.windows : 0);
        for (size_t f = 0; f < FIGURES; f++) {
            add_csv_number(out, done ? figures[f].get(cell) : NAN);
        }
        add_csv_number(out, published(cell));
        text_add(out, "\n");
    }
}

static void add_json_cell(struct json_text *json, const struct table_cell *cell) {
    json_text_open(json, NULL, '{');
    json_text_string(json, "environment", cell->environment);
    json_text_string(json, "model", cell->model);
    json_text_integer(json, "seed", (int64_t)cell->seed);
    json_text_string(json, "status", status_word(cell->status));
    json_text_integer(json, "steps", cell->steps);
    json_text_number(json, "seconds", cell->seconds);
    if (cell->status == STATUS_OK) {
        json_text_integer(json, "windows", cell->result.windows);
        for (size_t f = 0; f < FIGURES; f++) {
            json_text_number(json, figures[f].name, figures[f].get(cell));
        }
    }
    json_text_number(json, "published_hgn_l2_norm", published(cell));
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
