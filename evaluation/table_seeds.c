/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/table_seeds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/metric.h"
#include "support/memory.h"

bool table_seeds_is_relative(const struct field *row) {
    return row->better == FIELD_LOWER && row->unit[0] == '\0';
}

/* Half the width of a 95 % interval in standard errors. */
static const double HALF_WIDTH = 1.959964;

static double half_width(const struct evaluation_figure *figure) {
    return 0.5 * (figure->interval.high - figure->interval.low);
}

/* The finite values of a row's seeds in `values` [row->count]; returns how many. */
static size_t collect(double *values, const struct table_row *row, int figure) {
    size_t count = 0;
    for (size_t i = 0; i < row->count; i++) {
        double value = table_row_figure(&row->cells[i], figure)->value;
        if (isfinite(value)) {
            values[count++] = value;
        }
    }
    return count;
}

/* Root mean square over the seeds of the windows' standard error, relative where the mean is geometric. */
static double window_error(const struct table_row *row, int figure, bool geometric) {
    double squares = 0;
    size_t count = 0;
    for (size_t i = 0; i < row->count; i++) {
        const struct evaluation_figure *found = table_row_figure(&row->cells[i], figure);
        if (isfinite(found->value)) {
            double error = half_width(found) / HALF_WIDTH / (geometric ? found->value : 1);
            squares += error * error;
            count++;
        }
    }
    return sqrt(squares / (double)count);
}

static struct table_seeds sum_up(const struct table_row *row, int figure, size_t draws) {
    double *values = memory_alloc(row->count, sizeof *values);
    size_t count = collect(values, row, figure);
    bool geometric = table_seeds_is_relative(metric_figure(figure)) && statistics_all_positive(values, count);
    struct table_seeds out = {
        .summary = statistics_summarise(values, count, geometric, draws),
        .least = statistics_quantile(values, count, 0),
        .most = statistics_quantile(values, count, 1),
        .missing = row->done - count,
        .window_share = NAN,
    };
    out.same = count > 0 && out.least == out.most;
    if (out.same) { /* no rounding of logarithms */
        out.summary.mean = out.least;
        out.summary.deviation = count > 1 ? 0 : NAN;
        out.summary.interval = out.summary.bootstrap = (struct statistics_interval){NAN, NAN};
    }
    if (count >= 2 && !out.same) {
        out.window_share = window_error(row, figure, geometric) / out.summary.deviation;
    }
    free(values);
    return out;
}

struct table_seeds table_seeds_of(const struct table_row *row, int figure) {
    return sum_up(row, figure, 0);
}

struct table_seeds table_seeds_with_bootstrap(const struct table_row *row, int figure) {
    return sum_up(row, figure, STATISTICS_DRAWS);
}

/* ---- numbers ---- */

/* Power of ten of the leading digit. */
static int magnitude(double value) {
    return (int)floor(log10(fabs(value)));
}

/* Digits behind the point of "%.2e" or "%.3f". */
static int precision_of(const char *format) {
    const char *point = strchr(format, '.');
    return point == NULL ? 6 : atoi(point + 1);
}

void table_seeds_add_number(struct text *out, const struct field *row, double value, double uncertainty) {
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

static double scale_of(const struct field *row) {
    return row->scale == 0 ? 1 : row->scale;
}

/* What rounding leaves of a figure, in any of the row's seeds; nan where nobody says. */
static double floor_of(const struct field *field, const struct table_row *row) {
    char *name = text_format("%s_floor", field->name);
    int figure = metric_figure_find(name);
    double highest = NAN;
    for (size_t i = 0; i < row->count && figure >= 0; i++) {
        highest = fmax(highest, table_row_figure(&row->cells[i], figure)->value);
    }
    free(name);
    return highest;
}

/* One seed: the value with the digits that the test windows determine. */
static void add_single(struct text *out, const struct field *field, const struct evaluation_figure *figure) {
    double scale = scale_of(field);
    table_seeds_add_number(out, field, figure->value * scale, half_width(figure) * scale);
}

static void add_pair(struct text *out, const struct table_row *row, int figure) {
    const char *comma = "";
    for (size_t i = 0; i < row->count; i++) {
        const struct evaluation_figure *found = table_row_figure(&row->cells[i], figure);
        if (isfinite(found->value)) {
            text_add(out, "%s", comma);
            add_single(out, metric_figure(figure), found);
            comma = ", ";
        }
    }
}

/* Half of a geometric interval is a factor: each number has the digits that it leaves. */
static void add_interval(struct text *out, const struct field *field,
                         const struct statistics_summary *summary) {
    double scale = scale_of(field), low = summary->interval.low, high = summary->interval.high;
    const double numbers[] = {summary->mean, low, high};
    static const char *const before[] = {"", " (", " to "};
    for (int i = 0; i < 3; i++) {
        double half = summary->geometric ? fabs(numbers[i]) * log(high / low) / 2 : (high - low) / 2;
        text_add(out, "%s", before[i]);
        table_seeds_add_number(out, field, numbers[i] * scale, half * scale);
    }
    text_add(out, ")");
}

const struct evaluation_figure *table_seeds_first(const struct table_row *row, int figure) {
    size_t i = 0;
    while (!isfinite(table_row_figure(&row->cells[i], figure)->value)) {
        i++;
    }
    return table_row_figure(&row->cells[i], figure);
}

void table_seeds_add(struct text *out, const struct table_row *row, int figure) {
    const struct field *field = metric_figure(figure);
    struct table_seeds seeds = table_seeds_of(row, figure);
    double least = floor_of(field, row);
    if (seeds.summary.count == 0) {
        table_seeds_add_number(out, field, table_row_figure(table_row_first_done(row), figure)->value, NAN);
        return;
    }
    if (seeds.summary.mean < least) {
        text_add(out, "< %.0e", least * scale_of(field));
    } else if (seeds.summary.count == 1 || seeds.same) {
        add_single(out, field, table_seeds_first(row, figure));
    } else if (seeds.summary.count < STATISTICS_LEAST) {
        add_pair(out, row, figure);
    } else {
        add_interval(out, field, &seeds.summary);
    }
    if (seeds.missing > 0) {
        text_add(out, ", %zu of %zu seeds", seeds.summary.count, row->done);
    }
}
