/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of environments: a new one is a table in its system's file and one line here.
 */
#ifndef HAMBENCH_SIMULATORS_REGISTRY_H
#define HAMBENCH_SIMULATORS_REGISTRY_H

#include "simulators/simulator.h"

#define SIMULATOR_LIST(X)                                                                                    \
    X(mass_spring)                                                                                           \
    X(mass_spring_colors)                                                                                    \
    X(mass_spring_colors_friction)                                                                           \
    X(pendulum)                                                                                              \
    X(pendulum_colors)                                                                                       \
    X(pendulum_colors_friction)                                                                              \
    X(mass_spring_long_trajectory)                                                                           \
    X(mass_spring_colors_long_trajectory)                                                                    \
    X(pendulum_long_trajectory)                                                                              \
    X(pendulum_colors_long_trajectory)

#define DECLARE_SIMULATOR(name) extern const struct simulator name##_simulator;
SIMULATOR_LIST(DECLARE_SIMULATOR)
#undef DECLARE_SIMULATOR

#endif
