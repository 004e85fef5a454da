/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Elliptic integrals and functions by their modulus k, 0 <= k < 1 (GSL 2.7; Abramowitz, Stegun, Handbook of
 * Mathematical Functions, chapters 16 and 17).
 */
#ifndef HAMBENCH_PROBLEMS_GSL_ELLIPTIC_H
#define HAMBENCH_PROBLEMS_GSL_ELLIPTIC_H

/* K(k): a quarter of the period of sn and cn. */
double gsl_elliptic_quarter(double modulus);

/* The u in [-K, K] with sn(u, k) = `sine`. */
double gsl_elliptic_argument(double sine, double modulus);

void gsl_elliptic_functions(double argument, double modulus, double *sn, double *cn);

#endif
