/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mean error of each predicted frame against time: how fast a rollout loses the truth.
 */
#include "drawing/figure.h"
#include "evaluation/plot.h"

static bool applies(const struct plot_source *source) {
    (void)source;
    return true;
}

static enum status compose(const struct plot_source *source, struct text *data, struct text *commands) {
    const struct rollout *rollout = source->rollout;
    bool positive = false;
    plot_add_data_title(data, source,
                        "frame of the window, time, mean squared error per pixel value, l2_norm; "
                        "means over the windows");
    for (int t = 0; t < rollout->frames; t++) {
        struct evaluation_error error = rollout_error(rollout, -1, t, t + 1);
        text_add(data, "%d %.9g", rollout->first + t, source->dt * (rollout->first + t));
        figure_add_value(data, error.mse);
        figure_add_value(data, error.l2_norm);
        text_add(data, "\n");
        positive = positive || error.mse > 0;
    }
    text_add(commands, "set title ");
    figure_add_literal(commands, "%s, %s: error of each frame, mean over %d windows", source->environment,
                       source->model, rollout->windows);
    text_add(commands, "\n");
    text_add(commands, "set ylabel 'mean squared error per pixel value'\n");
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
