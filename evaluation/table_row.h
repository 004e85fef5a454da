/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rows of a table, and what became of their seeds.
 */
#ifndef HAMBENCH_EVALUATION_TABLE_ROW_H
#define HAMBENCH_EVALUATION_TABLE_ROW_H

#include "evaluation/table.h"

/* The cells of one environment and model. */
struct table_row {
    const struct table_cell *cells; /* [count], one for each seed */
    size_t count;
    size_t done; /* cells with a result */
};

/* The rows of a table, in its order. Released with `free(rows.row)`. */
struct table_rows {
    struct table_row *row; /* [count] */
    size_t count;
};
struct table_rows table_row_list(const struct table *table);

/* Whether the cell has a result. */
bool table_row_is_done(const struct table_cell *cell);

/* The first cell with a result; NULL without one. */
const struct table_cell *table_row_first_done(const struct table_row *row);

/* The cell's figure with its interval over test windows; nan without a result. */
const struct evaluation_figure *table_row_figure(const struct table_cell *cell, int figure);

/* The steps of training of the seeds that have some; 0 for models without any. */
int table_row_steps(const struct table_row *row);

/* What a cell's model is asked about: rows of one subject have the same figures. Of cells with a result. */
enum table_subject { TABLE_FILM, TABLE_STATES, TABLE_DENSITY, TABLE_SUBJECTS };
enum table_subject table_row_subject(const struct table_cell *cell);

/* What a figure is about. */
enum table_subject table_row_figure_subject(int figure);

/* Whether both results are about the same windows and frames. */
bool table_row_same_frames(const struct table_cell *a, const struct table_cell *b);

/* Whether a result is none because the numbers of the model went astray: an error that every model of its
 * subject has is infinite or no number. */
bool table_row_has_diverged(const struct table_cell *cell);

/* "ok", "interrupted", "failed", "not run" */
const char *table_row_word(const struct table_cell *cell);

/* What became of the seeds of a row. */
struct table_tally {
    size_t asked;
    size_t usable; /* with a result that has not diverged */
    size_t failed;
    size_t interrupted;
    size_t not_run;
    size_t diverged;
    size_t nothing; /* of the usable ones: have learned nothing that moves */
};
struct table_tally table_row_tally(const struct table_row *row);

/* Adds it in words: "5", "4 of 5, 1 diverged", "3 of 5, 1 failed, 1 not run". */
void table_row_add_tally(struct text *out, const struct table_row *row);

#endif
