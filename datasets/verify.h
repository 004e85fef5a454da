/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether a dataset file is what it says: its fingerprints, its invariants, and what simulating and drawing
 * some of its trajectories again gives.
 */
#ifndef HAMBENCH_DATASETS_VERIFY_H
#define HAMBENCH_DATASETS_VERIFY_H

#include "support/effort.h"
#include "support/status.h"

struct verify_request {
    const char *path;
    int sample; /* trajectories of each split that are simulated and drawn again */

    /* A line is reported for each thing that differs: where, what was found, what was expected. */
    struct effort effort;
};

struct verify_result {
    long trajectories; /* in the file */
    long fingerprints; /* that were computed */
    long simulated;    /* trajectories */
    long drawn;        /* images */
    long differences;
};

/* STATUS_OK when nothing differs. STATUS_DATA when something does (each was reported), or when the file
 * cannot be opened as a dataset; STATUS_IO; STATUS_INTERRUPTED. `out` is filled in any case.
 *
 * Simulating again is exact, to the bit: it finds differences in files that another version of the program or
 * of its libraries made, too. */
enum status dataset_verify(struct verify_result *out, const struct verify_request *request);

#endif
