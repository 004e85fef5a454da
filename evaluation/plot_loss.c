/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The training curves of metrics.jsonl: the figures of a step that the model's kind names. Those that were
 * positive all along are drawn, on a logarithmic axis; the data have all.
 */
#include <math.h>
#include <stdlib.h>

#include "drawing/figure.h"
#include "evaluation/plot.h"
#include "support/file.h"
#include "training/metrics_log.h"

static bool applies(const struct plot_source *source) {
    char *path = file_join(source->folder, metrics_log_name);
    bool exists = source->kind->figure_count > 0 && file_exists(path);
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

/* Whether a logarithmic axis can show the column: some values, and none of them below 0. */
static bool is_positive(const double *column, size_t lines) {
    bool some = false;
    for (size_t i = 0; i < lines && column != NULL; i++) {
        if (column[i] < 0) {
            return false;
        }
        some = some || (isfinite(column[i]) && column[i] > 0);
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

static void add_commands(struct text *commands, const struct plot_source *source,
                         const struct metrics_log *log, bool any) {
    text_add(commands, "set title ");
    figure_add_literal(commands, "%s, %s: training", source->environment, source->model);
    text_add(commands, "\nset xlabel 'training step'\n%s",
             any ? "set logscale y\nset format y '10^{%T}'\nset mytics 10\n" : "");
    text_add(commands, "set key bottom right\n");
    const char *before = "plot";
    int drawn = 0;
    for (int f = 0; f < source->kind->figure_count; f++) {
        const struct field *figure = &source->kind->figures[f];
        if (!any || is_positive(metrics_log_column(log, figure->name), log->lines)) {
            text_add(commands, "%s 'loss.dat' using 1:%d with lines lw 2 dt %d lc 'black' title ", before,
                     f + 2, ++drawn);
            figure_add_literal(commands, "%s", figure->name);
            before = ", \\\n    ";
        }
    }
    text_add(commands, "\n");
}

static enum status compose(const struct plot_source *source, struct text *data, struct text *commands) {
    char *path = file_join(source->folder, metrics_log_name);
    struct metrics_log log;
    enum status status = metrics_log_read(&log, path);
    bool any = false, some = false;
    for (int f = 0; f < source->kind->figure_count && status == STATUS_OK; f++) {
        const double *column = metrics_log_column(&log, source->kind->figures[f].name);
        any = any || is_positive(column, log.lines);
        for (size_t i = 0; i < log.lines && column != NULL; i++) {
            some = some || isfinite(column[i]);
        }
    }
    if (status == STATUS_OK && !some) {
        status = status_fail(STATUS_DATA, "%s: no loss to plot", path);
    }
    if (status == STATUS_OK) {
        add_title(data, source);
        add_data(data, source->kind, &log);
        add_commands(commands, source, &log, any);
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
