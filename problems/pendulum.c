/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ideal pendulum of the environment `pendulum`, swinging: H = m g l (1 - cos q) + p^2 / (2 m l^2).
 *
 * With k^2 = H / (2 m g l) < 1 and w = sqrt(g / l):  sin(q / 2) = k sn(w t + u, k),
 * p = 2 m l^2 w k cn(w t + u, k); the period is 4 K(k) / w.
 */
#include <math.h>

#include "integrators/loops.h"
#include "problems/gsl_elliptic.h"
#include "problems/registry.h"

struct pendulum {
    double mass, gravity, length;
};

static void velocity(const void *context, const double *p, double *out) {
    const struct pendulum *pendulum = context;
    out[0] = p[0] / (pendulum->mass * pendulum->length * pendulum->length);
}

static void force(const void *context, const double *q, double *out) {
    const struct pendulum *pendulum = context;
    out[0] = -pendulum->mass * pendulum->gravity * pendulum->length * sin(q[0]);
}

static void field(const void *context, const double *x, double *rate) {
    velocity(context, x + 1, rate);
    force(context, x, rate + 1);
}

static double energy(const void *context, const double *x) {
    const struct pendulum *pendulum = context;
    double m = pendulum->mass, g = pendulum->gravity, l = pendulum->length;
    return m * g * l * (1.0 - cos(x[0])) + x[1] * x[1] / (2.0 * m * l * l);
}

static void solution(const struct problem *problem, double time, double *x) {
    const struct pendulum *pendulum = problem->system.context;
    double m = pendulum->mass, g = pendulum->gravity, l = pendulum->length, w = sqrt(g / l);
    double modulus = sqrt(energy(pendulum, problem->initial) / (2.0 * m * g * l));
    double quarter = gsl_elliptic_quarter(modulus);
    double begin = gsl_elliptic_argument(sin(problem->initial[0] / 2.0) / modulus, modulus);
    /* p > 0 at the start: begin lies between -K and K. */
    double argument = remainder(begin + fmod(w * time, 4.0 * quarter), 4.0 * quarter), sn, cn;
    gsl_elliptic_functions(argument, modulus, &sn, &cn);
    x[0] = 2.0 * asin(modulus * sn);
    x[1] = 2.0 * m * l * l * w * modulus * cn;
}

SYSTEM_LOOPS(pendulum, 2, field, force, velocity);

static const struct pendulum parameters = {.mass = 0.5, .gravity = 3.0, .length = 1.0};

const struct problem pendulum_problem = {
    .name = "pendulum",
    .summary = "ideal pendulum, swinging to 2.21 rad",
    .equation = "H = m g l (1 - cos q) + p^2 / (2 m l^2)",
    .unit = "time unit",
    .reference = "Botev et al., Which priors matter? (2021), toy_physics/pendulum; from (q, p) = (1.5, 1)",
    .system =
        {
            .size = 2,
            .context = &parameters,
            .field = field,
            .energy = energy,
            .velocity = velocity,
            .force = force,
            .loops = &pendulum_loops,
        },
    .initial = {1.5, 1.0},
    .period = 5.2021705449542255,
    .solution = solution,
};
