/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/plot_states.h"

#include <math.h>
#include <stdlib.h>

#include "evaluation/energy.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/statistics.h"

/* Everything that a picture needs. */
struct scene {
    const struct plot_source *source;
    const struct state_trial *trial;
};

static int kept(const struct state_trial *trial) {
    return trial->places.windows < STATE_TRIAL_KEPT ? trial->places.windows : STATE_TRIAL_KEPT;
}

static void add_title(struct text *commands, const struct scene *scene, const char *what) {
    figure_add_literal(commands, "%s, %s: %s", scene->source->environment, scene->source->model, what);
    text_add(commands, "\n");
}

/* "# window 2: test trajectory 7 from frame 30", a block of data for each window. */
static void add_block(struct text *data, const struct scene *scene, int i) {
    const struct rollout *places = scene->source->rollout;
    text_add(data, "%s# window %d: test trajectory %d from frame %d\n", i == 0 ? "" : "\n\n", i + 1,
             places->window[i].place.trajectory, rollout_origin(places, i));
}

/* ---- the error of the state ---- */

/* "median, quartiles" over the windows; returns whether a logarithm can show them. */
static bool add_quartiles(struct text *data, const struct state_trial *trial, int t, double *errors) {
    size_t windows = (size_t)trial->places.windows;
    for (size_t i = 0; i < windows; i++) {
        errors[i] = trial->error[i * (size_t)trial->places.frames + (size_t)t];
    }
    figure_add_value(data, statistics_median(errors, windows));
    figure_add_value(data, statistics_quantile(errors, windows, 0.25));
    figure_add_value(data, statistics_quantile(errors, windows, 0.75));
    return statistics_quantile(errors, windows, 0.25) > 0;
}

static void compose_error(const void *context, struct text *data, struct text *commands) {
    const struct scene *scene = context;
    const struct state_trial *trial = scene->trial;
    double *errors = memory_alloc((size_t)trial->places.windows, sizeof *errors);
    bool positive = true;
    plot_add_data_title(data, scene->source,
                        "frame after the origin, time, error of the state: median and quartiles over the "
                        "windows");
    for (int t = 1; t < trial->places.frames; t++) {
        text_add(data, "%d %.9g", t, trial->dt * t);
        positive = add_quartiles(data, trial, t, errors) && positive;
        text_add(data, "\n");
    }
    free(errors);
    text_add(commands, "set title ");
    add_title(commands, scene, "error of the state");
    text_add(commands, "set ylabel 'error / spread of the states'\n");
    if (positive) {
        text_add(commands, "set logscale y\nset format y '10^{%%T}'\nset mytics 10\n");
    }
    plot_add_time_axis(commands, scene->source);
    text_add(commands,
             "set key above horizontal\n"
             "plot 'state_error.dat' using 2:4:5 with filledcurves lc 'grey80' title 'quartiles', \\\n"
             "     'state_error.dat' using 2:3 with lines lw 2 lc 'black' title 'median of %d windows', \\\n"
             "     %g with lines lw 1.2 dt 2 lc 'black' title 'valid up to %g'\n",
             trial->places.windows, STATE_TRIAL_VALID, STATE_TRIAL_VALID);
}

/* ---- the true energy along the long run ---- */

static bool has_energy(const void *context) {
    const struct scene *scene = context;
    return scene->trial->true_energy != NULL;
}

static double scale_of(const struct state_trial *trial) {
    double scale = isfinite(trial->energy_unit)
                       ? trial->energy_unit
                       : energy_spread(trial->true_energy, STATE_TRIAL_SAMPLES, &trial->places);
    return scale > 0 ? scale : 1;
}

/* Adds the change since the origin and widens `*largest`. */
static void add_change(struct text *data, const double *energies, int t, double scale, double *largest) {
    double change = (energies[t] - energies[0]) / scale;
    figure_add_value(data, change);
    if (isfinite(change) && fabs(change) > *largest) {
        *largest = fmin(fabs(change), STATE_TRIAL_WORST);
    }
}

static void add_energy_panels(struct text *commands, const struct scene *scene, double limit) {
    int panels = kept(scene->trial);
    text_add(commands, "set multiplot layout %d,1 title ", panels);
    add_title(commands, scene, "change of the true energy");
    text_add(commands,
             "set yrange [-%.3g:%.3g]\nset xrange [0:%.9g]\nset lmargin 12\nset rmargin 3\n"
             "set ylabel '(H(t) − H(0)) / scale of H'\n",
             limit, limit, scene->trial->dt * STATE_TRIAL_LONG);
    for (int i = 0; i < panels; i++) {
        text_add(commands, "set title 'window %d' offset 0,-0.6\n%s%s", i + 1,
                 i == 0 ? "set key top left horizontal\n" : "unset key\n",
                 i == panels - 1 ? "set xlabel 'time since the origin of the window'\n" : "");
        text_add(
            commands,
            "plot 'true_energy.dat' index %d using 2:4 with lines lw 5 lc 'grey70' title 'along the true "
            "frames', \\\n     'true_energy.dat' index %d using 2:3 with lines lw 1.4 lc 'black' title "
            "'along the predicted ones'\n",
            i, i);
    }
    text_add(commands, "unset multiplot\n");
}

static void compose_energy(const void *context, struct text *data, struct text *commands) {
    const struct scene *scene = context;
    const struct state_trial *trial = scene->trial;
    double scale = scale_of(trial), largest = 1e-6; /* below that both are flat lines */
    plot_add_data_title(data, scene->source,
                        "frame after the origin, time, change of the environment's energy along the "
                        "predicted frames, along the true ones as far as the trajectory goes");
    text_add(data, "# changes are in units of %.9g\n", scale);
    for (int i = 0; i < kept(trial); i++) {
        add_block(data, scene, i);
        for (int t = 0; t < STATE_TRIAL_SAMPLES; t++) {
            text_add(data, "%d %.9g", t, trial->dt * t);
            add_change(data, trial->true_energy + i * STATE_TRIAL_SAMPLES, t, scale, &largest);
            add_change(data, trial->stored_energy + i * STATE_TRIAL_SAMPLES, t, scale, &largest);
            text_add(data, "\n");
        }
    }
    add_energy_panels(commands, scene, 1.6 * largest);
}

/* ---- the phase portrait ---- */

static bool has_plane(const void *context) {
    const struct scene *scene = context;
    return scene->trial->width > 1;
}

/* The first position and the first momentum. */
static int axis_of(const struct state_trial *trial, int axis) {
    return axis == 0 ? 0 : trial->width / 2;
}

/* What the true way of window i needs, and half as much on each side for predictions that leave it. */
static void add_range(struct text *commands, const struct state_trial *trial, int i, int axis) {
    double low = INFINITY, high = -INFINITY;
    for (int t = 0; t < trial->places.frames; t++) {
        double value =
            trial->truth[((long)i * trial->places.frames + t) * trial->width + axis_of(trial, axis)];
        low = fmin(low, value);
        high = fmax(high, value);
    }
    double margin = high > low ? 0.5 * (high - low) : 1;
    text_add(commands, "set %crange [%.6g:%.6g]\n", axis == 0 ? 'x' : 'y', low - margin, high + margin);
}

static void add_portrait_data(struct text *data, const struct scene *scene, int i) {
    const struct state_trial *trial = scene->trial;
    add_block(data, scene, i);
    for (int t = 0; t < trial->places.frames; t++) {
        long row = ((long)i * trial->places.frames + t) * trial->width;
        for (int axis = 0; axis < 2; axis++) {
            figure_add_value(data, trial->truth[row + axis_of(trial, axis)]);
        }
        for (int axis = 0; axis < 2; axis++) {
            figure_add_value(data, trial->states[row + axis_of(trial, axis)]);
        }
        text_add(data, "\n");
    }
}

static void compose_portrait(const void *context, struct text *data, struct text *commands) {
    const struct scene *scene = context;
    const struct state_trial *trial = scene->trial;
    bool hamiltonian = trial->true_energy != NULL;
    plot_add_data_title(data, scene->source,
                        hamiltonian ? "q_1 and p_1: true, predicted"
                                    : "the first numbers of both halves of the state: true, predicted");
    text_add(commands, "set multiplot layout 1,%d title ", kept(trial));
    add_title(commands, scene, "from the origin to the end of the window");
    if (hamiltonian) {
        text_add(commands, "set xlabel 'q_1'\nset ylabel 'p_1'\n");
    } else {
        text_add(commands, "set xlabel 'x_1'\nset ylabel 'x_{%d}'\n", axis_of(trial, 1) + 1);
    }
    for (int i = 0; i < kept(trial); i++) {
        add_portrait_data(data, scene, i);
        add_range(commands, trial, i, 0);
        add_range(commands, trial, i, 1);
        text_add(
            commands,
            "set title 'window %d' offset 0,-0.6\n%s"
            "plot 'phase.dat' index %d using 1:2 with lines lw 5 lc 'grey70' title 'true', \\\n"
            "     'phase.dat' index %d using 3:4 with lines lw 1.6 lc 'black' title 'predicted', \\\n"
            "     'phase.dat' index %d every ::0::0 using 1:2 with points pt 7 ps 1 lc 'black' notitle\n",
            i + 1, i == 0 ? "set key top left\n" : "unset key\n", i, i, i);
    }
    text_add(commands, "unset multiplot\n");
}

/* ---- all of them ---- */

static const struct plot_picture pictures[] = {
    {.name = "state_error", .width = 800, .height = 450, .compose = compose_error},
    {.name = "true_energy", .width = 900, .height = 700, .applies = has_energy, .compose = compose_energy},
    {.name = "phase", .width = 1100, .height = 440, .applies = has_plane, .compose = compose_portrait},
};

enum status plot_states_write(const struct plot_source *source, const struct state_trial *trial,
                              struct figure_report *report) {
    struct scene scene = {.source = source, .trial = trial};
    return plot_write_pictures(source, pictures, sizeof pictures / sizeof *pictures, &scene, report);
}
