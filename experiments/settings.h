/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The settings of one cell: a section for each of those who read some (dataset, the model's kind, training,
 * evaluation, metrics), each described by its owner's schema.
 */
#ifndef HAMBENCH_EXPERIMENTS_SETTINGS_H
#define HAMBENCH_EXPERIMENTS_SETTINGS_H

#include <stddef.h>

#include "datasets/dataset_settings.h"
#include "evaluation/evaluation_settings.h"
#include "models/model.h"
#include "support/schema.h"
#include "support/status.h"
#include "support/text.h"
#include "training/training_settings.h"

struct settings_section {
    const struct schema *schema;
    void *values; /* the schema's struct */
};

enum { SETTINGS_MAX_SECTIONS = 16 };
struct settings {
    struct settings_section sections[SETTINGS_MAX_SECTIONS];
    size_t count;
};

/* Every setting at its default, those of `kind` among them (NULL: no model). The caller clears `out`. */
void settings_create(struct settings *out, const struct model_kind *kind);
void settings_clear(struct settings *settings);

/* The struct of a schema; NULL when there is no such section. */
void *settings_values(const struct settings *settings, const struct schema *schema);

/* Those of single sections. Training is NULL for models that take no steps, model for no model. */
struct dataset_settings *settings_dataset(const struct settings *settings);
struct training_settings *settings_training(const struct settings *settings);
struct evaluation_settings *settings_evaluation(const struct settings *settings);
/* The struct of the model's kind. */
void *settings_model(const struct settings *settings);

/* A named set of values, which take the place of defaults. The values stand with the settings' owners. */
struct profile {
    const char *name;
    const char *summary;
};
extern const struct profile settings_profiles[];
extern const size_t settings_profile_count;
#define SETTINGS_PROFILE "quick" /* where none is named */

/* STATUS_DATA with "did you mean" when there is no such profile. */
enum status settings_check_profile(const char *name);

/* Puts the profile's values in: those of each section's schema, and last those of the model's kind, which may
 * be about other sections. The profile must exist. */
void settings_apply_profile(struct settings *settings, const char *name);

/* The setting of that name in a section of that group: its row, and the struct in `values` (may be NULL).
 * NULL when there is none. */
const struct field *settings_find(const struct settings *settings, const char *group, const char *name,
                                  void **values);

/* Applies "group.name=value". STATUS_USAGE: no '=', an unknown setting ("did you mean"), a value that is not
 * allowed. */
enum status settings_apply(struct settings *settings, const char *assignment);

/* Adds all settings as YAML groups ("dataset:\n  train: 500\n..."). */
void settings_add_yaml(struct text *out, const struct settings *settings);

/* Fails like status_unknown, among all settings of all sections of `count` sets. */
enum status settings_fail_unknown(enum status code, const struct settings *sets, size_t count,
                                  const char *group, const char *name);

#endif
