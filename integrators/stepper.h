/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An integrator at work on a system: with its memory, for one thread. Families of methods (symplectic
 * compositions, Runge-Kutta methods, GSL's steppers ...) are tables of functions; an integrator is data for
 * one of them.
 */
#ifndef HAMBENCH_INTEGRATORS_STEPPER_H
#define HAMBENCH_INTEGRATORS_STEPPER_H

#include "integrators/integrator.h"
#include "support/status.h"

struct stepper {
    const struct integrator *integrator;
    const struct system *system;
    void *memory;     /* of the family */
    long evaluations; /* of the field so far; of the force for symplectic compositions */
    long steps;       /* accepted so far */
    long rejected;    /* steps that the error control threw away */
};

/* One family of methods. Functions that are NULL are not needed, or not possible. */
struct integrator_family {
    const char *name; /* "symplectic composition" */

    /* Fills stepper->memory; integrator and system are set. */
    void (*create)(struct stepper *stepper);
    void (*free)(struct stepper *stepper);

    /* Begins a solution at x. */
    void (*start)(struct stepper *stepper, const double *x);

    /* `count` steps of size `step` (which may be negative), x in place. */
    enum status (*advance)(struct stepper *stepper, double step, long count, double *x);

    /* At most `count` accepted steps from *time on, exactly to `end` and not beyond, the error of each step
     * at most `tolerance` (absolute and relative). */
    enum status (*adapt)(struct stepper *stepper, double tolerance, double end, long count, double *time,
                         double *x);
};

/* The caller frees `*out`; `integrator` and `system` must outlive it. STATUS_DATA: integrator_check. */
enum status stepper_create(struct stepper **out, const struct integrator *integrator,
                           const struct system *system);
void stepper_free(struct stepper *stepper);

/* Begins a new solution at `x` (copied where the method needs it): forgets steps, history, counts. */
void stepper_start(struct stepper *stepper, const double *x);

/* `count` steps of size `step` from x, in place. The result does not depend on how the steps are divided
 * among calls. STATUS_DATA when an implicit step has no solution; overflow is not looked for. */
enum status stepper_advance(struct stepper *stepper, double step, long count, double *x);

/* Moves x from *time towards `end` (later or earlier) by at most `count` steps of the method's own choice;
 * the last one ends exactly there. STATUS_DATA when the steps become too small to go on. */
enum status stepper_adapt(struct stepper *stepper, double tolerance, double end, long count, double *time,
                          double *x);

#endif
