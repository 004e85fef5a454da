/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * checkpoint.h5 of a run folder: parameters and optimiser state, enough to go on to the bit
 * (docs/formats.md). The only file of training/ that knows HDF5.
 */
#ifndef HAMBENCH_TRAINING_CHECKPOINT_H
#define HAMBENCH_TRAINING_CHECKPOINT_H

#include <stdint.h>

#include "engine/optimizer.h"
#include "engine/parameters.h"
#include "support/status.h"

/* What a checkpoint says about itself. */
struct checkpoint_info {
    char model[32]; /* name of the model kind */
    uint64_t seed;
    int steps;      /* of training done */
    double seconds; /* spent on them */
};

/* Writes a temporary, then renames it. `adam` may be NULL (models fitted in closed form). STATUS_IO. */
enum status checkpoint_write(const char *path, const struct checkpoint_info *info,
                             const struct parameters *parameters, const struct adam *adam);

/* Reads only what the checkpoint says about itself. STATUS_IO, STATUS_DATA (damaged, another format). */
enum status checkpoint_read_info(const char *path, struct checkpoint_info *out);

/* Fills the values of `parameters`, and of `adam` unless NULL, which must have the shapes of those written.
 * STATUS_IO; STATUS_DATA when names or shapes differ. */
enum status checkpoint_read(const char *path, struct checkpoint_info *out, struct parameters *parameters,
                            struct adam *adam);

#endif
