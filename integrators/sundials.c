/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * CVODE and ARKODE of SUNDIALS (Hindmarsh et al., "SUNDIALS: Suite of nonlinear and differential/algebraic
 * equation solvers", ACM Trans. Math. Softw. 31 (2005) 363-396), where configure finds them. All three choose
 * their steps by a tolerance.
 */
#include "integrators/families.h"
#include "integrators/registry.h"

#ifdef HAVE_SUNDIALS

#include <arkode/arkode_erkstep.h>
#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdlib.h>
#include <string.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

#include "support/memory.h"

struct sundials_memory;

/* What differs between the solvers of the library. */
struct sundials_solver {
    /* A solver at (time, memory->state), its steps limited by `end`. */
    int (*open)(struct sundials_memory *memory, double time, double tolerance, struct stepper *stepper);
    int (*limit)(void *solver, double end);
    /* One step towards `end`. */
    int (*step)(void *solver, double end, N_Vector state, double *time);
    int (*rejected)(void *solver, long *count);
    void (*close)(void **solver);
};

struct sundials_memory {
    SUNContext context;
    N_Vector state; /* [D], owns its values */
    void *solver;   /* of the library; NULL before the first step */
    SUNMatrix matrix;
    SUNLinearSolver linear;
    SUNNonlinearSolver nonlinear;
};

/* A positive value is an error that a shorter step may avoid. */
static int evaluate(double time, N_Vector x, N_Vector rate, void *user) {
    struct stepper *stepper = user;
    const double *values = NV_DATA_S(rate);
    (void)time;
    stepper->system->field(stepper->system->context, NV_DATA_S(x), NV_DATA_S(rate));
    stepper->evaluations++;
    for (int i = 0; i < stepper->system->size; i++) {
        if (!isfinite(values[i])) {
            return 1;
        }
    }
    return 0;
}

static void keep_silent(int code, const char *module, const char *function, char *message, void *user) {
    (void)code, (void)module, (void)function, (void)message, (void)user;
}

static int open_cvode(struct sundials_memory *memory, double time, double tolerance, struct stepper *stepper,
                      int method) {
    memory->solver = CVodeCreate(method, memory->context);
    int error = CVodeInit(memory->solver, evaluate, time, memory->state);
    error |= CVodeSetErrHandlerFn(memory->solver, keep_silent, NULL);
    error |= CVodeSStolerances(memory->solver, tolerance, tolerance);
    error |= CVodeSetUserData(memory->solver, stepper);
    return error;
}

static int open_adams(struct sundials_memory *memory, double time, double tolerance,
                      struct stepper *stepper) {
    int error = open_cvode(memory, time, tolerance, stepper, CV_ADAMS);
    memory->nonlinear = SUNNonlinSol_FixedPoint(memory->state, 0, memory->context);
    return error | CVodeSetNonlinearSolver(memory->solver, memory->nonlinear);
}

static int open_bdf(struct sundials_memory *memory, double time, double tolerance, struct stepper *stepper) {
    sunindextype size = stepper->system->size;
    int error = open_cvode(memory, time, tolerance, stepper, CV_BDF);
    memory->matrix = SUNDenseMatrix(size, size, memory->context);
    memory->linear = SUNLinSol_Dense(memory->state, memory->matrix, memory->context);
    return error | CVodeSetLinearSolver(memory->solver, memory->linear, memory->matrix);
}

static int step_cvode(void *solver, double end, N_Vector state, double *time) {
    return CVode(solver, end, state, time, CV_ONE_STEP);
}

enum { ARKODE_ORDER = 8 };

static int open_erk(struct sundials_memory *memory, double time, double tolerance, struct stepper *stepper) {
    memory->solver = ERKStepCreate(evaluate, time, memory->state, memory->context);
    int error = ERKStepSetErrHandlerFn(memory->solver, keep_silent, NULL);
    error |= ERKStepSetOrder(memory->solver, ARKODE_ORDER);
    error |= ERKStepSStolerances(memory->solver, tolerance, tolerance);
    return error | ERKStepSetUserData(memory->solver, stepper);
}

static int step_erk(void *solver, double end, N_Vector state, double *time) {
    return ERKStepEvolve(solver, end, state, time, ARK_ONE_STEP);
}

static const struct sundials_solver adams = {open_adams, CVodeSetStopTime, step_cvode,
                                             CVodeGetNumErrTestFails, CVodeFree};
static const struct sundials_solver bdf = {open_bdf, CVodeSetStopTime, step_cvode, CVodeGetNumErrTestFails,
                                           CVodeFree};
static const struct sundials_solver erk = {open_erk, ERKStepSetStopTime, step_erk, ERKStepGetNumErrTestFails,
                                           ERKStepFree};

static void create(struct stepper *stepper) {
    struct sundials_memory *memory = memory_alloc(1, sizeof *memory);
    (void)SUNContext_Create(NULL, &memory->context);
    memory->state = N_VNew_Serial(stepper->system->size, memory->context);
    stepper->memory = memory;
}

static void drop_solver(struct stepper *stepper) {
    const struct sundials_solver *kind = stepper->integrator->method;
    struct sundials_memory *memory = stepper->memory;
    if (memory->solver != NULL) {
        kind->close(&memory->solver);
    }
    if (memory->linear != NULL) {
        (void)SUNLinSolFree(memory->linear);
        SUNMatDestroy(memory->matrix);
    }
    if (memory->nonlinear != NULL) {
        (void)SUNNonlinSolFree(memory->nonlinear);
    }
    memory->solver = NULL;
    memory->linear = NULL;
    memory->nonlinear = NULL;
}

static void destroy(struct stepper *stepper) {
    struct sundials_memory *memory = stepper->memory;
    drop_solver(stepper);
    N_VDestroy(memory->state);
    (void)SUNContext_Free(&memory->context);
    free(memory);
}

static void start(struct stepper *stepper, const double *x) {
    (void)x;
    drop_solver(stepper);
}

static enum status adapt(struct stepper *stepper, double tolerance, double end, long count, double *time,
                         double *x) {
    const struct sundials_solver *kind = stepper->integrator->method;
    struct sundials_memory *memory = stepper->memory;
    size_t bytes = (size_t)stepper->system->size * sizeof *x;
    int error = 0;
    if (memory->solver == NULL) {
        memcpy(NV_DATA_S(memory->state), x, bytes);
        error = kind->open(memory, *time, tolerance, stepper);
    }
    error = error != 0 ? error : kind->limit(memory->solver, end);
    for (long n = 0; n < count && *time != end && error >= 0; n++) {
        error = kind->step(memory->solver, end, memory->state, time);
        stepper->steps++;
    }
    memcpy(x, NV_DATA_S(memory->state), bytes);
    (void)kind->rejected(memory->solver, &stepper->rejected);
    return error >= 0 ? STATUS_OK
                      : status_fail(STATUS_DATA, "SUNDIALS cannot go on at t = %g: error %d", *time, error);
}

const struct integrator_family sundials_family = {
    .name = "SUNDIALS",
    .create = create,
    .free = destroy,
    .start = start,
    .adapt = adapt,
};

#define SUNDIALS(title, text, ORDER, STAGES, solver)                                                         \
    const struct integrator title##_integrator = {                                                           \
        .name = #title,                                                                                      \
        .summary = "SUNDIALS' " text,                                                                        \
        .reference = "Hindmarsh et al., ACM Trans. Math. Softw. 31 (2005) 363-396",                          \
        .family = &sundials_family,                                                                          \
        .order = ORDER,                                                                                      \
        .stages = STAGES,                                                                                    \
        .adaptive = true,                                                                                    \
        .method = &(solver),                                                                                 \
    }

SUNDIALS(cvode_adams, "CVODE, Adams method of orders 1 to 12", 0, 0, adams);
SUNDIALS(cvode_bdf, "CVODE, backward differentiation of orders 1 to 5", 0, 0, bdf);
SUNDIALS(arkode_erk, "ARKODE, explicit Runge-Kutta (Fehlberg) 8(7)", 8, 13, erk);

#endif
