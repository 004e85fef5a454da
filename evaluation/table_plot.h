/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table as one picture, plots/summary.svg and .png: environments below each other, models side by side.
 */
#ifndef HAMBENCH_EVALUATION_TABLE_PLOT_H
#define HAMBENCH_EVALUATION_TABLE_PLOT_H

#include "drawing/figure.h"
#include "evaluation/table_row.h"

/* Composes the figure "summary": a panel for each of reconstruction_l2_norm, extrapolation_mse, state_error
 * and kl that some row has, each with a logarithmic axis. A mark is the mean of a row's seeds, or its one
 * seed; bars are the 95 % interval over seeds, both values of two seeds, or the interval over test windows of
 * one. Rows without a value say why. False for a table of fewer than two rows, or without a positive value.
 * The caller clears the figure. */
bool table_plot_compose(struct figure *out, const struct table *table, const struct table_rows *rows);

/* Draws it into FOLDER/plots. Without gnuplot there is a note in the report instead. STATUS_IO: data and
 * script cannot be written; STATUS_INTERRUPTED. */
enum status table_plot_write(const struct table *table, const char *folder, struct figure_report *report);

#endif
