/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Running an experiment: makes the data that is missing, trains and evaluates the cells that are not
 * finished, and writes the table.
 */
#ifndef HAMBENCH_EXPERIMENTS_RUNNER_H
#define HAMBENCH_EXPERIMENTS_RUNNER_H

#include <stdbool.h>
#include <stddef.h>

#include "evaluation/table.h"
#include "experiments/cell.h"
#include "experiments/experiment.h"
#include "support/status.h"

enum runner_event {
    RUNNER_NEWS,    /* what is being done */
    RUNNER_FAILURE, /* why a cell, or all cells of an environment, have no result */
};

struct run_request {
    const struct experiment *experiment;
    const char *folder;      /* of the results: FOLDER/ENVIRONMENT/MODEL/seed-N and the table */
    bool flat;               /* the experiment has one cell, and FOLDER itself is its run folder */
    const char *data_folder; /* datasets are looked for, and made, here */
    int threads;
    bool quiet;
    void (*report)(enum runner_event event, const char *line); /* called as things happen */
};

struct run_outcome {
    struct table table;
    struct table_cell *results; /* [table.count], in the order environment, model, seed */
    struct cell *cells;         /* [table.count] */
    size_t finished_before;     /* cells with nothing left to do */
    size_t failed;              /* cells without result; each was reported */
};

/* STATUS_OK when all cells have their result. When cells failed: their status if all failed alike, otherwise
 * STATUS_CELLS_FAILED; `out->failed` says how many. STATUS_INTERRUPTED: the same call goes on. Before any
 * work is done: STATUS_DATA when settings do not fit or a run folder was made with others, STATUS_IO when the
 * folders cannot be made. `out` is filled in every case; the caller clears it. */
enum status experiment_run(const struct run_request *request, struct run_outcome *out);
void run_outcome_clear(struct run_outcome *outcome);

#endif
