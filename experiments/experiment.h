/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An experiment: environments x models x seeds, with the settings of each. docs/experiments.md describes the
 * file.
 */
#ifndef HAMBENCH_EXPERIMENTS_EXPERIMENT_H
#define HAMBENCH_EXPERIMENTS_EXPERIMENT_H

#include "experiments/settings.h"
#include "models/model.h"
#include "simulators/simulator.h"
#include "support/status.h"
#include "support/text.h"

/* A setting given in the file. */
struct experiment_value {
    const struct model_kind *model; /* that it is for; NULL for all */
    const struct setting *setting;
    char *text;
};

struct experiment {
    char *name;      /* of the file, without folder and ending */
    char *title;     /* the name where the file gives none */
    char *profile;   /* NULL for none */
    char *data_file; /* dataset to use instead of a generated one; NULL for none */
    const struct simulator **environments;
    size_t environment_count;
    const struct model_kind **models;
    size_t model_count;
    uint64_t *seeds;
    size_t seed_count;
    struct experiment_value *values; /* checked, in the order of the file */
    size_t value_count;
};

/* Reads and checks an experiment file. STATUS_IO; STATUS_DATA with file:line:column. The caller frees `*out`.
 */
enum status experiment_read(struct experiment **out, const char *path);

/* An experiment of one cell, without a file. `profile` may be NULL. */
void experiment_create(struct experiment **out, const struct simulator *environment,
                       const struct model_kind *model, uint64_t seed, const char *profile);
void experiment_free(struct experiment *experiment);

/* The settings of one model: defaults, then the profile, the file's groups, its overrides for this model, and
 * last the `assignments` ("key=value", `count` of them). STATUS_DATA for a profile, STATUS_USAGE for an
 * assignment. */
enum status experiment_settings(struct settings *out, const struct experiment *experiment,
                                const struct model_kind *model, const char *const *assignments, size_t count);

/* The environment or model of that name; STATUS_DATA with "did you mean". */
enum status experiment_find_environment(const struct simulator **out, const char *name);
enum status experiment_find_model(const struct model_kind **out, const char *name);

#endif
