/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tables of an experiment's folder. They hold all that there is of the experiment: whoever runs a part of
 * it (--seed, --only) writes the results of the others as well.
 */
#ifndef HAMBENCH_EXPERIMENTS_RESULTS_H
#define HAMBENCH_EXPERIMENTS_RESULTS_H

#include "evaluation/windows.h"
#include "experiments/cell_record.h"
#include "experiments/runner.h"

/* What all cells of an experiment have in common. */
struct results_shared {
    struct dataset_settings given; /* what its own dataset, if it has one, was made with */
    struct window_need need;       /* of a test window, by all variants together */
};

/* STATUS_IO, STATUS_DATA: the experiment's own dataset cannot be read. */
enum status results_share(struct results_shared *out, const struct experiment *experiment);

/* One cell of the request's experiment, not checked: of that row, environments x variants. The caller clears
 * `out`. */
void results_make_cell(struct cell *out, const struct run_request *request, size_t row, uint64_t seed,
                       const struct results_shared *shared);

/* Takes the cell's record in place of a run, where it is of this very cell: fills `result`, and keeps in
 * `out` who made it. `data` as for cell_record_look. What it is if it was not taken stands in `*use`, why in
 * status_detail. */
bool results_adopt(struct run_outcome *out, struct table_cell *result, enum cell_record_use *use,
                   const struct cell *cell, const char *data);

/* Adds to the outcome the cells of the experiment that were not asked for, and those of other seeds that have
 * results with the same settings, and writes the tables; one process at a time. STATUS_IO,
 * STATUS_INTERRUPTED. */
enum status results_write(const struct run_request *request, const struct results_shared *shared,
                          struct run_outcome *out);

#endif
