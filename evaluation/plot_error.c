/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mean error of each predicted frame against the time from the origin, in both directions where the model
 * has them: how fast a rollout loses the truth. The data have all image errors, the picture shows the first.
 */
#include "drawing/figure.h"
#include "evaluation/plot.h"

static bool applies(const struct plot_source *source) {
    (void)source;
    return true;
}

static bool goes_back(const struct plot_source *source) {
    return source->rollout->backward.error[0] != NULL;
}

static void add_title(struct text *data, const struct plot_source *source) {
    struct text columns = {0};
    text_add(&columns, "frame after the origin, time");
    for (int e = 0; e < IMAGE_ERRORS; e++) {
        text_add(&columns, ", %s", image_errors[e]->name);
    }
    if (goes_back(source)) {
        text_add(&columns, ", %s back in time", image_errors[0]->name);
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
            double error = rollout_error(rollout, &rollout->forward, image_errors[e], -1, t, t + 1);
            figure_add_value(data, error);
            positive = positive || (e == 0 && error > 0);
        }
        if (goes_back(source)) {
            figure_add_value(data, rollout_error(rollout, &rollout->backward, image_errors[0], -1, t, t + 1));
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
    text_add(commands, "plot 'error.dat' using 2:3 with lines lw 2 lc 'black' %s",
             goes_back(source) ? "title 'forward from the beginning'" : "notitle");
    if (goes_back(source)) {
        text_add(
            commands,
            ", \\\n     'error.dat' using 2:%d with lines lw 2 dt 2 lc 'black' title 'back from the end'",
            3 + IMAGE_ERRORS);
    }
    text_add(commands, "\n");
    return STATUS_OK;
}

const struct plot error_plot = {
    .name = "error",
    .width = 800,
    .height = 450,
    .applies = applies,
    .compose = compose,
};
