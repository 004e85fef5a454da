/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reference states by two independent methods. Where there is no closed form: an embedded Runge-Kutta pair
 * with error control close to rounding, against a symplectic method (Kahan-Li of order 8, or Gauss-Legendre
 * where H is not separable) whose fixed step is halved until that brings it no nearer.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "integrators/stepper.h"
#include "problems/measures.h"
#include "problems/problem.h"
#include "support/interrupt.h"

/* A closed form is checked over this many periods at most. */
static const double CHECKED_PERIODS = 100.0;

/* The fixed step begins at this part of the period, and is not halved once a pass takes more evaluations. */
static const double FIRST_PART = 1.0 / 64.0;
static const double MOST_EVALUATIONS = 2e8;
enum { MOST_HALVINGS = 16 };

/* Steps that are too long for the problem bring nothing nearer for a while: up to this many passes may do so
 * as long as the methods do not agree to this. */
enum { MOST_IDLE = 7 };
static const double AGREEMENT = 1e-7;

/* Between two looks for a signal. */
enum { CHUNK = 100000 };

static enum status follow_adaptive(const struct problem *problem, double end, double *x) {
    struct stepper *stepper = NULL;
    double time = 0.0;
    enum status status = stepper_create(&stepper, integrator_find("dopri8"), &problem->system);
    memcpy(x, problem->initial, sizeof problem->initial);
    if (status == STATUS_OK) {
        stepper_start(stepper, x);
    }
    while (status == STATUS_OK && time != end) {
        status = stepper_adapt(stepper, PROBLEM_REFERENCE_TOLERANCE, end, CHUNK, &time, x);
        if (status == STATUS_OK && interrupt_requested()) {
            status = status_fail(STATUS_INTERRUPTED, "interrupted");
        }
    }
    stepper_free(stepper);
    return status;
}

static enum status follow_fixed(struct stepper *stepper, const struct problem *problem, double end,
                                long steps, double *x) {
    enum status status = STATUS_OK;
    memcpy(x, problem->initial, sizeof problem->initial);
    stepper_start(stepper, x);
    for (long done = 0; status == STATUS_OK && done < steps;) {
        long count = steps - done < CHUNK ? steps - done : CHUNK;
        status = stepper_advance(stepper, end / (double)steps, count, x);
        done += count;
        if (status == STATUS_OK && interrupt_requested()) {
            status = status_fail(STATUS_INTERRUPTED, "interrupted");
        }
    }
    return status;
}

/* The smallest distance of the fixed-step method to `state`, over steps halved until it falls no more. A pass
 * that fails counts as infinitely far: the step is too long for it. */
static enum status find_disagreement(double *out, const struct integrator *method,
                                     const struct problem *problem, double end, const double *state) {
    struct stepper *stepper = NULL;
    enum status status = stepper_create(&stepper, method, &problem->system);
    long steps = (long)ceil(end / (FIRST_PART * problem->period));
    int idle = 0;
    *out = INFINITY;
    for (int i = 0; status == STATUS_OK && i < MOST_HALVINGS; i++, steps *= 2) {
        double x[PROBLEM_MAX_STATE];
        enum status pass = follow_fixed(stepper, problem, end, steps, x);
        if (pass == STATUS_INTERRUPTED) {
            status = pass;
        }
        double distance = pass == STATUS_OK ? measures_distance(x, state, problem->system.size) : INFINITY;
        bool falls = distance < 0.5 * *out;
        *out = distance < *out ? distance : *out;
        idle += !falls;
        bool done = !falls && (*out < AGREEMENT || idle >= MOST_IDLE);
        if (done || 2.0 * (double)stepper->evaluations > MOST_EVALUATIONS) {
            break;
        }
    }
    stepper_free(stepper);
    return status;
}

static enum status check_closed_form(struct problem_reference *out, const struct integrator *method,
                                     const struct problem *problem, double time) {
    double checked = fmin(time, CHECKED_PERIODS * problem->period);
    double phase = DBL_EPSILON * 6.28318530717958647693 * time / problem->period;
    double exact[PROBLEM_MAX_STATE];
    out->first = "closed form";
    problem->solution(problem, time, out->state);
    problem->solution(problem, checked, exact);
    enum status status = find_disagreement(&out->disagreement, method, problem, checked, exact);
    out->disagreement = fmax(out->disagreement, phase);
    return status;
}

enum status problem_find_reference(struct problem_reference *out, const struct problem *problem,
                                   double time) {
    const struct integrator *second =
        integrator_find(system_is_separable(&problem->system) ? "kahan_li8" : "gauss6");
    *out = (struct problem_reference){.first = "dopri8 at 1e-15", .second = second->name};
    if (problem->solution != NULL) {
        return check_closed_form(out, second, problem, time);
    }
    enum status status = follow_adaptive(problem, time, out->state);
    if (status == STATUS_OK) {
        status = find_disagreement(&out->disagreement, second, problem, time, out->state);
    }
    return status;
}
