/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Settings of any kind of model for tests: the defaults, and what of a list of assignments the kind has.
 */
#ifndef HAMBENCH_TESTS_MODEL_CASE_H
#define HAMBENCH_TESTS_MODEL_CASE_H

#include "models/model.h"

/* "name=value", ended by NULL: a model that takes its step in no time. */
extern const char *const model_case_tiny[];

/* The kind's struct, released with `free`. Fails the test when a value is refused. */
void *model_case_settings(const struct model_kind *kind, const char *const *assignments);

/* Sets one row; false where the kind has none of that name. Fails the test when the value is refused. */
bool model_case_set(const struct model_kind *kind, void *settings, const char *assignment);

#endif
