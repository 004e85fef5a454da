/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of integrators: a new one is a table in its own file and one line here.
 */
#ifndef HAMBENCH_INTEGRATORS_REGISTRY_H
#define HAMBENCH_INTEGRATORS_REGISTRY_H

#include "integrators/integrator.h"

#define INTEGRATOR_LIST(X)                                                                                   \
    X(leapfrog)                                                                                              \
    X(leapfrog_q)                                                                                            \
    X(symplectic_euler)                                                                                      \
    X(symplectic_euler_p)                                                                                    \
    X(ruth4)

#define DECLARE_INTEGRATOR(name) extern const struct integrator name##_integrator;
INTEGRATOR_LIST(DECLARE_INTEGRATOR)
#undef DECLARE_INTEGRATOR

#endif
