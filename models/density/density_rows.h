/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Points as the rows of tensors, [B][width], and the standard normal that densities are carried from.
 */
#ifndef HAMBENCH_MODELS_DENSITY_DENSITY_ROWS_H
#define HAMBENCH_MODELS_DENSITY_DENSITY_ROWS_H

#include "engine/tape.h"
#include "support/random.h"

/* Rows that are carried at once where many are asked for: their hidden layers stay in a core's cache. */
enum { DENSITY_ROWS_AT_ONCE = 512 };

/* Row i is the point of row first + i, where each point stands in `repeats` rows one after the other. */
struct tensor *density_rows_points(struct tape *tape, const double *points, long first, int count,
                                   int repeats, int width);

/* Draws from the standard normal. */
struct tensor *density_rows_normal(struct tape *tape, int count, int width, struct random_stream *random);

/* The logarithm of its density at one row; the sum of that row. */
double density_rows_log_normal(const struct tensor *x, int row);
double density_rows_sum(const struct tensor *x, int row);

#endif
