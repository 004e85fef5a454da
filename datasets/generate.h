/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making a dataset file: simulate, render and store every trajectory of an environment.
 */
#ifndef HAMBENCH_DATASETS_GENERATE_H
#define HAMBENCH_DATASETS_GENERATE_H

#include <stdbool.h>
#include <stdint.h>

#include "simulators/simulator.h"
#include "support/status.h"

struct generate_request {
    const struct simulator *simulator;
    const char *path; /* of the file to make; its folder is created */
    int train;        /* trajectories */
    int test;
    int frames; /* T, t = 0 included */
    double dt;
    uint64_t seed;
    int threads;
    bool quiet; /* no progress on standard error */
};

/* Writes PATH.part and renames it when it is whole, so `path` never holds half a dataset. The bytes depend on
 * the request only, not on `threads`. STATUS_IO (folder, disk full), STATUS_INTERRUPTED (nothing is kept). */
enum status dataset_generate(const struct generate_request *request);

#endif
