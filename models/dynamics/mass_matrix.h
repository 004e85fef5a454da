/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Symmetric positive definite matrices A [d][d] with parameters, constant or a function of q, for quadratic
 * energies (Botev et al. 2021):
 *
 *     diagonal    A = diag(exp(n) + shift)     n [d]
 *     full        A = U^T U + shift I          n [d(d+1)/2], U upper triangular, filled row by row
 *
 * n is a parameter (it starts as 0, or as that of U = I) or a perceptron of q. Vectors are [B][d].
 */
#ifndef HAMBENCH_MODELS_DYNAMICS_MASS_MATRIX_H
#define HAMBENCH_MODELS_DYNAMICS_MASS_MATRIX_H

#include <stdbool.h>

#include "engine/layers.h"

struct mass_matrix {
    bool full;
    bool depends; /* on q */
    real shift;
    struct mlp net; /* of those that depend */
    int constant;   /* index of the parameter of the others */
};

/* Parameters "mass.0.weight", .. or "mass". `net` is a perceptron from d numbers; its width of output is set
 * here. Only what it says of d counts where the matrix does not depend on q. */
struct mass_matrix mass_matrix_declare(struct parameters *parameters, struct mlp_shape net, bool full,
                                       bool depends, double shift);

/* The matrices at q [B][d], on its tape. */
struct mass_matrix_value {
    const struct mass_matrix *matrix;
    struct tensor *q;
    struct tensor *values;  /* n, [B][..]; of a diagonal one exp(n) */
    struct tensor *rate;    /* how they change in time */
    struct tensor *numbers; /* n itself */
};

/* At q moving with dq/dt = `velocity`; NULL where no rate is asked for, and for constant matrices. */
struct mass_matrix_value mass_matrix_at(const struct mass_matrix *matrix, struct tensor *const *leaves,
                                        struct tensor *q, struct tensor *velocity);

/* A x, A^-1 x, and (dA/dt) x. */
struct tensor *mass_matrix_multiply(const struct mass_matrix_value *value, struct tensor *x);
struct tensor *mass_matrix_solve(const struct mass_matrix_value *value, struct tensor *x);
struct tensor *mass_matrix_multiply_rate(const struct mass_matrix_value *value, struct tensor *x);
/* The gradient of x^T A(q) x / 2 by q, x standing still. */
struct tensor *mass_matrix_slope(const struct mass_matrix_value *value, struct tensor *x);

#endif
