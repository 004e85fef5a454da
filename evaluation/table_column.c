/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/table_column.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/metric.h"
#include "evaluation/table_seeds.h"
#include "results/published.h"
#include "support/memory.h"
#include "support/statistics.h"

/* From here on a reconstruction is as good as a picture that never changes. Quick runs that learn something
 * come to 0.01 to 0.6. */
static const double NOTHING = 0.9;

/* Others predict no films: there is nothing that they could leave unexplained. */
static bool is_of_films(const struct table_cell *cell) {
    return table_row_subject(cell) == TABLE_FILM;
}

bool table_cell_has_learned_nothing(const struct table_cell *cell) {
    int figure = metric_figure_find("unexplained");
    return table_row_is_done(cell) && cell->steps > 0 && is_of_films(cell) &&
           !(table_row_figure(cell, figure)->value < NOTHING);
}

double table_published(const struct table_cell *cell) {
    const struct published_value *value = published_find(cell->environment, "HGN", "reconstruction_l2_norm");
    bool comparable = table_row_is_done(cell) && cell->latent && !table_cell_has_learned_nothing(cell) &&
                      value != NULL && value->comparable != PUBLISHED_NO;
    return comparable ? value->value : NAN;
}

/* ---- words ---- */

static bool is_marked(const struct table_row *row) {
    for (size_t i = 0; i < row->count; i++) {
        if (table_cell_has_learned_nothing(&row->cells[i])) {
            return true;
        }
    }
    return false;
}

static void add_environment(struct text *out, const struct table_row *row) {
    text_add(out, "%s", row->cells->environment);
}

static void add_model(struct text *out, const struct table_row *row) {
    text_add(out, "%s%s", row->cells->model, is_marked(row) ? " *" : "");
}

static void add_published(struct text *out, const struct table_row *row) {
    double value = row->done == 0 || is_marked(row) ? NAN : table_published(table_row_first_done(row)) * 1e7;
    if (isnan(value)) {
        text_add(out, "-");
    } else {
        text_add(out, "%.2f", value);
    }
}

static void add_steps(struct text *out, const struct table_row *row) {
    int steps = table_row_steps(row);
    text_add(out, steps == 0 ? "-" : "%d", steps);
}

static void add_seconds(struct text *out, const struct table_row *row) {
    double *seconds = memory_alloc(row->count, sizeof *seconds);
    size_t count = 0;
    for (size_t i = 0; i < row->count; i++) {
        if (table_row_is_done(&row->cells[i])) {
            seconds[count++] = row->cells[i].seconds;
        }
    }
    if (count == 0) {
        text_add(out, "%s", table_row_word(row->cells));
    } else {
        text_add(out, "%.0f", statistics_median(seconds, count));
    }
    free(seconds);
}

static const struct table_column words[] = {
    {.name = "environment", .title = "environment", .add = add_environment},
    {.name = "model", .title = "model", .add = add_model},
    {.name = "published",
     .title = "published HGN (e-7)",
     .help = "the l2_norm of a reconstruction from the literature, beside models that infer a latent state "
             "and follow it. Of a paper-size model trained for days that sees all frames it reconstructs; "
             "the unit is partly inferred (results/README.md)",
     .add = add_published},
    {.name = "seeds", .title = "seeds", .add = table_row_add_tally},
    {.name = "steps", .title = "steps", .add = add_steps},
    {.name = "seconds", .title = "seconds", .add = add_seconds},
};
enum { WORDS = sizeof words / sizeof *words };

const char *const table_default_columns[] = {
    "environment",
    "model",
    "reconstruction_mse",
    "unseen_mse",
    "extrapolation_mse",
    "reconstruction_l2_norm",
    "published",
    "vpt",
    "energy_drift",
    "state_error",
    "valid_prediction_time",
    "true_energy_drift_1000",
    "field_error",
    "log_likelihood",
    "kl",
    "seeds",
    "steps",
    "seconds",
    NULL,
};

bool table_column_find(struct table_column *out, const char *name) {
    for (size_t i = 0; i < WORDS; i++) {
        if (strcmp(words[i].name, name) == 0) {
            *out = words[i];
            out->figure = -1;
            return true;
        }
    }
    int figure = metric_figure_find(name);
    if (figure >= 0) {
        const struct field *row = metric_figure(figure);
        *out = (struct table_column){
            .name = row->name, .title = row->title, .help = row->help, .figure = figure};
    }
    return figure >= 0;
}

static enum table_subject subject_of(const struct table_column *column) {
    return column->figure < 0 ? TABLE_FILM : table_row_figure_subject(column->figure);
}

bool table_column_applies(const struct table_column *column, const struct table *table) {
    bool always = column->figure < 0 && column->add != add_published, any = false;
    for (size_t i = 0; i < table->count; i++) {
        const struct table_cell *cell = &table->cells[i];
        if (always || (table_row_is_done(cell) && table_row_subject(cell) == subject_of(column))) {
            return true;
        }
        any = any || table_row_is_done(cell);
    }
    return !any && subject_of(column) == TABLE_FILM;
}

enum status table_check_column(const char *name) {
    struct table_column column;
    if (table_column_find(&column, name)) {
        return STATUS_OK;
    }
    const char *names[WORDS + EVALUATION_MAX_FIGURES + 1] = {NULL};
    int count = metric_figure_count();
    for (int i = 0; i < WORDS; i++) {
        names[i] = words[i].name;
    }
    for (int i = 0; i < count; i++) {
        names[WORDS + i] = metric_figure(i)->name;
    }
    return status_unknown(STATUS_DATA, "column", name, names);
}

/* ---- figures ---- */

/* Whether the predictions of a row are no numbers: then a figure that is nan is broken, not missing. */
static bool is_broken(const struct table_row *row) {
    int figure = metric_figure_find("unexplained");
    for (size_t i = 0; i < row->count; i++) {
        const struct table_cell *cell = &row->cells[i];
        if (!is_of_films(cell) || isfinite(table_row_figure(cell, figure)->value)) {
            return false;
        }
    }
    return true;
}

/* Whether no seed of the row has such a figure. */
static bool is_absent(const struct table_row *row, int figure) {
    for (size_t i = 0; i < row->count; i++) {
        if (!isnan(table_row_figure(&row->cells[i], figure)->value)) {
            return false;
        }
    }
    return true;
}

void table_column_add(struct text *out, const struct table_column *column, const struct table_row *row) {
    if (column->figure < 0) {
        column->add(out, row);
    } else if (row->done == 0) {
        text_add(out, "%s", table_row_word(row->cells));
    } else if (is_absent(row, column->figure)) {
        text_add(out, is_broken(row) ? "nan" : "-");
    } else {
        table_seeds_add(out, row, column->figure);
    }
}
