/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mean error of each predicted frame against time: how fast a rollout loses the truth. The data have all
 * image errors, the picture shows the first.
 */
#include "drawing/figure.h"
#include "evaluation/plot.h"

static bool applies(const struct plot_source *source) {
    (void)source;
    return true;
}

static void add_title(struct text *data, const struct plot_source *source) {
    struct text columns = {0};
    text_add(&columns, "frame after the origin, time");
    for (int e = 0; e < IMAGE_ERRORS; e++) {
        text_add(&columns, ", %s", image_errors[e]->name);
    }
    text_add(&columns, "; means over the windows");
    plot_add_data_title(data, source, columns.data);
    text_free(&columns);
}

static enum status compose(const struct plot_source *source, struct text *data, struct text *commands) {
    const struct rollout *rollout = source->rollout;
    bool positive = false;
    add_title(data, source);
    for (int t = 0; t < rollout->frames; t++) {
        text_add(data, "%d %.9g", t, source->dt * t);
        for (int e = 0; e < IMAGE_ERRORS; e++) {
            double error = rollout_error(rollout, image_errors[e], -1, t, t + 1);
            figure_add_value(data, error);
            positive = positive || (e == 0 && error > 0);
        }
        text_add(data, "\n");
    }
    text_add(commands, "set title ");
    figure_add_literal(commands, "%s, %s: error of each frame, mean over %d windows", source->environment,
                       source->model, rollout->windows);
    text_add(commands, "\nset ylabel '%s'\n", image_errors[0]->label);
    if (positive) {
        /* A copied frame has error 0, which a logarithmic axis leaves out. */
        text_add(commands, "set logscale y\nset format y '10^{%%T}'\nset mytics 10\n");
    }
    plot_add_time_axis(commands, source);
    text_add(commands, "plot 'error.dat' using 2:3 with lines lw 2 lc 'black' notitle\n");
    return STATUS_OK;
}

const struct plot error_plot = {
    .name = "error",
    .width = 800,
    .height = 450,
    .applies = applies,
    .compose = compose,
};
