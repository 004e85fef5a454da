/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The learned Hamiltonian along predicted frames above, the true one along the true frames below. Both as
 * change since the origin, in the units that the drift is measured in (see metric_energy.c), on the same
 * scale.
 */
#include "drawing/figure.h"
#include "evaluation/energy.h"
#include "evaluation/plot.h"

#include <math.h>

/* Windows that are drawn; the figures are over all. */
enum { CURVES = 4 };

static bool applies(const struct plot_source *source) {
    return source->rollout->forward.energy != NULL;
}

/* Adds "value change" and widens `*largest`. */
static void add_energy(struct text *data, const double *energies, int t, double scale, double *largest) {
    double change = (energies[t] - energies[0]) / scale;
    figure_add_value(data, energies[t]);
    figure_add_value(data, change);
    if (isfinite(change) && fabs(change) > *largest) {
        *largest = fabs(change);
    }
}

static double usable_scale(const double *energies, const struct rollout *rollout) {
    double scale = energy_scale(energies, rollout->windows, rollout->frames);
    return scale > 0 ? scale : 1;
}

static void add_panel(struct text *commands, const char *title, int column, int curves, bool key) {
    text_add(commands, "set title '%s' offset 0,-0.6\n", title);
    text_add(commands, key ? "set key top left horizontal\n" : "unset key\n");
    text_add(commands, "plot ");
    for (int i = 0; i < curves; i++) {
        text_add(commands,
                 "%s'energy.dat' index %d using 2:%d with lines lw 1.8 dt %d lc 'black' title 'window %d'",
                 i == 0 ? "" : ", \\\n     ", i, column, i + 1, i + 1);
    }
    text_add(commands, "\n");
}

static void add_commands(struct text *commands, const struct plot_source *source, int curves, double limit) {
    text_add(commands, "set multiplot layout 2,1 title ");
    figure_add_literal(commands, "%s, %s: change of energy along the rollout", source->environment,
                       source->model);
    text_add(commands, "\nset yrange [-%.3g:%.3g]\n", limit, limit);
    text_add(commands, "set ylabel '(H(t) − H(0)) / scale of H'\n");
    text_add(commands, "set rmargin 3\nset lmargin 11\n");
    plot_add_time_axis(commands, source);
    add_panel(commands, "learned H along the predicted frames", 4, curves, true);
    add_panel(commands, "true H along the true frames", 6, curves, false);
    text_add(commands, "unset multiplot\n");
}

static enum status compose(const struct plot_source *source, struct text *data, struct text *commands) {
    const struct rollout *rollout = source->rollout;
    int curves = rollout->windows < CURVES ? rollout->windows : CURVES;
    double learned_scale = usable_scale(rollout->forward.energy, rollout);
    double true_scale = isfinite(rollout->energy_unit) && rollout->energy_unit > 0
                            ? rollout->energy_unit
                            : usable_scale(rollout->true_energy, rollout);
    double largest = 1e-3; /* below that both are flat lines, not noise blown up to fill the panel */
    plot_add_data_title(
        data, source,
        "frame after the origin, time, learned H, its change since the origin, true H, its change");
    text_add(data, "# changes are in units of %.9g (the spread of the learned H over all windows) and %.9g\n",
             learned_scale, true_scale);
    for (int i = 0; i < curves; i++) {
        long row = (long)i * rollout->frames;
        text_add(data, "%s# window %d: test trajectory %d from frame %d\n", i == 0 ? "" : "\n\n", i + 1,
                 rollout->window[i].place.trajectory, rollout_origin(rollout, i));
        for (int t = 0; t < rollout->frames; t++) {
            text_add(data, "%d %.9g", t, source->dt * t);
            add_energy(data, rollout->forward.energy + row, t, learned_scale, &largest);
            add_energy(data, rollout->true_energy + row, t, true_scale, &largest);
            text_add(data, "\n");
        }
    }
    add_commands(commands, source, curves, 1.25 * largest);
    return STATUS_OK;
}

const struct plot energy_plot = {
    .name = "energy",
    .width = 800,
    .height = 700,
    .applies = applies,
    .compose = compose,
};
