/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Probability densities of points of the plane that models of densities are tried on: all of them can be
 * drawn from and are known exactly. All but a few parts in 10^4 of each lie within DENSITY_TARGET_REACH of
 * the origin along either axis.
 */
#ifndef HAMBENCH_MODELS_DENSITY_DENSITY_TARGET_H
#define HAMBENCH_MODELS_DENSITY_DENSITY_TARGET_H

#include "support/random.h"

enum { DENSITY_TARGET_WIDTH = 2, DENSITY_TARGET_REACH = 4 };

struct density_target {
    const char *name; /* "eight_gaussians" */

    /* One point, [2]. */
    void (*draw)(struct random_stream *random, double *point);

    /* log p of one point; -INFINITY where there are none. */
    double (*log_density)(const double *point);
};

/* All targets, ended by NULL. */
extern const struct density_target *const density_targets[];

/* The target of that name, or NULL. */
const struct density_target *density_target_find(const char *name);

#endif
