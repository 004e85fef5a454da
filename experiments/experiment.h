/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An experiment: environments x variants of models x seeds, with the settings of each. docs/experiments.md
 * describes the file.
 */
#ifndef HAMBENCH_EXPERIMENTS_EXPERIMENT_H
#define HAMBENCH_EXPERIMENTS_EXPERIMENT_H

#include "experiments/settings.h"
#include "models/model.h"
#include "simulators/simulator.h"
#include "support/lines.h"
#include "support/status.h"
#include "support/text.h"

/* A column of the experiment: a kind of model under a name, with settings of its own. Two variants may be of
 * one kind. */
struct variant {
    char *name; /* of folders, rows and plots */
    const struct model_kind *kind;
};

/* A setting that was given, in a file or on the command line. */
struct experiment_value {
    int level;      /* later ones win: the file's groups, the variant's, the command line's */
    size_t variant; /* that it is for, EXPERIMENT_ALL for all that have such a setting */
    char *group, *name;
    char *text;
    bool quoted;
    char *wrong;             /* what stands there when it is no scalar; else NULL */
    char *key_place, *place; /* "FILE:LINE:COLUMN" of the name and of the value, "" on the command line */
};
#define EXPERIMENT_ALL ((size_t)-1)

struct experiment {
    char *name;      /* of the file, without folder and ending */
    char *title;     /* the name where the file gives none */
    char *profile;   /* NULL: SETTINGS_PROFILE */
    char *data_file; /* dataset to use instead of a generated one; NULL for none */
    const struct simulator **environments;
    size_t environment_count;
    struct variant *variants;
    size_t variant_count;
    uint64_t *seeds;
    size_t seed_count;
    struct lines columns;            /* of the table, checked; empty: the usual ones */
    struct experiment_value *values; /* checked */
    size_t value_count;
};

/* Reads and checks an experiment file, and on top of it the `assignments` ("key=value", with keys and values
 * as in the file). STATUS_IO; STATUS_DATA with file:line:column; STATUS_USAGE for an assignment. The caller
 * frees `*out`. */
enum status experiment_read(struct experiment **out, const char *path, const char *const *assignments,
                            size_t count);

/* An experiment of one cell, without a file. `profile` and `data_file` may be NULL. STATUS_USAGE for an
 * assignment. The caller frees `*out`. */
enum status experiment_create(struct experiment **out, const struct simulator *environment,
                              const struct model_kind *kind, uint64_t seed, const char *profile,
                              const char *data_file, const char *const *assignments, size_t count);
void experiment_free(struct experiment *experiment);

/* The settings of one variant: defaults, then the profile, the file's groups, its own, and last the command
 * line's. The caller clears `out`. */
void experiment_settings(struct settings *out, const struct experiment *experiment, size_t variant);

/* The environment or kind of model of that name; STATUS_DATA with "did you mean". */
enum status experiment_find_environment(const struct simulator **out, const char *name);
enum status experiment_find_model(const struct model_kind **out, const char *name);

#endif
