/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ideal pendulum: H = m g l (1 - cos q) + p^2 / (2 m l^2).
 *
 * State: q angle from the downward vertical in radians, not wrapped; p angular momentum. Parameters: m mass,
 * g gravity, l length. Conserved: H; the separatrix between swinging and turning is H = 2 m g l. With
 * friction lambda: dp/dt = -m g l sin q - lambda p / (m l^2).
 */
#include <math.h>

#include "simulators/registry.h"
#include "simulators/render_discs.h"
#include "support/elementary.h"

static const double PI = 3.14159265358979323846;

enum { M, G, L };

static void sample_state(const struct simulator *simulator, const double *parameters,
                         struct random_stream *random, double *state) {
    (void)parameters;
    simulator_sample_annulus(simulator, random, state);
}

static double energy(const double *parameters, const double *state) {
    double m = parameters[M], g = parameters[G], l = parameters[L];
    double p = state[1];
    return m * g * l * (1.0 - elementary_cos(state[0])) + p * p / (2.0 * m * l * l);
}

static void field(const double *parameters, const double *state, double *dx_dt) {
    double m = parameters[M], g = parameters[G], l = parameters[L];
    dx_dt[0] = state[1] / (m * l * l);
    dx_dt[1] = -m * g * l * elementary_sin(state[0]);
}

/* Above the highest energy of training at these parameters. That grows with |q| and |p|, so it lies on the
 * outer circle of the annulus. */
static bool is_beyond(const struct simulator *trained, const double *parameters, const double *state) {
    enum { ANGLES = 360 };
    double highest = 0.0, point[2];
    for (int i = 0; i < ANGLES; i++) {
        elementary_sincos(2.0 * PI / ANGLES * i, &point[1], &point[0]);
        point[0] *= trained->radius_high;
        point[1] *= trained->radius_high;
        highest = fmax(highest, energy(parameters, point));
    }
    return energy(parameters, state) > highest;
}

/* Near the separatrix the time to the top depends on the start without bound. */
static int find_group(const double *parameters, const double *state) {
    double separatrix = 2.0 * parameters[M] * parameters[G] * parameters[L];
    double part = energy(parameters, state) / separatrix;
    return part < 0.9 ? 0 : part <= 1.1 ? 1 : 2;
}

static const struct simulator_groups groups = {
    .names = {"swinging", "near the separatrix", "turning"},
    .rule = "H below 0.9, within 0.9 and 1.1, above 1.1 of 2 m g l",
    .find = find_group,
};

static double half_size(const struct simulator *simulator) {
    return simulator->parameters[L].high + render_discs_radius(simulator->parameters[M].high);
}

static void place(const double *parameters, const double *state, struct simulator_disc *discs) {
    double l = parameters[L], sine, cosine;
    elementary_sincos(state[0], &sine, &cosine);
    discs[0] = (struct simulator_disc){
        .x = l * sine,
        .y = -l * cosine,
        .radius = render_discs_radius(parameters[M]),
    };
}

/* The disc is taken to the nearest point of its circle. */
static void positions(const double *parameters, const struct simulator_disc *discs, double *q) {
    (void)parameters;
    q[0] = elementary_atan2(discs[0].x, -discs[0].y);
}

static double period(const double *parameters) {
    (void)parameters;
    return 2.0 * PI;
}

static const struct dynamics pendulum_dynamics = {
    .title = "ideal pendulum",
    .page = "pendulum",
    .equation = "H = m g l (1 - cos q) + p^2 / (2 m l^2)",
    .motion = "dq/dt = p / (m l^2), dp/dt = -m g l sin q",
    .state = "angle q [rad], angular momentum p",
    .start = "(q, p) = (a, b) from the annulus",
    .picture = "a disc of area m at (l sin q, -l cos q)",
    .conserved = "energy",
    .state_size = 2,
    .bodies = 1,
    .invariants = {{"energy", "H", energy, 1e-9}},
    .sample_state = sample_state,
    .is_beyond = is_beyond,
    .beyond_rule = "H above that of every training start at equal parameters",
    .energy = energy,
    .groups = &groups,
    .field = field,
    .half_size = half_size,
    .place = place,
    .positions = positions,
    .period = period,
    .smooth_time = 0.2,
    .draw = render_discs_draw,
};

#define REFERENCE "Botev et al., Which priors matter? (2021), toy_physics/"

/* Rods become shorter, so that heavier bodies stay on the canvas. */
#define CHANGES(m_low, m_high, g_low, g_high, l_low, l_high)                                                 \
    .changes = {                                                                                             \
        [SIMULATOR_SHIFT_ENERGY] = {.radius_low = 2.3, .radius_high = 2.875},                                \
        [SIMULATOR_SHIFT_PARAMETERS] = {.ranges = {{"m", m_low, m_high},                                     \
                                                   {"g", g_low, g_high},                                     \
                                                   {"l", l_low, l_high}}},                                   \
    }

#define PLAIN                                                                                                \
    .dynamics = &pendulum_dynamics,                                                                          \
    .parameters = {{"m", "mass", 0.5, 0.5, 0}, {"g", "gravity", 3.0, 3.0, 0}, {"l", "length", 1.0, 1.0, 0}}, \
    .dt = 0.05, .radius_low = 1.3, .radius_high = 2.3, .colors = 1, CHANGES(0.6, 0.6, 3.6, 3.6, 0.9, 0.9)

#define COLORS                                                                                               \
    .dynamics = &pendulum_dynamics,                                                                          \
    .parameters = {{"m", "mass", 0.5, 1.5, 0}, {"g", "gravity", 3.0, 4.0, 0}, {"l", "length", 0.5, 1.0, 0}}, \
    .dt = 0.05, .radius_low = 1.3, .radius_high = 2.3, .radius_by_area = true, .colors = 6,                  \
    .random_offset = true, CHANGES(1.5, 1.75, 4.0, 4.25, 0.4, 0.5)

const struct simulator pendulum_simulator = {
    .name = "pendulum",
    .summary = "ideal pendulum, fixed parameters",
    .reference = REFERENCE "pendulum",
    PLAIN,
    SIMULATOR_DEFAULTS,
};

const struct simulator pendulum_colors_simulator = {
    .name = "pendulum_colors",
    .summary = "ideal pendulum, random mass, gravity, length, colour and image offset",
    .reference = REFERENCE "pendulum_colors",
    COLORS,
    SIMULATOR_DEFAULTS,
};

const struct simulator pendulum_colors_friction_simulator = {
    .name = "pendulum_colors_friction",
    .summary = "ideal pendulum, random mass, gravity, length, colour and image offset, with friction",
    .reference = REFERENCE "pendulum_colors_friction",
    COLORS,
    SIMULATOR_DEFAULTS,
    .friction = 0.05,
};

const struct simulator pendulum_long_trajectory_simulator = {
    .name = "pendulum_long_trajectory",
    .summary = "the test set of pendulum for long predictions",
    .reference = REFERENCE "pendulum_long_trajectory",
    PLAIN,
    SIMULATOR_LONG_DEFAULTS,
};

const struct simulator pendulum_colors_long_trajectory_simulator = {
    .name = "pendulum_colors_long_trajectory",
    .summary = "the test set of pendulum_colors for long predictions",
    .reference = REFERENCE "pendulum_colors_long_trajectory",
    COLORS,
    SIMULATOR_LONG_DEFAULTS,
};
