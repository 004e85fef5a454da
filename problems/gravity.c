/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bodies that attract each other: H = sum_i |p_i|^2 / (2 m_i) - G sum_(i<j) m_i m_j / |q_i - q_j|.
 */
#include <math.h>

#include "integrators/loops.h"
#include "problems/registry.h"

struct gravity {
    double constant; /* G */
    double mass[7];
};

LOOPS_INLINE void find_velocity(const struct gravity *gravity, int bodies, int space, const double *p,
                                double *out) {
    for (int i = 0; i < bodies; i++) {
        double inverse = 1.0 / gravity->mass[i];
        for (int k = 0; k < space; k++) {
            out[i * space + k] = p[i * space + k] * inverse;
        }
    }
}

LOOPS_INLINE void find_force(const struct gravity *gravity, int bodies, int space, const double *q,
                             double *out) {
    for (int i = 0; i < bodies * space; i++) {
        out[i] = 0.0;
    }
    for (int i = 0; i < bodies; i++) {
        for (int j = 0; j < i; j++) {
            double along[3], square = 0.0;
            for (int k = 0; k < space; k++) {
                along[k] = q[j * space + k] - q[i * space + k];
                square += along[k] * along[k];
            }
            double factor = gravity->constant * gravity->mass[i] * gravity->mass[j] / (square * sqrt(square));
            for (int k = 0; k < space; k++) {
                out[i * space + k] += factor * along[k];
                out[j * space + k] -= factor * along[k];
            }
        }
    }
}

static double find_energy(const struct gravity *gravity, int bodies, int space, const double *x) {
    const double *p = x + bodies * space;
    double sum = 0.0;
    for (int i = 0; i < bodies; i++) {
        for (int k = 0; k < space; k++) {
            sum += p[i * space + k] * p[i * space + k] / (2.0 * gravity->mass[i]);
        }
        for (int j = 0; j < i; j++) {
            double square = 0.0;
            for (int k = 0; k < space; k++) {
                double along = x[j * space + k] - x[i * space + k];
                square += along * along;
            }
            sum -= gravity->constant * gravity->mass[i] * gravity->mass[j] / sqrt(square);
        }
    }
    return sum;
}

/* The functions of a system of BODIES bodies in SPACE coordinates, and its table. */
#define GRAVITY(name, BODIES, SPACE)                                                                         \
    static void name##_velocity(const void *context, const double *p, double *out) {                         \
        find_velocity(context, BODIES, SPACE, p, out);                                                       \
    }                                                                                                        \
    static void name##_force(const void *context, const double *q, double *out) {                            \
        find_force(context, BODIES, SPACE, q, out);                                                          \
    }                                                                                                        \
    static void name##_field(const void *context, const double *x, double *rate) {                           \
        name##_velocity(context, x + (BODIES) * (SPACE), rate);                                              \
        name##_force(context, x, rate + (BODIES) * (SPACE));                                                 \
    }                                                                                                        \
    static double name##_energy(const void *context, const double *x) {                                      \
        return find_energy(context, BODIES, SPACE, x);                                                       \
    }                                                                                                        \
    SYSTEM_LOOPS(name, 2 * (BODIES) * (SPACE), name##_field, name##_force, name##_velocity)

#define GRAVITY_FIELDS(name, BODIES, SPACE)                                                                  \
    .equation = "H = sum |p_i|^2 / (2 m_i) - G sum m_i m_j / |q_i - q_j|",                                   \
    .system =                                                                                                \
        {                                                                                                    \
            .size = 2 * (BODIES) * (SPACE),                                                                  \
            .context = &name##_bodies,                                                                       \
            .field = name##_field,                                                                           \
            .energy = name##_energy,                                                                         \
            .velocity = name##_velocity,                                                                     \
            .force = name##_force,                                                                           \
            .loops = &name##_loops,                                                                          \
    },                                                                                                       \
    .bodies = (BODIES), .space = (SPACE), .conserves_momentum = true, .conserves_angular_momentum = true

static const struct gravity figure_eight_bodies = {.constant = 1.0, .mass = {1.0, 1.0, 1.0}};

GRAVITY(figure_eight, 3, 2);

const struct problem figure_eight_problem = {
    .name = "figure_eight",
    .summary = "three bodies that follow each other on a figure eight",
    .unit = "time unit",
    .reference =
        "Chenciner, Montgomery, A remarkable periodic solution of the three-body problem in the case "
        "of equal masses, Ann. Math. 152 (2000) 881-901; numbers by Simo",
    GRAVITY_FIELDS(figure_eight, 3, 2),
    .initial = {0.97000436, -0.24308753, -0.97000436, 0.24308753, 0.0, 0.0, //
                0.466203685, 0.43236573, 0.466203685, 0.43236573, -0.93240737, -0.86473146},
    .period = 6.32591398,
};

static const struct gravity pleiades_bodies = {.constant = 1.0, .mass = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0}};

GRAVITY(pleiades, 7, 2);

/* Momenta are mass times velocity. */
const struct problem pleiades_problem = {
    .name = "pleiades",
    .summary = "seven stars in the plane with close encounters",
    .unit = "time unit",
    .reference = "Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I (1993), II.10",
    GRAVITY_FIELDS(pleiades, 7, 2),
    .initial = {3.0,         3.0, 3.0,       -3.0,       -1.0, 2.0,        -3.0,
                0.0,         2.0, 0.0,       -2.0,       -4.0, 2.0,        4.0, //
                0.0,         0.0, 0.0,       0.0,        0.0,  0.0,        0.0,
                4.0 * -1.25, 0.0, 5.0 * 1.0, 6.0 * 1.75, 0.0,  7.0 * -1.5, 0.0},
    .period = 3.0,
    .chaotic = true,
};

/* Solar masses; the sun's with those of the inner planets. */
#define SUN 1.00000597682
#define JUPITER 0.000954786104043
#define SATURN 0.000285583733151
#define URANUS 0.0000437273164546
#define NEPTUNE 0.0000517759138449
#define PLUTO (1.0 / 1.3e8)

static const struct gravity outer_solar_system_bodies = {
    .constant = 2.95912208286e-4,
    .mass = {SUN, JUPITER, SATURN, URANUS, NEPTUNE, PLUTO},
};

GRAVITY(outer_solar_system, 6, 3);

/* Positions in astronomical units, momenta as mass times astronomical units a day; one line a body. */
const struct problem outer_solar_system_problem = {
    .name = "outer_solar_system",
    .summary = "sun, Jupiter, Saturn, Uranus, Neptune and Pluto from September 5, 1994",
    .unit = "day",
    .reference = "Hairer, Lubich, Wanner, Geometric Numerical Integration (2006), I.2.3, table 2.2",
    GRAVITY_FIELDS(outer_solar_system, 6, 3),
    .initial = {0.0,
                0.0,
                0.0, //
                -3.5023653,
                -3.8169847,
                -1.5507963, //
                9.0755314,
                -3.0458353,
                -1.6483708, //
                8.3101420,
                -16.2901086,
                -7.2521278, //
                11.4707666,
                -25.7294829,
                -10.8169456, //
                -15.5387357,
                -25.2225594,
                -3.1902382, //
                0.0,
                0.0,
                0.0, //
                JUPITER * 0.00565429,
                JUPITER * -0.00412490,
                JUPITER * -0.00190589, //
                SATURN * 0.00168318,
                SATURN * 0.00483525,
                SATURN * 0.00192462, //
                URANUS * 0.00354178,
                URANUS * 0.00137102,
                URANUS * 0.00055029, //
                NEPTUNE * 0.00288930,
                NEPTUNE * 0.00114527,
                NEPTUNE * 0.00039677, //
                PLUTO * 0.00276725,
                PLUTO * -0.00170702,
                PLUTO * -0.00136504},
    .period = 4332.6,
};
