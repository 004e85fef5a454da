/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Energy error against time, both logarithmic, for each contender at about equal work, with the slope fitted
 * over the last two decades: 0 stays bounded, 1/2 adds up at random, 1 drifts.
 */
#include "comparisons/comparison_plot.h"

#include <math.h>
#include <stdlib.h>

#include "comparisons/analysis.h"

static const double SMALLEST_ERROR = 1e-17;
static const double LARGEST_ERROR = 10;

static const struct measurement *cell_of(const struct outcome *outcome, size_t problem, size_t contender,
                                         size_t horizon) {
    struct analysis_ladder ladder = {outcome, problem, contender, horizon};
    size_t rung;
    return analysis_equal_work(&ladder, &rung);
}

/* A block "time error" for each contender; widens [*lowest, *highest]. */
static size_t add_curves(struct text *data, const struct outcome *outcome, size_t problem, size_t horizon,
                         double *lowest, double *highest) {
    const struct comparison *comparison = outcome->comparison;
    size_t points = 0;
    for (size_t c = 0; c < comparison->contender_count; c++) {
        const struct measurement *cell = cell_of(outcome, problem, c, horizon);
        text_add(data,
                 "%s# %s: time in periods, largest relative energy error since the time before\n NaN NaN\n",
                 c == 0 ? "" : "\n\n", comparison->contenders[c].label);
        for (int i = 0; cell != NULL && i < cell->sample_count; i++) {
            if (cell->samples[i].energy_error > 0) { /* not nan: there is an energy */
                double error = fmin(cell->samples[i].energy_error, LARGEST_ERROR);
                text_add(data, " %.9g %.9g\n", cell->samples[i].time, fmax(error, SMALLEST_ERROR));
                *lowest = fmin(*lowest, error);
                *highest = fmax(*highest, error);
                points++;
            }
        }
    }
    return points;
}

static void add_panel(struct text *commands, const struct outcome *outcome, size_t problem, size_t horizon,
                      const struct panel *panel) {
    const struct comparison *comparison = outcome->comparison;
    text_add(commands, "set title '%s'\nplot ", panel->title);
    for (size_t i = 0; i < panel->count; i++) {
        size_t contender = panel->contenders[i];
        const char *label = comparison->contenders[contender].label;
        const struct measurement *cell = cell_of(outcome, problem, contender, horizon);
        text_add(commands, "%sDATA index %zu with linespoints pn 8 ", i == 0 ? "" : ", \\\n     ", contender);
        panels_add_style(commands, i);
        if (cell == NULL) {
            struct analysis_ladder ladder = {outcome, problem, contender, horizon};
            const char *reason;
            text_add(commands, " title '%s (%s)'", label,
                     measurement_state_name(analysis_state(&ladder, &reason)));
        } else if (isnan(cell->drift.slope)) {
            text_add(commands, " title '%s'", label);
        } else {
            text_add(commands, " title '%s: ", label);
            measurement_add_slope(commands, cell->drift.slope);
            text_add(commands, "'");
        }
    }
    text_add(commands, "\n");
}

static void add_axes(struct text *commands, double periods, double lowest, double highest) {
    lowest = pow(10, floor(log10(fmax(lowest, SMALLEST_ERROR)) - 0.2));
    highest = pow(10, ceil(log10(highest) + 0.2));
    double decades = log10(highest / lowest);
    text_add(commands,
             "set logscale xy\nset format xy '10^{%%T}'\nset mxtics 10\nset mytics 10\n"
             "set xlabel 'time / periods' offset 0,0.4\nset ylabel 'relative energy error' offset 1,0\n"
             "set xrange [0.01:%.6g]\nset yrange [%.6g:%.6g]\nset ytics 1e%d\n",
             periods, lowest, highest,
             decades > 9   ? 3
             : decades > 5 ? 2
                           : 1);
}

bool comparison_plot_energy(struct figure *figure, const struct outcome *outcome, const struct panels *panels,
                            const struct comparison_plot_kind *kind, size_t problem, size_t horizon) {
    const struct comparison *comparison = outcome->comparison;
    const char *name = comparison->problems[problem]->name;
    double periods = comparison->horizons.values[horizon];
    double lowest = INFINITY;
    double highest = 0;
    if (add_curves(&figure->data, outcome, problem, horizon, &lowest, &highest) == 0) {
        return false;
    }
    char *title =
        text_format("%s: energy error at about %g evaluations per period; fitted slope behind the name", name,
                    comparison->settings.drift_work);
    panels_begin(figure, panels, title);
    text_add(&figure->commands, "DATA = '%s-%s-%g.dat'\n", kind->name, name, periods);
    add_axes(&figure->commands, periods, lowest, highest);
    for (size_t i = 0; i < panels->count; i++) {
        add_panel(&figure->commands, outcome, problem, horizon, &panels->panels[i]);
    }
    panels_end(figure);
    free(title);
    return true;
}
