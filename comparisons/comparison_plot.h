/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The figures of a comparison, in FOLDER/plots: error against work for each problem and horizon, and energy
 * error against time for each problem.
 */
#ifndef HAMBENCH_COMPARISONS_COMPARISON_PLOT_H
#define HAMBENCH_COMPARISONS_COMPARISON_PLOT_H

#include "comparisons/outcome.h"
#include "comparisons/panels.h"
#include "drawing/figure.h"
#include "support/effort.h"

/* A kind of figure. */
struct comparison_plot_kind {
    const char *name; /* first part of the file's name */
    bool long_only;   /* made for the longest horizon only */
    /* Adds title, data and commands; false when there is nothing to show. */
    bool (*compose)(struct figure *figure, const struct outcome *outcome, const struct panels *panels,
                    const struct comparison_plot_kind *kind, size_t problem, size_t horizon);
    /* Of the kinds of comparison_plot_work. */
    double (*x)(const struct measurement *measurement);
    double (*y)(const struct measurement *measurement);
    const char *x_label;
    const char *y_label;
    bool has_floor; /* y is measured against the reference */
};

bool comparison_plot_work(struct figure *figure, const struct outcome *outcome, const struct panels *panels,
                          const struct comparison_plot_kind *kind, size_t problem, size_t horizon);
bool comparison_plot_energy(struct figure *figure, const struct outcome *outcome, const struct panels *panels,
                            const struct comparison_plot_kind *kind, size_t problem, size_t horizon);

/* Draws the figures whose data changed. The report's pictures get "plots/NAME.svg" for each that is there,
 * its notes why others are not. STATUS_IO when the folder cannot be written; STATUS_INTERRUPTED. */
enum status comparison_plot_all(const struct outcome *outcome, const char *folder,
                                const struct effort *effort, struct figure_report *report);

#endif
