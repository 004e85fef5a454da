/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What cell.c, cell_check.c and cell_record.c know of each other: the names of files. cell_check itself is in
 * experiments/cell.h.
 */
#ifndef HAMBENCH_EXPERIMENTS_CELL_CHECK_H
#define HAMBENCH_EXPERIMENTS_CELL_CHECK_H

#include "experiments/cell.h"

extern const char cell_config_name[];
extern const char cell_checkpoint_name[];
extern const char cell_sessions_name[];

#endif
