/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/plot.h"

#include <stdlib.h>

#include "support/file.h"

#define PLOT_ENTRY(name) &name##_plot,
const struct plot *const plots[] = {PLOT_LIST(PLOT_ENTRY) NULL};

void plot_add_data_title(struct text *data, const struct plot_source *source, const char *columns) {
    text_add(data, "# %s, %s\n# %s\n", source->environment, source->model, columns);
}

void plot_add_time_axis(struct text *commands, const struct plot_source *source) {
    const struct rollout *rollout = source->rollout;
    text_add(commands, "set xlabel 'time since the origin of the window (%g per frame)'\n", source->dt);
    text_add(commands, "set xrange [0:%.9g]\n", source->dt * (rollout->frames > 1 ? rollout->frames - 1 : 1));
    if (rollout->reconstruction < rollout->frames) {
        /* Between the last frame of the reconstruction and the first beyond it. */
        double horizon = source->dt * (rollout->reconstruction - 0.5);
        text_add(commands,
                 "set arrow from %.9g, graph 0 to %.9g, graph 1 nohead lw 1.5 dt (2,4) lc 'black' front\n",
                 horizon, horizon);
        text_add(commands, "set label 'extrapolation →' at %.9g, graph 0.04 left offset 0.6,0 front\n",
                 horizon);
    }
}

enum status plot_write(const struct plot *plot, const struct plot_source *source, const char *folder,
                       struct figure_report *report) {
    struct figure figure = {.name = plot->name, .width = plot->width, .height = plot->height};
    enum status status = STATUS_OK;
    if (plot->compose(source, &figure.data, &figure.commands) == STATUS_OK) {
        status = figure_publish(&figure, folder, test_set_kinds[source->set].plots, report);
    } else {
        figure_add_note(&report->notes);
    }
    figure_clear(&figure);
    return status;
}

enum status plot_write_all(const struct plot_source *source, struct figure_report *report) {
    char *folder = file_join(source->folder, test_set_kinds[source->set].plots);
    enum status status = file_make_directory(folder);
    for (const struct plot *const *plot = plots; *plot != NULL && status == STATUS_OK; plot++) {
        if ((*plot)->applies(source)) {
            status = plot_write(*plot, source, folder, report);
        }
    }
    free(folder);
    return status;
}

static enum status write_picture(const struct plot_picture *picture, const void *trial, const char *folder,
                                 struct figure_report *report) {
    struct figure figure = {
        .name = picture->name,
        .width = picture->width_of == NULL ? picture->width : picture->width_of(trial),
        .height = picture->height,
    };
    picture->compose(trial, &figure.data, &figure.commands);
    enum status status = figure_publish(&figure, folder, "plots/", report);
    figure_clear(&figure);
    return status;
}

enum status plot_write_pictures(const struct plot_source *source, const struct plot_picture *pictures,
                                size_t count, const void *trial, struct figure_report *report) {
    char *folder = file_join(source->folder, "plots");
    enum status status = file_make_directory(folder);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        if (pictures[i].applies == NULL || pictures[i].applies(trial)) {
            status = write_picture(&pictures[i], trial, folder, report);
        }
    }
    if (status == STATUS_OK && loss_plot.applies(source)) {
        status = plot_write(&loss_plot, source, folder, report);
    }
    free(folder);
    return status;
}
