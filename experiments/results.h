/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables of an experiment's folder. They hold all that there is of the experiment: whoever runs a part of
 * it (--seed) writes the results of the others as well.
 */
#ifndef HAMBENCH_EXPERIMENTS_RESULTS_H
#define HAMBENCH_EXPERIMENTS_RESULTS_H

#include "experiments/runner.h"

/* One cell of the request's experiment, not checked. `given` is what its own dataset was made with. The
 * caller clears `out`. */
void results_make_cell(struct cell *out, const struct run_request *request, size_t environment,
                       size_t variant, uint64_t seed, const struct dataset_settings *given);

/* Adds the cells of other seeds that have results with the same settings to the outcome, and writes the
 * tables; one process at a time. STATUS_IO, STATUS_INTERRUPTED. */
enum status results_write(const struct run_request *request, struct run_outcome *out);

#endif
