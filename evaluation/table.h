/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table of results: environments x models. Its columns are data: figures of metrics by their names, and
 * some words (environment, model, published, seeds, steps, seconds).
 */
#ifndef HAMBENCH_EVALUATION_TABLE_H
#define HAMBENCH_EVALUATION_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "evaluation/evaluation.h"
#include "support/lines.h"
#include "support/status.h"
#include "support/text.h"

/* One trained and evaluated (environment, model, seed). The strings belong to the caller. */
struct table_cell {
    const char *environment;
    const char *model;
    uint64_t seed;
    int steps;          /* of training; 0 for models without any */
    double seconds;     /* of training */
    bool latent;        /* the model infers a state and follows it, as those of the published values do */
    enum status status; /* STATUS_OK, or why the cell has no result */
    struct evaluation_result result;
};

struct table {
    const char *title;
    const struct table_cell *cells; /* in the order of the experiment; seeds of one row next to each other */
    size_t count;
    const struct lines *columns; /* of the Markdown form, checked; NULL or empty: table_default_columns */
    const struct lines *notes;   /* sentences that stand below the table, NULL: none */
};

/* Those that apply to no row are left out. Ended by NULL. */
extern const char *const table_default_columns[];

/* STATUS_DATA with "did you mean" when there is no such column. */
enum status table_check_column(const char *name);

/* Whether the cell's model explains nothing that moves: it is marked in tables, because its other figures say
 * nothing then. Only of trained models. */
bool table_cell_has_learned_nothing(const struct table_cell *cell);

/* Adds the table as Markdown: a row per environment and model (mean over its seeds with its interval), below
 * it what the columns are, which frames they are about, what is to be known of single rows, and what the
 * table says in words (evaluation/table_words.h). */
void table_add_markdown(struct text *out, const struct table *table);

/* Adds the same table as LaTeX: a `table` for documents that load the package booktabs. */
void table_add_latex(struct text *out, const struct table *table);

/* Adds every cell with every figure, a line each. */
void table_add_csv(struct text *out, const struct table *table);

/* Adds every figure of every row over its seeds, and every comparison of two rows, a line each. */
void table_add_rows_csv(struct text *out, const struct table *table);
void table_add_verdicts_csv(struct text *out, const struct table *table);

/* Adds cells, rows and verdicts; `notes` (may be NULL) about files that are missing. */
void table_add_json(struct text *out, const struct table *table, const struct lines *notes);

/* Writes table.md, table.tex, table.csv, rows.csv, verdicts.csv, table.json and plots/summary.* into
 * `folder`. Where gnuplot cannot draw, the pictures are left out and table.json says why. STATUS_IO;
 * STATUS_INTERRUPTED while it draws: then all but the pictures is there. */
enum status table_write(const struct table *table, const char *folder);

#endif
