/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bodies in the plane that attract each other: H = sum |p_i|^2 / (2 m_i) - sum_{i<j} g m_i m_j / |q_i - q_j|.
 *
 * State: q = (x_1, y_1, .., x_n, y_n), then the momenta in the same order. Parameters: m masses [n],
 * g strength of gravity. No softening. Conserved: H, the total momentum, the total angular momentum; for two
 * bodies the Laplace-Runge-Lenz vector, too.
 *
 * The functions take the number of bodies; N_BODY_SYSTEM makes the functions of one number out of them.
 */
#include <math.h>

#include "simulators/registry.h"
#include "simulators/render_discs.h"
#include "support/elementary.h"

static const double PI = 3.14159265358979323846;

/* What the masses attract each other by, behind the masses. */
static double gravity(const double *parameters, int bodies) {
    return parameters[bodies];
}

static double energy(int bodies, const double *m, const double *state) {
    const double *q = state, *p = &state[2 * bodies];
    double kinetic = 0.0, potential = 0.0;
    for (int i = 0; i < bodies; i++) {
        kinetic += (p[2 * i] * p[2 * i] + p[2 * i + 1] * p[2 * i + 1]) / (2.0 * m[i]);
        for (int j = 0; j < i; j++) {
            double x = q[2 * i] - q[2 * j], y = q[2 * i + 1] - q[2 * j + 1];
            potential -= m[i] * m[j] / sqrt(x * x + y * y);
        }
    }
    return kinetic + gravity(m, bodies) * potential;
}

static double total_momentum(int bodies, const double *state, int axis) {
    double sum = 0.0;
    for (int i = 0; i < bodies; i++) {
        sum += state[2 * bodies + 2 * i + axis];
    }
    return sum;
}

static double angular_momentum(int bodies, const double *state) {
    const double *q = state, *p = &state[2 * bodies];
    double sum = 0.0;
    for (int i = 0; i < bodies; i++) {
        sum += q[2 * i] * p[2 * i + 1] - q[2 * i + 1] * p[2 * i];
    }
    return sum;
}

/* dp/dt += the attraction of bodies i and j. */
static void attract(double strength, const double *q, int i, int j, double *dp_dt) {
    double x = q[2 * i] - q[2 * j], y = q[2 * i + 1] - q[2 * j + 1];
    double square = x * x + y * y, factor = strength / (square * sqrt(square));
    dp_dt[2 * i] -= factor * x;
    dp_dt[2 * i + 1] -= factor * y;
    dp_dt[2 * j] += factor * x;
    dp_dt[2 * j + 1] += factor * y;
}

static void field(int bodies, const double *m, const double *state, double *dx_dt) {
    const double *p = &state[2 * bodies];
    double *dp_dt = &dx_dt[2 * bodies];
    for (int i = 0; i < bodies; i++) {
        for (int axis = 0; axis < 2; axis++) {
            dx_dt[2 * i + axis] = p[2 * i + axis] / m[i];
            dp_dt[2 * i + axis] = 0.0;
        }
        for (int j = 0; j < i; j++) {
            attract(gravity(m, bodies) * m[i] * m[j], state, i, j, dp_dt);
        }
    }
}

static void place(int bodies, const double *m, const double *state, struct simulator_disc *discs) {
    for (int i = 0; i < bodies; i++) {
        discs[i] = (struct simulator_disc){state[2 * i], state[2 * i + 1], render_discs_radius(m[i])};
    }
}

static void positions(int bodies, const struct simulator_disc *discs, double *q) {
    for (int i = 0; i < bodies; i++) {
        q[2 * i] = discs[i].x;
        q[2 * i + 1] = discs[i].y;
    }
}

/* The functions of a system of `n` bodies, as `struct dynamics` takes them. */
#define N_BODY_SYSTEM(system, n)                                                                             \
    static double system##_energy(const double *parameters, const double *state) {                           \
        return energy(n, parameters, state);                                                                 \
    }                                                                                                        \
    static double system##_momentum_x(const double *parameters, const double *state) {                       \
        (void)parameters;                                                                                    \
        return total_momentum(n, state, 0);                                                                  \
    }                                                                                                        \
    static double system##_momentum_y(const double *parameters, const double *state) {                       \
        (void)parameters;                                                                                    \
        return total_momentum(n, state, 1);                                                                  \
    }                                                                                                        \
    static double system##_angular_momentum(const double *parameters, const double *state) {                 \
        (void)parameters;                                                                                    \
        return angular_momentum(n, state);                                                                   \
    }                                                                                                        \
    static void system##_field(const double *parameters, const double *state, double *dx_dt) {               \
        field(n, parameters, state, dx_dt);                                                                  \
    }                                                                                                        \
    static void system##_place(const double *parameters, const double *state,                                \
                               struct simulator_disc *discs) {                                               \
        place(n, parameters, state, discs);                                                                  \
    }                                                                                                        \
    static void system##_positions(const double *parameters, const struct simulator_disc *discs,             \
                                   double *q) {                                                              \
        (void)parameters;                                                                                    \
        positions(n, discs, q);                                                                              \
    }

#define N_BODY_DYNAMICS(system, n, precision)                                                                \
    .equation = "H = sum_i (px_i^2 + py_i^2) / (2 m_i) - sum_{i<j} g m_i m_j / r_ij",                        \
    .motion = "dq_i/dt = p_i / m_i, dp_i/dt = -sum_j g m_i m_j (q_i - q_j) / r_ij^3",                        \
    .state = "positions x_1, y_1, x_2, ..., then momenta px_1, py_1, px_2, ...",                             \
    .picture = "discs of areas m_i at (x_i, y_i), the first in front", .state_size = 4 * (n), .bodies = (n), \
    .invariants =                                                                                            \
        {                                                                                                    \
            {"energy", "H", system##_energy, precision},                                                     \
            {"momentum_x", "sum of px_i", system##_momentum_x, precision},                                   \
            {"momentum_y", "sum of py_i", system##_momentum_y, precision},                                   \
            {"angular_momentum", "sum of x_i py_i - y_i px_i", system##_angular_momentum, precision},        \
    },                                                                                                       \
    .energy = system##_energy, .field = system##_field, .place = system##_place,                             \
    .positions = system##_positions, .draw = render_discs_draw

N_BODY_SYSTEM(two_body, 2)
N_BODY_SYSTEM(three_body, 3)

/* Both coordinates of the first body from the range, which is hence a square in one quadrant. Opposite bodies
 * move at right angles to the line between them, at the speed at which unit masses would circle. */
static void sample_two(const struct simulator *simulator, const double *parameters,
                       struct random_stream *random, double *state) {
    (void)parameters;
    double x = random_between(random, simulator->radius_low, simulator->radius_high);
    double y = random_between(random, simulator->radius_low, simulator->radius_high);
    double distance = sqrt(x * x + y * y), scale = 2.0 * distance * sqrt(distance);
    state[0] = x;
    state[1] = y;
    state[4] = y / scale;
    state[5] = -x / scale;
    for (int i = 0; i < 2; i++) {
        state[2 + i] = -state[i];
        state[6 + i] = -state[4 + i];
    }
}

/* By how much a velocity component may differ from that of the circular orbit, relative to it. */
static const double VELOCITY_NOISE = 0.2;

/* An equilateral triangle of unit masses circles with speed 3^(-1/4) r^(-1/2). Each component of each
 * velocity is disturbed, without which the triangle would never lose its shape; the total momentum is taken
 * out again. The orbit and its disturbance are those of Greydanus, Dzamba, Yosinski, "Hamiltonian neural
 * networks", NeurIPS 2019. */
static void sample_three(const struct simulator *simulator, const double *parameters,
                         struct random_stream *random, double *state) {
    const double turn = 2.0 * PI / 3.0;
    double radius = random_between(random, simulator->radius_low, simulator->radius_high);
    double angle = random_between(random, 0.0, 3.0 * turn), speed = 1.0 / sqrt(sqrt(3.0) * radius);
    double mean[2] = {0.0, 0.0};
    (void)parameters;
    for (int i = 0; i < 3; i++) {
        double direction[2];
        elementary_sincos(angle + turn * i, &direction[1], &direction[0]);
        for (int axis = 0; axis < 2; axis++) {
            double across = axis == 0 ? direction[1] : -direction[0];
            double noise = 1.0 + random_between(random, -VELOCITY_NOISE, VELOCITY_NOISE);
            state[2 * i + axis] = radius * direction[axis];
            state[6 + 2 * i + axis] = speed * noise * across;
            mean[axis] += state[6 + 2 * i + axis] / 3.0;
        }
    }
    for (int i = 0; i < 6; i++) {
        state[6 + i] -= mean[i % 2];
    }
}

/* Given numbers, not sizes of what moves on them. */
static double two_body_half_size(const struct simulator *simulator) {
    bool random_masses = simulator->parameters[0].low < simulator->parameters[0].high;
    return random_masses ? 5.0 : 2.75;
}

static double three_body_half_size(const struct simulator *simulator) {
    (void)simulator;
    return 2.75;
}

/* Weakly bound triangles. Initial energies of training lie above this with 1 %. */
static bool three_body_is_beyond(const struct simulator *trained, const double *parameters,
                                 const double *state) {
    (void)trained;
    return energy(3, parameters, state) > -0.57;
}

static const struct dynamics two_body_dynamics = {
    .title = "two bodies in the plane",
    .page = "two_body",
    .start = "q_1 = (X, Y) with X, Y independent in the range, q_2 = -q_1, p_1 = (Y, -X) / (2 r^(3/2)), "
             "p_2 = -p_1: a circular orbit when masses and g are 1",
    .conserved = "energy, momentum, angular momentum, Laplace-Runge-Lenz vector",
    .sample_state = sample_two,
    .half_size = two_body_half_size,
    .smooth_time = 0.25,
    N_BODY_DYNAMICS(two_body, 2, 1e-9),
};

static const struct dynamics three_body_dynamics = {
    .title = "three bodies in the plane",
    .page = "three_body",
    .start =
        "an equilateral triangle around the origin, radius r in the range, turned at random; velocities of "
        "the circular orbit, 3^(-1/4) r^(-1/2), each component times U(0.8, 1.2), less their mean",
    .conserved = "energy, momentum, angular momentum",
    .sample_state = sample_three,
    .is_beyond = three_body_is_beyond,
    .beyond_rule = "H above -0.57, that of 99 % of the training starts",
    .half_size = three_body_half_size,
    .smooth_time = 0.2,
    N_BODY_DYNAMICS(three_body, 3, 1e-8),
};

/* Closer and faster orbits, with lower energies at the same parameters: wider ones would not fit on the
 * canvas. */
#define CLOSER [SIMULATOR_SHIFT_ENERGY] = {.radius_low = 0.4, .radius_high = 0.5}

#define REFERENCE "Botev et al., Which priors matter? (2021), toy_physics/"

const struct simulator two_body_simulator = {
    .name = "two_body",
    .summary = "two bodies on a circular orbit, fixed parameters",
    .reference = REFERENCE "two_body",
    .dynamics = &two_body_dynamics,
    .parameters = {{"m", "masses", 1.0, 1.0, 2}, {"g", "strength of gravity", 1.0, 1.0, 0}},
    .dt = 0.05,
    SIMULATOR_DEFAULTS,
    .radius_low = 0.5,
    .radius_high = 1.5,
    .colors = 2,
    .changes = {CLOSER, [SIMULATOR_SHIFT_PARAMETERS] = {.ranges = {{"m", 1.1, 1.1}, {"g", 1.1, 1.1}}}},
};

const struct simulator two_body_colors_simulator = {
    .name = "two_body_colors",
    .summary = "two bodies, random masses, gravity and colours",
    .reference = REFERENCE "two_body_colors",
    .dynamics = &two_body_dynamics,
    .parameters = {{"m", "masses", 0.5, 1.5, 2}, {"g", "strength of gravity", 0.5, 1.5, 0}},
    .dt = 0.05,
    SIMULATOR_DEFAULTS,
    .radius_low = 0.5,
    .radius_high = 1.5,
    .colors = 6,
    .may_leave_canvas = true,
    /* Heavier bodies that attract each other less: light ones would part, strong gravity make them collide.
     */
    .changes = {CLOSER, [SIMULATOR_SHIFT_PARAMETERS] = {.ranges = {{"m", 1.5, 1.625}, {"g", 0.4, 0.5}}}},
};

const struct simulator three_body_simulator = {
    .name = "three_body",
    .summary = "three bodies near a circular orbit, fixed parameters",
    .reference = "Greydanus, Dzamba, Yosinski, Hamiltonian neural networks (NeurIPS 2019)",
    .dynamics = &three_body_dynamics,
    .parameters = {{"m", "masses", 1.0, 1.0, 3}, {"g", "strength of gravity", 1.0, 1.0, 0}},
    .dt = 0.05,
    SIMULATOR_DEFAULTS,
    .radius_low = 0.9,
    .radius_high = 1.2,
    .colors = 3,
    .may_leave_canvas = true,
    .lyapunov = 0.350,
    .changes = {[SIMULATOR_SHIFT_ENERGY] = {.radius_low = 1.2, .radius_high = 1.5},
                [SIMULATOR_SHIFT_PARAMETERS] = {.ranges = {{"m", 1.1, 1.1}, {"g", 1.1, 1.1}}}},
};
