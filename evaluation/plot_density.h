/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pictures of a density: samples beside data, the learned density beside the known one, and the energies
 * that carry it.
 */
#ifndef HAMBENCH_EVALUATION_PLOT_DENSITY_H
#define HAMBENCH_EVALUATION_PLOT_DENSITY_H

#include "evaluation/density_trial.h"
#include "evaluation/plot.h"

/* Writes all that apply into FOLDER/plots, and the curves of the training. A picture that gnuplot cannot make
 * becomes a note. STATUS_IO, STATUS_INTERRUPTED. */
enum status plot_density_write(const struct plot_source *source, const struct model *model,
                               const struct density_trial *trial, struct figure_report *report);

#endif
