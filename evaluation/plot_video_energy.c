/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The true energy that films show, frame by frame as it was read from the pixels: predicted forward,
 * predicted back in time, and of the true film, whose scatter is what reading adds. Each as change since the
 * first frames, in units of the spread of true energies. A curve ends where a disc is lost.
 */
#include <math.h>

#include "drawing/figure.h"
#include "evaluation/energy.h"
#include "evaluation/plot.h"
#include "support/statistics.h"

enum { CURVES = 4, START = 9 };

static bool applies(const struct plot_source *source) {
    return source->rollout->forward.films.count > 0;
}

/* Median of the first frames that were read; nan for none. */
static double start_of(const struct film_energy *film) {
    double read[START];
    size_t count = 0;
    for (int t = 0; t < film->frames && count < START; t++) {
        if (isfinite(film->energy[t])) {
            read[count++] = film->energy[t];
        }
    }
    return count == 0 ? NAN : statistics_median(read, count);
}

static void add_change(struct text *data, const struct rollout_films *films, int i, int t, double scale,
                       double *largest) {
    double change =
        i < films->count ? (films->energy[i].energy[t] - start_of(&films->energy[i])) / scale : NAN;
    figure_add_value(data, change);
    if (isfinite(change) && fabs(change) > *largest) {
        *largest = fabs(change);
    }
}

static void add_panel(struct text *commands, const char *title, int column, int curves) {
    text_add(commands, "set title '%s' offset 0,-0.6\nplot ", title);
    for (int i = 0; i < curves; i++) {
        text_add(commands,
                 "%s'video_energy.dat' index %d using 2:%d with lines lw 1.3 dt %d lc 'black' notitle",
                 i == 0 ? "" : ", \\\n     ", i, column, i + 1);
    }
    text_add(commands, "\n");
}

static void add_commands(struct text *commands, const struct plot_source *source, int curves, double limit) {
    bool back = source->rollout->backward.films.count > 0;
    text_add(commands, "set multiplot layout %d,1 title ", back ? 3 : 2);
    figure_add_literal(commands, "%s, %s: true energy of what the film shows", source->environment,
                       source->model);
    text_add(commands, "\nset yrange [-%.3g:%.3g]\n", limit, limit);
    text_add(commands, "set ylabel 'change / spread of H'\nset rmargin 3\nset lmargin 11\n");
    plot_add_time_axis(commands, source);
    add_panel(commands, "predicted forward", 3, curves);
    if (back) {
        add_panel(commands, "predicted back in time", 4, curves);
    }
    add_panel(commands, "the true film, read in the same way", 5, curves);
    text_add(commands, "unset multiplot\n");
}

static enum status compose(const struct plot_source *source, struct text *data, struct text *commands) {
    const struct rollout *rollout = source->rollout;
    int films = rollout->forward.films.count, curves = films < CURVES ? films : CURVES;
    double spread = isfinite(rollout->energy_unit)
                        ? rollout->energy_unit
                        : energy_scale(rollout->true_energy, rollout->windows, rollout->frames);
    double scale = spread > 0 ? spread : 1, largest = 1e-3;
    plot_add_data_title(
        data, source,
        "frame after the origin, time, change of the energy forward, back in time, of the true "
        "film");
    text_add(data, "# changes are in units of %.9g\n", scale);
    for (int i = 0; i < curves; i++) {
        text_add(data, "%s# window %d: test trajectory %d from frame %d\n", i == 0 ? "" : "\n\n", i + 1,
                 rollout->window[i].place.trajectory, rollout_origin(rollout, i));
        for (int t = 0; t < rollout->frames; t++) {
            text_add(data, "%d %.9g", t, source->dt * t);
            add_change(data, &rollout->forward.films, i, t, scale, &largest);
            add_change(data, &rollout->backward.films, i, t, scale, &largest);
            add_change(data, &rollout->true_films, i, t, scale, &largest);
            text_add(data, "\n");
        }
    }
    add_commands(commands, source, curves, 1.25 * (largest < 4 ? largest : 4));
    return STATUS_OK;
}

const struct plot video_energy_plot = {
    .name = "video_energy",
    .width = 800,
    .height = 900,
    .applies = applies,
    .compose = compose,
};
