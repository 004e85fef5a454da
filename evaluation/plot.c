/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/gnuplot.h"
#include "support/file.h"

static const struct plot *const plots[] = {
    &error_plot,
    &energy_plot,
    &loss_plot,
    NULL,
};

void plot_report_free(struct plot_report *report) {
    text_free(&report->pictures);
    text_free(&report->notes);
}

void plot_add_value(struct text *data, double value) {
    if (isfinite(value)) {
        text_add(data, " %.9g", value);
    } else {
        text_add(data, " NaN");
    }
}

void plot_add_data_title(struct text *data, const struct plot_source *source, const char *columns) {
    text_add(data, "# %s, %s\n# %s\n", source->environment, source->model, columns);
}

void plot_add_time_axis(struct text *commands, const struct plot_source *source) {
    const struct rollout *rollout = source->rollout;
    text_add(commands, "set xlabel 'time since the first frame of the window (%g per frame)'\n", source->dt);
    text_add(commands, "set xrange [0:%.9g]\n", source->dt * (rollout->length - 1));
    if (rollout->train_frames < rollout->frames) {
        /* Between the last frame within the training window and the first beyond it. */
        double horizon = source->dt * (rollout->first + rollout->train_frames - 0.5);
        text_add(commands,
                 "set arrow from %.9g, graph 0 to %.9g, graph 1 nohead lw 1.5 dt (2,4) lc 'black' front\n",
                 horizon, horizon);
        text_add(commands, "set label 'extrapolation →' at %.9g, graph 0.04 left offset 0.6,0 front\n",
                 horizon);
    }
}

/* The script draws both pictures; `commands` may contain "TITLE". */
static void compose_script(struct text *script, const struct plot *plot, const char *commands) {
    text_add(script,
             "# Draws %s.svg and %s.png from %s.dat; run in this folder: gnuplot %s.gp\n"
             "set encoding utf8\n"
             "do for [kind in 'svg png'] {\n"
             "reset\n"
             "if (kind eq 'svg') { set terminal svg size %d,%d enhanced font 'sans,14' background 'white' }\n"
             "if (kind eq 'png') { set terminal pngcairo size %d,%d enhanced font 'sans,11' background "
             "'white' }\n"
             "set output '%s.'.kind\n"
             "set border lw 1.2\n"
             "set grid lt 1 lw 0.6 lc 'grey85'\n"
             "%s"
             "unset output\n"
             "}\n",
             plot->name, plot->name, plot->name, plot->name, plot->width, plot->height, plot->width,
             plot->height, plot->name, commands);
}

static enum status write_text(const char *folder, const char *name, const char *extension,
                              const struct text *content) {
    char *path = text_format("%s/%s%s", folder, name, extension);
    enum status status = file_write(path, content->data, content->length);
    free(path);
    return status;
}

/* An old picture must not stand for a plot that could not be made. */
static void remove_pictures(const char *folder, const char *name) {
    static const char *const extensions[] = {".svg", ".png"};
    for (size_t i = 0; i < 2; i++) {
        char *path = text_format("%s/%s%s", folder, name, extensions[i]);
        (void)remove(path);
        free(path);
    }
}

static void add_note(struct plot_report *report) {
    /* gnuplot is missing for all plots alike: once is enough. */
    if (report->notes.data == NULL || strstr(report->notes.data, status_detail()) == NULL) {
        text_add(&report->notes, "%s\n", status_detail());
    }
}

static void draw(const struct plot *plot, const char *folder, struct plot_report *report) {
    remove_pictures(folder, plot->name);
    char *script = text_format("%s.gp", plot->name);
    if (gnuplot_run(folder, script) == STATUS_OK) {
        text_add(&report->pictures, "plots/%s.svg\nplots/%s.png\n", plot->name, plot->name);
    } else {
        remove_pictures(folder, plot->name);
        add_note(report);
    }
    free(script);
}

static enum status write_plot(const struct plot *plot, const struct plot_source *source, const char *folder,
                              struct plot_report *report) {
    struct text data = {0};
    struct text commands = {0};
    struct text script = {0};
    enum status status = STATUS_OK;
    if (plot->compose(source, &data, &commands) != STATUS_OK) {
        add_note(report);
    } else {
        compose_script(&script, plot, commands.data);
        status = write_text(folder, plot->name, ".dat", &data);
        if (status == STATUS_OK) {
            status = write_text(folder, plot->name, ".gp", &script);
        }
        if (status == STATUS_OK) {
            draw(plot, folder, report);
        }
    }
    text_free(&data);
    text_free(&commands);
    text_free(&script);
    return status;
}

enum status plot_write_all(const struct plot_source *source, struct plot_report *report) {
    char *folder = file_join(source->folder, "plots");
    enum status status = file_make_directory(folder);
    for (const struct plot *const *plot = plots; *plot != NULL && status == STATUS_OK; plot++) {
        if ((*plot)->applies(source)) {
            status = write_plot(*plot, source, folder, report);
        }
    }
    free(folder);
    return status;
}
