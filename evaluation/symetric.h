/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SyMetric (Higgins, Wirnsberger, Jaegle, Botev, "SyMetric: Measuring the Quality of Learnt Hamiltonian
 * Dynamics Inferred from Vision", 2021): is there a polynomial map from a model's latent trajectories to the
 * true ones that explains them (R2), and whose Jacobians J are symplectic up to one factor (Sym)?
 *
 * Both are standardised over all rows, and x is regressed on the monomials of z by the Lasso, order after
 * order until R2 is above its threshold. With E = [[0, -I], [I, 0]] a symplectic J has A = J E J' = c E, so
 * that P = A A' = c^2 I; Sym is the mean square of P - I, each trajectory's P in units of the mean of its
 * largest entry.
 */
#ifndef HAMBENCH_EVALUATION_SYMETRIC_H
#define HAMBENCH_EVALUATION_SYMETRIC_H

#include <stdbool.h>

#include "support/random.h"

/* Trajectories of one batch, and what is drawn from them. */
enum { SYMETRIC_TRAJECTORIES = 5, SYMETRIC_STATES = 60, SYMETRIC_POINTS = 10 };

/* Scores above this are cut, and it stands where there is none. */
extern const double symetric_worst;

/* One batch. Halves of z and of x are positions and momenta. */
struct symetric_batch {
    int trajectories, states;
    const double *z;             /* [trajectories * states][latents] */
    int latents;                 /* n, even */
    const double *x;             /* [trajectories * states][coordinates] */
    int coordinates;             /* D, even */
    int max_order;               /* at most POLYNOMIAL_MAX_ORDER */
    struct random_stream random; /* draws the points */
};

struct symetric_score {
    double r2;          /* of the rows that were fitted */
    double r2_held_out; /* of all rows, each trajectory by a fit to the others, with the same order and
                           penalty */
    double sym;         /* at most symetric_worst */
    /* Of the same map with one unit for all positions and one for all momenta: canonical maps that mix
     * coordinates of different size stay canonical. */
    double sym_common, strict_common;
    double strict; /* mean square of A / c - E, which an orthogonal J that is not symplectic does not pass */
    bool passes;   /* r2 > 0.9 and sym < 0.05 */
    int order;
    bool capped; /* a higher order would have been tried, had it not more than SYMETRIC_MOST_FEATURES */
};

/* 32 latents are fitted by a linear map alone when there are more of them. */
enum { SYMETRIC_MOST_FEATURES = 25000, SYMETRIC_MOST_CURVED = 32 };

/* Ends soon when an interrupt is requested; the score is then worth nothing. */
struct symetric_score symetric_judge(const struct symetric_batch *batch);

/* Keeps the pairs (q_i, p_i) of latents one of which has a variance below 0.5 in the posterior, the mean of
 * `variance` [trajectories][latents]; all where there is none. Their indices, q first, go to `kept`
 * [latents]; returns how many. */
int symetric_informative(const double *variance, int trajectories, int latents, int *kept);

/* ---- for tests: Sym and the strict score of Jacobians [trajectories][points][D][n] ---- */

void symetric_of_jacobians(const double *jacobians, int trajectories, int points, int coordinates,
                           int latents, double *sym, double *strict);

#endif
