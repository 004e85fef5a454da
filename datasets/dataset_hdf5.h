/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The layout of a dataset file, in one place: dataset_hdf5.c knows what the groups, datasets and attributes
 * are called and what shape they have (docs/formats.md). Internal to datasets/.
 *
 * Letters of shapes: n trajectories of a split, T frames, D state size.
 */
#ifndef HAMBENCH_DATASETS_DATASET_HDF5_H
#define HAMBENCH_DATASETS_DATASET_HDF5_H

#include <stdint.h>

#include "datasets/dataset.h"
#include "simulators/simulator.h"
#include "support/status.h"

#define DATASET_FORMAT "hambench-dataset"

/* Goes up with every change after which an older reader would misread the file. */
enum { DATASET_FORMAT_VERSION = 1 };

/* Frames of one stored chunk; a chunk never spans trajectories. */
enum { DATASET_CHUNK_FRAMES = 32 };

/* One trajectory, as the writer takes it. */
struct dataset_record {
    const struct trajectory_setup *setup;
    const double *x;          /* [T][D] */
    const double *dx_dt;      /* [T][D], the conservative field */
    const double *dx_dt_full; /* [T][D], with friction; NULL in environments without */
    const uint8_t *images;    /* [T][32][32][3] */
    double energy_error;
};

struct dataset_writer;

/* Creates the file `path` with everything that is known beforehand. STATUS_IO; then there is no file and no
 * writer. */
enum status dataset_writer_create(struct dataset_writer **out, const char *path,
                                  const struct simulator *simulator, const struct dataset_info *info);

/* Stores trajectory `index` of a split. Called by one thread at a time, in the order that the bytes of the
 * file shall have. STATUS_IO. */
enum status dataset_writer_put(struct dataset_writer *writer, enum dataset_split split, int index,
                               const struct dataset_record *record);

/* Writes what is known only at the end, then the mark that the file is complete, and closes it. STATUS_IO.
 * The writer is gone afterwards, in any case. */
enum status dataset_writer_finish(struct dataset_writer *writer);

/* Closes an unfinished file without the mark. */
void dataset_writer_abandon(struct dataset_writer *writer);

/* What the reader fills; datasets/dataset.c gives it to others. */
struct dataset_split_data {
    uint8_t *images;    /* [n][T][32][32][3] */
    double *states;     /* [n][T][D] */
    double *parameters; /* [n][parameters of the environment] */
};

struct dataset {
    struct dataset_info info;
    const struct simulator *simulator;
    struct dataset_split_data splits[DATASET_SPLITS];
};

/* Checks the file and reads it into `*out` (zeroed before); what was read belongs to the caller also when the
 * call fails. Errors as in dataset_open. */
enum status dataset_hdf5_read(struct dataset *out, const char *path);

#endif
