/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of results: environments x models, beside the published numbers.
 */
#ifndef HAMBENCH_EVALUATION_TABLE_H
#define HAMBENCH_EVALUATION_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "evaluation/evaluation.h"
#include "support/status.h"
#include "support/text.h"

/* One trained and evaluated (environment, model, seed). The strings belong to the caller. */
struct table_cell {
    const char *environment;
    const char *model;
    uint64_t seed;
    int steps;          /* of training; 0 for models without any */
    double seconds;     /* of training */
    enum status status; /* STATUS_OK, or why the cell has no result */
    struct evaluation_result result;
};

struct table {
    const char *title;
    const struct table_cell *cells; /* in the order of the experiment; seeds of one row next to each other */
    size_t count;
};

/* Adds the table as Markdown: a row per environment and model (median over its seeds), the published HGN
 * value where there is one, and a line that explains the units. */
void table_add_markdown(struct text *out, const struct table *table);

/* Writes table.md, table.csv and table.json (every cell with every figure) into `folder`. STATUS_IO. */
enum status table_write(const struct table *table, const char *folder);

#endif
