/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The record of a finished cell: a file of a few kilobytes with its settings, its figures and what made it,
 * without weights, pictures or paths. It stands for the cell in tables, on whatever machine it was made:
 *
 *     FOLDER/ENVIRONMENT/VARIANT/seed-N.json
 *
 * docs/formats.md describes the keys.
 */
#ifndef HAMBENCH_EXPERIMENTS_CELL_RECORD_H
#define HAMBENCH_EXPERIMENTS_CELL_RECORD_H

#include <stdbool.h>

#include "experiments/cell.h"
#include "support/lines.h"

/* What made a cell, as far as its bits depend on it. */
struct cell_record_maker {
    char revision[RECORD_REVISION]; /* of the program */
    char begun_by[RECORD_REVISION]; /* and of the one that began the training */
    char build[1024];               /* compiler, kernels, processor and libraries */
};

struct cell_record {
    char environment[64], kind[64], variant[RECORD_NAME];
    int64_t seed;
    char identity[SHA256_TEXT]; /* cell_identify, of what the data are made by */
    char data[SHA256_TEXT];     /* fingerprint of the dataset */
    bool generated;             /* the dataset can be made from the settings */
    int steps;                  /* of training */
    double seconds;             /* spent on them */
    struct cell_record_maker maker;
    struct lines settings; /* "training.steps=3000", all of them */
    struct evaluation_result result;
};

void cell_record_clear(struct cell_record *record);

/* The path of a cell's record below `folder`, released with `free`. */
char *cell_record_path(const char *folder, const char *environment, const char *variant, uint64_t seed);

/* Reads a record. STATUS_IO, STATUS_DATA: damaged, or its figures are of other versions of the metrics. The
 * caller clears `out`, in any case. */
enum status cell_record_read(struct cell_record *out, const char *path);

/* Writes the record of a settled cell to cell->record, as a whole or not at all. STATUS_IO, STATUS_DATA. */
enum status cell_record_write(const struct cell *cell);

/* What cell->record is to the cell. */
enum cell_record_use {
    CELL_RECORD_NONE,    /* there is no such file, or none is kept */
    CELL_RECORD_FITS,    /* it is of this very cell: the same settings, data, and versions of metrics */
    CELL_RECORD_OTHER,   /* it is of other settings, data or versions; status_detail says which */
    CELL_RECORD_DAMAGED, /* it cannot be read; status_detail says why */
};

/* Looks at cell->record; `data` is the fingerprint of the dataset that there is now, NULL where nobody knows.
 * The caller clears `out`, in any case. */
enum cell_record_use cell_record_look(struct cell_record *out, const struct cell *cell, const char *data);

/* The result, as if the cell had been run here. */
struct table_cell cell_record_result(const struct cell_record *record, const struct cell *cell);

/* This program, on this machine. */
struct cell_record_maker cell_record_this_maker(void);

#endif
