/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making a dataset file: simulate, draw and store every trajectory of an environment.
 */
#ifndef HAMBENCH_DATASETS_GENERATE_H
#define HAMBENCH_DATASETS_GENERATE_H

#include <stdbool.h>
#include <stdint.h>

#include "simulators/simulator.h"
#include "support/effort.h"
#include "support/status.h"

struct generate_request {
    const struct simulator *simulator;
    const char *path; /* of the file to make; its folder is created */
    int train;        /* trajectories */
    int test;
    int frames; /* T, t = 0 included */
    double dt;
    const double *options; /* of the method, as the environment lists them; NULL: those it has by default */
    bool without_images;   /* states and parameters only: whoever reads the file draws the images */
    uint64_t seed;
    bool keep;            /* a file that is there and is what would be made is left as it is */
    struct effort effort; /* lines are reported before work that takes long: how much is to be made, or that
                             another process is making the file */
};

/* Writes a temporary and renames it when it is whole, so `path` never holds half a dataset. Who makes it
 * holds the lock PATH.lock: another one waits for him and takes what he has made. The bytes depend on the
 * request only, not on the threads. STATUS_DATA (the environment cannot be simulated so), STATUS_IO (folder,
 * disk full, also when a forecast says that the disk cannot hold the file), STATUS_INTERRUPTED (nothing is
 * kept). */
enum status dataset_generate(const struct generate_request *request);

/* What is asked of the environment. */
struct simulator_plan generate_plan(const struct generate_request *request);

/* The purpose of a split's random streams: "pendulum/train". */
enum { GENERATE_PURPOSE_SIZE = 96 };
void generate_purpose(char out[GENERATE_PURPOSE_SIZE], const struct simulator *simulator, int split);

#endif
