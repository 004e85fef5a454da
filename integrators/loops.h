/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The inner loops of the methods, written once, compiled per system.
 *
 * Integrating a small system is all call overhead when each stage calls the field through a pointer. So the
 * loops are inline functions that take the field as an argument, and SYSTEM_LOOPS compiles them for the field
 * and the size of one system: the calls disappear and the state stays in registers. The general instance in
 * loops.c serves the systems that do not do this; both are the same arithmetic in the same order.
 *
 * Letters: D components of the state, d = D/2 positions, s stages.
 */
#ifndef HAMBENCH_INTEGRATORS_LOOPS_H
#define HAMBENCH_INTEGRATORS_LOOPS_H

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "integrators/integrator.h"
#include "integrators/system.h"
#include "integrators/tableau.h"

#define LOOPS_INLINE static inline __attribute__((always_inline))

typedef void loops_function(const void *context, const double *x, double *out);

/* The fixed-point iteration of an implicit Runge-Kutta method with full matrix. */
struct loops_implicit {
    int stages;
    const double *a;       /* [s][s] */
    const double *b;       /* [s] */
    const double *predict; /* [s][s]: slopes of a step from those of the step before, by extrapolation */
    double *slopes;        /* [s][D], kept from step to step */
    double *guess;         /* [s][D] */
    double *point;         /* [D] */
    double last_step;      /* the step that `slopes` are of; 0: none yet */
    long evaluations;
    double residue; /* of the last iteration, relative to the state */
};

/* Step size control of an embedded pair. */
struct loops_control {
    double tolerance; /* absolute and relative */
    double step;      /* to try next, > 0; 0: choose a first one */
    long evaluations;
    long accepted;
    long rejected;
    bool cautious;  /* the last try was rejected: the next step is not made longer */
    bool has_slope; /* `work` begins with the slope at x */
    double *work;   /* [s + 1][D] slopes, [D] stage, [D] new state */
};

struct system_loops {
    void (*compose)(const struct integrator *integrator, const struct system *system, double step, long count,
                    double *x, double *work);
    void (*explicit_steps)(const struct tableau *tableau, const struct system *system, double step,
                           long count, double *x, double *work);
    /* false: an iteration did not converge, x is the state before that step. */
    bool (*implicit_steps)(struct loops_implicit *method, const struct system *system, double step,
                           long count, double *x);
    /* false: the step became too small, *time and x are where. */
    bool (*adapt)(const struct tableau *tableau, struct loops_control *control, const struct system *system,
                  double end, long count, double *time, double *x);
};

/* For systems without loops of their own. `work` of compose has 2 D values, of explicit_steps (s + 2) D. */
extern const struct system_loops loops_general;

static inline const struct system_loops *loops_of(const struct system *system) {
    return system->loops != NULL ? system->loops : &loops_general;
}

/* y += factor * slope */
LOOPS_INLINE void loops_add(double *y, double factor, const double *slope, int size) {
    for (int i = 0; i < size; i++) {
        y[i] += factor * slope[i];
    }
}

/* y [D] in place; slope and velocities [d]. The last kick of a step and the first of the next share the
 * force, because the position is the same. */
LOOPS_INLINE void loops_compose(const struct integrator *integrator, int d, loops_function *force,
                                loops_function *velocity, const void *context, double step, long count,
                                double *y, double *slope, double *rate) {
    double *q = y, *p = y + d;
    bool fresh = false; /* slope is the force at q */
    for (long n = 0; n < count; n++) {
        for (int i = 0; i < integrator->stages; i++) {
            double kick = integrator->kick[i], drift = integrator->drift[i];
            if (kick != 0.0) {
                if (!fresh) {
                    force(context, q, slope);
                    fresh = true;
                }
                loops_add(p, kick * step, slope, d);
            }
            if (drift != 0.0) {
                velocity(context, p, rate);
                loops_add(q, drift * step, rate, d);
                fresh = false;
            }
        }
    }
}

/* The argument of stage `i`. */
LOOPS_INLINE void loops_stage(const struct tableau *tableau, int i, int size, double step, const double *y,
                              const double *slopes, double *stage) {
    memcpy(stage, y, (size_t)size * sizeof *y);
    for (int j = 0; j < i; j++) {
        if (tableau->a[i][j] != 0.0) {
            loops_add(stage, step * tableau->a[i][j], slopes + (size_t)j * (size_t)size, size);
        }
    }
}

/* y [D] in place; slopes [s][D], stage [D]. */
LOOPS_INLINE void loops_explicit(const struct tableau *tableau, int size, loops_function *field,
                                 const void *context, double step, long count, double *y, double *slopes,
                                 double *stage) {
    for (long n = 0; n < count; n++) {
        field(context, y, slopes);
        for (int i = 1; i < tableau->stages; i++) {
            loops_stage(tableau, i, size, step, y, slopes, stage);
            field(context, stage, slopes + (size_t)i * (size_t)size);
        }
        for (int i = 0; i < tableau->stages; i++) {
            loops_add(y, step * tableau->b[i], slopes + (size_t)i * (size_t)size, size);
        }
    }
}

LOOPS_INLINE double loops_largest(const double *y, int size) {
    double largest = 0.0;
    for (int i = 0; i < size; i++) {
        largest = fabs(y[i]) > largest ? fabs(y[i]) : largest;
    }
    return largest;
}

/* A stated tolerance: the iteration ends when the slopes change x by no more than 2 units in its last place,
 * or when rounding keeps the change, below 1e-12, from falling on. */
enum { LOOPS_MAX_ITERATIONS = 100 };
static const double LOOPS_CONVERGED = 4.5e-16;
static const double LOOPS_STALLED = 1e-12;

/* One sweep: slopes at the stages that `slopes` define, into `guess`; swaps the two. Returns the largest
 * change of a slope. */
LOOPS_INLINE double loops_sweep(struct loops_implicit *method, int size, loops_function *field,
                                const void *context, double step, const double *y) {
    double change = 0.0;
    int stages = method->stages;
    for (int i = 0; i < stages; i++) {
        double *slope = method->guess + (size_t)i * (size_t)size;
        memcpy(method->point, y, (size_t)size * sizeof *y);
        for (int j = 0; j < stages; j++) {
            loops_add(method->point, step * method->a[i * stages + j],
                      method->slopes + (size_t)j * (size_t)size, size);
        }
        field(context, method->point, slope);
        for (int k = 0; k < size; k++) {
            double difference = fabs(slope[k] - method->slopes[(size_t)i * (size_t)size + (size_t)k]);
            change = difference <= change ? change : difference; /* a nan must stay */
        }
    }
    double *swap = method->slopes;
    method->slopes = method->guess;
    method->guess = swap;
    method->evaluations += stages;
    return change;
}

/* The first guess: the polynomial through the slopes of the step before, or the slope at y. */
LOOPS_INLINE void loops_predict(struct loops_implicit *method, int size, loops_function *field,
                                const void *context, double step, const double *y) {
    int stages = method->stages;
    if (method->last_step != step) {
        for (int i = 0; i < stages; i++) {
            field(context, y, method->slopes + (size_t)i * (size_t)size);
        }
        method->evaluations += 1;
        method->last_step = step;
        return;
    }
    memset(method->guess, 0, (size_t)stages * (size_t)size * sizeof *method->guess);
    for (int i = 0; i < stages; i++) {
        for (int j = 0; j < stages; j++) {
            loops_add(method->guess + (size_t)i * (size_t)size, method->predict[i * stages + j],
                      method->slopes + (size_t)j * (size_t)size, size);
        }
    }
    double *swap = method->slopes;
    method->slopes = method->guess;
    method->guess = swap;
}

LOOPS_INLINE bool loops_solve(struct loops_implicit *method, int size, loops_function *field,
                              const void *context, double step, const double *y) {
    double scale = fabs(step) / (loops_largest(y, size) + 1e-300), before = INFINITY;
    loops_predict(method, size, field, context, step, y);
    for (int i = 0; i < LOOPS_MAX_ITERATIONS; i++) {
        double change = scale * loops_sweep(method, size, field, context, step, y);
        method->residue = change;
        if (change <= LOOPS_CONVERGED || (change <= LOOPS_STALLED && change >= before)) {
            return true;
        }
        if (!isfinite(change)) {
            break;
        }
        before = change;
    }
    method->last_step = 0.0;
    return false;
}

LOOPS_INLINE bool loops_implicit(struct loops_implicit *method, int size, loops_function *field,
                                 const void *context, double step, long count, double *y) {
    for (long n = 0; n < count; n++) {
        if (!loops_solve(method, size, field, context, step, y)) {
            return false;
        }
        for (int i = 0; i < method->stages; i++) {
            loops_add(y, step * method->b[i], method->slopes + (size_t)i * (size_t)size, size);
        }
    }
    return true;
}

/* sqrt(mean_i (v_i / (tolerance (1 + max(|a_i|, |b_i|))))^2): at most 1 is good enough. */
LOOPS_INLINE double loops_norm(const double *v, const double *a, const double *b, int size,
                               double tolerance) {
    double sum = 0.0;
    for (int i = 0; i < size; i++) {
        double larger = fabs(a[i]) > fabs(b[i]) ? fabs(a[i]) : fabs(b[i]);
        double part = v[i] / (tolerance + tolerance * larger);
        sum += part * part;
    }
    return sqrt(sum / size);
}

/* Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I (1993), II.4, starting step size: with
 * `slopes` [0] the slope at y; uses [1] and the stage. */
LOOPS_INLINE double loops_first_step(const struct tableau *tableau, struct loops_control *control, int size,
                                     loops_function *field, const void *context, double sign, const double *y,
                                     double *slopes, double *stage) {
    double *other = slopes + size;
    double state = loops_norm(y, y, y, size, control->tolerance);
    double slope = loops_norm(slopes, y, y, size, control->tolerance);
    double first = state < 1e-5 || slope < 1e-5 ? 1e-6 : 0.01 * state / slope;
    memcpy(stage, y, (size_t)size * sizeof *y);
    loops_add(stage, sign * first, slopes, size);
    field(context, stage, other);
    control->evaluations++;
    loops_add(other, -1.0, slopes, size);
    double bend = loops_norm(other, y, y, size, control->tolerance) / first;
    double largest = slope > bend ? slope : bend;
    double second =
        largest <= 1e-15 ? fmax(1e-6, 1e-3 * first) : pow(0.01 / largest, 1.0 / (double)tableau->error_order);
    return fmin(100.0 * first, second);
}

/* One step of the pair from y to `next`; returns the norm of the error estimate. The last slope is that at
 * `next` when the pair has fsal. */
LOOPS_INLINE double loops_try(const struct tableau *tableau, struct loops_control *control, int size,
                              loops_function *field, const void *context, double step, const double *y,
                              double *slopes, double *stage, double *next) {
    int stages = tableau->stages;
    for (int i = 1; i < stages; i++) {
        loops_stage(tableau, i, size, step, y, slopes, stage);
        field(context, stage, slopes + (size_t)i * (size_t)size);
    }
    memcpy(next, y, (size_t)size * sizeof *y);
    for (int i = 0; i < stages; i++) {
        loops_add(next, step * tableau->b[i], slopes + (size_t)i * (size_t)size, size);
    }
    if (tableau->fsal) {
        field(context, next, slopes + (size_t)stages * (size_t)size);
    }
    int used = stages + tableau->fsal;
    control->evaluations += used - 1;
    memset(stage, 0, (size_t)size * sizeof *stage);
    for (int i = 0; i < used; i++) {
        loops_add(stage, step * tableau->error[i], slopes + (size_t)i * (size_t)size, size);
    }
    return loops_norm(stage, y, next, size, control->tolerance);
}

LOOPS_INLINE bool loops_adapt(const struct tableau *tableau, struct loops_control *control, int size,
                              loops_function *field, const void *context, double end, long count,
                              double *time, double *y, double *slopes, double *stage, double *next) {
    double sign = end >= *time ? 1.0 : -1.0;
    if (!control->has_slope) {
        field(context, y, slopes);
        control->evaluations++;
        control->has_slope = true;
    }
    if (control->step == 0.0) {
        control->step = loops_first_step(tableau, control, size, field, context, sign, y, slopes, stage);
    }
    for (long n = 0; n < count && *time != end;) {
        double left = fabs(end - *time);
        bool last = control->step >= left * (1.0 - 1e-10);
        double step = last ? left : control->step;
        if (!(step > 1e-15 * fabs(*time))) {
            return false;
        }
        double error = loops_try(tableau, control, size, field, context, sign * step, y, slopes, stage, next);
        double factor = tableau_factor(tableau, error);
        if (!(error <= 1.0)) {
            control->step = step * fmin(1.0, factor);
            control->rejected++;
            control->cautious = true;
            continue;
        }
        factor = control->cautious ? fmin(1.0, factor) : factor;
        control->cautious = false;
        /* A last step cut short says nothing about the length that would have done. */
        control->step = last ? fmax(control->step, step * factor) : step * factor;
        *time = last ? end : *time + sign * step;
        memcpy(y, next, (size_t)size * sizeof *y);
        if (tableau->fsal) {
            memcpy(slopes, slopes + (size_t)tableau->stages * (size_t)size, (size_t)size * sizeof *y);
        } else {
            field(context, y, slopes);
            control->evaluations++;
        }
        control->accepted++;
        n++;
    }
    return true;
}

/* `name`_loops: the loops for systems of SIZE components whose functions are FIELD, and FORCE and VELOCITY,
 * or NULL and NULL. */
#define SYSTEM_LOOPS(name, SIZE, FIELD, FORCE, VELOCITY)                                                     \
    static void name##_compose(const struct integrator *integrator, const struct system *system,             \
                               double step, long count, double *x, double *work) {                           \
        double y[SIZE], slope[SIZE], rate[SIZE];                                                             \
        (void)work;                                                                                          \
        memcpy(y, x, sizeof y);                                                                              \
        loops_compose(integrator, (SIZE) / 2, FORCE, VELOCITY, system->context, step, count, y, slope,       \
                      rate);                                                                                 \
        memcpy(x, y, sizeof y);                                                                              \
    }                                                                                                        \
    static void name##_explicit(const struct tableau *tableau, const struct system *system, double step,     \
                                long count, double *x, double *work) {                                       \
        double y[SIZE], stage[SIZE], slopes[TABLEAU_MAX_STAGES * (SIZE)];                                    \
        (void)work;                                                                                          \
        memcpy(y, x, sizeof y);                                                                              \
        loops_explicit(tableau, SIZE, FIELD, system->context, step, count, y, slopes, stage);                \
        memcpy(x, y, sizeof y);                                                                              \
    }                                                                                                        \
    static bool name##_implicit(struct loops_implicit *method, const struct system *system, double step,     \
                                long count, double *x) {                                                     \
        return loops_implicit(method, SIZE, FIELD, system->context, step, count, x);                         \
    }                                                                                                        \
    static bool name##_adapt(const struct tableau *tableau, struct loops_control *control,                   \
                             const struct system *system, double end, long count, double *time, double *x) { \
        double *slopes = control->work, *stage = slopes + (TABLEAU_MAX_STAGES + 1) * (SIZE);                 \
        return loops_adapt(tableau, control, SIZE, FIELD, system->context, end, count, time, x, slopes,      \
                           stage, stage + (SIZE));                                                           \
    }                                                                                                        \
    static const struct system_loops name##_loops = {                                                        \
        .compose = name##_compose,                                                                           \
        .explicit_steps = name##_explicit,                                                                   \
        .implicit_steps = name##_implicit,                                                                   \
        .adapt = name##_adapt,                                                                               \
    }

#endif
