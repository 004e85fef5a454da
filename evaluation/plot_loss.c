/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The training curves of metrics.jsonl, one JSON object a line.
 */
#include <math.h>
#include <stdlib.h>

#include "drawing/figure.h"
#include "evaluation/plot.h"
#include "support/file.h"
#include "training/metrics_log.h"

enum { COLUMNS = 4 };
static const char *const column_keys[COLUMNS] = {"mse", "kl", "loss", "learning_rate"};

/* The curves that are drawn: columns above and how to tell them apart. */
static const struct curve {
    int column;
    const char *title;
    const char *style;
} curves[] = {
    {0, "mean squared error", "lw 2 lc 'black'"},
    {1, "KL divergence", "lw 2 dt (10,5) lc 'black'"},
};

static bool applies(const struct plot_source *source) {
    char *path = file_join(source->folder, metrics_log_name);
    bool exists = file_exists(path);
    free(path);
    return exists;
}

/* `seen[c]` becomes true when column c has a value that a logarithmic axis can show. */
static enum status read_curves(struct text *data, const char *path, bool seen[COLUMNS]) {
    struct metrics_log log;
    enum status status = metrics_log_read(&log, path);
    const double *steps = metrics_log_column(&log, "step");
    for (size_t i = 0; status == STATUS_OK && i < log.lines; i++) {
        text_add(data, "%.0f", steps[i]);
        for (int c = 0; c < COLUMNS; c++) {
            const double *column = metrics_log_column(&log, column_keys[c]);
            double value = column == NULL ? NAN : column[i];
            figure_add_value(data, value);
            seen[c] = seen[c] || (isfinite(value) && value > 0);
        }
        text_add(data, "\n");
    }
    metrics_log_clear(&log);
    if (status == STATUS_OK && !seen[0] && !seen[1]) {
        status = status_fail(STATUS_DATA, "%s: no loss to plot", path);
    }
    return status;
}

static void add_commands(struct text *commands, const struct plot_source *source, const bool seen[COLUMNS]) {
    text_add(commands, "set title ");
    figure_add_literal(commands, "%s, %s: training", source->environment, source->model);
    text_add(commands, "\n");
    text_add(commands, "set xlabel 'training step'\nset ylabel 'mean per pixel value'\n");
    text_add(commands, "set logscale y\nset format y '10^{%%T}'\nset mytics 10\nset key top right\n");
    const char *before = "plot";
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        if (seen[curves[i].column]) {
            text_add(commands, "%s 'loss.dat' using 1:%d with lines %s title '%s'", before,
                     curves[i].column + 2, curves[i].style, curves[i].title);
            before = ", \\\n    ";
        }
    }
    text_add(commands, "\n");
}

static enum status compose(const struct plot_source *source, struct text *data, struct text *commands) {
    bool seen[COLUMNS] = {false};
    char *path = file_join(source->folder, metrics_log_name);
    plot_add_data_title(data, source, "step, mse, kl, loss, learning rate; per pixel value");
    enum status status = read_curves(data, path, seen);
    if (status == STATUS_OK) {
        add_commands(commands, source, seen);
    }
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
