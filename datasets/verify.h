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
    long rounded;    /* trajectories and images that differ by rounding only (datasets/rounding.h) */
    double rounding; /* the largest of these differences, relative to the largest value of its kind */
};

/* STATUS_OK when nothing differs, or when values that are those of their fingerprints differ from what
 * simulating again gives by rounding only: such a file is sound, made with another library or compiler.
 * STATUS_DATA when something else differs (each was reported), or when the file cannot be opened as a
 * dataset; STATUS_IO; STATUS_INTERRUPTED. `out` is filled in any case. */
enum status dataset_verify(struct verify_result *out, const struct verify_request *request);

#endif
