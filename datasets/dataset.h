/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A dataset: trajectories of images and states, and the windows that training and evaluation read.
 *
 * States are held in memory. Images are, in this order: held in memory, when the file has them and they fit
 * into DATASET_IMAGE_MEMORY; read from the file a window at a time, when it has them and they do not fit;
 * drawn anew from states and parameters, when the file was made without. The bits are the same in all three
 * cases, and so is everything that is trained on them.
 */
#ifndef HAMBENCH_DATASETS_DATASET_H
#define HAMBENCH_DATASETS_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "simulators/simulator.h"
#include "support/random.h"
#include "support/sha256.h"
#include "support/status.h"

/* Settings are chosen by what the models of different settings do on the validation split, so that nothing is
 * chosen by looking at the test split. */
enum dataset_split { DATASET_TRAIN, DATASET_TEST, DATASET_VALIDATION, DATASET_SPLITS };

/* "train", "test", "validation" */
extern const char *const dataset_split_names[DATASET_SPLITS];

/* Images of all splits together are kept in memory up to this many bytes (2 GiB: 2730 trajectories of 256
 * frames). */
#define DATASET_IMAGE_MEMORY ((size_t)2 << 30)

/* Images that stay in the file are read in chunks of a trajectory; as many of them are kept as fit into this
 * (64 MiB: 682 chunks of 32 frames). Frames of as many sequences may be read in turn. */
#define DATASET_CHUNK_MEMORY ((size_t)64 << 20)

struct dataset_info {
    char environment[64];                  /* name of the simulator's environment, "pendulum_colors" */
    enum simulator_shift shift;            /* how it lies outside of training sets */
    int trajectories[DATASET_SPLITS];      /* how many of each split */
    int frames;                            /* T, the same for all trajectories */
    int state_size;                        /* q and p together */
    double dt;                             /* time from one frame to the next */
    double options[SIMULATOR_MAX_OPTIONS]; /* of the method, in the order of the environment's table */
    bool stored_images;                    /* whether the file has images; otherwise they are drawn */
    uint64_t seed;
    char generator[64];           /* program and version that wrote the file */
    char definition[SHA256_TEXT]; /* of the environment when it was made, see datasets/definition.h */
};

struct dataset;

/* Opens and checks the file and reads it into memory. STATUS_IO when it cannot be read; STATUS_DATA when it
 * is no dataset, was not finished or was changed afterwards, has another format version, shapes that do not
 * fit or numbers out of their range. The caller closes `*out`. */
enum status dataset_open(struct dataset **out, const char *path);

/* The same with another limit than DATASET_IMAGE_MEMORY. */
enum status dataset_open_within(struct dataset **out, const char *path, size_t image_memory);
void dataset_close(struct dataset *dataset);

const struct dataset_info *dataset_info(const struct dataset *dataset);
/* The environment, as it is shifted where it is. */
const struct simulator *dataset_simulator(const struct dataset *dataset);

/* STATUS_OK when the environment that made the file is the one that this program has; STATUS_DATA, saying
 * that it is stale, when its definition has changed since. */
enum status dataset_check_current(const struct dataset *dataset);

/* The SHA-256 of all that the file holds but for the program's version, 64 hexadecimal digits: two files with
 * the same have the same data. Owned by the dataset. */
const char *dataset_fingerprint(const struct dataset *dataset);

/* What was asked of the environment to make the file. */
struct simulator_plan dataset_plan(const struct dataset *dataset);

/* Whether the options of the method are the environment's own ("published"), those of its profile "quick", or
 * neither ("custom"); "published" where it has none. */
const char *dataset_protocol(const struct dataset *dataset);

/* States of a trajectory, [T][state_size]. Owned by the dataset. */
const double *dataset_states(const struct dataset *dataset, enum dataset_split split, int trajectory);

/* What was drawn for a trajectory: parameters, start, offset and colours. Valid until the dataset is closed.
 */
const struct trajectory_setup *dataset_setup(const struct dataset *dataset, enum dataset_split split,
                                             int trajectory);

/* Parameters of a trajectory, in the order of the environment's table. Owned by the dataset. */
const double *dataset_parameters(const struct dataset *dataset, enum dataset_split split, int trajectory);

/* The run that a trajectory was cut from, numbered from 0 in each split: trajectories of one run depend on
 * each other. Where each has its own the number is that of the trajectory. */
int dataset_run(const struct dataset *dataset, enum dataset_split split, int trajectory);
int dataset_run_count(const struct dataset *dataset, enum dataset_split split);

/* The true Hamiltonian at a frame, in the units of the environment. */
double dataset_energy(const struct dataset *dataset, enum dataset_split split, int trajectory, int frame);

/* The conservative vector field (dH/dp, -dH/dq) at a frame, `out` [state_size]. Only for systems that have
 * one (dynamics->field). */
void dataset_derivative(const struct dataset *dataset, enum dataset_split split, int trajectory, int frame,
                        double *out);

/* A run of consecutive frames. */
struct dataset_window {
    int trajectory;
    int start;
};

/* A window of `length` frames: trajectory uniform in the split, start uniform in 0 .. T-length. length <= T.
 */
struct dataset_window dataset_draw_window(const struct dataset *dataset, enum dataset_split split, int length,
                                          struct random_stream *random);

/* The frames of a window as values in [0, 1] (8 bit / 255): `out` [length][32][32][3]. Several threads may
 * read at once. Frames that cannot be read from the file are black; dataset_status then says so. */
void dataset_read_window(const struct dataset *dataset, enum dataset_split split,
                         struct dataset_window window, int length, float *out);

/* The same as bytes: `out` [length][32][32][3]. */
void dataset_read_images(const struct dataset *dataset, enum dataset_split split,
                         struct dataset_window window, int length, uint8_t *out);

/* How many chunks of images have been inflated so far; 0 where they do not stay in the file. */
long dataset_chunks_inflated(const struct dataset *dataset);

/* STATUS_OK, or what went wrong first in reading windows so far (a disk that fails, a file that was changed):
 * like ferror(3), to be looked at after a batch and not after each window. STATUS_DATA. */
enum status dataset_status(const struct dataset *dataset);

#endif
