/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/dataset_settings.h"

#include "simulators/shift.h"

static size_t list_images(const char **out, size_t capacity) {
    static const char *const words[] = {DATASET_IMAGES_STORE, DATASET_IMAGES_NONE, NULL};
    return field_list_words(words, out, capacity);
}

static size_t list_protocols(const char **out, size_t capacity) {
    static const char *const words[] = {DATASET_PROTOCOL_PUBLISHED, DATASET_PROTOCOL_QUICK, NULL};
    return field_list_words(words, out, capacity);
}

static size_t list_shifts(const char **out, size_t capacity) {
    return field_list_words(simulator_shift_names, out, capacity);
}

#define OFFSET(member) offsetof(struct dataset_settings, member)

static const struct field fields[] = {
    SETTING("train", FIELD_INTEGER, "-1", -1, 1e6, NULL, "trajectories",
            "training trajectories to generate; -1: as the environment has it, mostly 500", OFFSET(train)),
    SETTING("test", FIELD_INTEGER, "-1", -1, 1e6, NULL, "trajectories",
            "test trajectories to generate; -1: as the environment has it, mostly 200", OFFSET(test)),
    SETTING(
        "validation", FIELD_INTEGER, "-1", -1, 1e6, NULL, "trajectories",
        "validation trajectories to generate, by which settings are chosen; -1: a quarter of the test ones "
        "where there are training trajectories, otherwise none",
        OFFSET(validation)),
    SETTING("frames", FIELD_INTEGER, "0", 0, 1e5, NULL, "frames",
            "length of a trajectory, t = 0 included; 0: as the environment has it, mostly 256",
            OFFSET(frames)),
    SETTING("dt", FIELD_REAL, "0", 0, 100, NULL, "time of the environment",
            "time from one frame to the next; 0: as the environment has it, mostly 0.05", OFFSET(dt)),
    SETTING(
        "images", FIELD_NAME, DATASET_IMAGES_STORE, 0, 0, list_images, "",
        "whether the file holds the images; without, they are drawn when they are needed, to the same bits",
        OFFSET(images)),
    SETTING("protocol", FIELD_NAME, DATASET_PROTOCOL_QUICK, 0, 0, list_protocols, "",
            "lengths of the stages of environments that have such (molecular dynamics): as published, or "
            "shortened",
            OFFSET(protocol)),
    SETTING("seed", FIELD_SEED, "0", 0, (double)FIELD_SEED_MAX, NULL, "",
            "seed of initial conditions, parameters and colours", OFFSET(seed)),
    SETTING(
        "shift", FIELD_NAME, DATASET_SHIFT_NONE, 0, 0, list_shifts, "",
        "trajectories outside of what training sets hold: initial energies, parameters or time steps; then "
        "the default is no training trajectories",
        OFFSET(shift)),
};

static const char *const smoke[] = {"dataset.train=24", "dataset.test=8", "dataset.frames=128", NULL};
static const char *const standard[] = {"dataset.train=5000", "dataset.test=500", NULL};
static const char *const paper[] = {"dataset.train=50000", "dataset.test=20000", "dataset.protocol=published",
                                    NULL};
static const struct schema_profile profiles[] = {
    {"smoke", smoke}, {"standard", standard}, {"paper", paper}, {NULL, NULL}};

const struct schema dataset_settings_schema = SCHEMA("dataset", fields, struct dataset_settings, profiles);
