/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The columns of tables, and the rows they are about.
 */
#ifndef HAMBENCH_EVALUATION_TABLE_COLUMN_H
#define HAMBENCH_EVALUATION_TABLE_COLUMN_H

#include "evaluation/table_row.h"

struct table_column {
    const char *name;
    const char *title;
    const char *help; /* what stands below the table; NULL for columns that need no word */
    int figure;       /* number of the metric's figure, -1 for words */
    void (*add)(struct text *out, const struct table_row *row); /* of words */
};

/* The column of that name; false when there is none. */
bool table_column_find(struct table_column *out, const char *name);

/* Whether there are rows in the table that have such a figure by what their models are asked about. */
bool table_column_applies(const struct table_column *column, const struct table *table);

/* Adds the entry of one row. */
void table_column_add(struct text *out, const struct table_column *column, const struct table_row *row);

/* The published value that stands beside the cell's reconstruction_l2_norm; nan where none is comparable. */
double table_published(const struct table_cell *cell);

#endif
