/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrators/gsl_solver.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

/* The first step tried; from there on the error control chooses. */
static const double FIRST_STEP = 1e-3;

/* Between two output times; a system that needs more is not one that can be followed. */
static const unsigned long MAX_STEPS = 1000000;

struct gsl_solver {
    gsl_odeiv2_system system;
    gsl_odeiv2_driver *driver;
    const struct ode *ode;
    double time;
    double *state;
};

static int evaluate(double time, const double state[], double rate[], void *parameters) {
    (void)time;
    const struct gsl_solver *solver = parameters;
    solver->ode->field(solver->ode->context, state, rate);
    for (size_t i = 0; i < solver->system.dimension; i++) {
        if (!isfinite(rate[i])) {
            return GSL_EBADFUNC;
        }
    }
    return GSL_SUCCESS;
}

void gsl_solver_create(struct gsl_solver **out, int state_size) {
    (void)gsl_set_error_handler_off();
    struct gsl_solver *solver = memory_alloc(1, sizeof *solver);
    solver->system = (gsl_odeiv2_system){
        .function = evaluate,
        .dimension = (size_t)state_size,
        .params = solver,
    };
    solver->driver = gsl_odeiv2_driver_alloc_y_new(&solver->system, gsl_odeiv2_step_rk8pd, FIRST_STEP,
                                                   GSL_SOLVER_TOLERANCE, GSL_SOLVER_TOLERANCE);
    (void)gsl_odeiv2_driver_set_nmax(solver->driver, MAX_STEPS);
    solver->state = memory_alloc((size_t)state_size, sizeof *solver->state);
    *out = solver;
}

void gsl_solver_free(struct gsl_solver *solver) {
    if (solver != NULL) {
        gsl_odeiv2_driver_free(solver->driver);
        free(solver->state);
        free(solver);
    }
}

void gsl_solver_start(struct gsl_solver *solver, const struct ode *ode, const double *state) {
    /* A plain reset would keep the step size of the previous solution. */
    (void)gsl_odeiv2_driver_reset_hstart(solver->driver, FIRST_STEP);
    solver->ode = ode;
    solver->time = 0.0;
    memcpy(solver->state, state, solver->system.dimension * sizeof *state);
}

enum status gsl_solver_advance(struct gsl_solver *solver, double time, double *state) {
    int error = gsl_odeiv2_driver_apply(solver->driver, &solver->time, time, solver->state);
    if (error != GSL_SUCCESS) {
        return status_fail(STATUS_DATA, "the solution cannot be followed beyond t = %g: %s", solver->time,
                           gsl_strerror(error));
    }
    memcpy(state, solver->state, solver->system.dimension * sizeof *state);
    return STATUS_OK;
}
