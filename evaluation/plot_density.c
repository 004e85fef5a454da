/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/plot_density.h"

#include <math.h>
#include <stdlib.h>

#include "support/file.h"
#include "support/memory.h"

/* Numbers of a point that a picture can show; densities that far below the highest are all drawn alike. */
enum { AXES = 2, DEPTH = 12 };

/* Everything that a picture needs. The source's environment is what the points are of. */
struct scene {
    const struct plot_source *source;
    const struct model *model;
    const struct density_trial *trial;
};

static void add_title(struct text *commands, const struct scene *scene, const char *what) {
    text_add(commands, "title ");
    figure_add_literal(commands, "%s, %s: %s", scene->source->environment, scene->source->model, what);
}

static void add_range(struct text *commands, char axis, double low, double high) {
    text_add(commands, "set %crange [%.6g:%.6g]\n", axis, low, high);
}

/* The same stretch of the plane in all panels: that of the grid, or, without one, around the test points. */
static void add_ranges(struct text *commands, const struct density_trial *trial) {
    const struct density_grid *grid = &trial->grid;
    for (int axis = 0; axis < AXES && axis < trial->width; axis++) {
        double low = grid->low[axis], high = low + grid->side * grid->step[axis];
        if (grid->side == 0) {
            density_trial_range(trial, axis, &low, &high);
        }
        add_range(commands, axis == 0 ? 'x' : 'y', low, high);
    }
    if (grid->target != NULL) {
        text_add(commands, "set size ratio -1\n");
    }
}

/* ---- samples ---- */

static void add_points(struct text *data, const char *name, const double *points, int count, int width) {
    text_add(data, "# %s\n", name);
    for (int i = 0; i < count; i++) {
        for (int axis = 0; axis < AXES && axis < width; axis++) {
            figure_add_value(data, points[(long)i * width + axis]);
        }
        text_add(data, "\n");
    }
}

/* Points on a line are shown as their distribution function. */
static void add_panel(struct text *commands, const char *name, int block, int width, int count) {
    text_add(commands, "set title '%s' offset 0,-0.6\n", name);
    if (width == 1) {
        add_range(commands, 'y', 0, 1);
        text_add(commands,
                 "set ylabel 'share of points below'\nplot 'samples.dat' index %d using 1:(1.0/%d) smooth "
                 "cumulative with lines lw 2 lc 'black' "
                 "notitle\n",
                 block, count);
    } else {
        text_add(commands,
                 "plot 'samples.dat' index %d using 1:2 with points pt 7 ps 0.25 lc 'black' notitle\n",
                 block);
    }
}

static void compose_samples(const void *context, struct text *data, struct text *commands) {
    const struct scene *scene = context;
    const struct density_trial *trial = scene->trial;
    plot_add_data_title(data, scene->source, "the first numbers of each point; test points, then samples");
    add_points(data, "test points", trial->points, trial->count, trial->width);
    text_add(data, "\n\n");
    add_points(data, "samples of the model", trial->samples, trial->count, trial->width);
    text_add(commands, "set multiplot layout 1,2 ");
    add_title(commands, scene, "data and samples");
    text_add(commands, "\n");
    add_ranges(commands, trial);
    add_panel(commands, "data", 0, trial->width, trial->count);
    add_panel(commands, "samples of the model", 1, trial->width, trial->count);
    text_add(commands, "unset multiplot\n");
}

/* ---- the density ---- */

/* Of the finite ones; 0 when there are none. */
static double highest(const double *logs, int count) {
    double top = -INFINITY;
    for (int i = 0; i < count; i++) {
        top = isfinite(logs[i]) ? fmax(top, logs[i]) : top;
    }
    return isfinite(top) ? top : 0;
}

/* "x y value" of each cell, rows apart. */
static void add_cells(struct text *data, const struct density_grid *grid, const char *name,
                      const double *values) {
    text_add(data, "# %s\n", name);
    for (int i = 0; i < grid->side * grid->side; i++) {
        double point[2];
        density_trial_place(grid, i, point);
        text_add(data, "%.6g %.6g", point[0], point[1]);
        figure_add_value(data, values[i]);
        text_add(data, (i + 1) % grid->side == 0 ? "\n\n" : "\n");
    }
    text_add(data, "\n");
}

static void add_map(struct text *commands, const char *file, const char *name, int block) {
    text_add(commands,
             "set title '%s' offset 0,-0.6\n"
             "plot '%s' index %d using 1:2:3 with image notitle\n",
             name, file, block);
}

static void compose_density(const void *context, struct text *data, struct text *commands) {
    const struct scene *scene = context;
    const struct density_grid *grid = &scene->trial->grid;
    int cells = grid->side * grid->side;
    double top = highest(grid->target != NULL ? grid->target : grid->model, cells);
    plot_add_data_title(data, scene->source,
                        grid->target == NULL ? "x, y, log density of the model"
                                             : "x, y, log density: the known one, then the model's");
    if (grid->target != NULL) {
        add_cells(data, grid, "known", grid->target);
    }
    add_cells(data, grid, "model", grid->model);
    text_add(commands, "set multiplot layout 1,%d ", grid->target == NULL ? 1 : 2);
    add_title(commands, scene, "log density");
    text_add(commands, "\nset palette gray negative\nset cbrange [%.4g:%.4g]\nunset grid\n", top - DEPTH,
             top);
    add_ranges(commands, scene->trial);
    if (grid->target != NULL) {
        add_map(commands, "density.dat", "known", 0);
    }
    add_map(commands, "density.dat", "model", grid->target == NULL ? 0 : 1);
    text_add(commands, "unset multiplot\n");
}

/* ---- energies ---- */

enum { ENERGY_SIDE = 48 };
static const double ENERGY_REACH = 4;

/* Both energies of a flow, each from its lowest value on. */
static void add_energies(struct text *data, const struct scene *scene, struct model_workspace *workspace,
                         int flow) {
    struct density_grid grid = {.side = ENERGY_SIDE};
    double places[ENERGY_SIDE * ENERGY_SIDE * 2];
    double energy[2][ENERGY_SIDE * ENERGY_SIDE];
    static const char *const names[] = {"V", "K"};
    for (int axis = 0; axis < AXES; axis++) {
        grid.low[axis] = -ENERGY_REACH;
        grid.step[axis] = 2 * ENERGY_REACH / ENERGY_SIDE;
    }
    for (int i = 0; i < ENERGY_SIDE * ENERGY_SIDE; i++) {
        density_trial_place(&grid, i, places + 2 * i);
    }
    scene->model->kind->density->energies(scene->model, workspace, flow, places, ENERGY_SIDE * ENERGY_SIDE,
                                          energy[0], energy[1]);
    for (int e = 0; e < 2; e++) {
        double low = INFINITY;
        for (int i = 0; i < ENERGY_SIDE * ENERGY_SIDE; i++) {
            low = fmin(low, energy[e][i]);
        }
        for (int i = 0; i < ENERGY_SIDE * ENERGY_SIDE; i++) {
            energy[e][i] -= low;
        }
        char *name = text_format("%s of flow %d", names[e], flow + 1);
        add_cells(data, &grid, name, energy[e]);
        free(name);
    }
}

static void compose_energies(const void *context, struct text *data, struct text *commands) {
    const struct scene *scene = context;
    int flows = scene->model->kind->density->flows(scene->model->settings);
    struct model_workspace *workspace = model_workspace_create();
    plot_add_data_title(data, scene->source,
                        "x, y, energy: V(q) and K(p) of each flow, from their lowest values on");
    for (int flow = 0; flow < flows; flow++) {
        add_energies(data, scene, workspace, flow);
    }
    model_workspace_free(workspace);
    text_add(commands, "set multiplot layout 2,%d ", flows);
    add_title(commands, scene, "potential and kinetic energies, from the base to the data");
    text_add(commands,
             "\nset palette gray\nunset grid\nset size ratio -1\nset xrange [%g:%g]\nset yrange [%g:%g]\n"
             "unset colorbox\nset xtics 2\nset ytics 2\n",
             -ENERGY_REACH, ENERGY_REACH, -ENERGY_REACH, ENERGY_REACH);
    for (int e = 0; e < 2; e++) {
        for (int flow = 0; flow < flows; flow++) {
            char *name = text_format(e == 0 ? "V_%d(q)" : "K_%d(p)", flow + 1);
            add_map(commands, "energies.dat", name, 2 * flow + e);
            free(name);
        }
    }
    text_add(commands, "unset multiplot\n");
}

/* ---- all of them ---- */

static bool has_map(const void *context) {
    const struct scene *scene = context;
    return scene->trial->grid.side > 0;
}

static bool has_energies(const void *context) {
    const struct scene *scene = context;
    return has_map(scene) && scene->model->kind->density->energies != NULL;
}

/* Panels for each flow, side by side. */
static int width_of_energies(const void *context) {
    enum { PANEL = 240, LEAST = 640, MOST = 3840 };
    const struct scene *scene = context;
    int width = PANEL * scene->model->kind->density->flows(scene->model->settings);
    return width < LEAST ? LEAST : width > MOST ? MOST : width;
}

static const struct plot_picture pictures[] = {
    {.name = "samples", .width = 900, .height = 500, .compose = compose_samples},
    {.name = "density", .width = 1000, .height = 500, .applies = has_map, .compose = compose_density},
    {.name = "energies",
     .height = 560,
     .width_of = width_of_energies,
     .applies = has_energies,
     .compose = compose_energies},
};

enum status plot_density_write(const struct plot_source *source, const struct model *model,
                               const struct density_trial *trial, struct figure_report *report) {
    struct plot_source own = *source;
    own.environment = trial->target == NULL ? source->environment : trial->target->name;
    struct scene scene = {.source = &own, .model = model, .trial = trial};
    return plot_write_pictures(&own, pictures, sizeof pictures / sizeof *pictures, &scene, report);
}
