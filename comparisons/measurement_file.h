/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file cells.jsonl of a comparison (sweep/store.h): a record for each reference and each cell, added as
 * they are made. What it holds is not made again; records of cells that the comparison does not ask for are
 * left alone.
 */
#ifndef HAMBENCH_COMPARISONS_MEASUREMENT_FILE_H
#define HAMBENCH_COMPARISONS_MEASUREMENT_FILE_H

#include "comparisons/outcome.h"
#include "sweep/store.h"

/* Opens the file in `folder`, begun where it is missing, and fills the outcome with what it holds.
 * STATUS_IO; STATUS_DATA with file:line. The caller closes `*out`. */
enum status measurement_file_open(struct store **out, const char *folder, struct outcome *outcome);

/* Adds a record. One thread at a time. STATUS_IO. */
enum status measurement_file_add_cell(struct store *store, const struct outcome *outcome,
                                      struct measurement_place place);
enum status measurement_file_add_reference(struct store *store, const struct outcome *outcome, size_t problem,
                                           size_t horizon);

#endif
