/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Derivatives against central differences.
 */
#ifndef HAMBENCH_TESTS_GRADCHECK_H
#define HAMBENCH_TESTS_GRADCHECK_H

#include <math.h>
#include <stddef.h>

#include "engine/real.h"

/* The larger of the two; a nan is worse than any number and stays. */
static inline double gradcheck_worst(double worst, double error) {
    return isnan(worst) || error <= worst ? worst : error;
}

/* Largest |difference - gradient[i]| over every `stride`-th of the `size` values of x, relative to the
 * largest gradient (at least 1). `function` reads x from wherever `context` keeps it; x is restored. */
static inline double gradcheck_error(double (*function)(void *context), void *context, real *x, size_t size,
                                     size_t stride, const real *gradient, double step) {
    double error = 0.0, scale = 1.0;
    for (size_t i = 0; i < size; i += stride) {
        real kept = x[i];
        x[i] = (real)((double)kept + step);
        double above = function(context);
        x[i] = (real)((double)kept - step);
        double below = function(context);
        x[i] = kept;
        double difference = (above - below) / (2.0 * step);
        error = gradcheck_worst(error, fabs(difference - (double)gradient[i]));
        scale = fmax(scale, fabs((double)gradient[i]));
    }
    return error / scale;
}

#endif
