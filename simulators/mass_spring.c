/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A mass on a spring: H = k q^2 / 2 + p^2 / (2 m).
 *
 * State: q displacement, p momentum. Parameters: k stiffness, m mass. Conserved: H, and with it the amplitude
 * sqrt(q^2 + p^2 / (k m)). With friction lambda: dp/dt = -k q - lambda p / m.
 */
#include <math.h>

#include "simulators/registry.h"
#include "simulators/render_discs.h"
#include "support/elementary.h"

enum { K, M };

/* The drawn radius is the amplitude of the oscillation. */
static void sample_state(const struct simulator *simulator, const double *parameters,
                         struct random_stream *random, double *state) {
    double point[2];
    simulator_sample_annulus(simulator, random, point);
    state[0] = point[0];
    state[1] = point[1] * sqrt(parameters[K] * parameters[M]);
}

/* One shift for both axes, and one to the right only: the published data are shifted along the diagonal,
 * because a single number was broadcast over x and y. It is part of the distribution. */
static void sample_offset(double reach, struct random_stream *random, double offset[2]) {
    double right = random_uniform(random);
    double both = random_between(random, -reach, reach);
    offset[0] = right + both;
    offset[1] = both;
}

static double energy(const double *parameters, const double *state) {
    double q = state[0], p = state[1];
    return parameters[K] * q * q / 2.0 + p * p / (2.0 * parameters[M]);
}

static void field(const double *parameters, const double *state, double *dx_dt) {
    dx_dt[0] = state[1] / parameters[M];
    dx_dt[1] = -parameters[K] * state[0];
}

static void solution(const double *parameters, const double *initial, double time, double *state) {
    double k = parameters[K], m = parameters[M];
    double impedance = sqrt(k * m), sine, cosine;
    elementary_sincos(sqrt(k / m) * time, &sine, &cosine);
    state[0] = initial[0] * cosine + initial[1] / impedance * sine;
    state[1] = initial[1] * cosine - initial[0] * impedance * sine;
}

static double half_size(const struct simulator *simulator) {
    return simulator->radius_high + render_discs_radius(simulator->parameters[M].high);
}

static void place(const double *parameters, const double *state, struct simulator_disc *discs) {
    discs[0] = (struct simulator_disc){.x = 0.0, .y = state[0], .radius = render_discs_radius(parameters[M])};
}

static void positions(const double *parameters, const struct simulator_disc *discs, double *q) {
    (void)parameters;
    q[0] = discs[0].y;
}

static const struct dynamics mass_spring_dynamics = {
    .title = "mass on a spring",
    .page = "mass_spring",
    .equation = "H = k q^2 / 2 + p^2 / (2 m)",
    .motion = "dq/dt = p / m, dp/dt = -k q",
    .state = "displacement q, momentum p",
    .start = "q = a, p = b sqrt(k m) with (a, b) from the annulus: the drawn radius is the amplitude",
    .picture = "a disc of area m at (0, q)",
    .conserved = "energy",
    .state_size = 2,
    .bodies = 1,
    .invariants = {{"energy", "H", energy, 1e-9}},
    .sample_state = sample_state,
    .sample_offset = sample_offset,
    .energy = energy,
    .field = field,
    .solution = solution,
    .half_size = half_size,
    .place = place,
    .positions = positions,
    .smooth_time = 0.25,
    .draw = render_discs_draw,
};

#define REFERENCE "Botev et al., Which priors matter? (2021), toy_physics/"

/* Low energies, because the largest amplitude of training reaches the border of the canvas. The mass becomes
 * lighter for the same reason: its disc is smaller. */
#define PLAIN_CHANGES                                                                                        \
    .changes = {                                                                                             \
        [SIMULATOR_SHIFT_ENERGY] = {.radius_low = 0.05, .radius_high = 0.1},                                 \
        [SIMULATOR_SHIFT_PARAMETERS] = {.ranges = {{"k", 2.4, 2.4}, {"m", 0.4, 0.4}}},                       \
    }

/* With offsets there is room for larger amplitudes. Heavier masses would not fit. */
#define COLORS_CHANGES                                                                                       \
    .changes = {                                                                                             \
        [SIMULATOR_SHIFT_ENERGY] = {.radius_low = 1.0, .radius_high = 1.25},                                 \
        [SIMULATOR_SHIFT_PARAMETERS] = {.ranges = {{"k", 2.4, 2.4}, {"m", 0.15, 0.2}}},                      \
    }

#define PLAIN                                                                                                \
    .dynamics = &mass_spring_dynamics,                                                                       \
    .parameters = {{"k", "stiffness", 2.0, 2.0, 0}, {"m", "mass", 0.5, 0.5, 0}}, .dt = 0.05,                 \
    .radius_low = 0.1, .radius_high = 1.0, .colors = 1, PLAIN_CHANGES

#define COLORS                                                                                               \
    .dynamics = &mass_spring_dynamics,                                                                       \
    .parameters = {{"k", "stiffness", 2.0, 2.0, 0}, {"m", "mass", 0.2, 1.0, 0}}, .dt = 0.05,                 \
    .radius_low = 0.1, .radius_high = 1.0, .radius_by_area = true, .colors = 6, .random_offset = true,       \
    COLORS_CHANGES

const struct simulator mass_spring_simulator = {
    .name = "mass_spring",
    .summary = "mass on a spring, fixed parameters",
    .reference = REFERENCE "mass_spring",
    PLAIN,
    SIMULATOR_DEFAULTS,
};

const struct simulator mass_spring_colors_simulator = {
    .name = "mass_spring_colors",
    .summary = "mass on a spring, random mass, colour and image offset",
    .reference = REFERENCE "mass_spring_colors",
    COLORS,
    SIMULATOR_DEFAULTS,
};

const struct simulator mass_spring_colors_friction_simulator = {
    .name = "mass_spring_colors_friction",
    .summary = "mass on a spring, random mass, colour and image offset, with friction",
    .reference = REFERENCE "mass_spring_colors_friction",
    COLORS,
    SIMULATOR_DEFAULTS,
    .friction = 0.05,
};

const struct simulator mass_spring_long_trajectory_simulator = {
    .name = "mass_spring_long_trajectory",
    .summary = "the test set of mass_spring for long predictions",
    .reference = REFERENCE "mass_spring_long_trajectory",
    PLAIN,
    SIMULATOR_LONG_DEFAULTS,
};

const struct simulator mass_spring_colors_long_trajectory_simulator = {
    .name = "mass_spring_colors_long_trajectory",
    .summary = "the test set of mass_spring_colors for long predictions",
    .reference = REFERENCE "mass_spring_colors_long_trajectory",
    COLORS,
    SIMULATOR_LONG_DEFAULTS,
};
