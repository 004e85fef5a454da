/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "problems/verification.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "integrators/stepper.h"
#include "problems/integration.h"
#include "problems/measures.h"
#include "problems/registry.h"
#include "support/interrupt.h"

/* --- the order --- */

enum {
    STATES = 16,
    RUNGS = 56,    /* lengths of the step, 2^(1/4) apart, from a quarter of the period down */
    PER_OCTAVE = 4 /* rungs */
};

/* Errors of a step above this stand clear of rounding, about 2e-16. */
static const double CLEAR = 3e-15;

/* Above this the step is too long to say anything. */
static const double COARSE = 1e-1;

static const double ORDER_MARGIN = 0.1;

/* The exact flow, to rounding: the shortest steps of a method of high order. */
static enum status follow_exactly(struct stepper *exact, const struct problem *problem, double time,
                                  const double *from, double *to) {
    long steps = (long)ceil(400.0 * time / problem->period);
    memcpy(to, from, (size_t)problem->system.size * sizeof *to);
    stepper_start(exact, to);
    return stepper_advance(exact, time / (double)steps, steps, to);
}

/* States along the orbit, spread over a little more than a period. */
static enum status find_states(struct stepper *exact, const struct problem *problem,
                               double states[STATES][PROBLEM_MAX_STATE]) {
    enum status status = STATUS_OK;
    memcpy(states[0], problem->initial, sizeof states[0]);
    for (int i = 1; i < STATES && status == STATUS_OK; i++) {
        status = follow_exactly(exact, problem, 1.1 * problem->period / STATES, states[i - 1], states[i]);
    }
    return status;
}

/* Root mean square of the errors of one step; infinite when an implicit step has no solution. */
static double step_error(struct stepper *stepper, struct stepper *exact, const struct problem *problem,
                         double states[STATES][PROBLEM_MAX_STATE], double step) {
    double sum = 0.0;
    for (int i = 0; i < STATES; i++) {
        double x[PROBLEM_MAX_STATE], reference[PROBLEM_MAX_STATE];
        memcpy(x, states[i], sizeof x);
        stepper_start(stepper, x);
        if (stepper_advance(stepper, step, 1, x) != STATUS_OK ||
            follow_exactly(exact, problem, step, states[i], reference) != STATUS_OK) {
            return INFINITY;
        }
        double error = measures_distance(x, reference, problem->system.size);
        sum += error * error;
    }
    return isnan(sum) ? INFINITY : sqrt(sum / STATES);
}

/* The slope between the last two errors an octave apart that say something; nan when there are none. */
static enum status measure_order(double *out, struct stepper *stepper, struct stepper *exact,
                                 const struct problem *problem) {
    double states[STATES][PROBLEM_MAX_STATE], errors[RUNGS];
    enum status status = find_states(exact, problem, states);
    *out = NAN;
    for (int i = 0; i < RUNGS && status == STATUS_OK; i++) {
        double step = problem->period / 4.0 * exp2(-(double)i / PER_OCTAVE);
        errors[i] = step_error(stepper, exact, problem, states, step);
        if (errors[i] < CLEAR) {
            break;
        }
        if (i >= PER_OCTAVE && errors[i - PER_OCTAVE] < COARSE) {
            *out = log2(errors[i - PER_OCTAVE] / errors[i]) - 1.0;
        }
        if (interrupt_requested()) {
            status = status_fail(STATUS_INTERRUPTED, "interrupted");
        }
    }
    return status;
}

static enum status check_order(struct verification_check *out, const struct integrator *integrator,
                               const struct problem *problem) {
    struct stepper *stepper = NULL, *exact = NULL;
    out->measure = "slope";
    out->low = integrator->order - ORDER_MARGIN;
    out->high = integrator->order + ORDER_MARGIN;
    if (!integrator->fixed || integrator->order == 0) {
        out->verdict = VERIFICATION_OMITTED;
        return STATUS_OK;
    }
    enum status status = stepper_create(&stepper, integrator, &problem->system);
    if (status == STATUS_OK) {
        status = stepper_create(&exact, integrator_find("kahan_li8"), &problem->system);
    }
    if (status == STATUS_OK) {
        status = measure_order(&out->value, stepper, exact, problem);
    }
    stepper_free(stepper);
    stepper_free(exact);
    return status;
}

static enum status check_first_order(struct verification_check *out, const struct integrator *integrator) {
    out->name = "order on henon_heiles_regular";
    return check_order(out, integrator, &henon_heiles_regular_problem);
}

static enum status check_second_order(struct verification_check *out, const struct integrator *integrator) {
    out->name = "order on figure_eight";
    return check_order(out, integrator, &figure_eight_problem);
}

/* --- the other claims, by runs --- */

/* A run that fails leaves `out` without samples and with infinite errors. */
static enum status run(struct integration_result *out, struct integration_request request,
                       const struct problem *problem, const struct integrator *integrator) {
    request.problem = problem;
    request.integrator = integrator;
    enum status status = integration_run(out, &request);
    if (status == STATUS_OK && out->failure[0] != '\0') {
        integration_result_clear(out);
        out->state_error = out->energy_error = out->return_error = INFINITY;
    }
    return status;
}

/* Errors must follow the tolerance over four decades of it: by at least half of them. */
static enum status check_tolerance(struct verification_check *out, const struct integrator *integrator) {
    static const double coarse = 1e-5, fine = 1e-9;
    struct integration_result result;
    double errors[2] = {NAN, NAN};
    out->name = "error follows the tolerance";
    out->measure = "decades of error for four of tolerance";
    out->low = 2.0;
    out->high = 8.0;
    if (!integrator->adaptive) {
        out->verdict = VERIFICATION_OMITTED;
        return STATUS_OK;
    }
    for (int i = 0; i < 2; i++) {
        struct integration_request request = {.tolerance = i == 0 ? coarse : fine,
                                              .time = 2.5 * pendulum_problem.period};
        enum status status = run(&result, request, &pendulum_problem, integrator);
        if (status != STATUS_OK) {
            return status;
        }
        /* inf / inf is no number, and fails. */
        errors[i] = result.state_error;
        integration_result_clear(&result);
    }
    out->value = log10(errors[0] / errors[1]);
    return STATUS_OK;
}

/* 200 steps there and back, and the Jacobian of one of them. */
static enum status check_geometry(struct verification_check *returns, struct verification_check *symplectic,
                                  const struct integrator *integrator) {
    const struct problem *problem = &henon_heiles_regular_problem;
    struct integration_request request = {
        .step = problem->period / 40.0,
        .time = 5.0 * problem->period,
        .wants_return = true,
        .wants_jacobian = true,
    };
    struct integration_result result;
    *returns = (struct verification_check){
        .name = "reversibility",
        .measure = "error of 200 steps there and back",
        .high = 1e-12,
        .verdict = integrator->reversible ? VERIFICATION_PASSED : VERIFICATION_UNCLAIMED,
    };
    *symplectic = (struct verification_check){
        .name = "symplecticity",
        .measure = "max |J^T Omega J - Omega|",
        .high = 1e-10,
        .verdict = integrator->symplectic ? VERIFICATION_PASSED : VERIFICATION_UNCLAIMED,
    };
    if (!integrator->fixed) {
        returns->verdict = symplectic->verdict = VERIFICATION_OMITTED;
        return STATUS_OK;
    }
    enum status status = run(&result, request, problem, integrator);
    if (status == STATUS_OK) {
        returns->value = result.return_error;
        symplectic->value = result.symplecticity_defect;
        integration_result_clear(&result);
    }
    return status;
}

/* Energy errors below this are rounding, which accumulates over the steps of the check. */
static const double ENERGY_ROUNDING = 1e-11;
static const double ENERGY_STEPS = 1e5;
enum { ENERGY_SAMPLES = 100 };

/* An error of half the energy is not bounded, whatever came before. */
static const double ENERGY_LOST = 0.5;

/* The largest energy error in the last tenth of the run over that in the first. */
static double energy_growth(const struct integration_result *result) {
    double first = 0.0, last = 0.0;
    if (result->samples == NULL) {
        return INFINITY;
    }
    for (int i = 0; i < ENERGY_SAMPLES / 10; i++) {
        first = fmax(first, result->samples[i].energy_error);
        last = fmax(last, result->samples[ENERGY_SAMPLES - 1 - i].energy_error);
    }
    return last > ENERGY_LOST ? INFINITY : last <= ENERGY_ROUNDING ? 1.0 : last / first;
}

static enum status check_energy(struct verification_check *out, const struct integrator *integrator) {
    const struct problem *problem = &pendulum_problem;
    double step = problem->period / 50.0;
    struct integration_request request = {
        .step = step, .time = ENERGY_STEPS * step, .samples = ENERGY_SAMPLES};
    struct integration_result result;
    *out = (struct verification_check){
        .name = integrator->keeps_energy ? "energy kept" : "energy bounded",
        .measure = integrator->keeps_energy
                       ? "max energy error over 1e5 steps"
                       : "energy error of the last 1e4 of 1e5 steps over that of the first",
        .high = integrator->keeps_energy ? 1e-12 : 1.5,
        .verdict =
            integrator->keeps_energy || integrator->symplectic ? VERIFICATION_PASSED : VERIFICATION_UNCLAIMED,
    };
    if (!integrator->fixed) {
        out->verdict = VERIFICATION_OMITTED;
        return STATUS_OK;
    }
    enum status status = run(&result, request, problem, integrator);
    if (status == STATUS_OK) {
        out->value = integrator->keeps_energy ? result.energy_error : energy_growth(&result);
        integration_result_clear(&result);
    }
    return status;
}

/* --- all of them --- */

/* What an entry says must fit together before it is worth measuring. */
static enum status check_entry(const struct integrator *integrator) {
    if (!integrator->fixed && !integrator->adaptive) {
        return status_fail(STATUS_DATA, "%s takes neither fixed steps nor steps of its own choice",
                           integrator->name);
    }
    double kick = 0.0, drift = 0.0;
    for (int i = 0; i < INTEGRATOR_MAX_STAGES; i++) {
        kick += integrator->kick[i];
        drift += integrator->drift[i];
    }
    if (integrator_is_composition(integrator) && !(fabs(kick - 1.0) < 1e-14 && fabs(drift - 1.0) < 1e-14)) {
        return status_fail(STATUS_DATA, "%s: the sums of kick and drift are %.16g and %.16g, must be 1",
                           integrator->name, kick, drift);
    }
    return STATUS_OK;
}

static void judge(struct verification *verification) {
    verification->passed = true;
    for (int i = 0; i < VERIFICATION_CHECKS; i++) {
        struct verification_check *check = &verification->checks[i];
        bool within = check->value >= check->low && check->value <= check->high;
        if (check->verdict == VERIFICATION_PASSED && !within) {
            check->verdict = VERIFICATION_FAILED;
            verification->passed = false;
        }
        if (check->verdict == VERIFICATION_OMITTED) {
            check->value = NAN;
        }
    }
}

enum status verification_run(struct verification *out, const struct integrator *integrator) {
    *out = (struct verification){.integrator = integrator};
    struct verification_check *checks = out->checks;
    enum status status = check_entry(integrator);
    if (status == STATUS_OK) {
        status = check_first_order(&checks[VERIFICATION_ORDER], integrator);
    }
    if (status == STATUS_OK) {
        status = check_second_order(&checks[VERIFICATION_ORDER_SECOND], integrator);
    }
    if (status == STATUS_OK) {
        status = check_tolerance(&checks[VERIFICATION_TOLERANCE], integrator);
    }
    if (status == STATUS_OK) {
        status = check_geometry(&checks[VERIFICATION_REVERSIBILITY], &checks[VERIFICATION_SYMPLECTICITY],
                                integrator);
    }
    if (status == STATUS_OK) {
        status = check_energy(&checks[VERIFICATION_ENERGY], integrator);
    }
    judge(out);
    return status;
}

const char *verification_verdict_name(enum verification_verdict verdict) {
    static const char *const names[] = {
        [VERIFICATION_PASSED] = "passed",
        [VERIFICATION_FAILED] = "FAILED",
        [VERIFICATION_UNCLAIMED] = "not claimed",
        [VERIFICATION_OMITTED] = "omitted",
    };
    assert(verdict < sizeof names / sizeof *names);
    return names[verdict];
}
