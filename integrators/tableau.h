/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Explicit Runge-Kutta methods as Butcher tableaus. One step of size h of a method of s stages:
 *     k_i = f(x + h (a_i1 k_1 + .. + a_i,i-1 k_i-1)),  i = 1 .. s
 *     x <- x + h (b_1 k_1 + .. + b_s k_s)
 */
#ifndef HAMBENCH_INTEGRATORS_TABLEAU_H
#define HAMBENCH_INTEGRATORS_TABLEAU_H

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

#endif
