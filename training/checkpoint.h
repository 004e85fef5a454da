/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * checkpoint.h5 of a run folder: parameters and optimiser state by their names, enough to go on to the bit
 * (docs/formats.md), with a fingerprint over all of it.
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

/* What a checkpoint holds beside the parameters; either may be NULL. */
struct checkpoint_state {
    struct adam *adam; /* NULL: fitted in closed form, or not asked for */
    double *average;   /* running average of the parameters, of their size */
};

/* Writes a temporary, then renames it. STATUS_IO. */
enum status checkpoint_write(const char *path, const struct checkpoint_info *info,
                             const struct parameters *parameters, const struct checkpoint_state *state);

/* Reads only what the checkpoint says about itself, and its fingerprint. STATUS_IO; STATUS_DATA (damaged,
 * changed, another format, steps or seconds that cannot be). */
enum status checkpoint_read_info(const char *path, struct checkpoint_info *out);

/* Fills the values of `parameters`, and what of `state` is not NULL, which must have the names and shapes of
 * those written. STATUS_IO; STATUS_DATA, also when values differ from their fingerprint or are not finite.
 * What was filled so far is then worth nothing. */
enum status checkpoint_read(const char *path, struct checkpoint_info *out, struct parameters *parameters,
                            const struct checkpoint_state *state);

#endif
