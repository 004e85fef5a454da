/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Gauss-Legendre collocation methods by their coefficients. One step of size h of a method of s stages:
 *
 *     k_i = f(x + h (a_i1 k_1 + .. + a_is k_s)),  i = 1 .. s
 *     x <- x + h (b_1 k_1 + .. + b_s k_s)
 *
 * The slopes k_i are those at the times c_i h. They are found by iterating the first line (a full matrix
 * makes it an equation for the k_i) from a first guess, best the polynomial through the slopes of the step
 * before.
 */
#ifndef HAMBENCH_INTEGRATORS_COLLOCATION_H
#define HAMBENCH_INTEGRATORS_COLLOCATION_H

enum { COLLOCATION_MAX_STAGES = 3 };

struct collocation {
    int stages;
    double c[COLLOCATION_MAX_STAGES];
    double a[COLLOCATION_MAX_STAGES * COLLOCATION_MAX_STAGES]; /* [s][s], rows s apart */
    double b[COLLOCATION_MAX_STAGES];
};

/* The weights [s][s] that make the slopes of a step out of those of the step before, which was as long:
 * k_i = sum_j predict[i s + j] k_j of before. */
void collocation_prediction(const struct collocation *method, double *predict);

#endif
