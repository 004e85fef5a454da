/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A cell of an experiment: one model trained and evaluated on one environment with one seed, in a run folder
 * of its own.
 *
 *     config.resolved.yaml  every setting; an experiment file of this one cell
 *     environment.jsonl     program, compiler, libraries and machine, a line for each session
 *     cell.json             what is known about the cell: sweep/record.h
 *     cell.lock             only while somebody works on it: sweep/claim.h
 *     metrics.jsonl, checkpoint.h5              see training/trainer.h
 *     evaluation.json, plots/                   see evaluation/evaluation.h
 */
#ifndef HAMBENCH_EXPERIMENTS_CELL_H
#define HAMBENCH_EXPERIMENTS_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datasets/dataset.h"
#include "evaluation/table.h"
#include "experiments/settings.h"
#include "models/model.h"
#include "simulators/simulator.h"
#include "support/effort.h"
#include "support/sha256.h"
#include "support/status.h"
#include "sweep/record.h"

struct cell {
    const struct simulator *environment;
    const struct model_kind *model;
    char *variant; /* name of the model's variant, for tables and pictures */
    uint64_t seed;
    struct settings settings;
    char *folder;
    char *name;      /* of the folder, in that of the experiment: "pendulum/hgn++/seed-0" */
    char *data_file; /* path of the dataset */
    bool generated;  /* the dataset can be made from the settings; otherwise it was given */
    size_t row;      /* of the experiment's table, counted from 0: environments x variants */
    char *record;    /* file of its record (experiments/cell_record.h); NULL: none is kept */
};

/* Releases what the cell points to, not the cell. */
void cell_clear(struct cell *cell);

/* Whether the settings fit each other, the model and the data, and whether the run folder, when there is one
 * already, can be gone on with. STATUS_DATA names the setting and what to do. */
enum status cell_check(const struct cell *cell);

/* What the cell is: a digest of its environment, model, seed and settings, and of `data`, which says what
 * data they are. */
void cell_identify(char out[SHA256_TEXT], const struct cell *cell, const char *data);

/* How a cell stands, from what is in its folder. */
struct cell_standing {
    enum record_state state;
    bool settled;         /* there is a result, and nothing to do: done, or stale and yet kept */
    bool stale;           /* of a result, whoever works on the cell now */
    struct record record; /* its reason says what is stale */
};

/* `data` is the fingerprint of the dataset that there is now, NULL where nobody knows. A result that another
 * program made, or that was made from other data, is stale but settled; one with other settings is not
 * settled. */
void cell_look(const struct cell *cell, const char *data, struct cell_standing *out);

/* Fills `out` with the result of a settled cell; false when it cannot be read. */
bool cell_result(const struct cell *cell, struct table_cell *out);

/* Takes away what a run has left, so that the next one begins anew. STATUS_IO. */
enum status cell_reset(const struct cell *cell);

/* Trains what is not trained yet, evaluates, and fills `out`; keeps cell.json, and adds to `store` (may be
 * NULL) as the cell goes on. The caller holds the lock of the cell. STATUS_INTERRUPTED: the next call goes
 * on. STATUS_IO (also when the folder was removed meanwhile), STATUS_DATA, STATUS_CELLS_FAILED: the training
 * failed. */
enum status cell_run(const struct cell *cell, const struct dataset *dataset, const struct effort *effort,
                     struct store *store, struct table_cell *out);

/* Evaluates the trained model of the run folder again. As cell_run; STATUS_DATA when it is not trained. */
enum status cell_evaluate(const struct cell *cell, const struct dataset *dataset, const struct effort *effort,
                          struct table_cell *out);

/* Keeps why nothing came of the cell, in its folder and in `store` (may be NULL). */
void cell_keep_failure(const struct cell *cell, struct store *store, const char *reason);

/* The trained model of the run folder, and the steps it has taken, which may be fewer than were asked for (0
 * for a kind that takes none). STATUS_IO, STATUS_DATA: there is no checkpoint, or it does not fit. The caller
 * frees
 * `*out`. */
enum status cell_load(struct model **out, int *steps, const struct cell *cell);

/* The cell that a run folder was made for, from its config.resolved.yaml. STATUS_IO, STATUS_DATA. The caller
 * clears `out`. */
enum status cell_read(struct cell *out, const char *folder);

#endif
