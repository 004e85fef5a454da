/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Seven argon atoms in the plane, a frozen crystal:
 * H = sum_i |p_i|^2 / 2 + 4 e sum_(i<j) ((s / r_ij)^12 - (s / r_ij)^6), r_ij = |q_i - q_j|.
 *
 * Units: nanometres, nanoseconds, the mass of an argon atom (66.34e-27 kg). e / k_B = 119.8 K, s = 0.341 nm.
 */
#include "integrators/loops.h"
#include "problems/registry.h"

enum { ATOMS = 7, COORDINATES = 2 * ATOMS };

/* 119.8 K * 1.380658e-23 J/K / 66.34e-27 kg, in (nm/ns)^2 */
#define DEPTH (119.8 * 1.380658e-23 / 66.34e-27)
#define LENGTH 0.341

static void velocity(const void *context, const double *p, double *out) {
    (void)context;
    for (int i = 0; i < COORDINATES; i++) {
        out[i] = p[i];
    }
}

/* dx, dy from atom j to atom i; returns s^2 / r^2. */
static double between(const double *q, int i, int j, double *dx, double *dy) {
    *dx = q[2 * i] - q[2 * j];
    *dy = q[2 * i + 1] - q[2 * j + 1];
    return LENGTH * LENGTH / (*dx * *dx + *dy * *dy);
}

static void force(const void *context, const double *q, double *out) {
    (void)context;
    for (int i = 0; i < COORDINATES; i++) {
        out[i] = 0.0;
    }
    for (int i = 0; i < ATOMS; i++) {
        for (int j = 0; j < i; j++) {
            double dx, dy, square = between(q, i, j, &dx, &dy), sixth = square * square * square;
            double factor = 24.0 * DEPTH / (LENGTH * LENGTH) * square * sixth * (2.0 * sixth - 1.0);
            out[2 * i] += factor * dx;
            out[2 * i + 1] += factor * dy;
            out[2 * j] -= factor * dx;
            out[2 * j + 1] -= factor * dy;
        }
    }
}

static void field(const void *context, const double *x, double *rate) {
    velocity(context, x + COORDINATES, rate);
    force(context, x, rate + COORDINATES);
}

static double energy(const void *context, const double *x) {
    (void)context;
    double sum = 0.0;
    for (int i = 0; i < COORDINATES; i++) {
        sum += x[COORDINATES + i] * x[COORDINATES + i] / 2.0;
    }
    for (int i = 0; i < ATOMS; i++) {
        for (int j = 0; j < i; j++) {
            double dx, dy, square = between(x, i, j, &dx, &dy), sixth = square * square * square;
            sum += 4.0 * DEPTH * (sixth * sixth - sixth);
        }
    }
    return sum;
}

SYSTEM_LOOPS(lennard_jones, 2 * COORDINATES, field, force, velocity);

/* The period is that of two atoms about their distance of rest: 2 pi / sqrt(2 u''(r) / m),
 * u'' = 72 e / (2^(1/3) s^2). */
const struct problem lennard_jones_problem = {
    .name = "lennard_jones",
    .summary = "frozen argon crystal: seven atoms in the plane",
    .equation = "H = sum |p_i|^2 / 2 + 4 e sum ((s / r_ij)^12 - (s / r_ij)^6)",
    .unit = "ns",
    .reference = "Biesiadecki, Skeel, Dangers of multiple time step methods, J. Comput. Phys. 109 (1993) "
                 "318-328; numbers: Hairer, Lubich, Wanner, Geometric Numerical Integration (2006), I.4.1",
    .system =
        {
            .size = 2 * COORDINATES,
            .field = field,
            .energy = energy,
            .velocity = velocity,
            .force = force,
            .loops = &lennard_jones_loops,
        },
    .initial = {0.00,  0.00,  0.02,  0.39,  0.34,  0.17,  0.36,
                -0.21, -0.02, -0.40, -0.35, -0.16, -0.31, 0.21, //
                -30.0, -20.0, 50.0,  -90.0, -70.0, -60.0, 90.0,
                40.0,  80.0,  90.0,  -40.0, 100.0, -80.0, -60.0},
    .period = 0.00126936,
    .bodies = ATOMS,
    .space = 2,
    .chaotic = true,
    .conserves_momentum = true,
    .conserves_angular_momentum = true,
};
