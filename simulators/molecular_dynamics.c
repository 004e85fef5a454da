/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lennard-Jones particles in a periodic square, in reduced units (diameter, well depth, mass and Boltzmann's
 * constant are 1): u(r) = 4 (r^-12 - r^-6) for r < r_c = L/2 with the nearest image, else 0.
 *
 * State: q = (x_1, y_1, .., x_N, y_N) in [-L/2, L/2), then the velocities, which are the momenta. Parameters:
 * L box, R radius of the drawn discs, T temperature of the preparation. Conserved: the total momentum; the
 * energy with the pair potential shifted by u(r_c), which leaves the forces as they are, up to what velocity
 * Verlet at step 0.002 makes of the jump of the force at r_c.
 *
 * A run is prepared as in the published protocol (Botev et al. 2021; LAMMPS): random places, minimisation, a
 * Langevin thermostat, an isolated stage, heating by the difference of the mean energies of the two, another
 * isolated stage. Then trajectories are cut from it one behind the other.
 *
 * A step uses nothing but the state, and positions are wrapped at every step: from any stored state the
 * trajectory goes on to the bit.
 */
#include <assert.h>
#include <math.h>
#include <stddef.h>

#include "simulators/registry.h"
#include "simulators/render_discs.h"
#include "simulators/vector.h"
#include "support/interrupt.h"

enum { BOX, RADIUS, TEMPERATURE };
enum { NVT_STEPS, NVE_STEPS, SETTLE_STEPS, PRODUCTION_STEPS };
enum { MAX_PARTICLES = 16 };

static const double STEP = 0.002;
static const double DAMPING_TIME = 0.2; /* of the thermostat */

enum { HEAT_STEPS = 100, SAMPLE_EVERY = 10, LOOK_UP_EVERY = 1000 };

/* Minimisation: moves of 1e-3 force, at most 0.02 in each direction. */
enum { DESCENT_STEPS = 20000 };
static const double DESCENT_RATE = 1e-3, DESCENT_LIMIT = 0.02;

/* The particles of a run, one array per axis: [axis][particle]. */
struct particles {
    _Alignas(64) double q[2][MAX_PARTICLES];
    _Alignas(64) double v[2][MAX_PARTICLES];
    _Alignas(64) double f[2][MAX_PARTICLES];
    int count;
    double box;
};

/* The shortest way between two particles along one axis. */
VECTOR_PART double nearest(double distance, double box) {
    double half = 0.5 * box;
    return distance - (distance > half ? box : 0.0) + (distance < -half ? box : 0.0);
}

/* The pair force divided by the distance. A particle with itself and pairs beyond the cutoff are put
 * infinitely far away, where it is exactly 0. */
VECTOR_PART double pair_force(double square, double cutoff_square) {
    double within = square < cutoff_square ? square : (double)INFINITY;
    double inverse = 1.0 / (square > 0.0 ? within : (double)INFINITY);
    double sixth = inverse * inverse * inverse;
    return (48.0 * sixth - 24.0) * sixth * inverse;
}

/* Each pair is computed twice, once for each of the two: the inner loop runs over independent particles, and
 * the two forces are opposite to the bit. */
VECTOR_PART void forces(int count, double box, const double q[2][MAX_PARTICLES], double f[2][MAX_PARTICLES]) {
    double fx[MAX_PARTICLES] = {0.0}, fy[MAX_PARTICLES] = {0.0}, cutoff = 0.25 * box * box;
    for (int j = 0; j < count; j++) {
        double x = q[0][j], y = q[1][j];
        for (int i = 0; i < count; i++) {
            double dx = nearest(q[0][i] - x, box), dy = nearest(q[1][i] - y, box);
            double factor = pair_force(dx * dx + dy * dy, cutoff);
            fx[i] += factor * dx;
            fy[i] += factor * dy;
        }
    }
    for (int i = 0; i < count; i++) {
        f[0][i] = fx[i];
        f[1][i] = fy[i];
    }
}

VECTOR_CLONES static void forces_4(double box, const double q[2][MAX_PARTICLES], double f[2][MAX_PARTICLES]) {
    forces(4, box, q, f);
}

VECTOR_CLONES static void forces_16(double box, const double q[2][MAX_PARTICLES],
                                    double f[2][MAX_PARTICLES]) {
    forces(16, box, q, f);
}

static void find_forces(struct particles *particles) {
    /* With a constant number of particles the loops become straight vector code. */
    (particles->count == 4 ? forces_4 : forces_16)(particles->box, particles->q, particles->f);
}

/* --- one step ------------------------------------------------------------------------------------------ */

static void kick(struct particles *particles) {
    for (int axis = 0; axis < 2; axis++) {
        for (int i = 0; i < particles->count; i++) {
            particles->v[axis][i] += 0.5 * STEP * particles->f[axis][i];
        }
    }
}

/* Into [-L/2, L/2). Both differences are exact. */
static double wrap(double place, double box) {
    double lifted = place < -0.5 * box ? place + box : place;
    return lifted >= 0.5 * box ? lifted - box : lifted;
}

static void drift(struct particles *particles) {
    for (int axis = 0; axis < 2; axis++) {
        for (int i = 0; i < particles->count; i++) {
            double place = particles->q[axis][i] + STEP * particles->v[axis][i];
            particles->q[axis][i] = wrap(place, particles->box);
        }
    }
}

static void verlet_step(struct particles *particles) {
    kick(particles);
    drift(particles);
    find_forces(particles);
    kick(particles);
}

/* --- quantities ---------------------------------------------------------------------------------------- */

/* Sum over pairs within the cutoff of u(r) - shift. */
static double potential(const struct particles *particles, double shift) {
    double sum = 0.0, cutoff = 0.25 * particles->box * particles->box;
    for (int i = 0; i < particles->count; i++) {
        for (int j = 0; j < i; j++) {
            double dx = nearest(particles->q[0][i] - particles->q[0][j], particles->box);
            double dy = nearest(particles->q[1][i] - particles->q[1][j], particles->box);
            double square = dx * dx + dy * dy;
            if (square < cutoff) {
                double sixth = 1.0 / (square * square * square);
                sum += 4.0 * (sixth - 1.0) * sixth - shift;
            }
        }
    }
    return sum;
}

static double kinetic(const struct particles *particles) {
    double sum = 0.0;
    for (int axis = 0; axis < 2; axis++) {
        for (int i = 0; i < particles->count; i++) {
            sum += 0.5 * particles->v[axis][i] * particles->v[axis][i];
        }
    }
    return sum;
}

static double mean_velocity(const struct particles *particles, int axis) {
    double sum = 0.0;
    for (int i = 0; i < particles->count; i++) {
        sum += particles->v[axis][i];
    }
    return sum / (double)particles->count;
}

/* As the published protocol averages it: the potential is cut off, not shifted. */
static double total_energy(const struct particles *particles) {
    return kinetic(particles) + potential(particles, 0.0);
}

/* --- preparation --------------------------------------------------------------------------------------- */

static void descend(struct particles *particles) {
    for (int step = 0; step < DESCENT_STEPS; step++) {
        find_forces(particles);
        for (int axis = 0; axis < 2; axis++) {
            for (int i = 0; i < particles->count; i++) {
                double move = DESCENT_RATE * particles->f[axis][i];
                move = fmin(fmax(move, -DESCENT_LIMIT), DESCENT_LIMIT);
                particles->q[axis][i] = wrap(particles->q[axis][i] + move, particles->box);
            }
        }
    }
}

/* The thermostat's force: friction with the half-step velocity, and noise whose sum over the particles is
 * made zero. */
static void thermostat(struct particles *particles, double temperature, struct random_stream *random) {
    double strength = sqrt(24.0 * temperature / (DAMPING_TIME * STEP));
    double noise[2][MAX_PARTICLES], mean[2] = {0.0, 0.0};
    for (int i = 0; i < particles->count; i++) {
        uint64_t bits = random_bits(random);
        noise[0][i] = (double)(uint32_t)bits * 0x1p-32 - 0.5;
        noise[1][i] = (double)(uint32_t)(bits >> 32) * 0x1p-32 - 0.5;
        mean[0] += noise[0][i] / (double)particles->count;
        mean[1] += noise[1][i] / (double)particles->count;
    }
    for (int axis = 0; axis < 2; axis++) {
        for (int i = 0; i < particles->count; i++) {
            particles->f[axis][i] +=
                strength * (noise[axis][i] - mean[axis]) - particles->v[axis][i] / DAMPING_TIME;
        }
    }
}

/* `steps` steps, at `temperature` or, when it is 0, isolated. `*mean_energy` is sampled on the way. */
static enum status run_stage(struct particles *particles, double steps, double temperature,
                             struct random_stream *random, double *mean_energy) {
    double sum = 0.0;
    long samples = 0;
    find_forces(particles);
    for (long step = 0; step < (long)steps; step++) {
        kick(particles);
        drift(particles);
        find_forces(particles);
        if (temperature > 0.0) {
            thermostat(particles, temperature, random);
        }
        kick(particles);
        if (step % SAMPLE_EVERY == 0) {
            sum += total_energy(particles);
            samples++;
        }
        if (step % LOOK_UP_EVERY == 0 && interrupt_requested()) {
            return status_fail(STATUS_INTERRUPTED, "interrupted while a run was being prepared");
        }
    }
    *mean_energy = samples > 0 ? sum / (double)samples : 0.0;
    return STATUS_OK;
}

/* Scales the velocities relative to the centre of mass so that the kinetic energy grows by `heat`. */
static void add_heat(struct particles *particles, double heat) {
    double mean[2] = {mean_velocity(particles, 0), mean_velocity(particles, 1)};
    double center = 0.5 * (double)particles->count * (mean[0] * mean[0] + mean[1] * mean[1]);
    double inner = kinetic(particles) - center;
    double scale = sqrt(fmax(inner + heat, 0.0) / inner);
    for (int axis = 0; axis < 2; axis++) {
        for (int i = 0; i < particles->count; i++) {
            particles->v[axis][i] = scale * particles->v[axis][i] - (scale - 1.0) * mean[axis];
        }
    }
}

static void warm_up(struct particles *particles, double heat) {
    find_forces(particles);
    for (int step = 0; step < HEAT_STEPS; step++) {
        verlet_step(particles);
        add_heat(particles, heat / HEAT_STEPS);
    }
}

static void remove_drift(struct particles *particles) {
    for (int axis = 0; axis < 2; axis++) {
        double mean = mean_velocity(particles, axis);
        for (int i = 0; i < particles->count; i++) {
            particles->v[axis][i] -= mean;
        }
    }
}

/* --- as the simulator sees it -------------------------------------------------------------------------- */

static void load(int count, const double *parameters, const double *state, struct particles *out) {
    *out = (struct particles){.count = count, .box = parameters[BOX]};
    for (int i = 0; i < count; i++) {
        for (int axis = 0; axis < 2; axis++) {
            out->q[axis][i] = state[2 * i + axis];
            out->v[axis][i] = state[2 * (count + i) + axis];
        }
    }
}

static void store(const struct particles *particles, double *state) {
    int count = particles->count;
    for (int i = 0; i < count; i++) {
        for (int axis = 0; axis < 2; axis++) {
            state[2 * i + axis] = particles->q[axis][i];
            state[2 * (count + i) + axis] = particles->v[axis][i];
        }
    }
}

/* Uniform places; velocities without drift, scaled to the temperature, of which the motion of the centre of
 * mass has no part. */
static void sample(int count, const double *parameters, struct random_stream *random, double *state) {
    struct particles particles = {.count = count, .box = parameters[BOX]};
    double half = 0.5 * particles.box;
    for (int i = 0; i < count; i++) {
        for (int axis = 0; axis < 2; axis++) {
            particles.q[axis][i] = random_between(random, -half, half);
            particles.v[axis][i] = random_between(random, -0.5, 0.5);
        }
    }
    remove_drift(&particles);
    double scale = sqrt(parameters[TEMPERATURE] * (double)(count - 1) / kinetic(&particles));
    for (int axis = 0; axis < 2; axis++) {
        for (int i = 0; i < count; i++) {
            particles.v[axis][i] *= scale;
        }
    }
    store(&particles, state);
}

static enum status prepare(const struct simulator_plan *plan, const double *parameters,
                           struct random_stream *random, double *state) {
    struct particles particles;
    double nvt_energy, nve_energy, unused;
    load(plan->simulator->dynamics->bodies, parameters, state, &particles);
    descend(&particles);
    enum status status =
        run_stage(&particles, plan->options[NVT_STEPS], parameters[TEMPERATURE], random, &nvt_energy);
    remove_drift(&particles); /* of the rounding errors */
    if (status == STATUS_OK) {
        status = run_stage(&particles, plan->options[NVE_STEPS], 0.0, NULL, &nve_energy);
    }
    if (status == STATUS_OK) {
        warm_up(&particles, nvt_energy - nve_energy);
        status = run_stage(&particles, plan->options[SETTLE_STEPS], 0.0, NULL, &unused);
    }
    remove_drift(&particles);
    store(&particles, state);
    return status;
}

static int steps_per_frame(const struct simulator_plan *plan) {
    return (int)lround(plan->dt / STEP);
}

static int pieces(const struct simulator_plan *plan) {
    double steps = (double)plan->frames * (double)steps_per_frame(plan);
    return (int)fmax(1.0, floor(plan->options[PRODUCTION_STEPS] / steps));
}

static enum status check_plan(const struct simulator_plan *plan) {
    double steps = plan->dt / STEP;
    if (steps < 0.5 || steps > 1e6 || fabs(steps - round(steps)) > 1e-6 * steps) {
        return status_fail(STATUS_DATA, "%s: dt is %g, expected a multiple of the step %g",
                           plan->simulator->name, plan->dt, STEP);
    }
    return STATUS_OK;
}

static void follow(const struct simulator_plan *plan, const struct trajectory_setup *setup, double *states,
                   double *dx_dt) {
    struct particles particles;
    int count = plan->simulator->dynamics->bodies, steps = steps_per_frame(plan);
    (void)dx_dt;
    load(count, setup->parameters, setup->state, &particles);
    find_forces(&particles);
    for (int frame = 0; frame < plan->frames; frame++) {
        for (int step = 0; frame > 0 && step < steps; step++) {
            verlet_step(&particles);
        }
        store(&particles, &states[(long)frame * 4 * count]);
    }
}

static void field(int count, const double *parameters, const double *state, double *dx_dt) {
    struct particles particles;
    load(count, parameters, state, &particles);
    find_forces(&particles);
    for (int i = 0; i < count; i++) {
        for (int axis = 0; axis < 2; axis++) {
            dx_dt[2 * i + axis] = particles.v[axis][i];
            dx_dt[2 * (count + i) + axis] = particles.f[axis][i];
        }
    }
}

/* The field takes the nearest images of particles that are in the box, or less than half of it outside. */
static void wrap_positions(int count, const double *parameters, double *state) {
    for (int i = 0; i < 2 * count; i++) {
        state[i] = wrap(state[i], parameters[BOX]);
    }
}

static double energy(int count, const double *parameters, const double *state) {
    struct particles particles;
    load(count, parameters, state, &particles);
    double inverse = 4.0 / (parameters[BOX] * parameters[BOX]), sixth = inverse * inverse * inverse;
    return kinetic(&particles) + potential(&particles, 4.0 * (sixth - 1.0) * sixth);
}

static double momentum(int count, const double *state, int axis) {
    double sum = 0.0;
    for (int i = 0; i < count; i++) {
        sum += state[2 * (count + i) + axis];
    }
    return sum;
}

static void place(int count, const double *parameters, const double *state, struct simulator_disc *discs) {
    for (int i = 0; i < count; i++) {
        discs[i] = (struct simulator_disc){state[2 * i], state[2 * i + 1], parameters[RADIUS]};
    }
}

static void positions(int count, const struct simulator_disc *discs, double *q) {
    for (int i = 0; i < count; i++) {
        q[2 * i] = discs[i].x;
        q[2 * i + 1] = discs[i].y;
    }
}

static double period(const double *parameters) {
    return parameters[BOX];
}

static double half_size(const struct simulator *simulator) {
    return 0.5 * simulator->parameters[BOX].low;
}

/* The functions of `n` particles, as `struct dynamics` takes them. */
#define PARTICLE_SYSTEM(n)                                                                                   \
    static void sample_##n(const struct simulator *simulator, const double *parameters,                      \
                           struct random_stream *random, double *state) {                                    \
        (void)simulator;                                                                                     \
        sample(n, parameters, random, state);                                                                \
    }                                                                                                        \
    static void field_##n(const double *parameters, const double *state, double *dx_dt) {                    \
        field(n, parameters, state, dx_dt);                                                                  \
    }                                                                                                        \
    static void wrap_##n(const double *parameters, double *state) {                                          \
        wrap_positions(n, parameters, state);                                                                \
    }                                                                                                        \
    static double energy_##n(const double *parameters, const double *state) {                                \
        return energy(n, parameters, state);                                                                 \
    }                                                                                                        \
    static double energy_scale_##n(const double *parameters) {                                               \
        return ((n)-1) * parameters[TEMPERATURE];                                                            \
    }                                                                                                        \
    static double momentum_x_##n(const double *parameters, const double *state) {                            \
        (void)parameters;                                                                                    \
        return momentum(n, state, 0);                                                                        \
    }                                                                                                        \
    static double momentum_y_##n(const double *parameters, const double *state) {                            \
        (void)parameters;                                                                                    \
        return momentum(n, state, 1);                                                                        \
    }                                                                                                        \
    static void place_##n(const double *parameters, const double *state, struct simulator_disc *discs) {     \
        place(n, parameters, state, discs);                                                                  \
    }                                                                                                        \
    static void positions_##n(const double *parameters, const struct simulator_disc *discs, double *q) {     \
        (void)parameters;                                                                                    \
        positions(n, discs, q);                                                                              \
    }

#define PARTICLE_DYNAMICS(n, energy_tolerance)                                                               \
    .title = #n " Lennard-Jones particles in a periodic square", .page = "molecular_dynamics",               \
    .equation = "H = sum_i v_i^2 / 2 + sum_{i<j, r_ij < L/2} (4 (r_ij^-12 - r_ij^-6) - u(L/2))",             \
    .motion = "dq_i/dt = v_i, dv_i/dt = sum_j (48 r_ij^-12 - 24 r_ij^-6) (q_i - q_j) / r_ij^2 over "         \
              "nearest images with r_ij < L/2",                                                              \
    .state = "positions x_1, y_1, x_2, ... in [-L/2, L/2), then velocities in the same order",               \
    .start = "pieces of long runs at equilibrium: random places, minimisation, Langevin thermostat "         \
             "(damping time 0.2), isolated stage, heating by the difference of the mean energies within "    \
             "100 steps, isolated stage",                                                                    \
    .picture = "discs of radius R at (x_i, y_i), particle i in colour i of N, cut at the border",            \
    .conserved = "energy up to the error of velocity Verlet at step 0.002; momentum", .state_size = 4 * (n), \
    .bodies = (n), .wraps = true,                                                                            \
    .invariants =                                                                                            \
        {                                                                                                    \
            {"energy", "H, the pair potential shifted to 0 at the cutoff", energy_##n, energy_tolerance},    \
            {"momentum_x", "sum of vx_i", momentum_x_##n, 1e-11},                                            \
            {"momentum_y", "sum of vy_i", momentum_y_##n, 1e-11},                                            \
    },                                                                                                       \
    .sample_state = sample_##n, .prepare = prepare, .pieces = pieces, .check_plan = check_plan,              \
    .energy = energy_##n, .energy_scale = energy_scale_##n,                                                  \
    .energy_unit = "(N - 1) T, the mean kinetic energy around the centre of mass", .field = field_##n,       \
    .wrap = wrap_##n, .follow = follow, .method = "velocity Verlet, step 0.002", .half_size = half_size,     \
    .place = place_##n, .positions = positions_##n, .period = period, .smooth_time = 0.1,                    \
    .draw = render_discs_draw

PARTICLE_SYSTEM(4)
PARTICLE_SYSTEM(16)

static const struct dynamics molecular_dynamics_4_dynamics = {PARTICLE_DYNAMICS(4, 0.01)};
static const struct dynamics molecular_dynamics_16_dynamics = {PARTICLE_DYNAMICS(16, 0.1)};

/* Lengths of the stages. With the quick ones the energies of runs scatter by 0.17 for N = 16, with the full
 * ones by 0.13; the means agree. */
#define STAGES                                                                                               \
    .options = {                                                                                             \
        [NVT_STEPS] = {"nvt_steps", "steps with the thermostat", 5e6, 5e4, 1e3, 1e9},                        \
        [NVE_STEPS] = {"nve_steps", "isolated steps before heating", 5e6, 5e4, 1e3, 1e9},                    \
        [SETTLE_STEPS] = {"settle_steps", "isolated steps after heating", 5e6, 5e4, 1e3, 1e9},               \
        [PRODUCTION_STEPS] = {"production_steps", "steps of a run that are cut into trajectories", 5e5, 1e5, \
                              1, 1e9},                                                                       \
    }

/* Hotter; in a smaller box; and a multiple of the step. */
#define CHANGES(temperature, box)                                                                            \
    .changes = {                                                                                             \
        [SIMULATOR_SHIFT_ENERGY] = {.ranges = {{"temperature", temperature, temperature}}},                  \
        [SIMULATOR_SHIFT_PARAMETERS] = {.ranges = {{"box", box, box}}},                                      \
        [SIMULATOR_SHIFT_DT] = {.dt = 0.076},                                                                \
    }

#define REFERENCE "Botev et al., Which priors matter? (2021), molecular_dynamics/"

const struct simulator molecular_dynamics_4_simulator = {
    .name = "molecular_dynamics_4",
    .summary = "4 Lennard-Jones particles, a gas",
    .reference = REFERENCE "lj_4",
    .dynamics = &molecular_dynamics_4_dynamics,
    .parameters = {[BOX] = {"box", "side of the square L", 10.0, 10.0, 0},
                   [RADIUS] = {"radius", "radius of the discs R", 0.658, 0.658, 0},
                   [TEMPERATURE] = {"temperature", "of the thermostat", 1.0, 1.0, 0}},
    STAGES,
    .dt = 0.05,
    SIMULATOR_DEFAULTS,
    .colors = 4,
    .colors_in_order = true,
    .lyapunov = 0.672,
    CHANGES(1.25, 9.128709291752769), /* 10 / sqrt(1.2): 20 % denser */
};

/* sqrt(16 / 0.77) */
#define BOX_16 4.558423058385518

const struct simulator molecular_dynamics_16_simulator = {
    .name = "molecular_dynamics_16",
    .summary = "16 Lennard-Jones particles, a dense liquid",
    .reference = REFERENCE "lj_16",
    .dynamics = &molecular_dynamics_16_dynamics,
    .parameters = {[BOX] = {"box", "side of the square L", BOX_16, BOX_16, 0},
                   [RADIUS] = {"radius", "radius of the discs R", 0.3, 0.3, 0},
                   [TEMPERATURE] = {"temperature", "of the thermostat", 0.5, 0.5, 0}},
    STAGES,
    .dt = 0.05,
    SIMULATOR_DEFAULTS,
    .colors = 16,
    .colors_in_order = true,
    .lyapunov = 2.46,
    CHANGES(0.625, 4.346248232390446), /* BOX_16 / sqrt(1.1): 10 % denser, still a liquid */
};
