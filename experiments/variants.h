/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The key `models` of an experiment file and the groups of settings: which variants there are, and which
 * value goes to which of them.
 */
#ifndef HAMBENCH_EXPERIMENTS_VARIANTS_H
#define HAMBENCH_EXPERIMENTS_VARIANTS_H

#include "experiments/experiment.h"
#include "support/document_keys.h"

/* Levels of values; those of a higher one win. */
enum { VARIANTS_FILE, VARIANTS_OWN, VARIANTS_COMMAND_LINE };

/* A file, or an assignment, being read. */
struct variants_reading {
    struct experiment *experiment;
    int level; /* of values of groups: VARIANTS_FILE or VARIANTS_COMMAND_LINE */
};

/* Names of the groups, ended by NULL. */
extern const char *const variants_groups[];

/* document_key.read of `models`: names of kinds, or mappings {name, kind, groups of settings}. */
enum status variants_read(void *context, const struct document *document, const struct document_node *node);

/* document_reader.read_other: a group of settings for all variants. */
enum status variants_read_group(void *context, const struct document *document,
                                const struct document_node *key, const struct document_node *node);

/* Checks every value against the settings that it is for. STATUS_DATA: the value is not allowed, or it is of
 * `level` or above and no variant has such a setting. (The models of a file may be replaced on the command
 * line; its values for those that are gone are nobody's then.) */
enum status variants_check_values(const struct experiment *experiment, int level);

void variants_add(struct experiment *experiment, const char *name, const struct model_kind *kind);
void variants_clear(struct experiment *experiment);
void variants_clear_value(struct experiment_value *value);

#endif
