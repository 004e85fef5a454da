/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The reference solver that makes data: GSL's embedded Runge-Kutta method of Prince and Dormand, order 8(9),
 * with absolute and relative tolerance 1e-12. (Prince, Dormand, "High order embedded Runge-Kutta formulae",
 * J. Comput. Appl. Math. 7 (1981) 67-75; GSL 2.7, gsl_odeiv2_step_rk8pd.)
 */
#ifndef HAMBENCH_INTEGRATORS_GSL_SOLVER_H
#define HAMBENCH_INTEGRATORS_GSL_SOLVER_H

#include "support/status.h"

#define GSL_SOLVER_NAME "GSL rk8pd"
#define GSL_SOLVER_TOLERANCE 1e-12

/* dx/dt = field(x), autonomous. */
struct ode {
    const void *context;
    void (*field)(const void *context, const double *state, double *rate);
};

/* A solver for states of one size, used by one thread at a time; solving allocates nothing. */
struct gsl_solver;

/* The caller frees `*out`. Turns GSL's aborting error handler off, for the whole program. */
void gsl_solver_create(struct gsl_solver **out, int state_size);
void gsl_solver_free(struct gsl_solver *solver);

/* Begins at t = 0 in `state` (copied). The result depends on the arguments only, not on what the solver did
 * before. `ode` must live until the last advance. */
void gsl_solver_start(struct gsl_solver *solver, const struct ode *ode, const double *state);

/* Integrates to exactly `time`, later than the one before (no interpolation), and copies the state there to
 * `state`. STATUS_DATA when the solution cannot be followed to there. */
enum status gsl_solver_advance(struct gsl_solver *solver, double time, double *state);

#endif
