/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pictures of a model of true states: its error over time, the energy along a long run, and the way of
 * its first position and momentum beside the true one.
 */
#ifndef HAMBENCH_EVALUATION_PLOT_STATES_H
#define HAMBENCH_EVALUATION_PLOT_STATES_H

#include "evaluation/plot.h"
#include "evaluation/state_trial.h"

/* Writes all that apply into FOLDER/plots, and the curves of the training. A picture that gnuplot cannot make
 * becomes a note. STATUS_IO, STATUS_INTERRUPTED. */
enum status plot_states_write(const struct plot_source *source, const struct state_trial *trial,
                              struct figure_report *report);

#endif
