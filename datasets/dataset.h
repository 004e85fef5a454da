/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A dataset in memory: trajectories of images and states, and the windows that training and evaluation read.
 */
#ifndef HAMBENCH_DATASETS_DATASET_H
#define HAMBENCH_DATASETS_DATASET_H

#include <stdint.h>

#include "support/random.h"
#include "support/status.h"

enum dataset_split { DATASET_TRAIN, DATASET_TEST, DATASET_SPLITS };

struct dataset_info {
    char environment[64];             /* name of the simulator's environment, "pendulum_colors" */
    int trajectories[DATASET_SPLITS]; /* how many of each split */
    int frames;                       /* T, the same for all trajectories */
    int state_size;                   /* q and p together */
    double dt;                        /* time from one frame to the next */
    uint64_t seed;
    char generator[64]; /* program and version that wrote the file */
};

struct dataset;

/* Opens and checks the file and reads it into memory (images stay 8 bit: 0.75 MiB for a trajectory of 256
 * frames). STATUS_IO when it cannot be read; STATUS_DATA when it is no dataset, was not finished, has another
 * format version or shapes that do not fit. The caller closes `*out`. */
enum status dataset_open(struct dataset **out, const char *path);
void dataset_close(struct dataset *dataset);

const struct dataset_info *dataset_info(const struct dataset *dataset);

/* Images of a trajectory from frame 0, [T][32][32][3], 8 bit. Owned by the dataset. */
const uint8_t *dataset_images(const struct dataset *dataset, enum dataset_split split, int trajectory);

/* States of a trajectory, [T][state_size]. Owned by the dataset. */
const double *dataset_states(const struct dataset *dataset, enum dataset_split split, int trajectory);

/* Parameters of a trajectory, in the order of the environment's table. Owned by the dataset. */
const double *dataset_parameters(const struct dataset *dataset, enum dataset_split split, int trajectory);

/* The true Hamiltonian at a frame, in the units of the environment. */
double dataset_energy(const struct dataset *dataset, enum dataset_split split, int trajectory, int frame);

/* A run of consecutive frames. */
struct dataset_window {
    int trajectory;
    int start;
};

/* A window of `length` frames: trajectory uniform in the split, start uniform in 0 .. T-length. length <= T.
 */
struct dataset_window dataset_draw_window(const struct dataset *dataset, enum dataset_split split, int length,
                                          struct random_stream *random);

/* The frames of a window as values in [0, 1] (8 bit / 255): `out` [length][32][32][3]. */
void dataset_read_window(const struct dataset *dataset, enum dataset_split split,
                         struct dataset_window window, int length, float *out);

#endif
