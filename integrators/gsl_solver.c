/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrators/gsl_solver.h"

#include <float.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/elementary.h"
#include "support/memory.h"

/* The first step tried; from there on the error control chooses. */
static const double FIRST_STEP = 1e-3;

/* Between two output times; a system that needs more is not one that can be followed. */
enum { MAX_STEPS = 1000000 };

/* --- step control --------------------------------------------------------------------------------------- */

/* GSL's standard control with its powers computed by elementary.h: the length of a step, and with it the last
 * digits of the states, must not depend on the library of mathematical functions. The error E of a step and
 * the allowed one, D = tolerance (1 + |y|), at the worst component give (E / D)^(-1/q) 0.9 as a factor for
 * the next step, at least 1/5, when E > 1.1 D, and (E / D)^(-1/(q+1)) 0.9, from 1 to 5, when E < 0.5 D (GSL
 * manual, "Adaptive Step-size Control"). */
static const double SAFETY = 0.9, SHORTEST = 0.2, LONGEST = 5.0, TOO_LARGE = 1.1, TOO_SMALL = 0.5;

static void *control_alloc(void) {
    return memory_alloc(1, sizeof(char)); /* no state, but GSL takes NULL for a failure */
}

static int control_init(void *state, double absolute, double relative, double of_y, double of_slope) {
    (void)state;
    (void)absolute;
    (void)relative;
    (void)of_y;
    (void)of_slope;
    return GSL_SUCCESS;
}

static double allowed_error(double y) {
    return GSL_SOLVER_TOLERANCE * fabs(y) + GSL_SOLVER_TOLERANCE;
}

static double step_factor(double excess, double order) {
    return SAFETY / elementary_exp(elementary_log(excess) / order);
}

static int control_adjust(void *state, size_t size, unsigned order, const double y[], const double error[],
                          const double slope[], double *step) {
    (void)state;
    (void)slope;
    double largest = DBL_MIN;
    for (size_t i = 0; i < size; i++) {
        double excess = fabs(error[i]) / allowed_error(y[i]);
        largest = excess > largest ? excess : largest;
    }
    if (largest > TOO_LARGE) {
        *step *= fmax(step_factor(largest, (double)order), SHORTEST);
        return GSL_ODEIV_HADJ_DEC;
    }
    if (largest < TOO_SMALL) {
        *step *= fmax(fmin(step_factor(largest, (double)order + 1.0), LONGEST), 1.0);
        return GSL_ODEIV_HADJ_INC;
    }
    return GSL_ODEIV_HADJ_NIL;
}

static int control_level(void *state, double y, double slope, double step, size_t index, double *level) {
    (void)state;
    (void)slope;
    (void)step;
    (void)index;
    *level = allowed_error(y);
    return GSL_SUCCESS;
}

static int control_set_driver(void *state, const gsl_odeiv2_driver *driver) {
    (void)state;
    (void)driver;
    return GSL_SUCCESS;
}

static const gsl_odeiv2_control_type control_type = {
    .name = "standard, portable",
    .alloc = control_alloc,
    .init = control_init,
    .hadjust = control_adjust,
    .errlevel = control_level,
    .set_driver = control_set_driver,
    .free = free,
};

/* --- solver --------------------------------------------------------------------------------------------- */

struct gsl_solver {
    gsl_odeiv2_system system;
    gsl_odeiv2_step *step;
    gsl_odeiv2_control *control;
    gsl_odeiv2_evolve *evolve;
    const struct ode *ode;
    double time, next_step;
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
    size_t size = (size_t)state_size;
    solver->system = (gsl_odeiv2_system){.function = evaluate, .dimension = size, .params = solver};
    solver->step = gsl_odeiv2_step_alloc(gsl_odeiv2_step_rk8pd, size);
    solver->control = gsl_odeiv2_control_alloc(&control_type);
    solver->evolve = gsl_odeiv2_evolve_alloc(size);
    solver->state = memory_alloc(size, sizeof *solver->state);
    *out = solver;
}

void gsl_solver_free(struct gsl_solver *solver) {
    if (solver != NULL) {
        gsl_odeiv2_evolve_free(solver->evolve);
        gsl_odeiv2_control_free(solver->control);
        gsl_odeiv2_step_free(solver->step);
        free(solver->state);
        free(solver);
    }
}

void gsl_solver_start(struct gsl_solver *solver, const struct ode *ode, const double *state) {
    (void)gsl_odeiv2_evolve_reset(solver->evolve);
    (void)gsl_odeiv2_step_reset(solver->step);
    solver->ode = ode;
    solver->time = 0.0;
    solver->next_step = FIRST_STEP;
    memcpy(solver->state, state, solver->system.dimension * sizeof *state);
}

enum status gsl_solver_advance(struct gsl_solver *solver, double time, double *state) {
    int error = GSL_SUCCESS;
    for (long steps = 0; solver->time < time && error == GSL_SUCCESS; steps++) {
        error = steps < MAX_STEPS
                    ? gsl_odeiv2_evolve_apply(solver->evolve, solver->control, solver->step, &solver->system,
                                              &solver->time, time, &solver->next_step, solver->state)
                    : GSL_EMAXITER;
    }
    if (error != GSL_SUCCESS) {
        return status_fail(STATUS_DATA, "the solution cannot be followed beyond t = %g: %s", solver->time,
                           gsl_strerror(error));
    }
    memcpy(state, solver->state, solver->system.dimension * sizeof *state);
    return STATUS_OK;
}
