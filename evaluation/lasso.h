/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Linear regression with a penalty on the sum of the coefficients' sizes (Lasso, Tibshirani 1996): minimises
 *
 *     |y - F w - b|^2 / (2 R) + alpha sum_j |w_j|
 *
 * over w and the intercept b: by cyclic coordinate descent on an active set, with steps to the minimum of its
 * coefficients while their signs stay as they are.
 */
#ifndef HAMBENCH_EVALUATION_LASSO_H
#define HAMBENCH_EVALUATION_LASSO_H

#include <stdbool.h>

/* Features and targets of R rows, centred, column after column. */
struct lasso {
    int rows, features, outputs;
    double *feature, *feature_mean; /* [features][rows], [features] */
    double *square;                 /* |F_j|^2, [features] */
    double *output, *output_mean;   /* [outputs][rows], [outputs] */
};

/* Of rows first .. first + rows - 1 of `features` [..][all] and `outputs` [..][all]. The caller frees it. */
struct lasso lasso_create(const double *features, int feature_count, const double *outputs, int output_count,
                          int all, int first, int rows);
void lasso_free(struct lasso *lasso);

/* When the search ends. */
struct lasso_accuracy {
    double tolerance; /* of the duality gap, relative to |y|^2 (centred) */
    int sweeps;       /* over the coordinates, at most */
};

/* The coefficients of output k, from those in `w` [features] on. Returns whether the accuracy was reached. */
bool lasso_fit(const struct lasso *lasso, int k, double alpha, struct lasso_accuracy accuracy, double *w);

/* The intercept that belongs to the coefficients. */
double lasso_intercept(const struct lasso *lasso, int k, const double *w);

#endif
