/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Points of a learned density, with their log densities, and a scatter plot of them.
 */
#include <stdlib.h>

#include "models/density/density_settings.h"
#include "rollouts/rollouts_private.h"
#include "support/memory.h"

/* Draws behind the log density of a point where that is an estimate. */
enum { BLOCK = 1024, PLOTTED = 5000, DRAWS = 100 };

struct points {
    const struct rollouts_request *request;
    struct model_workspace *workspace;
    struct rollouts_series *points, *densities;
    struct figure plot;
    struct random_stream random, importance;
    int width, done;
};

static void take_block(struct points *points, const double *values, const double *densities, int count) {
    rollouts_series_append(points->points, values, count);
    rollouts_series_append(points->densities, densities, count);
    for (int i = 0; i < count && points->done + i < PLOTTED; i++) {
        for (int j = 0; j < points->width; j++) {
            figure_add_value(&points->plot.data, values[i * points->width + j]);
        }
        figure_add_value(&points->plot.data, densities[i]);
        text_add(&points->plot.data, "\n");
    }
    points->done += count;
}

static enum status draw(struct points *points) {
    const struct model *model = points->request->model;
    const struct model_density *density = model->kind->density;
    double *values = memory_alloc((size_t)BLOCK * (size_t)points->width, sizeof *values);
    double *densities = memory_alloc(BLOCK, sizeof *densities);
    enum status status = STATUS_OK;
    while (points->done < points->request->samples && status == STATUS_OK) {
        int rest = points->request->samples - points->done, count = rest < BLOCK ? rest : BLOCK;
        density->sample(model, points->workspace, &points->random, count, values);
        density->log_density(model, points->workspace, values, count, DRAWS, &points->importance, densities);
        take_block(points, values, densities, count);
        status = rollouts_interrupted();
    }
    free(values);
    free(densities);
    return status;
}

/* The numbers of a point that are drawn, and what they are called: of states the first position and its
 * momentum where a point has both, of all others the first two numbers. */
struct axes {
    int columns[2]; /* of the data; the second is the log density of points on a line */
    const char *labels[2];
};

static struct axes find_axes(const struct points *points) {
    const struct rollouts_request *request = points->request;
    const struct density_settings *settings = request->model->kind->density->points(request->model->settings);
    bool states = density_settings_target(settings) == NULL && simulator_has_energy(request->simulator);
    bool whole = states && points->width == density_settings_state_size(settings);
    if (points->width == 1) {
        return (struct axes){{1, 2}, {states ? "q_1" : "x_1", "log p"}};
    }
    return whole ? (struct axes){{1, points->width / 2 + 1}, {"q_1", "p_1"}}
                 : (struct axes){{1, 2}, {states ? "q_1" : "x_1", states ? "q_2" : "x_2"}};
}

/* Coloured by the density. */
static enum status write_plot(struct points *points, const char *folder, struct figure_report *report) {
    struct text *commands = &points->plot.commands;
    struct axes axes = find_axes(points);
    char *title = rollouts_title(points->request, "points");
    text_add(commands, "set title ");
    figure_add_literal(commands, "%s", title);
    text_add(commands, "\nunset key\nset xlabel '%s'\nset ylabel '%s'\nset cblabel 'log p'\n", axes.labels[0],
             axes.labels[1]);
    text_add(commands, "plot 'points.dat' using %d:%d:%d with points pt 7 ps 0.4 lc palette\n",
             axes.columns[0], axes.columns[1], points->width + 1);
    free(title);
    return figure_publish(&points->plot, folder, "", report);
}

enum status rollouts_points_run(const struct rollouts_request *request, const char *folder,
                                struct figure_report *report) {
    struct rollouts_file *file;
    enum status status = rollouts_file_begin(&file, folder, request);
    if (status != STATUS_OK) {
        return status;
    }
    struct points points = {
        .request = request,
        .workspace = model_workspace_create(),
        .plot = {.name = "points", .width = 720, .height = 600},
        .random = random_stream(request->seed, "rollout", 0, 0),
        .importance = random_stream(request->seed, "importance", 0, 0),
        .width = density_settings_width(request->model->kind->density->points(request->model->settings)),
    };
    hdf5_file_put_text(rollouts_file_attributes(file), "/", "target",
                       request->model->kind->density->points(request->model->settings)->target);
    text_add(&points.plot.data, "# components of the point, log density\n");
    points.points =
        rollouts_file_add(file, "points", HDF5_FILE_REAL64, 1, request->samples, 1, &points.width);
    points.densities = rollouts_file_add(file, "log_density", HDF5_FILE_REAL64, 1, request->samples, 0, NULL);
    status = rollouts_file_end(file, draw(&points));
    status = status == STATUS_OK ? write_plot(&points, folder, report) : status;
    figure_clear(&points.plot);
    model_workspace_free(points.workspace);
    return status;
}
