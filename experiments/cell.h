/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A cell of an experiment: one model trained and evaluated on one environment with one seed, in a run folder
 * of its own.
 *
 *     config.resolved.yaml  every setting; an experiment file of this one cell
 *     environment.json      program, compiler, libraries and machine
 *     metrics.jsonl, checkpoint.h5              see training/trainer.h
 *     evaluation.json, plots/                   see evaluation/evaluation.h
 */
#ifndef HAMBENCH_EXPERIMENTS_CELL_H
#define HAMBENCH_EXPERIMENTS_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include "datasets/dataset.h"
#include "evaluation/table.h"
#include "experiments/settings.h"
#include "models/model.h"
#include "simulators/simulator.h"
#include "support/status.h"

struct cell {
    const struct simulator *environment;
    const struct model_kind *model;
    char *variant; /* name of the model's variant, for tables and pictures */
    uint64_t seed;
    struct settings settings;
    char *folder;
    char *data_file; /* path of the dataset */
};

/* Releases what the cell points to, not the cell. */
void cell_clear(struct cell *cell);

/* Whether the settings fit each other and the model, and whether the run folder, when there is one already,
 * was made with the same settings. STATUS_DATA names the setting and what to do. */
enum status cell_check(const struct cell *cell);

/* Whether the run folder holds the evaluation; then `out` is filled. */
bool cell_is_finished(const struct cell *cell, struct table_cell *out);

/* Trains what is not trained yet, evaluates, and fills `out`. STATUS_INTERRUPTED: the next call goes on.
 * STATUS_IO, STATUS_DATA, STATUS_CELLS_FAILED: the training failed. */
enum status cell_run(const struct cell *cell, const struct dataset *dataset, int threads, bool quiet,
                     struct table_cell *out);

/* Evaluates the trained model of the run folder again. As cell_run; STATUS_DATA when it is not trained. */
enum status cell_evaluate(const struct cell *cell, const struct dataset *dataset, int threads, bool quiet,
                          struct table_cell *out);

/* The cell that a run folder was made for, from its config.resolved.yaml. STATUS_IO, STATUS_DATA. The caller
 * clears `out`. */
enum status cell_read(struct cell *out, const char *folder);

#endif
