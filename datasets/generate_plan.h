/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is to be made: the request for a dataset file and what follows from it before anything is done.
 */
#ifndef HAMBENCH_DATASETS_GENERATE_PLAN_H
#define HAMBENCH_DATASETS_GENERATE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "datasets/dataset.h"
#include "simulators/simulator.h"
#include "support/effort.h"

struct generate_request {
    const struct simulator *simulator; /* or what simulator_shifted makes of it */
    const char *path;                  /* of the file to make; its folder is created */
    int train;                         /* trajectories */
    int test;
    int validation;
    int frames; /* T, t = 0 included */
    double dt;
    const double *options; /* of the method, as the environment lists them; NULL: those it has by default */
    bool without_images;   /* states and parameters only: whoever reads the file draws the images */
    uint64_t seed;
    bool keep;            /* a file that is there and is what would be made is left as it is */
    struct effort effort; /* lines are reported before work that takes long: how much is to be made, or that
                             another process is making the file */
};

/* What is asked of the environment. */
struct simulator_plan generate_plan(const struct generate_request *request);

/* The purpose of a split's random streams: "pendulum/train". */
enum { GENERATE_PURPOSE_SIZE = 96 };
void generate_purpose(char out[GENERATE_PURPOSE_SIZE], const struct simulator *simulator, int split);

/* What the file will say about itself. */
struct dataset_info generate_plan_info(const struct generate_request *request);

#endif
