/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The settings of an experiment: one schema table from which defaults, checks, `--set`, the reference in
 * docs/experiments.md and the resolved configuration of a run folder are made.
 */
#ifndef HAMBENCH_EXPERIMENTS_SETTINGS_H
#define HAMBENCH_EXPERIMENTS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evaluation/evaluation.h"
#include "models/model.h"
#include "support/status.h"
#include "support/text.h"
#include "training/trainer.h"

/* The largest seed: every integer up to it is a double. */
#define SEED_MAX (INT64_C(1) << 53)

/* Words of dataset.images and dataset.protocol. */
#define DATASET_IMAGES_STORE "store"
#define DATASET_IMAGES_NONE "none"
#define DATASET_PROTOCOL_PUBLISHED "published"
#define DATASET_PROTOCOL_QUICK "quick"

/* Of the first four, 0 stands for what the environment's table says (data_file_resolve). */
struct dataset_settings {
    int train;         /* trajectories */
    int test;          /* trajectories */
    int frames;        /* of each trajectory, t = 0 included */
    double dt;         /* time from one frame to the next */
    char images[32];   /* whether the file holds them: "store", "none" */
    char protocol[32]; /* options of environments that have some: "published", "quick" */
    int64_t seed;      /* of the initial conditions */
};

struct settings {
    struct dataset_settings dataset;
    struct model_settings model;
    struct training_settings training;
    struct evaluation_settings evaluation;
};

enum setting_type {
    SETTING_INTEGER, /* int */
    SETTING_SEED,    /* int64_t */
    SETTING_REAL,    /* double */
    SETTING_NAME,    /* char[32], one of a list of names */
};

/* A row of the schema. */
struct setting {
    const char *key; /* "training.steps": group and name */
    enum setting_type type;
    const char *initial; /* the default, as it would be written in a file */
    double minimum;      /* of numbers, both ends allowed */
    double maximum;
    size_t (*list_names)(const char **out, size_t capacity); /* of SETTING_NAME: how many; fills `out` */
    const char *unit;                                        /* "" for counts and ratios */
    const char *help;                                        /* one line */
    size_t offset;                                           /* in struct settings */
};

extern const struct setting settings_schema[];
extern const size_t settings_schema_count;

/* A named set of values, applied on top of the defaults. */
struct profile {
    const char *name;
    const char *summary;
    const char *const *assignments; /* "key=value", ended by NULL */
};

extern const struct profile settings_profiles[];
extern const size_t settings_profiles_count;

/* The row of that key. STATUS_DATA with "did you mean" when there is none. */
enum status setting_find(const struct setting **out, const char *key);

/* The same in another schema of `count` rows. */
enum status setting_find_among(const struct setting **out, const struct setting *rows, size_t count,
                               const char *key);

/* Sets one value, in the struct that the row's schema describes, from its text. STATUS_DATA, with the value
 * and what is allowed: not a number, nan or infinite, out of range, an unknown name. */
enum status setting_assign(void *settings, const struct setting *setting, const char *value);

/* The value as it would be written in a file; numbers read back to the same bits. */
void setting_format(struct text *out, const void *settings, const struct setting *setting);

/* "integer", "number" or "name". */
const char *setting_type_name(const struct setting *setting);

/* "1 to 1000000", or the names. */
void setting_format_range(struct text *out, const struct setting *setting);

/* Every setting at its default. */
void settings_default(struct settings *out);

/* Applies a profile by name on top of `settings`. STATUS_DATA when there is no such profile. */
enum status settings_apply_profile(struct settings *settings, const char *name);

/* Applies "key=value" of a command line. STATUS_USAGE when it has no '=', and for all that setting_find and
 * setting_assign find wrong. */
enum status settings_apply(struct settings *settings, const char *assignment);

/* Adds all settings as YAML groups ("dataset:\n  train: 500\n..."). */
void settings_add_yaml(struct text *out, const struct settings *settings);

/* The first row in which the two differ, NULL when they are equal. `skip_group` (may be NULL) names a group
 * that is not looked at. */
const struct setting *settings_difference(const struct settings *a, const struct settings *b,
                                          const char *skip_group);

#endif
