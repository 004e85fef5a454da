/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Gauss-Legendre collocation, solved by fixed-point iteration from slopes extrapolated from the step before
 * (Hairer, Lubich, Wanner, "Geometric Numerical Integration", 2nd edition, Springer 2006, II.1.3 and VIII.6).
 * Symplectic for every H, and reversible. The iteration ends when it changes the state by no more than two
 * units in its last place (integrators/loops.h).
 */
#include <stdlib.h>

#include "integrators/families.h"
#include "integrators/loops.h"
#include "integrators/registry.h"
#include "support/memory.h"

enum { MAX_STAGES = 3 };

struct collocation {
    int stages;
    double c[MAX_STAGES];
    double a[MAX_STAGES * MAX_STAGES]; /* [s][s] */
    double b[MAX_STAGES];
};

struct implicit_memory {
    struct loops_implicit loop;
    double predict[MAX_STAGES * MAX_STAGES];
    double values[]; /* [s][D], [s][D], [D] */
};

/* Lagrange: the polynomial through values at c_1 .. c_s, at 1 + c_i. */
static void fill_prediction(const struct collocation *method, double *predict) {
    for (int i = 0; i < method->stages; i++) {
        for (int j = 0; j < method->stages; j++) {
            double weight = 1.0;
            for (int k = 0; k < method->stages; k++) {
                if (k != j) {
                    weight *= (1.0 + method->c[i] - method->c[k]) / (method->c[j] - method->c[k]);
                }
            }
            predict[i * method->stages + j] = weight;
        }
    }
}

static void create(struct stepper *stepper) {
    const struct collocation *method = stepper->integrator->method;
    size_t size = (size_t)stepper->system->size, block = (size_t)method->stages * size;
    struct implicit_memory *memory = memory_alloc(1, sizeof *memory + (2 * block + size) * sizeof(double));
    fill_prediction(method, memory->predict);
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

#define REFERENCE "Hairer, Lubich, Wanner, Geometric Numerical Integration (2006), II.1.3"

#define GAUSS(title, text, ORDER, STAGES, coefficients)                                                      \
    const struct integrator title##_integrator = {                                                           \
        .name = #title,                                                                                      \
        .summary = text,                                                                                     \
        .reference = REFERENCE,                                                                              \
        .family = &implicit_family,                                                                          \
        .order = ORDER,                                                                                      \
        .stages = STAGES,                                                                                    \
        .symplectic = true,                                                                                  \
        .reversible = true,                                                                                  \
        .fixed = true,                                                                                       \
        .method = &(coefficients),                                                                           \
    }

static const struct collocation midpoint = {.stages = 1, .c = {0.5}, .a = {0.5}, .b = {1.0}};

/* sqrt(3) / 6 and sqrt(15) */
#define W 0.28867513459481288225
#define R 3.8729833462074168852

static const struct collocation gauss_2 = {
    .stages = 2,
    .c = {0.5 - W, 0.5 + W},
    .a = {0.25, 0.25 - W, 0.25 + W, 0.25},
    .b = {0.5, 0.5},
};

static const struct collocation gauss_3 = {
    .stages = 3,
    .c = {0.5 - R / 10.0, 0.5, 0.5 + R / 10.0},
    .a = {5.0 / 36.0, 2.0 / 9.0 - R / 15.0, 5.0 / 36.0 - R / 30.0, //
          5.0 / 36.0 + R / 24.0, 2.0 / 9.0, 5.0 / 36.0 - R / 24.0, //
          5.0 / 36.0 + R / 30.0, 2.0 / 9.0 + R / 15.0, 5.0 / 36.0},
    .b = {5.0 / 18.0, 4.0 / 9.0, 5.0 / 18.0},
};

GAUSS(implicit_midpoint, "implicit midpoint rule", 2, 1, midpoint);
GAUSS(gauss4, "Gauss-Legendre collocation, 2 stages", 4, 2, gauss_2);
GAUSS(gauss6, "Gauss-Legendre collocation, 3 stages", 6, 3, gauss_3);
