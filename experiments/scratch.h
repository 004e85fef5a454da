/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A folder for work of which nothing is kept.
 */
#ifndef HAMBENCH_EXPERIMENTS_SCRATCH_H
#define HAMBENCH_EXPERIMENTS_SCRATCH_H

#include "support/status.h"

/* A new folder below TMPDIR, or /tmp. STATUS_IO. The caller hands `*out` to scratch_remove. */
enum status scratch_create(char **out);

/* Removes the folder with all that is in it, and frees its name; NULL is allowed. */
void scratch_remove(char *folder);

/* Bytes of all files in the folder. */
double scratch_size(const char *folder);

#endif
