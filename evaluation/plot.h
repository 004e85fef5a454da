/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The plots of an evaluation: one file each, and a line in PLOT_LIST. Each is a figure (drawing/figure.h) in
 * the plots folder. docs/adding-a-plot.md shows a whole one.
 */
#ifndef HAMBENCH_EVALUATION_PLOT_H
#define HAMBENCH_EVALUATION_PLOT_H

#include <stdbool.h>

#include "drawing/figure.h"
#include "evaluation/rollout.h"
#include "support/text.h"

/* What there is to plot of a run. */
struct plot_source {
    const char *folder;            /* of the run: metrics.jsonl is read there */
    enum test_set set;             /* what the rollout is of */
    const char *environment;       /* and which films of it, where they are not those of its test split */
    const char *model;             /* its variant */
    const struct model_kind *kind; /* whose figures of a training step metrics.jsonl has */
    double dt;                     /* time between frames */
    const struct rollout *rollout;
};

struct plot {
    const char *name;
    int width; /* of the picture, in pixels */
    int height;
    /* Whether there is anything to plot; if not, nothing is written and nothing is said. */
    bool (*applies)(const struct plot_source *source);
    /* Adds the content of NAME.dat and the gnuplot commands that plot it. STATUS_DATA, STATUS_IO: what it
     * needs cannot be read. */
    enum status (*compose)(const struct plot_source *source, struct text *data, struct text *commands);
};

/* All plots; NAME_plot is defined in a file of its own. */
#define PLOT_LIST(X)                                                                                         \
    X(error)                                                                                                 \
    X(energy)                                                                                                \
    X(video_energy)                                                                                          \
    X(loss)

#define DECLARE_PLOT(name) extern const struct plot name##_plot;
PLOT_LIST(DECLARE_PLOT)
#undef DECLARE_PLOT

extern const struct plot *const plots[]; /* ended by NULL */

/* Writes all plots that apply into the folder of its test set. A picture that gnuplot cannot make, and a loss
 * curve that cannot be read, become notes. STATUS_IO when the folder cannot be written. */
enum status plot_write_all(const struct plot_source *source, struct figure_report *report);

/* Writes one plot, which applies, into the folder of plots, which is there. */
enum status plot_write(const struct plot *plot, const struct plot_source *source, const char *folder,
                       struct figure_report *report);

/* A picture of a task's own, made of what the task has tried (`trial`). */
struct plot_picture {
    const char *name;
    int width, height;
    int (*width_of)(const void *trial); /* NULL: `width` */
    bool (*applies)(const void *trial); /* NULL: always */
    void (*compose)(const void *trial, struct text *data, struct text *commands);
};

/* The same as plot_write_all, of these pictures, `count` of them, and the curves of the training. */
enum status plot_write_pictures(const struct plot_source *source, const struct plot_picture *pictures,
                                size_t count, const void *trial, struct figure_report *report);

/* Adds "# " lines that say what the data are of; commands shared by plots over the time since the origin of
 * the windows: the label of their axis, and a mark where extrapolation begins. */
void plot_add_data_title(struct text *data, const struct plot_source *source, const char *columns);
void plot_add_time_axis(struct text *commands, const struct plot_source *source);

#endif
