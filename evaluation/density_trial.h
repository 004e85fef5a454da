/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a model of a density says of test points, and of a grid of places: what figures and pictures of the
 * task "density" are made of.
 *
 * Test points are true states of the test split, a window of one frame each, or fresh draws from the known
 * density that the model was trained on. A log density that is no closed form is estimated from draws (struct
 * model_density): with one, a mean over test points is the ELBO; with more it comes closer to log p, from
 * below.
 */
#ifndef HAMBENCH_EVALUATION_DENSITY_TRIAL_H
#define HAMBENCH_EVALUATION_DENSITY_TRIAL_H

#include "evaluation/evaluation.h"
#include "evaluation/rollout.h"
#include "models/density/density_settings.h"
#include "support/schema.h"

/* Settings, group "evaluation". */
struct density_trial_settings {
    int points;       /* test points */
    int few, many;    /* draws for each */
    int grid;         /* places along a side */
    int grid_samples; /* draws at each place */
};
extern const struct schema density_trial_schema;

/* A log density at the middles of side x side cells, rows of x one after the other in y: [side][side]. */
struct density_grid {
    int side; /* 0: points are not of two numbers, there is none */
    double low[2], step[2];
    double *target; /* NULL: not known */
    double *model;
};

struct density_trial {
    struct rollout places;               /* of the test points: windows and runs, nothing predicted */
    const struct density_target *target; /* NULL: points are states */
    int count, width;
    double *points;             /* [count][width] */
    double *samples;            /* of the model, [count][width] */
    double *bound, *few, *many; /* log densities of the test points from 1, few and many draws, [count] */
    struct density_grid grid;
};

/* The numbers do not depend on the threads. The caller frees what `out` holds, also after a failure.
 * STATUS_DATA of windows_draw, STATUS_INTERRUPTED. */
enum status density_trial_run(struct density_trial *out, const struct evaluation_job *job,
                              const struct density_trial_settings *settings);
void density_trial_free(struct density_trial *trial);

/* The place of cell i of the grid. */
void density_trial_place(const struct density_grid *grid, int i, double *point);

/* From where to where the test points reach along an axis, and a tenth farther. */
void density_trial_range(const struct density_trial *trial, int axis, double *low, double *high);

#endif
