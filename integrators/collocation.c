/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Gauss-Legendre collocation methods: symplectic for every H, and reversible.
 */
#include "integrators/collocation.h"

#include "integrators/families.h"
#include "integrators/registry.h"

/* Lagrange: the polynomial through values at c_1 .. c_s, at 1 + c_i. */
void collocation_prediction(const struct collocation *method, double *predict) {
    for (int i = 0; i < method->stages; i++) {
        for (int j = 0; j < method->stages; j++) {
            double weight = 1.0;
            for (int k = 0; k < method->stages; k++) {
                if (k != j) {
                    weight *= (1.0 + method->c[i] - method->c[k]) / (method->c[j] - method->c[k]);
                }
            }
            predict[i * method->stages + j] = weight;
        }
    }
}

#define REFERENCE "Hairer, Lubich, Wanner, Geometric Numerical Integration (2006), II.1.3"

#define GAUSS(title, text, ORDER, STAGES, coefficients)                                                      \
    const struct integrator title##_integrator = {                                                           \
        .name = #title,                                                                                      \
        .summary = text,                                                                                     \
        .reference = REFERENCE,                                                                              \
        .family = &implicit_family,                                                                          \
        .order = ORDER,                                                                                      \
        .stages = STAGES,                                                                                    \
        .symplectic = true,                                                                                  \
        .reversible = true,                                                                                  \
        .fixed = true,                                                                                       \
        .method = &(coefficients),                                                                           \
    }

static const struct collocation midpoint = {.stages = 1, .c = {0.5}, .a = {0.5}, .b = {1.0}};

/* sqrt(3) / 6 and sqrt(15) */
#define W 0.28867513459481288225
#define R 3.8729833462074168852

static const struct collocation gauss_2 = {
    .stages = 2,
    .c = {0.5 - W, 0.5 + W},
    .a = {0.25, 0.25 - W, 0.25 + W, 0.25},
    .b = {0.5, 0.5},
};

static const struct collocation gauss_3 = {
    .stages = 3,
    .c = {0.5 - R / 10.0, 0.5, 0.5 + R / 10.0},
    .a = {5.0 / 36.0, 2.0 / 9.0 - R / 15.0, 5.0 / 36.0 - R / 30.0, //
          5.0 / 36.0 + R / 24.0, 2.0 / 9.0, 5.0 / 36.0 - R / 24.0, //
          5.0 / 36.0 + R / 30.0, 2.0 / 9.0 + R / 15.0, 5.0 / 36.0},
    .b = {5.0 / 18.0, 4.0 / 9.0, 5.0 / 18.0},
};

GAUSS(implicit_midpoint, "implicit midpoint rule", 2, 1, midpoint);
GAUSS(gauss4, "Gauss-Legendre collocation, 2 stages", 4, 2, gauss_2);
GAUSS(gauss6, "Gauss-Legendre collocation, 3 stages", 6, 3, gauss_3);
