/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cells of tables that nobody has trained, for the tests of what is made from them.
 */
#ifndef HAMBENCH_TESTS_TABLE_CASE_H
#define HAMBENCH_TESTS_TABLE_CASE_H

#include "evaluation/table.h"

/* The figure of that name of a cell. */
struct evaluation_figure *table_case_figure(struct table_cell *cell, const char *name);

/* Sets a figure and its interval over test windows. */
void table_case_set(struct table_cell *cell, const char *name, double value, double half_width);

/* A trained model of films with intervals of 1 part in 1000; its extrapolation_mse is 2 mse. */
struct table_cell table_case_cell(const char *environment, const char *model, uint64_t seed, double mse);

/* A model that was not trained, as copy_last is. */
struct table_cell table_case_baseline(const char *environment, const char *model, uint64_t seed, double mse);

/* A cell whose model is asked about something else than films: it has one figure. */
struct table_cell table_case_other(const char *model, const char *name, double value);

/* The Markdown form, released with `free`. */
char *table_case_markdown(const struct table_cell *cells, size_t count);

/* A file of the test's folder, released with `free`. */
char *table_case_read(const char *name);

#endif
