/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What cells take, measured on a small part of them in a folder of which nothing is kept.
 *
 * A training step takes as long as its model, its batch and its horizon say, whatever the environment: it is
 * measured at the first and at the full horizon and taken to be linear between. An evaluation takes a fixed
 * time for its pictures, one for each window, and one for each batch of SyMetric, which grows with the widths
 * of latent and true states: it is measured once for each pair of these.
 */
#ifndef HAMBENCH_EXPERIMENTS_CELL_COST_H
#define HAMBENCH_EXPERIMENTS_CELL_COST_H

#include "experiments/cell.h"
#include "support/effort.h"

struct cell_cost;

/* STATUS_IO. The caller hands `*out` to cell_cost_end, which removes all files. */
enum status cell_cost_begin(struct cell_cost **out, const struct effort *effort);
void cell_cost_end(struct cell_cost *cost);

/* Seconds of the training that is left of a cell and of its evaluation, and bytes of its run folder. Measures
 * what no cell before had. STATUS_DATA, STATUS_IO, STATUS_INTERRUPTED, STATUS_CELLS_FAILED. */
enum status cell_cost_of(struct cell_cost *cost, const struct cell *cell, double *training,
                         double *evaluation, double *bytes);

/* Seconds to read that many bytes of images, after the first cell_cost_of. */
double cell_cost_reading(const struct cell_cost *cost, double bytes);

#endif
