/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/table_column.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/metric.h"
#include "results/published.h"
#include "support/memory.h"
#include "support/statistics.h"

const char *table_status_word(enum status status) {
    switch (status) {
    case STATUS_OK:
        return "ok";
    case STATUS_INTERRUPTED:
        return "interrupted";
    default:
        return "failed";
    }
}

/* From here on a reconstruction is as good as a picture that never changes. Quick runs that learn something
 * come to 0.01 to 0.6. */
static const double NOTHING = 0.9;

static bool has_figure(const struct table_cell *cell, const char *name) {
    int figure = metric_figure_find(name);
    return cell->status == STATUS_OK && figure >= 0 && !isnan(cell->result.figures[figure].value);
}

/* By figures that the others never have. */
enum table_subject table_cell_subject(const struct table_cell *cell) {
    return has_figure(cell, "valid_prediction_frames") ? TABLE_STATES
           : has_figure(cell, "elbo")                  ? TABLE_DENSITY
                                                       : TABLE_FILM;
}

/* Others predict no films: there is nothing that they could leave unexplained. */
static bool is_of_films(const struct table_cell *cell) {
    return table_cell_subject(cell) == TABLE_FILM;
}

bool table_cell_has_learned_nothing(const struct table_cell *cell) {
    int figure = metric_figure_find("unexplained");
    return cell->status == STATUS_OK && cell->steps > 0 && figure >= 0 && is_of_films(cell) &&
           !(cell->result.figures[figure].value < NOTHING);
}

double table_published(const struct table_cell *cell) {
    double value;
    bool comparable = cell->status == STATUS_OK && cell->latent && !table_cell_has_learned_nothing(cell);
    return comparable && published_hgn(cell->environment, &value) ? value : NAN;
}

/* ---- words ---- */

/* `row` has one. */
static const struct table_cell *first_done(const struct table_row *row) {
    const struct table_cell *cell = row->cells;
    while (cell->status != STATUS_OK) {
        cell++;
    }
    return cell;
}

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
    double value = row->done == 0 || is_marked(row) ? NAN : table_published(first_done(row)) * 1e7;
    if (isnan(value)) {
        text_add(out, "-");
    } else {
        text_add(out, "%.2f", value);
    }
}

static void add_seeds(struct text *out, const struct table_row *row) {
    if (row->done < row->count) {
        text_add(out, "%zu of ", row->done);
    }
    text_add(out, "%zu", row->count);
}

/* Of those seeds that have been trained; a failed one may not have begun. */
static void add_steps(struct text *out, const struct table_row *row) {
    int steps = 0;
    for (size_t i = 0; i < row->count; i++) {
        steps = row->cells[i].steps > steps ? row->cells[i].steps : steps;
    }
    if (steps == 0) {
        text_add(out, "-");
    } else {
        text_add(out, "%d", steps);
    }
}

static void add_seconds(struct text *out, const struct table_row *row) {
    double *seconds = memory_alloc(row->count, sizeof *seconds);
    size_t count = 0;
    for (size_t i = 0; i < row->count; i++) {
        if (row->cells[i].status == STATUS_OK) {
            seconds[count++] = row->cells[i].seconds;
        }
    }
    if (count == 0) {
        text_add(out, "%s", table_status_word(row->cells->status));
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
    {.name = "seeds", .title = "seeds", .add = add_seeds},
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
    const struct metric *metric = column->figure < 0 ? NULL : metric_of_figure(column->figure);
    return metric == NULL || metric->compute != NULL ? TABLE_FILM
           : metric->compute_states != NULL          ? TABLE_STATES
                                                     : TABLE_DENSITY;
}

bool table_column_applies(const struct table_column *column, const struct table *table) {
    bool always = column->figure < 0 && column->add != add_published, any = false;
    for (size_t i = 0; i < table->count; i++) {
        const struct table_cell *cell = &table->cells[i];
        if (always || (cell->status == STATUS_OK && table_cell_subject(cell) == subject_of(column))) {
            return true;
        }
        any = any || cell->status == STATUS_OK;
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

/* Power of ten of the leading digit. */
static int magnitude(double value) {
    return (int)floor(log10(fabs(value)));
}

/* Digits behind the point of "%.2e" or "%.3f". */
static int precision_of(const char *format) {
    const char *point = strchr(format, '.');
    return point == NULL ? 6 : atoi(point + 1);
}

/* The value with no more digits than its row has, and no digit below the leading one of `uncertainty` (nan or
 * 0: all); one more where that is 1 or 2. */
static void add_value(struct text *out, const struct field *row, double value, double uncertainty) {
    int precision = precision_of(row->format);
    char kind = row->format[strlen(row->format) - 1];
    if (!isfinite(value)) {
        text_add(out, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
        return;
    }
    if (isfinite(uncertainty) && uncertainty > 0 && value != 0) {
        int last = magnitude(uncertainty / 3);
        int needed = kind == 'f' ? -last : magnitude(value) - last;
        precision = needed < 0 ? 0 : needed < precision ? needed : precision;
    }
    if (kind == 'f') {
        text_add(out, "%.*f", precision, value);
    } else if (kind == 'e') {
        text_add(out, "%.*e", precision, value);
    } else {
        text_add(out, "%.*g", precision, value);
    }
}

static double half_width(const struct evaluation_figure *figure, double scale) {
    return 0.5 * scale * (figure->interval.high - figure->interval.low);
}

/* "<" where the value is below what rounding leaves of it. */
static const char *floor_sign(const struct field *row, const struct evaluation_result *result,
                              double *value) {
    char *name = text_format("%s_floor", row->name);
    int figure = metric_figure_find(name);
    free(name);
    if (figure >= 0 && *value < result->figures[figure].value) {
        *value = result->figures[figure].value;
        return "< ";
    }
    return "";
}

/* One seed: the value with the digits that the test windows determine, or the floor it is below. */
static void add_single(struct text *out, const struct field *row, int figure,
                       const struct evaluation_result *result) {
    double scale = row->scale == 0 ? 1 : row->scale;
    double value = result->figures[figure].value;
    const char *sign = floor_sign(row, result, &value);
    if (*sign != '\0') {
        text_add(out, "%s%.0e", sign, value * scale);
    } else {
        add_value(out, row, value * scale, half_width(&result->figures[figure], scale));
    }
}

/* "median (smallest..largest)" over the seeds that have a result. */
static void add_several(struct text *out, const struct field *row, int figure,
                        const struct table_row *cells) {
    double scale = row->scale == 0 ? 1 : row->scale, widest = 0;
    double *values = memory_alloc(cells->done, sizeof *values);
    size_t count = 0;
    for (size_t i = 0; i < cells->count; i++) {
        if (cells->cells[i].status == STATUS_OK) {
            const struct evaluation_figure *found = &cells->cells[i].result.figures[figure];
            double width = half_width(found, scale);
            values[count++] = found->value * scale;
            widest = width > widest ? width : widest;
        }
    }
    add_value(out, row, statistics_median(values, count), widest);
    text_add(out, " (");
    add_value(out, row, statistics_quantile(values, count, 0), widest);
    text_add(out, "..");
    add_value(out, row, statistics_quantile(values, count, 1), widest);
    text_add(out, ")");
    free(values);
}

/* Whether the predictions of a row are no numbers: then a figure that is nan is broken, not missing. */
static bool is_broken(const struct table_row *row) {
    int figure = metric_figure_find("unexplained");
    for (size_t i = 0; i < row->count; i++) {
        if (!is_of_films(&row->cells[i]) ||
            (row->cells[i].status == STATUS_OK && isfinite(row->cells[i].result.figures[figure].value))) {
            return false;
        }
    }
    return true;
}

/* Whether no seed of the row has such a figure. */
static bool is_absent(const struct table_row *row, int figure) {
    for (size_t i = 0; i < row->count; i++) {
        if (row->cells[i].status == STATUS_OK && !isnan(row->cells[i].result.figures[figure].value)) {
            return false;
        }
    }
    return true;
}

void table_column_add(struct text *out, const struct table_column *column, const struct table_row *row) {
    if (column->figure < 0) {
        column->add(out, row);
    } else if (row->done == 0) {
        text_add(out, "%s", table_status_word(row->cells->status));
    } else if (is_absent(row, column->figure)) {
        text_add(out, is_broken(row) ? "nan" : "-");
    } else if (row->done == 1) {
        add_single(out, metric_figure(column->figure), column->figure, &first_done(row)->result);
    } else {
        add_several(out, metric_figure(column->figure), column->figure, row);
    }
}
