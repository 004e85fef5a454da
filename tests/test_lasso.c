/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Lasso against its closed form, the conditions of a minimum and scikit-learn; monomials and their
 * gradient.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "evaluation/lasso.h"
#include "evaluation/polynomial.h"
#include "support/memory.h"
#include "tests/harness.h"

static const struct lasso_accuracy exact = {.tolerance = 1e-15, .sweeps = 1000000};

/* ---- monomials ---- */

static void monomials_are_as_many_as_there_are(void) {
    static const int count[3][5] = {{2, 5, 9, 14, 20}, {4, 14, 34, 69, 125}, {16, 152, 968, 4844, 20348}};
    static const int variables[3] = {2, 4, 16};
    for (int i = 0; i < 3; i++) {
        for (int order = 1; order <= 5; order++) {
            struct polynomial p = polynomial_create(variables[i], order);
            CU_ASSERT_EQUAL(p.count, count[i][order - 1]);
            CU_ASSERT_EQUAL(polynomial_count(variables[i], order, 25000), count[i][order - 1]);
            polynomial_free(&p);
        }
    }
    CU_ASSERT_EQUAL(polynomial_count(32, 5, 25000), 25001);
    CU_ASSERT_EQUAL(polynomial_count(2000000, 5, 25000), 25001);
}

static void gradients_of_polynomials_match_differences(void) {
    enum { N = 3, ORDER = 4 };
    static const double STEP = 1e-5;
    struct polynomial p = polynomial_create(N, ORDER);
    double *w = memory_alloc((size_t)p.count, sizeof *w), *values = memory_alloc((size_t)p.count, sizeof *w);
    for (int i = 0; i < p.count; i++) {
        w[i] = cos(1.3 * i);
    }
    double z[N] = {0.4, -0.9, 1.2}, gradient[N];
    polynomial_gradient(&p, w, z, gradient);
    for (int k = 0; k < N; k++) {
        double sum[2] = {0};
        for (int side = 0; side < 2; side++) {
            z[k] += side == 0 ? STEP : -2 * STEP;
            polynomial_values(&p, z, 1, values);
            for (int i = 0; i < p.count; i++) {
                sum[side] += w[i] * values[i];
            }
        }
        z[k] += STEP;
        CHECK_NEAR(gradient[k], (sum[0] - sum[1]) / (2 * STEP), 1e-8);
    }
    free(w);
    free(values);
    polynomial_free(&p);
}

/* ---- the Lasso ---- */

/* Features with F'F = R I, as waves are: w = soft(F'y / R, alpha). */
static void waves_are_shrunk_one_by_one(void) {
    enum { ROWS = 48, FEATURES = 4 };
    static const double amplitude[FEATURES] = {0.9, -0.2, 0.05, -1.5}, ALPHA = 0.1;
    double features[FEATURES * ROWS], y[ROWS], w[FEATURES] = {0};
    for (int i = 0; i < ROWS; i++) {
        y[i] = 3; /* the intercept */
        for (int j = 0; j < FEATURES; j++) {
            features[j * ROWS + i] = sqrt(2) * sin(2 * M_PI * (j + 1) * i / ROWS) + 7 * j;
            y[i] += amplitude[j] * features[j * ROWS + i];
        }
    }
    struct lasso lasso = lasso_create(features, FEATURES, y, 1, ROWS, 0, ROWS);
    CU_ASSERT(lasso_fit(&lasso, 0, ALPHA, exact, w));
    double intercept = 3;
    for (int j = 0; j < FEATURES; j++) {
        double expected = fabs(amplitude[j]) > ALPHA ? amplitude[j] - copysign(ALPHA, amplitude[j]) : 0;
        CHECK_NEAR(w[j], expected, 1e-12);
        intercept += (amplitude[j] - expected) * 7 * j;
    }
    CHECK_NEAR(lasso_intercept(&lasso, 0, w), intercept, 1e-11);
    lasso_free(&lasso);
}

/* More features than rows, most of them alike: at the minimum every feature pulls by alpha R at most, and by
 * just that where its coefficient is not 0. Fitted to part of the rows. */
static void every_feature_rests_at_the_minimum(void) {
    enum { ALL = 40, FIRST = 10, ROWS = 25, FEATURES = 60 };
    static const double ALPHA = 0.03;
    double features[FEATURES * ALL], y[2 * ALL], w[FEATURES] = {0};
    for (int i = 0; i < ALL; i++) {
        y[i] = 1e6;
        y[ALL + i] = sin(0.3 * i * i) + 0.2 * i;
        for (int j = 0; j < FEATURES; j++) {
            features[j * ALL + i] = cos(0.9 * (j / 3 + 1) * i) + 0.1 * sin(1.7 * j * i) + 2;
        }
    }
    struct lasso lasso = lasso_create(features, FEATURES, y, 2, ALL, FIRST, ROWS);
    CU_ASSERT(lasso_fit(&lasso, 1, ALPHA, exact, w));
    double intercept = lasso_intercept(&lasso, 1, w), residual[ROWS], sum = 0;
    for (int i = 0; i < ROWS; i++) {
        residual[i] = y[ALL + FIRST + i] - intercept;
        for (int j = 0; j < FEATURES; j++) {
            residual[i] -= w[j] * features[j * ALL + FIRST + i];
        }
        sum += residual[i];
    }
    CHECK_NEAR(sum, 0, 1e-9);
    int kept = 0;
    for (int j = 0; j < FEATURES; j++) {
        double pull = 0;
        for (int i = 0; i < ROWS; i++) {
            pull += features[j * ALL + FIRST + i] * residual[i];
        }
        CU_ASSERT(fabs(pull) <= ALPHA * ROWS * (1 + 1e-6));
        if (w[j] != 0) {
            CHECK_NEAR(pull, copysign(ALPHA * ROWS, w[j]), 1e-5);
            kept++;
        }
    }
    CU_ASSERT(kept > 3 && kept <= ROWS);
    lasso_free(&lasso);
}

static void what_explains_nothing_gets_nothing(void) {
    static const double features[] = {1, 1, 1, 1, 0, 1, 0, 1}, y[] = {0.5, 0.6, 0.6, 0.5};
    double w[2] = {0.3, -4};
    struct lasso lasso = lasso_create(features, 2, y, 1, 4, 0, 4);
    CU_ASSERT(lasso_fit(&lasso, 0, 1, exact, w));
    CHECK_NEAR(w[0], 0, 0); /* a constant */
    CHECK_NEAR(w[1], 0, 0);
    lasso_free(&lasso);
}

/* The problems of tests/data/make_lasso_oracle.py. */
static void coefficients_match_scikit_learn_at_every_order(void) {
    enum { ROWS = 80, VARIABLES = 2, MOST = 20 };
    double z[VARIABLES * ROWS], y[ROWS], features[MOST * ROWS];
    for (int i = 0; i < ROWS; i++) {
        for (int v = 0; v < VARIABLES; v++) {
            z[v * ROWS + i] = sin(0.7 * (i + 1) * (v + 1)) + 0.3 * cos(1.1 * i + v);
        }
        double a = z[i], b = z[ROWS + i];
        y[i] = 0.5 + a - 0.8 * b + 0.6 * a * b * b + 0.1 * cos(5.3 * i);
    }
    FILE *file = fopen(test_data("oracle_lasso.txt"), "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL_FATAL(fscanf(file, "#%*[^\n]"), 0);
    for (int order = 1; order <= 5; order++) {
        struct polynomial p = polynomial_create(VARIABLES, order);
        int read_order, count;
        double expected, w[MOST] = {0};
        CU_ASSERT_EQUAL_FATAL(fscanf(file, "%d %d %lf", &read_order, &count, &expected), 3);
        CU_ASSERT_FATAL(read_order == order && count == p.count);
        polynomial_values(&p, z, ROWS, features);
        struct lasso lasso = lasso_create(features, p.count, y, 1, ROWS, 0, ROWS);
        CU_ASSERT(lasso_fit(&lasso, 0, 0.01, exact, w));
        CHECK_NEAR(lasso_intercept(&lasso, 0, w), expected, 1e-6);
        for (int j = 0; j < p.count; j++) {
            CU_ASSERT_EQUAL_FATAL(fscanf(file, "%lf", &expected), 1);
            CHECK_NEAR(w[j], expected, 1e-6);
        }
        lasso_free(&lasso);
        polynomial_free(&p);
    }
    (void)fclose(file);
}

int main(void) {
    static const struct test tests[] = {
        TEST(monomials_are_as_many_as_there_are), TEST(gradients_of_polynomials_match_differences),
        TEST(waves_are_shrunk_one_by_one),        TEST(every_feature_rests_at_the_minimum),
        TEST(what_explains_nothing_gets_nothing), TEST(coefficients_match_scikit_learn_at_every_order),
    };
    return tests_run("lasso", tests, sizeof tests / sizeof *tests);
}
