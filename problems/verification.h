/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether an integrator is what its entry claims: order, reversibility, symplecticity, energy, tolerance.
 *
 * The order is the slope of the error of one step over its length, less 1: the root mean square over 16
 * states along the orbit, so that no state where the leading term happens to vanish decides, between the two
 * shortest steps an octave apart whose errors stand clear of rounding.
 */
#ifndef HAMBENCH_PROBLEMS_VERIFICATION_H
#define HAMBENCH_PROBLEMS_VERIFICATION_H

#include <stdbool.h>

#include "integrators/integrator.h"
#include "support/status.h"

enum verification_verdict {
    VERIFICATION_PASSED,
    VERIFICATION_FAILED,
    VERIFICATION_UNCLAIMED, /* measured, but the entry does not claim it */
    VERIFICATION_OMITTED, /* cannot be measured: orders of methods that choose them, steps of those that do */
};

struct verification_check {
    const char *name;    /* "order on henon_heiles_regular" */
    const char *measure; /* what `value` is */
    double value;
    double low, high; /* accepted values */
    enum verification_verdict verdict;
};

enum {
    VERIFICATION_ORDER,        /* on henon_heiles_regular */
    VERIFICATION_ORDER_SECOND, /* on figure_eight */
    VERIFICATION_TOLERANCE,
    VERIFICATION_REVERSIBILITY,
    VERIFICATION_SYMPLECTICITY,
    VERIFICATION_ENERGY,
    VERIFICATION_CHECKS,
};

struct verification {
    const struct integrator *integrator;
    struct verification_check checks[VERIFICATION_CHECKS];
    bool passed; /* none failed */
};

/* Makes all checks, in about a tenth of a second. STATUS_DATA when the entry contradicts itself or a step
 * that it must be able to take fails; STATUS_INTERRUPTED. */
enum status verification_run(struct verification *out, const struct integrator *integrator);

/* "passed", "FAILED", ... */
const char *verification_verdict_name(enum verification_verdict verdict);

#endif
