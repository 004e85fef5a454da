/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrators/lyapunov.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "integrators/gsl_solver.h"
#include "support/elementary.h"
#include "support/interrupt.h"
#include "support/memory.h"

/* Of a disturbance when an interval begins. */
static const double TANGENT_LENGTH = 1e-4;

/* The step of a difference changes by this power of 2 where the disturbance does. */
enum { STEP_BITS = 4 };

struct lyapunov {
    struct lyapunov_flow flow;
    struct gsl_solver *solver; /* of (x, v) */
    struct ode ode;
    double direction; /* of time: 1, or -1 backwards */
    double *start;    /* [2 D], as it was started */
    double *both;     /* [2 D], x and v */
    double *scratch;  /* [4 D] */
};

static double length(const double *v, int size) {
    double sum = 0.0;
    for (int i = 0; i < size; i++) {
        sum += v[i] * v[i];
    }
    return sqrt(sum);
}

/* The field at x + step v. */
static void evaluate_beside(const struct lyapunov_flow *flow, const double *x, const double *v, double step,
                            double *place, double *rate) {
    for (int i = 0; i < flow->size; i++) {
        place[i] = x[i] + step * v[i];
    }
    flow->field(flow->context, place, rate);
}

/* By what a disturbance of this length is to be multiplied for the difference: between a quarter and four
 * times LYAPUNOV_STEP, and constant as long as it can be. While the trajectory passes a jump of the field it
 * must not change: the disturbance turns there, and its points would move. */
static double step_for(double norm) {
    int exponent;
    (void)frexp(4.0 * norm / LYAPUNOV_STEP, &exponent); /* 2^(exponent - 1) <= ... < 2^exponent */
    int quotient = exponent - 1 >= 0 ? (exponent - 1) / STEP_BITS : -((STEP_BITS - exponent) / STEP_BITS);
    return ldexp(1.0, -STEP_BITS * quotient);
}

void lyapunov_derivative(const struct lyapunov_flow *flow, const double *x, const double *v, double *rate,
                         double *scratch) {
    int size = flow->size;
    double *place = scratch, *before = &scratch[size], *behind = &scratch[2 * size];
    if (flow->derivative != NULL) {
        flow->derivative(flow->context, x, v, rate);
        return;
    }
    double norm = length(v, size), step = step_for(norm);
    memset(rate, 0, (size_t)size * sizeof *rate);
    for (int distance = 1; distance <= 2 && norm > 0.0; distance++) {
        double weight = distance == 1 ? 8.0 / (12.0 * step) : -1.0 / (12.0 * step);
        evaluate_beside(flow, x, v, distance * step, place, before);
        evaluate_beside(flow, x, v, -distance * step, place, behind);
        for (int i = 0; i < size; i++) {
            rate[i] += weight * (before[i] - behind[i]);
        }
    }
}

/* What the solver integrates. */
static void evaluate(const void *context, const double *both, double *rate) {
    const struct lyapunov *lyapunov = context;
    const struct lyapunov_flow *flow = &lyapunov->flow;
    flow->field(flow->context, both, rate);
    lyapunov_derivative(flow, both, &both[flow->size], &rate[flow->size], lyapunov->scratch);
    for (int i = 0; i < 2 * flow->size && lyapunov->direction < 0.0; i++) {
        rate[i] = -rate[i];
    }
}

void lyapunov_create(struct lyapunov **out, const struct lyapunov_flow *flow) {
    struct lyapunov *lyapunov = memory_alloc(1, sizeof *lyapunov);
    size_t size = (size_t)flow->size;
    lyapunov->flow = *flow;
    lyapunov->ode = (struct ode){.context = lyapunov, .field = evaluate};
    lyapunov->direction = 1.0;
    lyapunov->start = memory_alloc(2 * size, sizeof *lyapunov->start);
    lyapunov->both = memory_alloc(2 * size, sizeof *lyapunov->both);
    lyapunov->scratch = memory_alloc(4 * size, sizeof *lyapunov->scratch);
    gsl_solver_create(&lyapunov->solver, 2 * flow->size);
    *out = lyapunov;
}

void lyapunov_free(struct lyapunov *lyapunov) {
    if (lyapunov != NULL) {
        gsl_solver_free(lyapunov->solver);
        free(lyapunov->start);
        free(lyapunov->both);
        free(lyapunov->scratch);
        free(lyapunov);
    }
}

/* Brings v to its length; returns what it had. */
static double renormalise(struct lyapunov *lyapunov) {
    int size = lyapunov->flow.size;
    double *v = &lyapunov->both[size], norm = length(v, size);
    for (int i = 0; i < size; i++) {
        v[i] *= TANGENT_LENGTH / norm;
    }
    return norm;
}

void lyapunov_start(struct lyapunov *lyapunov, const double *state, struct random_stream *random) {
    int size = lyapunov->flow.size;
    lyapunov->direction = 1.0;
    memcpy(lyapunov->both, state, (size_t)size * sizeof *state);
    for (int i = 0; i < size; i++) {
        lyapunov->both[size + i] = random_normal(random);
    }
    (void)renormalise(lyapunov);
    memcpy(lyapunov->start, lyapunov->both, 2 * (size_t)size * sizeof *lyapunov->both);
}

static enum status follow(struct lyapunov *lyapunov, double interval, double *growth) {
    if (interrupt_requested()) {
        return status_fail(STATUS_INTERRUPTED, "interrupted");
    }
    gsl_solver_start(lyapunov->solver, &lyapunov->ode, lyapunov->both);
    enum status status = gsl_solver_advance(lyapunov->solver, interval, lyapunov->both);
    if (status != STATUS_OK) {
        return status;
    }
    if (lyapunov->flow.wrap != NULL) {
        lyapunov->flow.wrap(lyapunov->flow.context, lyapunov->both);
    }
    double norm = renormalise(lyapunov);
    *growth += elementary_log(norm / TANGENT_LENGTH);
    return isfinite(*growth) ? STATUS_OK
                             : status_fail(STATUS_DATA,
                                           "a disturbance of the trajectory becomes %g within "
                                           "an interval of %g",
                                           norm, interval);
}

enum status lyapunov_advance(struct lyapunov *lyapunov, double interval, long count, double *growth) {
    enum status status = STATUS_OK;
    *growth = 0.0;
    for (long i = 0; i < count && status == STATUS_OK; i++) {
        status = follow(lyapunov, interval, growth);
    }
    return status;
}

enum status lyapunov_align(struct lyapunov *lyapunov, double interval, long count) {
    double growth;
    size_t size = (size_t)lyapunov->flow.size;
    lyapunov->direction = -1.0;
    enum status status = lyapunov_advance(lyapunov, interval, count, &growth);
    lyapunov->direction = 1.0;
    /* On the way back the disturbance has turned to where it shrinks most on the way forward. */
    memcpy(&lyapunov->both[size], &lyapunov->start[size], size * sizeof *lyapunov->both);
    if (status == STATUS_OK) {
        status = lyapunov_advance(lyapunov, interval, count, &growth);
    }
    memcpy(lyapunov->both, lyapunov->start, size * sizeof *lyapunov->both);
    return status;
}

const double *lyapunov_state(const struct lyapunov *lyapunov) {
    return lyapunov->both;
}
