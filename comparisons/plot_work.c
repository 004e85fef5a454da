/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Work-precision diagrams: an error against a cost, both logarithmic, a curve for each contender's ladder.
 */
#include "comparisons/comparison_plot.h"

#include <math.h>
#include <stdlib.h>

#include "comparisons/analysis.h"
#include "support/memory.h"

/* Errors beyond it are all the same: the solution is lost. */
static const double LARGEST_ERROR = 10;
static const double SMALLEST_ERROR = 1e-17;

/* What is being drawn. */
struct sheet {
    const struct outcome *outcome;
    const struct comparison_plot_kind *kind;
    size_t problem;
    size_t horizon;
    double lowest_x, highest_x; /* of the points that are drawn */
    double lowest_y;
};

static const struct measurement *cell_of(const struct sheet *sheet, size_t contender, size_t rung) {
    struct measurement_place place = {
        .problem = sheet->problem,
        .contender = contender,
        .rung = rung,
        .horizon = sheet->horizon,
    };
    return outcome_cell(sheet->outcome, place);
}

static bool is_drawable(const struct sheet *sheet, const struct measurement *cell) {
    return cell->state == MEASUREMENT_DONE && sheet->kind->x(cell) > 0 && sheet->kind->y(cell) > 0 &&
           isfinite(sheet->kind->y(cell));
}

/* A point, with errors cut off at the frame. */
static void add_point(struct text *data, struct sheet *sheet, const struct measurement *cell) {
    double x = sheet->kind->x(cell);
    double y = fmin(fmax(sheet->kind->y(cell), SMALLEST_ERROR), LARGEST_ERROR);
    figure_add_value(data, x);
    figure_add_value(data, y);
    sheet->lowest_x = fmin(sheet->lowest_x, x);
    sheet->highest_x = fmax(sheet->highest_x, x);
    sheet->lowest_y = fmin(sheet->lowest_y, y);
}

/* A block "cost error" for each contender, NaN where it has no point; returns how many points there are. */
static size_t add_curves(struct text *data, struct sheet *sheet) {
    const struct comparison *comparison = sheet->outcome->comparison;
    size_t points = 0;
    for (size_t c = 0; c < comparison->contender_count; c++) {
        text_add(data, "%s# %s: cost, error, %s\n", c == 0 ? "" : "\n\n", comparison->contenders[c].label,
                 comparison->contenders[c].by_tolerance ? "tolerance" : "steps per period");
        for (size_t r = 0; r < comparison_ladder(comparison, c)->count; r++) {
            const struct measurement *cell = cell_of(sheet, c, r);
            if (is_drawable(sheet, cell)) {
                add_point(data, sheet, cell);
                points++;
            } else {
                text_add(data, " NaN NaN");
            }
            text_add(data, " %g\n", comparison_ladder(comparison, c)->values[r]);
        }
    }
    return points;
}

/* Runs that failed stand at the upper edge: a block for each contender. */
static void add_failures(struct text *data, struct sheet *sheet) {
    const struct comparison *comparison = sheet->outcome->comparison;
    for (size_t c = 0; c < comparison->contender_count; c++) {
        text_add(data, "\n\n# %s: cost up to the failure\n NaN NaN\n", comparison->contenders[c].label);
        for (size_t r = 0; r < comparison_ladder(comparison, c)->count; r++) {
            const struct measurement *cell = cell_of(sheet, c, r);
            if (cell->state == MEASUREMENT_FAILED && sheet->kind->x(cell) > 0) {
                double x = fmax(sheet->kind->x(cell), sheet->lowest_x);
                text_add(data, " %.9g %g # %s\n", x, LARGEST_ERROR, cell->reason);
            }
        }
    }
}

static int compare_cells(const void *left, const void *right) {
    const double *a = left;
    const double *b = right;
    return (a[0] > b[0]) - (a[0] < b[0]);
}

/* The last block: the least error that any contender has for a cost, as a staircase. */
static void add_envelope(struct text *data, const struct sheet *sheet, size_t points) {
    double(*all)[2] = memory_alloc(points, sizeof *all);
    size_t count = 0;
    for (size_t c = 0; c < sheet->outcome->comparison->contender_count; c++) {
        for (size_t r = 0; r < comparison_ladder(sheet->outcome->comparison, c)->count; r++) {
            const struct measurement *cell = cell_of(sheet, c, r);
            if (is_drawable(sheet, cell)) {
                all[count][0] = sheet->kind->x(cell);
                all[count++][1] = fmin(sheet->kind->y(cell), LARGEST_ERROR);
            }
        }
    }
    qsort(all, count, sizeof *all, compare_cells);
    text_add(data, "\n\n# least error of all contenders\n");
    double least = INFINITY;
    for (size_t i = 0; i < count; i++) {
        if (all[i][1] < least) {
            least = all[i][1];
            text_add(data, " %.9g %.9g\n", all[i][0], fmax(least, SMALLEST_ERROR));
        }
    }
    text_add(data, " %.9g %.9g\n", sheet->highest_x, fmax(least, SMALLEST_ERROR));
    free(all);
}

/* The noise floor is a grey area from the lower edge up to where the two methods of the reference differ. */
static void add_axes(struct text *commands, const struct sheet *sheet) {
    double floor_error = outcome_reference(sheet->outcome, sheet->problem, sheet->horizon)->disagreement;
    bool has_floor = sheet->kind->has_floor && floor_error > 0;
    double lowest = has_floor ? fmin(sheet->lowest_y, floor_error) : sheet->lowest_y;
    lowest = pow(10, floor(log10(fmax(lowest, SMALLEST_ERROR)) - 0.5));
    double left = pow(10, floor(log10(sheet->lowest_x) * 4 - 0.5) / 4);
    double right = pow(10, ceil(log10(sheet->highest_x) * 4 + 0.5) / 4);
    text_add(commands,
             "set logscale xy\nset format xy '10^{%%T}'\nset mxtics 10\nset mytics 10\n"
             "set xlabel '%s' offset 0,0.4\nset ylabel '%s' offset 1,0\n"
             "set xrange [%.6g:%.6g]\nset yrange [%.6g:%g]\n",
             sheet->kind->x_label, sheet->kind->y_label, left, right, lowest, LARGEST_ERROR * 2);
    double decades = log10(LARGEST_ERROR / lowest);
    text_add(commands, "set ytics 1e%d\n", decades > 9 ? 3 : decades > 5 ? 2 : 1);
    if (has_floor) {
        text_add(commands,
                 "set object 1 rectangle from graph 0, graph 0 to graph 1, first %.6g behind fc rgb "
                 "'grey80' fs solid noborder\n"
                 "set label 1 'references differ' at graph 0.02, first %.6g left offset 0,-0.6 font ',9'\n",
                 floor_error, floor_error);
    }
}

static bool panel_has_failure(const struct sheet *sheet, size_t contender) {
    size_t rungs = comparison_ladder(sheet->outcome->comparison, contender)->count;
    for (size_t r = 0; r < rungs; r++) {
        if (cell_of(sheet, contender, r)->state == MEASUREMENT_FAILED) {
            return true;
        }
    }
    return false;
}

static void add_panel(struct text *commands, const struct sheet *sheet, const struct panel *panel,
                      const char *file) {
    const struct comparison *comparison = sheet->outcome->comparison;
    size_t contenders = comparison->contender_count;
    text_add(commands, "set title '%s'\n", panel->title);
    text_add(commands, "plot '%s' index %zu with steps lw 3 lc rgb 'grey65' title 'least of all'", file,
             2 * contenders);
    bool failed = false;
    for (size_t i = 0; i < panel->count; i++) {
        size_t contender = panel->contenders[i];
        const char *label = comparison->contenders[contender].label;
        text_add(commands, ", \\\n     '%s' index %zu with linespoints ", file, contender);
        panels_add_style(commands, i);
        bool absent = cell_of(sheet, contender, 0)->state == MEASUREMENT_NOT_APPLICABLE;
        text_add(commands, " title '%s%s'", label, absent ? " (not applicable)" : "");
        if (panel_has_failure(sheet, contender)) {
            text_add(commands, ", \\\n     '%s' index %zu with points pt 3 ps 1.2 lc 'black' %s", file,
                     contenders + contender, failed ? "notitle" : "title 'failed'");
            failed = true;
        }
    }
    text_add(commands, "\n");
}

bool comparison_plot_work(struct figure *figure, const struct outcome *outcome, const struct panels *panels,
                          const struct comparison_plot_kind *kind, size_t problem, size_t horizon) {
    const struct comparison *comparison = outcome->comparison;
    struct sheet sheet = {outcome, kind, problem, horizon, INFINITY, 0, INFINITY};
    const char *name = comparison->problems[problem]->name;
    double periods = comparison->horizons.values[horizon];
    text_add(&figure->data, "# %s over %g periods: %s, %s\n", name, periods, kind->x_label, kind->y_label);
    size_t points = add_curves(&figure->data, &sheet);
    if (points == 0) {
        return false;
    }
    add_failures(&figure->data, &sheet);
    add_envelope(&figure->data, &sheet, points);
    char *title = text_format("%s, %g periods", name, periods);
    char *file = text_format("%s-%s-%g.dat", kind->name, name, periods);
    panels_begin(figure, panels, title);
    add_axes(&figure->commands, &sheet);
    for (size_t i = 0; i < panels->count; i++) {
        add_panel(&figure->commands, &sheet, &panels->panels[i], file);
    }
    panels_end(figure);
    free(title);
    free(file);
    return true;
}
