/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/lasso.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simulators/vector.h"
#include "support/memory.h"

/* ---- data ---- */

/* Copies part of each column and takes its mean off. */
static void centre(double *out, double *means, const double *columns, int count, int all, int first,
                   int rows) {
    for (int j = 0; j < count; j++) {
        const double *from = columns + (size_t)j * (size_t)all + first;
        double *to = out + (size_t)j * (size_t)rows;
        double sum = 0;
        for (int i = 0; i < rows; i++) {
            sum += from[i];
        }
        means[j] = sum / rows;
        for (int i = 0; i < rows; i++) {
            to[i] = from[i] - means[j];
        }
    }
}

/* Eight sums side by side: the compiler may not reorder one. */
VECTOR_CLONES static double product(const double *restrict a, const double *restrict b, int count) {
    double sums[8] = {0};
    int i = 0;
    for (; i + 8 <= count; i += 8) {
        for (int k = 0; k < 8; k++) {
            sums[k] += a[i + k] * b[i + k];
        }
    }
    for (; i < count; i++) {
        sums[i % 8] += a[i] * b[i];
    }
    return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

struct lasso lasso_create(const double *features, int feature_count, const double *outputs, int output_count,
                          int all, int first, int rows) {
    size_t r = (size_t)rows, f = (size_t)feature_count, k = (size_t)output_count;
    struct lasso lasso = {
        .rows = rows,
        .features = feature_count,
        .outputs = output_count,
        .feature = memory_alloc(f * r, sizeof(double)),
        .feature_mean = memory_alloc(f, sizeof(double)),
        .square = memory_alloc(f, sizeof(double)),
        .output = memory_alloc(k * r, sizeof(double)),
        .output_mean = memory_alloc(k, sizeof(double)),
    };
    centre(lasso.feature, lasso.feature_mean, features, feature_count, all, first, rows);
    centre(lasso.output, lasso.output_mean, outputs, output_count, all, first, rows);
    for (size_t j = 0; j < f; j++) {
        lasso.square[j] = product(lasso.feature + j * r, lasso.feature + j * r, rows);
    }
    return lasso;
}

void lasso_free(struct lasso *lasso) {
    free(lasso->feature);
    free(lasso->feature_mean);
    free(lasso->square);
    free(lasso->output);
    free(lasso->output_mean);
    *lasso = (struct lasso){0};
}

/* ---- coordinate descent ---- */

/* A fit under way. */
struct descent {
    const struct lasso *lasso;
    double penalty;   /* alpha R */
    double *w;        /* [features] */
    double *residual; /* y - F w, [rows] */
    double largest;   /* change of a coefficient in the last sweep */
};

static const double *column(const struct lasso *lasso, int j) {
    return lasso->feature + (size_t)j * (size_t)lasso->rows;
}

VECTOR_CLONES static void subtract(double *restrict residual, const double *restrict feature, double factor,
                                   int rows) {
    for (int i = 0; i < rows; i++) {
        residual[i] -= factor * feature[i];
    }
}

/* w_j <- soft(F_j r + |F_j|^2 w_j, alpha R) / |F_j|^2 */
static void move(struct descent *descent, int j) {
    const struct lasso *lasso = descent->lasso;
    if (lasso->square[j] == 0) { /* a constant: no value of it explains anything, and 0 costs nothing */
        descent->w[j] = 0;
        return;
    }
    double before = descent->w[j];
    double pull = product(column(lasso, j), descent->residual, lasso->rows) + lasso->square[j] * before;
    double size = fabs(pull) - descent->penalty;
    double after = size > 0 ? copysign(size, pull) / lasso->square[j] : 0;
    if (after != before) {
        subtract(descent->residual, column(lasso, j), after - before, lasso->rows);
        descent->w[j] = after;
        descent->largest = fmax(descent->largest, fabs(after - before));
    }
}

/* The coordinates that are not 0, or all. */
static void sweep(struct descent *descent, bool active) {
    descent->largest = 0;
    for (int j = 0; j < descent->lasso->features; j++) {
        if (!active || descent->w[j] != 0) {
            move(descent, j);
        }
    }
}

/* How far the objective times R can be above its minimum: by the dual point that is the residual, made as
 * much smaller as it has to be. */
static double duality_gap(const struct descent *descent, const double *y) {
    const struct lasso *lasso = descent->lasso;
    double steepest = 0, size = 0;
    for (int j = 0; j < lasso->features; j++) {
        steepest = fmax(steepest, fabs(product(column(lasso, j), descent->residual, lasso->rows)));
        size += fabs(descent->w[j]);
    }
    double scale = steepest > descent->penalty ? descent->penalty / steepest : 1;
    double square = product(descent->residual, descent->residual, lasso->rows);
    return square * (1 + scale * scale) / 2 + descent->penalty * size -
           scale * product(descent->residual, y, lasso->rows);
}

static double largest_coefficient(const struct descent *descent) {
    double largest = 0;
    for (int j = 0; j < descent->lasso->features; j++) {
        largest = fmax(largest, fabs(descent->w[j]));
    }
    return largest;
}

/* One sweep over all coordinates, then over those that it left in until they rest; again, until the gap is
 * closed. */
bool lasso_fit(const struct lasso *lasso, int k, double alpha, struct lasso_accuracy accuracy, double *w) {
    const double *y = lasso->output + (size_t)k * (size_t)lasso->rows;
    struct descent descent = {.lasso = lasso,
                              .penalty = alpha * lasso->rows,
                              .w = w,
                              .residual = memory_alloc((size_t)lasso->rows, sizeof(double))};
    memcpy(descent.residual, y, (size_t)lasso->rows * sizeof *y);
    for (int j = 0; j < lasso->features; j++) {
        if (w[j] != 0) {
            subtract(descent.residual, column(lasso, j), w[j], lasso->rows);
        }
    }
    double enough = accuracy.tolerance * product(y, y, lasso->rows);
    bool closed = false;
    for (int sweeps = 0; sweeps < accuracy.sweeps && !closed;) {
        sweep(&descent, false);
        sweeps++;
        while (sweeps < accuracy.sweeps &&
               descent.largest > accuracy.tolerance * largest_coefficient(&descent)) {
            sweep(&descent, true);
            sweeps++;
        }
        closed = duality_gap(&descent, y) <= enough;
    }
    free(descent.residual);
    return closed;
}

double lasso_intercept(const struct lasso *lasso, int k, const double *w) {
    return lasso->output_mean[k] - product(lasso->feature_mean, w, lasso->features);
}
