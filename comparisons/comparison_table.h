/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The results of a comparison as text: verdict.md in words, table.md with a table for each problem and
 * horizon, table.csv and table.json with every cell.
 */
#ifndef HAMBENCH_COMPARISONS_COMPARISON_TABLE_H
#define HAMBENCH_COMPARISONS_COMPARISON_TABLE_H

#include "comparisons/outcome.h"

/* Adds the two tables of one problem and horizon: the work that the accuracies need, and all figures at about
 * equal work. Columns without a number are left out. */
void comparison_table_add(struct text *out, const struct outcome *outcome, size_t problem, size_t horizon);

/* Writes all of them into `folder`. STATUS_IO. */
enum status comparison_table_write(const struct outcome *outcome, const char *folder);

#endif
