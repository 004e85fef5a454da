/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A trained model in one file for other programs: its parameters by name and shape, and what is needed to
 * know what they are (docs/formats.md).
 */
#ifndef HAMBENCH_EXPERIMENTS_EXPORT_H
#define HAMBENCH_EXPERIMENTS_EXPORT_H

#include "experiments/cell.h"

/* Writes a temporary, then renames it. `steps` is how long the model was trained. STATUS_IO. */
enum status export_write(const char *path, const struct cell *cell, const struct model *model, int steps);

#endif
