/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Explicit symplectic compositions for H = T(p) + V(q).
 * Hairer, Lubich, Wanner, "Geometric Numerical Integration", 2nd edition, Springer 2006, chapters I.1 and
 * II.4.
 */
#include "integrators/registry.h"

const struct integrator symplectic_euler_integrator = {
    .name = "symplectic_euler",
    .summary = "symplectic Euler, position first",
    .reference = "Hairer, Lubich, Wanner, Geometric Numerical Integration (2006), I.1.2",
    .order = 1,
    .stages = 2,
    .kick = {0.0, 1.0},
    .drift = {1.0, 0.0},
};

const struct integrator symplectic_euler_p_integrator = {
    .name = "symplectic_euler_p",
    .summary = "symplectic Euler, momentum first",
    .reference = "Hairer, Lubich, Wanner, Geometric Numerical Integration (2006), I.1.2",
    .order = 1,
    .stages = 1,
    .kick = {1.0},
    .drift = {1.0},
};

const struct integrator leapfrog_integrator = {
    .name = "leapfrog",
    .summary = "leapfrog (Stoermer-Verlet), kick-drift-kick",
    .reference = "Hairer, Lubich, Wanner, Geometric Numerical Integration (2006), I.1.4",
    .order = 2,
    .stages = 2,
    .kick = {0.5, 0.5},
    .drift = {1.0, 0.0},
};

const struct integrator leapfrog_q_integrator = {
    .name = "leapfrog_q",
    .summary = "leapfrog (Stoermer-Verlet), drift-kick-drift",
    .reference = "Hairer, Lubich, Wanner, Geometric Numerical Integration (2006), I.1.4",
    .order = 2,
    .stages = 2,
    .kick = {0.0, 1.0},
    .drift = {0.5, 0.5},
};

/* 1 / (2 - 2^(1/3)): the length of the two outer leapfrogs; the middle one goes back by 2^(1/3) of it. */
#define OUTER 1.3512071919596576

const struct integrator ruth4_integrator = {
    .name = "ruth4",
    .summary = "fourth order by three leapfrogs, position first",
    .reference = "Forest, Ruth, Fourth-order symplectic integration, Physica D 43 (1990) 105-117",
    .order = 4,
    .stages = 4,
    .kick = {0.0, OUTER, 1.0 - 2.0 * OUTER, OUTER},
    .drift = {OUTER / 2.0, (1.0 - OUTER) / 2.0, (1.0 - OUTER) / 2.0, OUTER / 2.0},
};
