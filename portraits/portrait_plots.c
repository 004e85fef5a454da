/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The phase portrait, and how constant the conserved quantities are.
 */
#include <math.h>
#include <string.h>

#include "portraits/portrait.h"

enum {
    PANELS = 4,       /* of the phase portrait: components of the state at most */
    PANEL_SIDE = 380, /* pixels */
    CONSERVED_WIDTH = 800,
    CONSERVED_PANEL = 320, /* height */
};

/* Changes below this are shown as this: on a logarithmic axis zero has no place. */
static const double LEAST_CHANGE = 1e-17;

static const double FULL_TURN = 6.28318530717958647692;

/* Writes and releases the figure. */
static enum status publish(const struct portrait *portrait, struct figure *figure,
                           struct figure_report *report) {
    enum status status = figure_publish(figure, portrait->folder, "", report);
    figure_clear(figure);
    return status;
}

/* --- phase portrait ------------------------------------------------------------------------------------- */

/* Whether a component of the state is an angle: a full turn changes nothing about the motion. */
static bool is_angle(const struct simulator *simulator, const struct trajectory_setup *setup, int index) {
    double turned[SIMULATOR_MAX_STATE], before[SIMULATOR_MAX_STATE], after[SIMULATOR_MAX_STATE];
    if (simulator->dynamics->field == NULL || !simulator_has_energy(simulator)) {
        return false;
    }
    memcpy(turned, setup->state, sizeof turned);
    turned[index] += FULL_TURN;
    simulator_field(simulator, setup->parameters, setup->state, before);
    simulator_field(simulator, setup->parameters, turned, after);
    for (int i = 0; i < simulator->dynamics->state_size; i++) {
        if (!(fabs(after[i] - before[i]) <= 1e-9 * (1.0 + fabs(before[i])))) {
            return false;
        }
    }
    return true;
}

/* One block of lines for each trajectory. */
static void add_orbits(struct text *data, const struct portrait *portrait, int orbits) {
    const struct dataset_info *info = dataset_info(portrait->dataset);
    text_add(data, "# %s, a block for each trajectory: components of the state, angles within a turn\n",
             info->environment);
    bool angle[SIMULATOR_MAX_STATE] = {false};
    for (int j = 0; j < info->state_size; j++) {
        angle[j] = is_angle(dataset_simulator(portrait->dataset),
                            dataset_setup(portrait->dataset, portrait->split, portrait->trajectory), j);
    }
    for (int i = 0; i < orbits; i++) {
        const double *state = dataset_states(portrait->dataset, portrait->split, portrait->trajectory + i);
        text_add(data, "%s# %s %d\n", i == 0 ? "" : "\n\n", dataset_split_names[portrait->split],
                 portrait->trajectory + i);
        for (int frame = 0; frame < info->frames; frame++, state += info->state_size) {
            for (int j = 0; j < info->state_size; j++) {
                figure_add_value(data, angle[j] ? remainder(state[j], FULL_TURN) : state[j]);
            }
            text_add(data, "\n");
        }
    }
}

/* Component `index` of the state: q and p where there are momenta. */
static void add_label(struct text *commands, const struct portrait *portrait, char axis, int index) {
    const struct simulator *simulator = dataset_simulator(portrait->dataset);
    int half = simulator->dynamics->state_size / 2;
    if (simulator_has_energy(simulator)) {
        text_add(commands, "set %clabel '%c_{%d}'\n", axis, index < half ? 'q' : 'p', index % half + 1);
    } else {
        text_add(commands, "set %clabel 'x_{%d}'\n", axis, index + 1);
    }
}

/* Dots and not lines: positions in a periodic box jump. */
static void add_panel(struct text *commands, const struct portrait *portrait, int index, int orbits) {
    int half = dataset_info(portrait->dataset)->state_size / 2;
    add_label(commands, portrait, 'x', index);
    add_label(commands, portrait, 'y', index + half);
    text_add(commands, "plot ");
    for (int i = orbits - 1; i >= 0; i--) {
        text_add(commands, "'phase.dat' index %d using %d:%d with points pt 7 ps %s lc rgb '%s' notitle%s", i,
                 index + 1, index + half + 1, i == 0 ? "0.45" : "0.25", i == 0 ? "#c02020" : "grey60",
                 i == 0 ? "\n" : ", \\\n     ");
    }
}

enum status portrait_write_phase(const struct portrait *portrait, struct figure_report *report) {
    const struct dataset_info *info = dataset_info(portrait->dataset);
    int half = info->state_size / 2, panels = half < PANELS ? half : PANELS;
    int columns = panels < 2 ? 1 : 2, rows = (panels + columns - 1) / columns;
    int orbits = portrait_count(portrait, PORTRAIT_ORBITS);
    struct figure figure = {
        .name = "phase", .width = PANEL_SIDE * (columns < 2 ? 2 : columns), .height = PANEL_SIDE * rows + 40};
    add_orbits(&figure.data, portrait, orbits);
    text_add(&figure.commands, "set multiplot layout %d,%d title ", rows, columns);
    figure_add_literal(&figure.commands, "%s, red: %s trajectory %d", info->environment,
                       dataset_split_names[portrait->split], portrait->trajectory);
    text_add(&figure.commands, "\n");
    for (int i = 0; i < panels; i++) {
        add_panel(&figure.commands, portrait, i, orbits);
    }
    text_add(&figure.commands, "unset multiplot\n");
    return publish(portrait, &figure, report);
}

/* --- conserved quantities ------------------------------------------------------------------------------- */

/* A line for each frame: time, then value and change of each quantity. Returns the largest change. */
static double add_changes(struct text *data, const struct portrait *portrait, int count) {
    const struct dataset_info *info = dataset_info(portrait->dataset);
    const struct simulator_invariant *invariants = dataset_simulator(portrait->dataset)->dynamics->invariants;
    const double *parameters = dataset_parameters(portrait->dataset, portrait->split, portrait->trajectory);
    const double *first = dataset_states(portrait->dataset, portrait->split, portrait->trajectory);
    double largest = LEAST_CHANGE;
    text_add(data, "# %s, %s trajectory %d: time", info->environment, dataset_split_names[portrait->split],
             portrait->trajectory);
    for (int i = 0; i < count; i++) {
        text_add(data, ", %s, its change", invariants[i].name);
    }
    text_add(data, "\n");
    for (int frame = 0; frame < info->frames; frame++) {
        const double *state = &first[(size_t)frame * (size_t)info->state_size];
        text_add(data, "%.9g", frame * info->dt);
        for (int i = 0; i < count; i++) {
            double value = invariants[i].value(parameters, state);
            double change = fmax(fabs(value - invariants[i].value(parameters, first)), LEAST_CHANGE);
            figure_add_value(data, value);
            figure_add_value(data, change);
            largest = fmax(largest, change);
        }
        text_add(data, "\n");
    }
    return largest;
}

/* `scale` of the first quantity, the energy; nan for none. */
static void add_changes_panel(struct text *commands, const struct simulator_invariant *invariants, int count,
                              double largest, double scale) {
    text_add(commands, "set yrange [%.3g:%.3g]\n", LEAST_CHANGE / 3.0, fmax(largest * 10.0, 1e-12));
    text_add(commands, "set logscale y\nset format y '10^{%%T}'\n%s\n",
             count == 1 ? "unset key" : "set key outside right samplen 2");
    text_add(commands, "set ylabel 'change since t = 0'\nset title ");
    figure_add_literal(commands, "change of %s", count == 1 ? invariants[0].name : "what is conserved");
    text_add(commands, "\n");
    text_add(commands, "plot ");
    for (int i = 0; i < count; i++) {
        text_add(commands, "%s'conserved.dat' every ::1 using 1:%d with lines lw 1.5 lc %d title ",
                 i == 0 ? "" : ", \\\n     ", 2 * i + 3, i + 1);
        if (i == 0 && isfinite(scale)) {
            figure_add_literal(commands, "%s, scale %.3g", invariants[i].name, scale);
        } else {
            figure_add_literal(commands, "%s", invariants[i].name);
        }
    }
    text_add(commands, "\n");
}

/* Letters right of the panels: room for the names where there are several. */
static int right_margin(const struct simulator_invariant *invariants, int count) {
    size_t longest = 0;
    for (int i = 0; i < count; i++) {
        size_t length = strlen(invariants[i].name);
        longest = length > longest ? length : longest;
    }
    return count == 1 ? 4 : (int)longest + 9;
}

/* Above the first quantity, the energy where there is one; below the changes of all, unless friction changes
 * them anyway. */
static void add_conserved(struct text *commands, const struct portrait *portrait, int count, double largest) {
    const struct dataset_info *info = dataset_info(portrait->dataset);
    const struct simulator *simulator = dataset_simulator(portrait->dataset);
    const struct simulator_invariant *invariants = simulator->dynamics->invariants;
    bool friction = simulator->friction != 0.0;
    text_add(commands, "set multiplot layout %d,1 title ", friction ? 1 : 2);
    figure_add_literal(commands, "%s, %s trajectory %d", info->environment,
                       dataset_split_names[portrait->split], portrait->trajectory);
    text_add(commands, "\nset xlabel 'time'\nset xrange [0:%.9g]\nset lmargin 14\nset rmargin %d\n",
             info->dt * (info->frames - 1), right_margin(invariants, friction ? 1 : count));
    text_add(commands, "set ylabel ");
    figure_add_literal(commands, "%s", invariants[0].name);
    text_add(commands, "\nset title ");
    figure_add_literal(commands, "%s", friction ? "friction takes energy" : invariants[0].meaning);
    text_add(commands, "\nunset key\n");
    /* A constant is a flat line, not noise blown up to fill the panel. */
    text_add(commands,
             "stats 'conserved.dat' using 2 nooutput\n"
             "low = STATS_min; high = STATS_max; room = high - low < 0.02 * abs(high) ? 0.5 * abs(high) : "
             "0.1 * (high - low)\n"
             "if (room == 0) { room = 1 }\n"
             "set yrange [low - room:high + room]\n"
             "plot 'conserved.dat' using 1:2 with lines lw 1.8 lc 'black'\n");
    if (!friction) {
        const double *parameters =
            dataset_parameters(portrait->dataset, portrait->split, portrait->trajectory);
        add_changes_panel(commands, invariants, count, largest,
                          simulator_energy_scale(simulator, parameters));
    }
    text_add(commands, "unset multiplot\n");
}

enum status portrait_write_conserved(const struct portrait *portrait, struct figure_report *report) {
    const struct simulator *simulator = dataset_simulator(portrait->dataset);
    int count = simulator_invariant_count(simulator), panels = simulator->friction != 0.0 ? 1 : 2;
    struct figure figure = {
        .name = "conserved", .width = CONSERVED_WIDTH, .height = CONSERVED_PANEL * panels};
    if (count == 0) {
        return STATUS_OK;
    }
    double largest = add_changes(&figure.data, portrait, count);
    add_conserved(&figure.commands, portrait, count, largest);
    return publish(portrait, &figure, report);
}
