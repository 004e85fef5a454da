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
    X(double_pendulum)                                                                                       \
    X(double_pendulum_colors)                                                                                \
    X(double_pendulum_colors_friction)                                                                       \
    X(two_body)                                                                                              \
    X(two_body_colors)                                                                                       \
    X(three_body)                                                                                            \
    X(matching_pennies)                                                                                      \
    X(rock_paper_scissors)                                                                                   \
    X(molecular_dynamics_4)                                                                                  \
    X(molecular_dynamics_16)                                                                                 \
    X(room_circle)                                                                                           \
    X(room_spiral)                                                                                           \
    X(room_circle_fast)                                                                                      \
    X(room_spiral_fast)                                                                                      \
    X(mass_spring_long_trajectory)                                                                           \
    X(mass_spring_colors_long_trajectory)                                                                    \
    X(pendulum_long_trajectory)                                                                              \
    X(pendulum_colors_long_trajectory)                                                                       \
    X(matching_pennies_long_trajectory)                                                                      \
    X(rock_paper_scissors_long_trajectory)

#define DECLARE_SIMULATOR(name) extern const struct simulator name##_simulator;
SIMULATOR_LIST(DECLARE_SIMULATOR)
#undef DECLARE_SIMULATOR

#endif
