/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Running an experiment: makes the data that is missing, trains and evaluates the cells that are not
 * finished, and writes the table. Several processes may run the same experiment at once: they share its
 * cells (sweep/share.h), and each ends when all are done.
 *
 *     FOLDER/ENVIRONMENT/VARIANT/seed-N    run folders: experiments/cell.h
 *     FOLDER/cells.jsonl                   what became of the cells, as it happened: sweep/record.h
 *     FOLDER/table.md, table.csv, table.json
 *     FOLDER/table.lock                    only while the tables are written
 */
#ifndef HAMBENCH_EXPERIMENTS_RUNNER_H
#define HAMBENCH_EXPERIMENTS_RUNNER_H

#include <stdbool.h>
#include <stddef.h>

#include "evaluation/table.h"
#include "experiments/cell.h"
#include "experiments/experiment.h"
#include "support/effort.h"
#include "support/status.h"

struct run_request {
    const struct experiment *experiment;
    const char *folder;      /* of the results */
    bool flat;               /* the experiment has one cell, and FOLDER itself is its run folder */
    const char *data_folder; /* datasets are looked for, and made, here */
    const bool *chosen;      /* [environments][variants][seeds]: the cells to run; NULL: all */
    const char *records;     /* folder of records (experiments/cell_record.h): cells that have one there are
                                taken from it, the others leave one; NULL: none */
    bool rerun_stale;        /* results of other programs or other data are made again */
    struct effort effort;    /* what is being done is reported */

    /* Called with a line that says why a cell, or all cells of an environment, have no result. */
    void (*complain)(void *context, const char *line);
};

struct run_outcome {
    /* The cells that were asked for, the others of the experiment (STATUS_NOT_RUN: without a result), and
     * those of other seeds that have results. */
    struct table table;
    struct table_cell *results; /* [table.count], in the order environment, variant, seed */
    struct cell *cells;         /* [table.count] */
    size_t requested;           /* cells that were asked for */
    size_t finished_before;     /* of them: nothing was left to do */
    size_t failed;              /* of them: without result; each was reported */
    size_t not_run;             /* of the others */
    struct lines notes;         /* below the table: what was not run, and who made what was not made here */
    size_t adopted;             /* cells whose result is that of a record */
    size_t unrecorded;          /* cells whose record could not be written; each was reported */
    struct lines revisions;     /* of the programs that made these records, each once */
};

/* STATUS_OK when all cells that were asked for have their result. When cells failed: their status if all
 * failed alike, otherwise STATUS_CELLS_FAILED; `out->failed` says how many. STATUS_INTERRUPTED: the same call
 * goes on. Before any work is done: STATUS_DATA when settings do not fit or a run folder was made with
 * others, STATUS_IO when the folders cannot be made. `out` is filled in every case; the caller clears it. */
enum status experiment_run(const struct run_request *request, struct run_outcome *out);

/* What experiment_run would find: results of cells for which nothing is to be done, STATUS_NOT_RUN for the
 * others. Makes nothing, says nothing. STATUS_DATA, STATUS_IO as above. The caller clears `out`. */
enum status experiment_survey(const struct run_request *request, struct run_outcome *out);
void run_outcome_clear(struct run_outcome *outcome);

#endif
