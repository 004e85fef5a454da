/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The steppers of GSL (gsl_odeiv2): fixed steps through gsl_odeiv2_step_apply, steps by a tolerance through
 * gsl_odeiv2_evolve_apply. Those that need the Jacobian of the field get it by central differences, counted
 * as evaluations.
 */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "integrators/families.h"
#include "integrators/registry.h"
#include "support/memory.h"

/* For fixed steps: of the equations of an implicit step, which GSL solves as exactly as its error control
 * asks. */
static const double EQUATION_TOLERANCE = 1e-13;

/* Relative difference for the Jacobian: the cube root of the unit roundoff. */
static const double DIFFERENCE = 6e-6;

struct gsl_memory {
    gsl_odeiv2_system system;
    gsl_odeiv2_driver *driver;
    double tolerance; /* that the driver was made for */
    double *point;    /* [D] */
    double *plus;     /* [D] */
    double *minus;    /* [D] */
    double *error;    /* [D] */
    double values[];
};

static int evaluate(double time, const double state[], double rate[], void *parameters) {
    struct stepper *stepper = parameters;
    (void)time;
    stepper->system->field(stepper->system->context, state, rate);
    stepper->evaluations++;
    for (int i = 0; i < stepper->system->size; i++) {
        if (!isfinite(rate[i])) {
            return GSL_EBADFUNC;
        }
    }
    return GSL_SUCCESS;
}

/* slopes[i D + j] = d f_i / d x_j */
static int differentiate(double time, const double state[], double *slopes, double rate[], void *parameters) {
    struct stepper *stepper = parameters;
    struct gsl_memory *memory = stepper->memory;
    size_t size = memory->system.dimension;
    memcpy(memory->point, state, size * sizeof *state);
    for (size_t j = 0; j < size; j++) {
        double step = DIFFERENCE * fmax(fabs(state[j]), 1e-2);
        memory->point[j] = state[j] + step;
        int error = evaluate(time, memory->point, memory->plus, parameters);
        memory->point[j] = state[j] - step;
        error = error != GSL_SUCCESS ? error : evaluate(time, memory->point, memory->minus, parameters);
        memory->point[j] = state[j];
        if (error != GSL_SUCCESS) {
            return error;
        }
        for (size_t i = 0; i < size; i++) {
            slopes[i * size + j] = (memory->plus[i] - memory->minus[i]) / (2.0 * step);
        }
        rate[j] = 0.0; /* the system is autonomous */
    }
    return GSL_SUCCESS;
}

/* `method` is the address of GSL's variable, because that is what a constant table can hold. */
static const gsl_odeiv2_step_type *step_type(const struct stepper *stepper) {
    const gsl_odeiv2_step_type *const *type = stepper->integrator->method;
    return *type;
}

static void create(struct stepper *stepper) {
    (void)gsl_set_error_handler_off();
    size_t size = (size_t)stepper->system->size;
    struct gsl_memory *memory = memory_alloc(1, sizeof *memory + 4 * size * sizeof(double));
    memory->system = (gsl_odeiv2_system){
        .function = evaluate,
        .jacobian = differentiate,
        .dimension = size,
        .params = stepper,
    };
    memory->point = memory->values;
    memory->plus = memory->point + size;
    memory->minus = memory->plus + size;
    memory->error = memory->minus + size;
    stepper->memory = memory;
}

static void drop_driver(struct gsl_memory *memory) {
    if (memory->driver != NULL) {
        gsl_odeiv2_driver_free(memory->driver);
        memory->driver = NULL;
    }
}

static void destroy(struct stepper *stepper) {
    drop_driver(stepper->memory);
    free(stepper->memory);
}

static void start(struct stepper *stepper, const double *x) {
    (void)x;
    drop_driver(stepper->memory);
}

/* A driver holds all that a method remembers: step size, order, history. */
static void prepare(struct stepper *stepper, double step, double tolerance) {
    struct gsl_memory *memory = stepper->memory;
    if (memory->driver == NULL || memory->tolerance != tolerance) {
        drop_driver(memory);
        memory->driver =
            gsl_odeiv2_driver_alloc_y_new(&memory->system, step_type(stepper), step, tolerance, tolerance);
        memory->tolerance = tolerance;
    }
}

static enum status advance(struct stepper *stepper, double step, long count, double *x) {
    struct gsl_memory *memory = stepper->memory;
    prepare(stepper, step, EQUATION_TOLERANCE);
    for (long n = 0; n < count; n++) {
        int error = gsl_odeiv2_step_apply(memory->driver->s, 0.0, step, x, memory->error, NULL, NULL,
                                          &memory->system);
        if (error != GSL_SUCCESS) {
            return status_fail(STATUS_DATA, "GSL cannot make the step of %g: %s", step, gsl_strerror(error));
        }
    }
    return STATUS_OK;
}

/* The first step to try: a thousandth of the time in which the state changes by itself. */
static double first_step(struct stepper *stepper, double end, double time, const double *x) {
    struct gsl_memory *memory = stepper->memory;
    double state = 0.0, rate = 0.0;
    (void)evaluate(time, x, memory->plus, stepper);
    for (int i = 0; i < stepper->system->size; i++) {
        state += x[i] * x[i];
        rate += memory->plus[i] * memory->plus[i];
    }
    double step = 1e-3 * sqrt(state / (rate + 1e-300));
    return copysign(fmin(step, fabs(end - time)), end - time);
}

static enum status adapt(struct stepper *stepper, double tolerance, double end, long count, double *time,
                         double *x) {
    struct gsl_memory *memory = stepper->memory;
    if (memory->driver == NULL || memory->tolerance != tolerance) {
        prepare(stepper, first_step(stepper, end, *time, x), tolerance);
    }
    gsl_odeiv2_driver *driver = memory->driver;
    for (long n = 0; n < count && *time != end; n++) {
        double before = *time;
        int error = gsl_odeiv2_evolve_apply(driver->e, driver->c, driver->s, &memory->system, time, end,
                                            &driver->h, x);
        if (error != GSL_SUCCESS || *time == before) {
            return status_fail(STATUS_DATA, "GSL cannot go on at t = %g: %s", *time,
                               error == GSL_SUCCESS ? "the steps become too small" : gsl_strerror(error));
        }
        stepper->steps++;
    }
    stepper->rejected = (long)driver->e->failed_steps;
    return STATUS_OK;
}

const struct integrator_family gsl_family = {
    .name = "GSL",
    .create = create,
    .free = destroy,
    .start = start,
    .advance = advance,
    .adapt = adapt,
};

#define GSL_STEPPER(step, text, source, ORDER, STAGES, GEOMETRIC, FIXED)                                     \
    const struct integrator gsl_##step##_integrator = {                                                      \
        .name = "gsl_" #step,                                                                                \
        .summary = "GSL's " text,                                                                            \
        .reference = source,                                                                                 \
        .family = &gsl_family,                                                                               \
        .order = ORDER,                                                                                      \
        .stages = STAGES,                                                                                    \
        .symplectic = GEOMETRIC,                                                                             \
        .reversible = GEOMETRIC,                                                                             \
        .adaptive = true,                                                                                    \
        .fixed = FIXED,                                                                                      \
        .method = &gsl_odeiv2_step_##step,                                                                   \
    }

#define MANUAL "GNU Scientific Library 2.7, Ordinary Differential Equations; "

GSL_STEPPER(rk2, "explicit embedded Runge-Kutta 2(3), which goes on with order 3",
            MANUAL "Ascher, Petzold (1998)", 3, 3, false, true);
GSL_STEPPER(rk4, "classical Runge-Kutta, two half steps, error by step doubling",
            MANUAL "Ascher, Petzold (1998)", 4, 12, false, true);
GSL_STEPPER(rkf45, "Runge-Kutta-Fehlberg 4(5)", MANUAL "Fehlberg, NASA TR R-315 (1969)", 5, 6, false, true);
GSL_STEPPER(rkck, "Runge-Kutta Cash-Karp 4(5)",
            MANUAL "Cash, Karp, ACM Trans. Math. Softw. 16 (1990) 201-222", 5, 6, false, true);
GSL_STEPPER(rk8pd, "Runge-Kutta Prince-Dormand 8(9)",
            MANUAL "Prince, Dormand, J. Comput. Appl. Math. 7 (1981) 67-75", 8, 13, false, true);
GSL_STEPPER(rk2imp, "implicit midpoint rule, two half steps by Newton's method",
            MANUAL "Ascher, Petzold (1998)", 2, 1, true, true);
GSL_STEPPER(rk4imp, "Gauss-Legendre collocation of order 4, two half steps by Newton's method",
            MANUAL "Ascher, Petzold (1998)", 4, 2, true, true);
GSL_STEPPER(bsimp, "semi-implicit extrapolation of Bader and Deuflhard",
            MANUAL "Bader, Deuflhard, Numer. Math. 41 (1983) 373-398", 0, 0, false, false);
GSL_STEPPER(msadams, "linear multistep Adams method, orders 1 to 12",
            MANUAL "Byrne, Hindmarsh, ACM Trans. Math. Softw. 1 (1975) 71-96", 0, 0, false, false);
GSL_STEPPER(msbdf, "backward differentiation, orders 1 to 5",
            MANUAL "Byrne, Hindmarsh, ACM Trans. Math. Softw. 1 (1975) 71-96", 0, 0, false, false);
