/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Steps of collocation methods, solved by fixed-point iteration from slopes extrapolated from the step before
 * (Hairer, Lubich, Wanner, "Geometric Numerical Integration", 2nd edition, Springer 2006, VIII.6). The
 * iteration ends when it changes the state by no more than two units in its last place (integrators/loops.h).
 */
#include <stdlib.h>

#include "integrators/collocation.h"
#include "integrators/families.h"
#include "integrators/loops.h"
#include "support/memory.h"

struct implicit_memory {
    struct loops_implicit loop;
    double predict[COLLOCATION_MAX_STAGES * COLLOCATION_MAX_STAGES];
    double values[]; /* [s][D], [s][D], [D] */
};

static void create(struct stepper *stepper) {
    const struct collocation *method = stepper->integrator->method;
    size_t size = (size_t)stepper->system->size, block = (size_t)method->stages * size;
    struct implicit_memory *memory = memory_alloc(1, sizeof *memory + (2 * block + size) * sizeof(double));
    collocation_prediction(method, memory->predict);
    memory->loop = (struct loops_implicit){
        .stages = method->stages,
        .a = method->a,
        .b = method->b,
        .predict = memory->predict,
        .slopes = memory->values,
        .guess = memory->values + block,
        .point = memory->values + 2 * block,
    };
    stepper->memory = memory;
}

static void destroy(struct stepper *stepper) {
    free(stepper->memory);
}

static void start(struct stepper *stepper, const double *x) {
    struct implicit_memory *memory = stepper->memory;
    (void)x;
    memory->loop.last_step = 0.0;
    memory->loop.evaluations = 0;
}

static enum status advance(struct stepper *stepper, double step, long count, double *x) {
    struct implicit_memory *memory = stepper->memory;
    const struct system *system = stepper->system;
    bool solved = loops_of(system)->implicit_steps(&memory->loop, system, step, count, x);
    stepper->evaluations = memory->loop.evaluations;
    return solved ? STATUS_OK
                  : status_fail(STATUS_DATA,
                                "the implicit step of %g has no solution by fixed-point iteration: %d "
                                "iterations end with a change of %.1e",
                                step, LOOPS_MAX_ITERATIONS, memory->loop.residue);
}

const struct integrator_family implicit_family = {
    .name = "implicit Runge-Kutta",
    .create = create,
    .free = destroy,
    .start = start,
    .advance = advance,
};
