/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the cells say when they are taken together: the work that an accuracy needs, and the cells of equal
 * work.
 */
#ifndef HAMBENCH_COMPARISONS_ANALYSIS_H
#define HAMBENCH_COMPARISONS_ANALYSIS_H

#include "comparisons/outcome.h"

/* A contender's ladder on one problem over one horizon. */
struct analysis_ladder {
    const struct outcome *outcome;
    size_t problem;
    size_t contender;
    size_t horizon;
};

/* One of the errors or costs of a measurement. */
double analysis_state_error(const struct measurement *measurement);
double analysis_energy_error(const struct measurement *measurement);
double analysis_evaluations(const struct measurement *measurement);
double analysis_seconds(const struct measurement *measurement);

/* The cost of an accuracy. */
struct analysis_work {
    double value; /* nan: no rung reaches the accuracy */
    bool at_most; /* the coarsest rung is already that accurate: a longer ladder might find less */
};

/* The cost at which the error falls to `accuracy`. A rung counts when it and the next finer one are that
 * accurate, so that an error which happens to pass through zero does not; between the first such rung and the
 * one before it, log(cost) is interpolated in log(error). */
struct analysis_work analysis_work(const struct analysis_ladder *ladder, double accuracy,
                                   double (*error)(const struct measurement *),
                                   double (*cost)(const struct measurement *));

/* The rung that went through with the number of evaluations per period nearest to that of the settings, NULL
 * when none did. */
const struct measurement *analysis_equal_work(const struct analysis_ladder *ladder, size_t *rung);

/* Whether an accuracy lies above what the two methods of the reference agree on, by a factor of at least 3.
 */
bool analysis_resolves(const struct outcome *outcome, size_t problem, size_t horizon, double accuracy);

/* The state of the ladder as a whole: DONE when a rung went through, otherwise that of the first rung. */
enum measurement_state analysis_state(const struct analysis_ladder *ladder, const char **reason);

#endif
