/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stepping by a Butcher tableau: fixed steps, and steps chosen by the error estimate of an embedded pair.
 */
#include <stdlib.h>

#include "integrators/families.h"
#include "integrators/loops.h"
#include "support/memory.h"

struct explicit_memory {
    struct loops_control control;
    double work[]; /* [TABLEAU_MAX_STAGES + 3][D] */
};

static void create(struct stepper *stepper) {
    size_t values = (TABLEAU_MAX_STAGES + 3) * (size_t)stepper->system->size;
    struct explicit_memory *memory = memory_alloc(1, sizeof *memory + values * sizeof(double));
    memory->control.work = memory->work;
    stepper->memory = memory;
}

static void destroy(struct stepper *stepper) {
    free(stepper->memory);
}

static void start(struct stepper *stepper, const double *x) {
    struct explicit_memory *memory = stepper->memory;
    (void)x;
    memory->control = (struct loops_control){.work = memory->work};
}

static enum status advance(struct stepper *stepper, double step, long count, double *x) {
    struct explicit_memory *memory = stepper->memory;
    const struct tableau *tableau = stepper->integrator->method;
    loops_of(stepper->system)->explicit_steps(tableau, stepper->system, step, count, x, memory->work);
    stepper->evaluations += count * tableau->stages;
    return STATUS_OK;
}

static enum status adapt(struct stepper *stepper, double tolerance, double end, long count, double *time,
                         double *x) {
    struct explicit_memory *memory = stepper->memory;
    const struct system *system = stepper->system;
    memory->control.tolerance = tolerance;
    bool goes_on =
        loops_of(system)->adapt(stepper->integrator->method, &memory->control, system, end, count, time, x);
    stepper->evaluations = memory->control.evaluations;
    stepper->steps = memory->control.accepted;
    stepper->rejected = memory->control.rejected;
    return goes_on ? STATUS_OK : status_fail(STATUS_DATA, "the steps become too small at t = %g", *time);
}

const struct integrator_family explicit_family = {
    .name = "explicit Runge-Kutta",
    .create = create,
    .free = destroy,
    .start = start,
    .advance = advance,
    .adapt = adapt,
};
