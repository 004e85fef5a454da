/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is integrated: an autonomous system dx/dt = field(x) with x = (q_1 .. q_d, p_1 .. p_d) where it is
 * Hamiltonian. D is the number of components of x.
 */
#ifndef HAMBENCH_INTEGRATORS_SYSTEM_H
#define HAMBENCH_INTEGRATORS_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>

struct system_loops;

struct system {
    int size; /* D */

    /* Why the system is not a Hamiltonian one ("has friction"), NULL when it is: then D = 2 d and
     * field = (dH/dp, -dH/dq). */
    const char *not_hamiltonian;

    const void *context; /* handed to the functions below */
    void (*field)(const void *context, const double *x, double *rate);
    double (*energy)(const void *context, const double *x); /* H; NULL exactly when `not_hamiltonian` */

    /* H = T(p) + V(q): dT/dp and -dV/dq, both [d]. NULL, both of them, for all other systems. */
    void (*velocity)(const void *context, const double *p, double *out);
    void (*force)(const void *context, const double *q, double *out);

    /* The hot loops of the explicit and implicit methods with the functions above inlined, made by
     * SYSTEM_LOOPS (integrators/loops.h); NULL: the general ones, which call through the pointers. */
    const struct system_loops *loops;
};

static inline bool system_is_separable(const struct system *system) {
    return system->force != NULL;
}

#endif
