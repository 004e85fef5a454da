/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An explicit Runge-Kutta step, then back along the gradient of H to the energy of the start.
 * Hairer, Lubich, Wanner, "Geometric Numerical Integration", 2nd edition, Springer 2006, algorithm IV.4.2.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "integrators/families.h"
#include "integrators/loops.h"
#include "integrators/registry.h"
#include "support/memory.h"

enum { MAX_ITERATIONS = 20 };

/* Of |H - H(0)| relative to |H(0)|, or to the terms it is the difference of: what rounding leaves. */
static const double RESTORED = 2e-15;

/* An energy that is off by more than this after the last iteration has not been restored. */
static const double LOST = 1e-9;

struct projection_memory {
    double energy; /* of the start */
    double *gradient, *trial, *work;
    double values[]; /* [D], [D], [s + 2][D] */
};

static void create(struct stepper *stepper) {
    size_t size = (size_t)stepper->system->size;
    struct projection_memory *memory =
        memory_alloc(1, sizeof *memory + (TABLEAU_MAX_STAGES + 4) * size * sizeof(double));
    memory->gradient = memory->values;
    memory->trial = memory->gradient + size;
    memory->work = memory->trial + size;
    stepper->memory = memory;
}

static void destroy(struct stepper *stepper) {
    free(stepper->memory);
}

static void start(struct stepper *stepper, const double *x) {
    struct projection_memory *memory = stepper->memory;
    memory->energy = stepper->system->energy(stepper->system->context, x);
}

/* dH/dx = (-dp/dt, dq/dt); returns its square. */
static double find_gradient(const struct system *system, const double *x, double *rate, double *gradient) {
    int d = system->size / 2;
    double square = 0.0;
    system->field(system->context, x, rate);
    for (int i = 0; i < d; i++) {
        gradient[i] = -rate[d + i];
        gradient[d + i] = rate[i];
        square += rate[i] * rate[i] + rate[d + i] * rate[d + i];
    }
    return square;
}

/* Newton's iteration for H(x + lambda grad H(x)) = H(0) with the derivative of its beginning. */
static bool restore_energy(struct stepper *stepper, double *x) {
    struct projection_memory *memory = stepper->memory;
    const struct system *system = stepper->system;
    size_t size = (size_t)system->size;
    double square = find_gradient(system, x, memory->trial, memory->gradient);
    double scale = fabs(memory->energy) + 1e-3, lambda = 0.0, error = INFINITY;
    stepper->evaluations++;
    for (int i = 0; i < MAX_ITERATIONS; i++) {
        memcpy(memory->trial, x, size * sizeof *x);
        loops_add(memory->trial, lambda, memory->gradient, system->size);
        double before = fabs(error);
        error = (system->energy(system->context, memory->trial) - memory->energy) / scale;
        stepper->evaluations++;
        if (fabs(error) <= RESTORED || !(fabs(error) < before)) {
            break;
        }
        lambda -= error * scale / square;
    }
    memcpy(x, memory->trial, size * sizeof *x);
    return fabs(error) <= LOST;
}

static enum status advance(struct stepper *stepper, double step, long count, double *x) {
    struct projection_memory *memory = stepper->memory;
    const struct tableau *tableau = stepper->integrator->method;
    const struct system_loops *loops = loops_of(stepper->system);
    for (long n = 0; n < count; n++) {
        loops->explicit_steps(tableau, stepper->system, step, 1, x, memory->work);
        stepper->evaluations += tableau->stages;
        if (!restore_energy(stepper, x)) {
            return status_fail(STATUS_DATA, "no state of the initial energy is near");
        }
    }
    return STATUS_OK;
}

const struct integrator_family projection_family = {
    .name = "projected Runge-Kutta",
    .create = create,
    .free = destroy,
    .start = start,
    .advance = advance,
};
