/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Metrics: one file each, and a line in METRIC_LIST. A metric turns the rollouts of a model into named
 * figures. docs/adding-a-metric.md shows a whole one.
 */
#ifndef HAMBENCH_EVALUATION_METRIC_H
#define HAMBENCH_EVALUATION_METRIC_H

#include <stddef.h>

#include "evaluation/rollout.h"
#include "support/lines.h"
#include "support/schema.h"

struct density_trial;
struct state_trial;

/* What a metric has to fill in; `rows` is the number of its figures. */
struct metric_values {
    double *figures; /* [rows], nan at first: there is no such figure */

    /* [rows][windows], nan at first: where a figure is the mean of one number for each window, those
     * numbers. Its interval is made from them. */
    double *samples;

    struct lines *notes; /* what somebody who reads the figures has to know of this rollout */
};

struct metric {
    const char *name;    /* "energy" */
    int version;         /* grows with every change of what its figures mean */
    const char *summary; /* one line with the definition */

    /* Its figures: name, title, unit, help, better, scale and format; help says over which frames. A figure
     * NAME_floor says below which value NAME is rounding. */
    const struct field *rows;
    int row_count;

    const struct schema *settings; /* of its own, group "evaluation"; NULL for none */
    unsigned needs;                /* parts of the rollout that are held for it only: ROLLOUT_... */

    /* One of these, by the task that it judges; `settings` is its schema's struct, NULL without one. Points
     * of a density are the windows of metric_values. */
    void (*compute)(const struct rollout *rollout, const void *settings, struct metric_values *out);
    void (*compute_density)(const struct density_trial *trial, const void *settings,
                            struct metric_values *out);
    void (*compute_states)(const struct state_trial *trial, const void *settings, struct metric_values *out);
};

/* Whether it judges models of that kind, as they are judged by the first task that suits. */
bool metric_suits(const struct metric *metric, const struct model_kind *kind);

/* All metrics, in the order of their figures; NAME_metric is defined in a file of its own. */
#define METRIC_LIST(X)                                                                                       \
    X(mse)                                                                                                   \
    X(l2_norm)                                                                                               \
    X(constant)                                                                                              \
    X(energy)                                                                                                \
    X(posterior)                                                                                             \
    X(latent_gap)                                                                                            \
    X(vpt)                                                                                                   \
    X(video_energy)                                                                                          \
    X(symetric)                                                                                              \
    X(density)                                                                                               \
    X(states)

#define DECLARE_METRIC(name) extern const struct metric name##_metric;
METRIC_LIST(DECLARE_METRIC)
#undef DECLARE_METRIC

extern const struct metric *const metrics[]; /* ended by NULL */

/* ROLLOUT_... of all metrics together. */
unsigned metric_needs(void);

/* The figures of all metrics, numbered one after the other, and behind them those of films once more for each
 * other test set: how many, the row of each, its metric, and the number of the one of that name, -1 when
 * there is none. Rows of other test sets have the metric's values but for name, title and help. */
int metric_figure_count(void);
const struct field *metric_figure(int index);
const struct metric *metric_of_figure(int index);
int metric_figure_find(const char *name);

/* The test set that a figure is about, and the number of the figure of `metric` row 0 on a test set; -1 where
 * there is none, as the metric is not about films. */
enum test_set metric_set_of_figure(int index);
int metric_first_figure(const struct metric *metric, enum test_set set);

/* The parts of a window over which metrics average an image error: number, prefix of the figure's name,
 * title, frames. Forward and backward frames count from the origin of their direction; there are no backward
 * ones of models that cannot go back in time. */
#define METRIC_PART_LIST(X)                                                                                  \
    X(RECONSTRUCTION, "reconstruction", "reconstruction",                                                    \
      "from the origin to the end of the training examples")                                                 \
    X(UNSEEN, "unseen", "unseen", "of the reconstruction after the origin")                                  \
    X(EXTRAPOLATION, "extrapolation", "extrapolation", "beyond the reconstruction")                          \
    X(FULL, "full", "full", "from the origin on")                                                            \
    X(PUBLISHED, "published", "published window",                                                            \
      "of the published reconstruction: 60 from the origin on, the 31 seen of a model that sees so many")    \
    X(BACKWARD_RECONSTRUCTION, "backward_reconstruction", "backward reconstruction",                         \
      "of the reconstruction from the end of the window, back in time")                                      \
    X(BACKWARD_EXTRAPOLATION, "backward_extrapolation", "backward extrapolation",                            \
      "beyond the reconstruction, back in time")                                                             \
    X(BACKWARD_FULL, "backward_full", "backward full", "predicted back in time")                             \
    X(COMBINED_RECONSTRUCTION, "combined_reconstruction", "combined reconstruction",                         \
      "of the reconstruction, mean of both directions")                                                      \
    X(COMBINED_EXTRAPOLATION, "combined_extrapolation", "combined extrapolation",                            \
      "beyond the reconstruction, mean of both directions")                                                  \
    X(COMBINED_FULL, "combined_full", "combined full", "predicted, mean of both directions")

#define METRIC_PART_NUMBER(NUMBER, PREFIX, TITLE, FRAMES) METRIC_##NUMBER,
enum metric_part { METRIC_PART_LIST(METRIC_PART_NUMBER) METRIC_PARTS };
#undef METRIC_PART_NUMBER

/* Fills the figures of all parts, in their order, and their samples; nan where there are no such frames. */
void metric_average(const struct rollout *rollout, const struct image_error *error,
                    struct metric_values *out);

#endif
