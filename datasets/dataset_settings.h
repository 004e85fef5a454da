/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What can be said about a dataset that is to be made: the group "dataset" of experiment files.
 */
#ifndef HAMBENCH_DATASETS_DATASET_SETTINGS_H
#define HAMBENCH_DATASETS_DATASET_SETTINGS_H

#include <stdint.h>

#include "datasets/dataset_words.h"
#include "support/schema.h"

/* Of the first five, the default stands for what the environment's table says (data_file_resolve). */
struct dataset_settings {
    int train;                      /* trajectories; -1: the environment's */
    int test;                       /* trajectories; -1: the environment's */
    int validation;                 /* trajectories; -1: a quarter of the test ones, none without training */
    int frames;                     /* of each trajectory, t = 0 included; 0: the environment's */
    double dt;                      /* time from one frame to the next; 0: the environment's */
    char images[FIELD_NAME_SIZE];   /* whether the file holds them: "store", "none" */
    char protocol[FIELD_NAME_SIZE]; /* options of environments that have some: "published", "quick" */
    int64_t seed;                   /* of the initial conditions */
    char shift[FIELD_NAME_SIZE];    /* out of what training sets hold: "none", "energy", ... */
};

extern const struct schema dataset_settings_schema;

#endif
