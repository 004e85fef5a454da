/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of classic problems: a new one is a table in a file of its family and one line here. Environments
 * need no line: all of simulators/ are problems, too.
 */
#ifndef HAMBENCH_PROBLEMS_REGISTRY_H
#define HAMBENCH_PROBLEMS_REGISTRY_H

#include "problems/problem.h"

#define PROBLEM_LIST(X)                                                                                      \
    X(pendulum)                                                                                              \
    X(kepler_01)                                                                                             \
    X(kepler_06)                                                                                             \
    X(kepler_09)                                                                                             \
    X(henon_heiles_regular)                                                                                  \
    X(henon_heiles_chaotic)                                                                                  \
    X(figure_eight)                                                                                          \
    X(pleiades)                                                                                              \
    X(outer_solar_system)                                                                                    \
    X(lennard_jones)

#define DECLARE_PROBLEM(name) extern const struct problem name##_problem;
PROBLEM_LIST(DECLARE_PROBLEM)
#undef DECLARE_PROBLEM

/* All classic problems, ended by NULL. */
extern const struct problem *const problems[];

#endif
