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
    X(vpt)                                                                                                   \
    X(symetric)                                                                                              \
    X(density)                                                                                               \
    X(states)

#define DECLARE_METRIC(name) extern const struct metric name##_metric;
METRIC_LIST(DECLARE_METRIC)
#undef DECLARE_METRIC

extern const struct metric *const metrics[]; /* ended by NULL */

/* ROLLOUT_... of all metrics together. */
unsigned metric_needs(void);

/* The figures of all metrics, numbered one after the other: how many, the row of each, its metric, and the
 * number of the one of that name, -1 when there is none. */
int metric_figure_count(void);
const struct field *metric_figure(int index);
const struct metric *metric_of_figure(int index);
int metric_figure_find(const char *name);

/* For metrics that average an image error: fills the four figures reconstruction (from the origin to the end
 * of the training examples), unseen (the same without the frame at the origin, which models that predict have
 * seen), extrapolation (beyond) and backward (before the history, of models that go back in time), in this
 * order, nan where there are no such frames. */
enum { METRIC_RECONSTRUCTION, METRIC_UNSEEN, METRIC_EXTRAPOLATION, METRIC_BACKWARD, METRIC_PARTS };
void metric_average(const struct rollout *rollout, const struct image_error *error,
                    struct metric_values *out);

#endif
