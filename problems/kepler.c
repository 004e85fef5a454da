/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Kepler's problem in the plane, H = |p|^2 / 2 - 1 / |q|, from the pericentre of an orbit of semi-major axis
 * 1 and eccentricity e: q = (1 - e, 0), p = (0, sqrt((1 + e) / (1 - e))). The period is 2 pi.
 *
 * Exact: t = E - e sin E (Kepler's equation), q = (cos E - e, sqrt(1 - e^2) sin E).
 */
#include <math.h>

#include "integrators/loops.h"
#include "problems/registry.h"

static const double TWO_PI = 6.28318530717958647693;

static void velocity(const void *context, const double *p, double *out) {
    (void)context;
    out[0] = p[0];
    out[1] = p[1];
}

static void force(const void *context, const double *q, double *out) {
    (void)context;
    double square = q[0] * q[0] + q[1] * q[1];
    double factor = -1.0 / (square * sqrt(square));
    out[0] = factor * q[0];
    out[1] = factor * q[1];
}

static void field(const void *context, const double *x, double *rate) {
    velocity(context, x + 2, rate);
    force(context, x, rate + 2);
}

static double energy(const void *context, const double *x) {
    (void)context;
    return (x[2] * x[2] + x[3] * x[3]) / 2.0 - 1.0 / sqrt(x[0] * x[0] + x[1] * x[1]);
}

/* Newton from E = M + e sin M, which converges for every e < 1 from |M| <= pi; the last steps only round. */
static double eccentric_anomaly(double mean, double e) {
    enum { MOST = 50 };
    double anomaly = e < 0.8 ? mean : copysign(TWO_PI / 2.0, mean);
    for (int i = 0; i < MOST; i++) {
        double step = (anomaly - e * sin(anomaly) - mean) / (1.0 - e * cos(anomaly));
        anomaly -= step;
        if (fabs(step) < 1e-16) {
            break;
        }
    }
    return anomaly;
}

static void solution(const struct problem *problem, double time, double *x) {
    double e = *(const double *)problem->system.context;
    double anomaly = eccentric_anomaly(remainder(time, TWO_PI), e);
    double minor = sqrt(1.0 - e * e), rate = 1.0 / (1.0 - e * cos(anomaly));
    x[0] = cos(anomaly) - e;
    x[1] = minor * sin(anomaly);
    x[2] = -sin(anomaly) * rate;
    x[3] = minor * cos(anomaly) * rate;
}

SYSTEM_LOOPS(kepler, 4, field, force, velocity);

#define KEPLER(title, e, speed)                                                                              \
    static const double title##_eccentricity = e;                                                            \
    const struct problem title##_problem = {                                                                 \
        .name = #title,                                                                                      \
        .summary = "Kepler's problem, eccentricity " #e,                                                     \
        .equation = "H = |p|^2 / 2 - 1 / |q|",                                                               \
        .unit = "time unit",                                                                                 \
        .reference = "Hairer, Lubich, Wanner, Geometric Numerical Integration (2006), I.2.2; from the "      \
                     "pericentre",                                                                           \
        .system =                                                                                            \
            {                                                                                                \
                .size = 4,                                                                                   \
                .context = &title##_eccentricity,                                                            \
                .field = field,                                                                              \
                .energy = energy,                                                                            \
                .velocity = velocity,                                                                        \
                .force = force,                                                                              \
                .loops = &kepler_loops,                                                                      \
            },                                                                                               \
        .initial = {1.0 - (e), 0.0, 0.0, speed},                                                             \
        .period = 6.28318530717958647693,                                                                    \
        .solution = solution,                                                                                \
        .bodies = 1,                                                                                         \
        .space = 2,                                                                                          \
        .conserves_angular_momentum = true,                                                                  \
    }

/* speed = sqrt((1 + e) / (1 - e)) */
KEPLER(kepler_01, 0.1, 1.1055415967851332830);
KEPLER(kepler_06, 0.6, 2.0);
KEPLER(kepler_09, 0.9, 4.3588989435406735522);
