/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrators/stepper.h"

#include <assert.h>
#include <stdlib.h>

#include "support/memory.h"

enum status stepper_create(struct stepper **out, const struct integrator *integrator,
                           const struct system *system) {
    enum status status = integrator_check(integrator, system);
    if (status != STATUS_OK) {
        return status;
    }
    struct stepper *stepper = memory_alloc(1, sizeof *stepper);
    stepper->integrator = integrator;
    stepper->system = system;
    integrator->family->create(stepper);
    *out = stepper;
    return STATUS_OK;
}

void stepper_free(struct stepper *stepper) {
    if (stepper != NULL) {
        stepper->integrator->family->free(stepper);
        free(stepper);
    }
}

void stepper_start(struct stepper *stepper, const double *x) {
    stepper->evaluations = 0;
    stepper->steps = 0;
    stepper->rejected = 0;
    if (stepper->integrator->family->start != NULL) {
        stepper->integrator->family->start(stepper, x);
    }
}

enum status stepper_advance(struct stepper *stepper, double step, long count, double *x) {
    assert(stepper->integrator->fixed);
    stepper->steps += count;
    return stepper->integrator->family->advance(stepper, step, count, x);
}

enum status stepper_adapt(struct stepper *stepper, double tolerance, double end, long count, double *time,
                          double *x) {
    assert(stepper->integrator->adaptive);
    return stepper->integrator->family->adapt(stepper, tolerance, end, count, time, x);
}
