/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The training curves of metrics.jsonl: the figures of a step that the model's kind names. On a
 * logarithmic axis, where a negative value (a constraint that is met) is drawn by its size; on a linear one
 * where no figure is positive throughout. Figures that were 0 all along are not drawn; the data have all.
 */
#include <math.h>
#include <stdlib.h>

#include "drawing/figure.h"
#include "evaluation/plot.h"
#include "support/file.h"
#include "training/metrics_log.h"

static bool applies(const struct plot_source *source) {
    char *path = file_join(source->folder, metrics_log_name);
    bool exists = source->set == TEST_SET_OWN && source->kind->figure_count > 0 && file_exists(path);
    free(path);
    return exists;
}

static void add_title(struct text *data, const struct plot_source *source) {
    struct text columns = {0};
    text_add(&columns, "step");
    for (int f = 0; f < source->kind->figure_count; f++) {
        text_add(&columns, ", %s", source->kind->figures[f].name);
    }
    text_add(&columns, ", learning_rate");
    plot_add_data_title(data, source, columns.data);
    text_free(&columns);
}

static double value_at(const double *column, size_t line) {
    return column == NULL ? NAN : column[line];
}

/* Whether the column has finite values of that sign. */
static bool has_sign(const double *column, size_t lines, int sign) {
    bool some = false;
    for (size_t i = 0; i < lines && column != NULL; i++) {
        some = some || (isfinite(column[i]) && sign * column[i] > 0);
    }
    return some;
}

static void add_data(struct text *data, const struct model_kind *kind, const struct metrics_log *log) {
    const double *steps = metrics_log_column(log, "step");
    const double *rates = metrics_log_column(log, "learning_rate");
    for (size_t i = 0; i < log->lines; i++) {
        text_add(data, "%.0f", value_at(steps, i));
        for (int f = 0; f < kind->figure_count; f++) {
            figure_add_value(data, value_at(metrics_log_column(log, kind->figures[f].name), i));
        }
        figure_add_value(data, value_at(rates, i));
        text_add(data, "\n");
    }
}

/* The curve of figure f; with a sign, as far as its value has it, by its size: gray where it is
 * negative. */
static void add_curve(struct text *commands, const struct plot_source *source, int f, int sign, bool first) {
    enum { DASHES = 5 };
    const char *minus = sign < 0 ? "-" : "";
    text_add(commands, "%s 'loss.dat' using 1:", first ? "plot" : ", \\\n    ");
    if (sign == 0) {
        text_add(commands, "%d", f + 2);
    } else {
        text_add(commands, "(%s$%d > 0 ? %s$%d : NaN)", minus, f + 2, minus, f + 2);
    }
    text_add(commands, " with lines lw %d dt %d lc '%s' title ", f < DASHES ? 2 : 1, f % DASHES + 1,
             sign < 0 ? "gray60" : "black");
    figure_add_literal(commands, "%s%s", minus, source->kind->figures[f].name);
}

static void add_curves(struct text *commands, const struct plot_source *source, const struct metrics_log *log,
                       bool logarithmic) {
    bool first = true;
    for (int f = 0; f < source->kind->figure_count; f++) {
        const double *column = metrics_log_column(log, source->kind->figures[f].name);
        bool above = has_sign(column, log->lines, 1), below = has_sign(column, log->lines, -1);
        if (logarithmic && above) {
            add_curve(commands, source, f, 1, first);
            first = false;
        }
        if (logarithmic && below) {
            add_curve(commands, source, f, -1, first);
            first = false;
        }
        if (!logarithmic && (above || below)) {
            add_curve(commands, source, f, 0, first);
            first = false;
        }
    }
    text_add(commands, "\n");
}

static bool any_is_positive(const struct model_kind *kind, const struct metrics_log *log) {
    bool any = false;
    for (int f = 0; f < kind->figure_count; f++) {
        const double *column = metrics_log_column(log, kind->figures[f].name);
        any = any || (has_sign(column, log->lines, 1) && !has_sign(column, log->lines, -1));
    }
    return any;
}

static void add_commands(struct text *commands, const struct plot_source *source,
                         const struct metrics_log *log) {
    bool logarithmic = any_is_positive(source->kind, log);
    text_add(commands, "set title ");
    figure_add_literal(commands, "%s, %s: training", source->environment, source->model);
    text_add(commands, "\nset xlabel 'training step'\n%s",
             logarithmic ? "set logscale y\nset format y '10^{%T}'\nset mytics 10\n" : "");
    text_add(commands, "set key bottom right\n");
    add_curves(commands, source, log, logarithmic);
}

static enum status compose(const struct plot_source *source, struct text *data, struct text *commands) {
    char *path = file_join(source->folder, metrics_log_name);
    struct metrics_log log;
    enum status status = metrics_log_read(&log, path);
    bool some = false;
    for (int f = 0; f < source->kind->figure_count && status == STATUS_OK; f++) {
        const double *column = metrics_log_column(&log, source->kind->figures[f].name);
        some = some || has_sign(column, log.lines, 1) || has_sign(column, log.lines, -1);
    }
    if (status == STATUS_OK && !some) {
        status = status_fail(STATUS_DATA, "%s: no loss to plot", path);
    }
    if (status == STATUS_OK) {
        add_title(data, source);
        add_data(data, source->kind, &log);
        add_commands(commands, source, &log);
    }
    metrics_log_clear(&log);
    free(path);
    return status;
}

const struct plot loss_plot = {
    .name = "loss",
    .width = 800,
    .height = 450,
    .applies = applies,
    .compose = compose,
};
