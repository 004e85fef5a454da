/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of integrators: a new one is a table in its own file and one line here.
 */
#ifndef HAMBENCH_INTEGRATORS_REGISTRY_H
#define HAMBENCH_INTEGRATORS_REGISTRY_H

#include "config.h"
#include "integrators/integrator.h"

#ifdef HAVE_SUNDIALS
#define INTEGRATOR_LIST_SUNDIALS(X)                                                                          \
    X(cvode_adams)                                                                                           \
    X(cvode_bdf)                                                                                             \
    X(arkode_erk)
#else
#define INTEGRATOR_LIST_SUNDIALS(X)
#endif

#define INTEGRATOR_LIST(X)                                                                                   \
    X(leapfrog)                                                                                              \
    X(leapfrog_q)                                                                                            \
    X(symplectic_euler)                                                                                      \
    X(symplectic_euler_p)                                                                                    \
    X(ruth3)                                                                                                 \
    X(ruth4)                                                                                                 \
    X(yoshida4)                                                                                              \
    X(mclachlan_atela4)                                                                                      \
    X(sym4)                                                                                                  \
    X(so4)                                                                                                   \
    X(sym6)                                                                                                  \
    X(so6)                                                                                                   \
    X(yoshida6)                                                                                              \
    X(kahan_li6)                                                                                             \
    X(so8)                                                                                                   \
    X(yoshida8)                                                                                              \
    X(kahan_li8)                                                                                             \
    X(euler)                                                                                                 \
    X(rk2)                                                                                                   \
    X(heun)                                                                                                  \
    X(rk4)                                                                                                   \
    X(rk4_38)                                                                                                \
    X(dopri5)                                                                                                \
    X(dopri8)                                                                                                \
    X(rk4_projected)                                                                                         \
    X(dopri5_projected)                                                                                      \
    X(implicit_midpoint)                                                                                     \
    X(gauss4)                                                                                                \
    X(gauss6)                                                                                                \
    X(gsl_rk2)                                                                                               \
    X(gsl_rk4)                                                                                               \
    X(gsl_rkf45)                                                                                             \
    X(gsl_rkck)                                                                                              \
    X(gsl_rk8pd)                                                                                             \
    X(gsl_rk2imp)                                                                                            \
    X(gsl_rk4imp)                                                                                            \
    X(gsl_bsimp)                                                                                             \
    X(gsl_msadams)                                                                                           \
    X(gsl_msbdf)                                                                                             \
    INTEGRATOR_LIST_SUNDIALS(X)

#define DECLARE_INTEGRATOR(name) extern const struct integrator name##_integrator;
INTEGRATOR_LIST(DECLARE_INTEGRATOR)
#undef DECLARE_INTEGRATOR

#endif
