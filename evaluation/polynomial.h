/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All monomials of n variables from degree 1 to some order, without the constant.
 */
#ifndef HAMBENCH_EVALUATION_POLYNOMIAL_H
#define HAMBENCH_EVALUATION_POLYNOMIAL_H

enum { POLYNOMIAL_MAX_ORDER = 5 };

struct polynomial {
    int variables, order, count;
    /* Monomial i is monomial parent[i] (-1: 1) times variable[i], which none of the parent's is beyond. */
    int *parent, *variable;
};

/* C(n + order, order) - 1, how many there are; `most` + 1 where they are more than `most`. */
int polynomial_count(int variables, int order, int most);

/* The caller frees it. */
struct polynomial polynomial_create(int variables, int order);
void polynomial_free(struct polynomial *polynomial);

/* Their values `out` [count][rows] at the variables z [variables][rows]. */
void polynomial_values(const struct polynomial *polynomial, const double *z, int rows, double *out);

/* The gradient `out` [variables] of sum_i w_i monomial_i at z [variables]. */
void polynomial_gradient(const struct polynomial *polynomial, const double *w, const double *z, double *out);

#endif
