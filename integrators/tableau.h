/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Explicit Runge-Kutta methods as Butcher tableaus. One step of size h of a method of s stages:
 *     k_i = f(x + h (a_i1 k_1 + .. + a_i,i-1 k_i-1)),  i = 1 .. s
 *     x <- x + h (b_1 k_1 + .. + b_s k_s)
 */
#ifndef HAMBENCH_INTEGRATORS_TABLEAU_H
#define HAMBENCH_INTEGRATORS_TABLEAU_H

#include <math.h>
#include <stdbool.h>

enum { TABLEAU_MAX_STAGES = 13 };

struct tableau {
    int stages;
    double a[TABLEAU_MAX_STAGES][TABLEAU_MAX_STAGES];
    double b[TABLEAU_MAX_STAGES];

    /* Of embedded pairs: the weights of the error estimate h (error_1 k_1 + ..), which is O(h^error_order).
     * With `fsal` the estimate also uses k_(s+1), the slope at the new x, which is the first stage of the
     * next step. */
    int error_order;
    bool fsal;
    double error[TABLEAU_MAX_STAGES + 1];
};

/* Step control of embedded pairs. A step's error estimate e [D] between x and x' is good enough when
 *     norm = sqrt(mean_i (e_i / (tolerance (1 + max(|x_i|, |x'_i|))))^2) <= 1.
 * The next step, or the next try, is `tableau_factor` as long; directly after a rejected step at most as long
 * as the one that was accepted (Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, II.4). */
static const double TABLEAU_SAFETY = 0.9;
static const double TABLEAU_SHORTEST = 0.2; /* factors are within these */
static const double TABLEAU_LONGEST = 5.0;

static inline double tableau_factor(const struct tableau *tableau, double norm) {
    double factor =
        norm == 0.0 ? TABLEAU_LONGEST : TABLEAU_SAFETY * pow(norm, -1.0 / (double)tableau->error_order);
    return isnan(factor) ? TABLEAU_SHORTEST : fmin(TABLEAU_LONGEST, fmax(TABLEAU_SHORTEST, factor));
}

/* c_(i+1), when stage `i`, counted from 0, takes place: the sum of its row. */
static inline double tableau_node(const struct tableau *tableau, int i) {
    double sum = 0.0;
    for (int j = 0; j < i; j++) {
        sum += tableau->a[i][j];
    }
    return sum;
}

#endif
