/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Henon and Heiles: a star in the potential of a galaxy.
 * H = |p|^2 / 2 + (x^2 + y^2) / 2 + x^2 y - y^3 / 3, here at H = 1/8, where regular and chaotic orbits are
 * mixed. (Henon, Heiles, "The applicability of the third integral of motion", Astron. J. 69 (1964) 73-79.)
 */
#include "integrators/loops.h"
#include "problems/registry.h"

static void velocity(const void *context, const double *p, double *out) {
    (void)context;
    out[0] = p[0];
    out[1] = p[1];
}

static void force(const void *context, const double *q, double *out) {
    (void)context;
    out[0] = -q[0] - 2.0 * q[0] * q[1];
    out[1] = -q[1] - q[0] * q[0] + q[1] * q[1];
}

static void field(const void *context, const double *x, double *rate) {
    velocity(context, x + 2, rate);
    force(context, x, rate + 2);
}

static double energy(const void *context, const double *x) {
    (void)context;
    return (x[2] * x[2] + x[3] * x[3] + x[0] * x[0] + x[1] * x[1]) / 2.0 + x[0] * x[0] * x[1] -
           x[1] * x[1] * x[1] / 3.0;
}

SYSTEM_LOOPS(henon_heiles, 4, field, force, velocity);

#define HENON_HEILES(title, text, y, px, is_chaotic)                                                         \
    const struct problem title##_problem = {                                                                 \
        .name = #title,                                                                                      \
        .summary = "Henon-Heiles system, " text,                                                             \
        .equation = "H = |p|^2 / 2 + (x^2 + y^2) / 2 + x^2 y - y^3 / 3",                                     \
        .unit = "time unit",                                                                                 \
        .reference = "Henon, Heiles, Astron. J. 69 (1964) 73-79; start: Skokos, The Lyapunov "               \
                     "characteristic exponents and their computation, Lect. Notes Phys. 790 (2010) 63-135, " \
                     "(x, y, px, py) = (0, " #y ", " #px ", 0), H = 1/8",                                    \
        .system =                                                                                            \
            {                                                                                                \
                .size = 4,                                                                                   \
                .field = field,                                                                              \
                .energy = energy,                                                                            \
                .velocity = velocity,                                                                        \
                .force = force,                                                                              \
                .loops = &henon_heiles_loops,                                                                \
            },                                                                                               \
        .initial = {0.0, y, px, 0.0},                                                                        \
        .period = 6.28318530717958647693,                                                                    \
        .chaotic = is_chaotic,                                                                               \
    }

HENON_HEILES(henon_heiles_regular, "regular orbit", 0.55, 0.2417, false);
HENON_HEILES(henon_heiles_chaotic, "chaotic orbit", -0.016, 0.49974, true);
