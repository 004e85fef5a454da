/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ideal double pendulum: two point masses on massless rods, the second hanging from the first.
 *
 * State: angles q1, q2 in radians, both from the downward vertical and not wrapped, and the momenta p1, p2
 * conjugate to them. Parameters: m_1, l_1 of the upper and m_2, l_2 of the lower pendulum, g gravity. With
 * D = q1 - q2 and S = m_1 + m_2 sin^2 D:
 *     K = (m_2 l_2^2 p1^2 + (m_1 + m_2) l_1^2 p2^2 - 2 m_2 l_1 l_2 p1 p2 cos D) / (2 m_2 l_1^2 l_2^2 S)
 *     H = K - (m_1 + m_2) g l_1 cos q1 - m_2 g l_2 cos q2
 * Conserved: H, zero of energy at the pivot. Chaotic: neighbouring trajectories part exponentially.
 */
#include <math.h>

#include "simulators/registry.h"
#include "simulators/render_discs.h"
#include "support/elementary.h"

static const double PI = 3.14159265358979323846;

enum { M1, M2, L1, L2, G };

/* Two independent points of the annulus, one for each pendulum. */
static void sample_state(const struct simulator *simulator, const double *parameters,
                         struct random_stream *random, double *state) {
    (void)parameters;
    for (int i = 0; i < 2; i++) {
        double point[2];
        simulator_sample_annulus(simulator, random, point);
        state[i] = point[0];
        state[2 + i] = point[1];
    }
}

static double kinetic(const double *parameters, const double *state, double sine, double cosine) {
    double m1 = parameters[M1], m2 = parameters[M2], l1 = parameters[L1], l2 = parameters[L2];
    double p1 = state[2], p2 = state[3], s = m1 + m2 * sine * sine;
    double numerator =
        m2 * l2 * l2 * p1 * p1 + (m1 + m2) * l1 * l1 * p2 * p2 - 2.0 * m2 * l1 * l2 * p1 * p2 * cosine;
    return numerator / (2.0 * m2 * l1 * l1 * l2 * l2 * s);
}

static double energy(const double *parameters, const double *state) {
    double m1 = parameters[M1], m2 = parameters[M2], l1 = parameters[L1], l2 = parameters[L2];
    double g = parameters[G], sine, cosine;
    elementary_sincos(state[0] - state[1], &sine, &cosine);
    return kinetic(parameters, state, sine, cosine) - (m1 + m2) * g * l1 * elementary_cos(state[0]) -
           m2 * g * l2 * elementary_cos(state[1]);
}

static void field(const double *parameters, const double *state, double *dx_dt) {
    double m1 = parameters[M1], m2 = parameters[M2], l1 = parameters[L1], l2 = parameters[L2];
    double g = parameters[G], q1 = state[0], q2 = state[1], p1 = state[2], p2 = state[3];
    double sine, cosine;
    elementary_sincos(q1 - q2, &sine, &cosine);
    double s = m1 + m2 * sine * sine, kinetic_energy = kinetic(parameters, state, sine, cosine);
    /* dK/dD; the potential does not depend on D. */
    double turn = p1 * p2 * sine / (l1 * l2 * s) - kinetic_energy * m2 * 2.0 * sine * cosine / s;
    dx_dt[0] = (l2 * p1 - l1 * p2 * cosine) / (l1 * l1 * l2 * s);
    dx_dt[1] = ((m1 + m2) * l1 * p2 - m2 * l2 * p1 * cosine) / (m2 * l1 * l2 * l2 * s);
    dx_dt[2] = -(m1 + m2) * g * l1 * elementary_sin(q1) - turn;
    dx_dt[3] = -m2 * g * l2 * elementary_sin(q2) + turn;
}

/* The highest energy of training at these parameters. At given angles it is convex in the momenta and even,
 * so both pairs lie on the outer circles of their annuli. */
static double highest_energy(const struct simulator *trained, const double *parameters) {
    enum { ANGLES = 16 };
    double highest = -INFINITY;
    for (int i = 0; i < ANGLES * ANGLES; i++) {
        double state[4];
        for (int k = 0; k < 2; k++) {
            int step = k == 0 ? i % ANGLES : i / ANGLES;
            elementary_sincos(2.0 * PI / ANGLES * step, &state[2 + k], &state[k]);
            state[k] *= trained->radius_high;
            state[2 + k] *= trained->radius_high;
        }
        highest = fmax(highest, energy(parameters, state));
    }
    return highest;
}

/* Energies of training near their highest are rare, because both momenta must be large and opposite: above
 * 0.7 of the way from rest to there lie less than 1 % of them. */
static bool is_beyond(const struct simulator *trained, const double *parameters, const double *state) {
    const double rest[4] = {0.0}, share = 0.7;
    double lowest = energy(parameters, rest);
    double limit = lowest + share * (highest_energy(trained, parameters) - lowest);
    return energy(parameters, state) > limit;
}

static double half_size(const struct simulator *simulator) {
    return 2.0 * simulator->parameters[L1].high + render_discs_radius(simulator->parameters[M1].high);
}

static void place(const double *parameters, const double *state, struct simulator_disc *discs) {
    double l1 = parameters[L1], l2 = parameters[L2], sine[2], cosine[2];
    elementary_sincos(state[0], &sine[0], &cosine[0]);
    elementary_sincos(state[1], &sine[1], &cosine[1]);
    discs[0] = (struct simulator_disc){
        .x = l1 * sine[0],
        .y = -l1 * cosine[0],
        .radius = render_discs_radius(parameters[M1]),
    };
    discs[1] = (struct simulator_disc){
        .x = discs[0].x + l2 * sine[1],
        .y = discs[0].y - l2 * cosine[1],
        .radius = render_discs_radius(parameters[M2]),
    };
}

/* The directions from the pivot to the upper disc and from there to the lower, whatever the distances. */
static void positions(const double *parameters, const struct simulator_disc *discs, double *q) {
    (void)parameters;
    q[0] = elementary_atan2(discs[0].x, -discs[0].y);
    q[1] = elementary_atan2(discs[1].x - discs[0].x, discs[0].y - discs[1].y);
}

static double period(const double *parameters) {
    (void)parameters;
    return 2.0 * PI;
}

static const struct dynamics double_pendulum_dynamics = {
    .title = "ideal double pendulum",
    .page = "double_pendulum",
    .equation = "H = (m_2 l_2^2 p1^2 + (m_1 + m_2) l_1^2 p2^2 - 2 m_2 l_1 l_2 p1 p2 cos D) / "
                "(2 m_2 l_1^2 l_2^2 S) - (m_1 + m_2) g l_1 cos q1 - m_2 g l_2 cos q2, "
                "D = q1 - q2, S = m_1 + m_2 sin^2 D",
    .motion = "dq1/dt = (l_2 p1 - l_1 p2 cos D) / (l_1^2 l_2 S), "
              "dq2/dt = ((m_1 + m_2) l_1 p2 - m_2 l_2 p1 cos D) / (m_2 l_1 l_2^2 S), "
              "dp1/dt = -(m_1 + m_2) g l_1 sin q1 - G, dp2/dt = -m_2 g l_2 sin q2 + G, "
              "G = p1 p2 sin D / (l_1 l_2 S) - K m_2 sin(2 D) / S with the kinetic energy K",
    .state = "angles q1, q2 [rad] from the downward vertical, momenta p1, p2",
    .start = "(q1, p1) and (q2, p2) independently from the annulus",
    .picture = "discs of areas m_1 and m_2 at P1 = (l_1 sin q1, -l_1 cos q1) and "
               "P1 + (l_2 sin q2, -l_2 cos q2)",
    .conserved = "energy",
    .state_size = 4,
    .bodies = 2,
    .invariants = {{"energy", "H", energy, 1e-8}},
    .sample_state = sample_state,
    .is_beyond = is_beyond,
    .beyond_rule = "H above that of 99 % of the training starts at equal parameters",
    .energy = energy,
    .field = field,
    .half_size = half_size,
    .place = place,
    .positions = positions,
    .period = period,
    .smooth_time = 0.1,
    .draw = render_discs_draw,
};

#define REFERENCE "Botev et al., Which priors matter? (2021), toy_physics/"

#define PARAMETERS(m_low, m_high, l_low, l_high, g_low, g_high)                                              \
    .parameters = {                                                                                          \
        [M1] = {"m_1", "upper mass", m_low, m_high, 0},   [M2] = {"m_2", "lower mass", m_low, m_high, 0},    \
        [L1] = {"l_1", "upper length", l_low, l_high, 0}, [L2] = {"l_2", "lower length", l_low, l_high, 0},  \
        [G] = {"g", "gravity", g_low, g_high, 0},                                                            \
    }

#define CHANGES(radius_low_, radius_high_, m_low, m_high, l_low, l_high, g_low, g_high)                      \
    .changes = {                                                                                             \
        [SIMULATOR_SHIFT_ENERGY] = {.radius_low = (radius_low_), .radius_high = (radius_high_)},             \
        [SIMULATOR_SHIFT_PARAMETERS] = {.ranges = {{"m_1", m_low, m_high},                                   \
                                                   {"m_2", m_low, m_high},                                   \
                                                   {"l_1", l_low, l_high},                                   \
                                                   {"l_2", l_low, l_high},                                   \
                                                   {"g", g_low, g_high}}},                                   \
    }

#define COLORS                                                                                               \
    .dynamics = &double_pendulum_dynamics, PARAMETERS(0.4, 0.6, 0.75, 1.0, 2.5, 4.0), .dt = 0.05,            \
    SIMULATOR_DEFAULTS, .radius_low = 1.0, .radius_high = 2.5, .radius_by_area = true, .colors = 6,          \
    .random_offset = true, CHANGES(2.5, 3.125, 0.6, 0.65, 0.7, 0.75, 4.0, 4.375)

const struct simulator double_pendulum_simulator = {
    .name = "double_pendulum",
    .summary = "ideal double pendulum, fixed parameters",
    .reference = REFERENCE "double_pendulum",
    .dynamics = &double_pendulum_dynamics,
    PARAMETERS(0.5, 0.5, 1.0, 1.0, 3.0, 3.0),
    .dt = 0.05,
    SIMULATOR_DEFAULTS,
    .radius_low = 1.3,
    .radius_high = 2.3,
    .colors = 2,
    .lyapunov = 0.573,
    CHANGES(2.3, 2.875, 0.6, 0.6, 0.9, 0.9, 3.6, 3.6),
};

const struct simulator double_pendulum_colors_simulator = {
    .name = "double_pendulum_colors",
    .summary = "ideal double pendulum, random masses, lengths, gravity, colours and image offset",
    .reference = REFERENCE "double_pendulum_colors",
    COLORS,
    .lyapunov = 0.645,
};

const struct simulator double_pendulum_colors_friction_simulator = {
    .name = "double_pendulum_colors_friction",
    .summary = "ideal double pendulum, random masses, lengths, gravity, colours and image offset, with "
               "friction",
    .reference = REFERENCE "double_pendulum_colors_friction",
    COLORS,
    .friction = 0.05,
    .lyapunov = 0.281,
};
