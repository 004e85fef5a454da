/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a result came from: which program, built how, running on what.
 */
#ifndef HAMBENCH_SUPPORT_PROVENANCE_H
#define HAMBENCH_SUPPORT_PROVENANCE_H

#include "support/json_text.h"

/* "0.1.0" */
const char *provenance_version(void);

/* `git describe` of the source at build time ("-dirty" behind it when files were changed), or "release
 * VERSION" when it was built from a release, or "unknown". */
const char *provenance_revision(void);

/* Which kernels the engine calculates with in this process ("none" before this is called): engine/kernels.h.
 * The string is kept, not copied. */
void provenance_set_kernels(const char *name);

/* Adds the members "program", "version", "revision", "compiler", "flags", "engine_flags", "kernels",
 * "simulator_flags", "libraries" (name: version), "processor", "processors" and "system" to the object that
 * is open in `json`. */
void provenance_add_json(struct json_text *json);

/* Adds the same for people: a few lines "label  value". */
void provenance_add_text(struct text *out);

#endif
