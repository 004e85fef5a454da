/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Latent dynamics with energies, in double precision: every form of the physics module against the equations
 * of motion of its own energy by differences, closed solutions, special cases, gradients, refusals.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ops.h"
#include "integrators/integrator.h"
#include "models/dynamics/mass_matrix.h"
#include "models/dynamics/physics.h"
#include "models/latent_stepper.h"
#include "models/model_registry.h"
#include "support/memory.h"
#include "tests/gradcheck.h"
#include "tests/harness.h"
#include "tests/model_case.h"

enum { BATCH = 2, D = 3, WIDTH = 2 * D, SIZE = BATCH * WIDTH };
static const real START[SIZE] = {0.7, -1.1, 0.4, 0.9, -0.3, 0.8, 1.2, -0.5, 0.2, -0.6, 1.3, 0.1};

/* ---- dynamics with parameters, without a model around them ---- */

struct trial {
    struct physics_settings settings;
    const struct latent_dynamics *dynamics;
    struct parameters *parameters;
    void *parts;
    struct tape *tape;
    real states[SIZE];
};

static struct trial begin_with(const struct latent_dynamics *dynamics, const char *space, const char *kinetic,
                               const char *mass) {
    struct trial trial = {
        .settings = {.sequence = {.video = {.hidden = 5, .hidden_layers = 2}, .confinement = 0.6},
                     .mass_eps = 0.7},
        .dynamics = dynamics,
        .parameters = parameters_create(),
        .tape = tape_create(),
    };
    (void)snprintf(trial.settings.space, FIELD_NAME_SIZE, "%s", space);
    (void)snprintf(trial.settings.kinetic, FIELD_NAME_SIZE, "%s", kinetic);
    (void)snprintf(trial.settings.mass_matrix, FIELD_NAME_SIZE, "%s", mass);
    if (dynamics == NULL) {
        trial.dynamics = physics_choose(&trial.settings);
    }
    trial.parts = trial.dynamics->declare(trial.parameters, &trial.settings, WIDTH);
    parameters_initialise(trial.parameters, 3);
    for (size_t i = 0; i < trial.parameters->size; i++) { /* no biases of 0 */
        trial.parameters->values[i] += 0.3 * sin(1.0 + (double)i);
    }
    memcpy(trial.states, START, sizeof START);
    return trial;
}

static struct trial begin(const char *space, const char *kinetic, const char *mass) {
    return begin_with(NULL, space, kinetic, mass);
}

static void end(struct trial *trial) {
    free(trial->parts);
    parameters_free(trial->parameters);
    tape_free(trial->tape);
}

static struct latent_system system_of(struct trial *trial, real *gradient) {
    tape_clear(trial->tape);
    return (struct latent_system){
        .dynamics = trial->dynamics,
        .parts = trial->parts,
        .leaves = parameters_bind(trial->parameters, trial->tape, gradient),
    };
}

/* dz/dt of all states. */
static struct tensor *rates_at(const struct latent_system *system, struct tensor *z) {
    if (system->dynamics->field != NULL) {
        return system->dynamics->field(system->parts, system->leaves, z);
    }
    struct tensor *q = tensor_slice(z, 1, 0, D), *p = tensor_slice(z, 1, D, D);
    struct tensor *rates[] = {
        system->dynamics->velocity(system->parts, system->leaves, p),
        tensor_scale(system->dynamics->slope(system->parts, system->leaves, q), -1),
    };
    return tensor_concatenate(rates, 2, 1);
}

static struct tensor *states_on_tape(struct trial *trial) {
    return tape_leaf(trial->tape, 2, (int[]){BATCH, WIDTH}, trial->states);
}

static void find_rates(struct trial *trial, real *out) {
    struct latent_system system = system_of(trial, NULL);
    memcpy(out, rates_at(&system, states_on_tape(trial))->data, SIZE * sizeof *out);
}

/* The energy of one state [WIDTH]. */
static double energy_of(struct trial *trial, const double *state) {
    real z[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
        z[i] = state[i];
    }
    struct latent_system system = system_of(trial, NULL);
    struct tensor *leaf = tape_leaf(trial->tape, 2, (int[]){1, WIDTH}, z);
    return trial->dynamics->energy(system.parts, system.leaves, leaf)->data[0];
}

/* Calls `check` for every form of that space and both meanings of the matrix. */
static void each_form(const char *space, void (*check)(struct trial *trial)) {
    const char *kinetics[16], *masses[4];
    size_t count = physics_kinetics(kinetics, 16), meanings = physics_mass_matrices(masses, 4);
    int checked = 0;
    for (size_t i = 0; i < count * meanings; i++) {
        struct trial trial = begin(space, kinetics[i / meanings], masses[i % meanings]);
        void *settings = model_case_settings(model_kind_find("pgn"), (const char *const[]){NULL});
        struct physics_settings *s = settings;
        memcpy(s->space, trial.settings.space, FIELD_NAME_SIZE);
        memcpy(s->kinetic, trial.settings.kinetic, FIELD_NAME_SIZE);
        if (physics_check(s) == STATUS_OK) {
            check(&trial);
            checked++;
        }
        free(settings);
        end(&trial);
    }
    CU_ASSERT(checked >= 10);
}

/* ---- equations of motion, from the energy alone ---- */

/* dE/dx_i */
static double energy_slope(struct trial *trial, const double *state, int i) {
    const double step = 1e-5;
    double moved[WIDTH];
    memcpy(moved, state, sizeof moved);
    moved[i] = state[i] + step;
    double above = energy_of(trial, moved);
    moved[i] = state[i] - step;
    return (above - energy_of(trial, moved)) / (2 * step);
}

/* Observed: 2.3e-11. */
static void check_hamilton(struct trial *trial) {
    real rates[SIZE];
    find_rates(trial, rates);
    for (int b = 0; b < BATCH; b++) {
        double state[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            state[i] = START[b * WIDTH + i];
        }
        for (int i = 0; i < D; i++) {
            CHECK_NEAR(rates[b * WIDTH + i], energy_slope(trial, state, D + i), 1e-8);
            CHECK_NEAR(rates[b * WIDTH + D + i], -energy_slope(trial, state, i), 1e-8);
        }
    }
}

static void momenta_obey_hamiltons_equations(void) {
    each_form("momentum", check_hamilton);
}

/* L = K - V, of E = K + V with K = 0 at rest. */
static double lagrangian(struct trial *trial, const double *q, const double *v) {
    double moving[WIDTH], resting[WIDTH] = {0};
    memcpy(moving, q, D * sizeof *q);
    memcpy(moving + D, v, D * sizeof *v);
    memcpy(resting, q, D * sizeof *q);
    return energy_of(trial, moving) - 2 * energy_of(trial, resting);
}

/* dL/dv_i: L is quadratic in v, so a difference over any distance is exact. */
static double momentum(struct trial *trial, const double *q, const double *v, int i) {
    double moved[D];
    memcpy(moved, v, sizeof moved);
    moved[i] = v[i] + 1;
    double above = lagrangian(trial, q, moved);
    moved[i] = v[i] - 1;
    return (above - lagrangian(trial, q, moved)) / 2;
}

/* d/dt dL/dv_i - dL/dq_i along q' = v, v' = a. */
static double euler_lagrange(struct trial *trial, const double *q, const double *v, const double *a, int i) {
    const double step = 1e-5;
    double momenta[2], values[2];
    for (int side = 0; side < 2; side++) {
        double h = side == 0 ? step : -step, later_q[D], later_v[D], moved[D];
        memcpy(moved, q, sizeof moved);
        moved[i] += h;
        for (int j = 0; j < D; j++) {
            later_q[j] = q[j] + h * v[j];
            later_v[j] = v[j] + h * a[j];
        }
        momenta[side] = momentum(trial, later_q, later_v, i);
        values[side] = lagrangian(trial, moved, v);
    }
    return (momenta[0] - momenta[1]) / (2 * step) - (values[0] - values[1]) / (2 * step);
}

/* Observed: 5e-11. */
static void check_euler_lagrange(struct trial *trial) {
    real rates[SIZE];
    find_rates(trial, rates);
    for (int b = 0; b < BATCH; b++) {
        double q[D], v[D], a[D];
        for (int i = 0; i < D; i++) {
            q[i] = START[b * WIDTH + i];
            v[i] = START[b * WIDTH + D + i];
            a[i] = rates[b * WIDTH + D + i];
            CHECK_NEAR(rates[b * WIDTH + i], v[i], 0.0);
        }
        for (int i = 0; i < D; i++) {
            CHECK_NEAR(euler_lagrange(trial, q, v, a, i), 0.0, 1e-8);
        }
    }
}

static void velocities_obey_the_euler_lagrange_equation(void) {
    each_form("velocity", check_euler_lagrange);
}

/* ---- closed solutions ---- */

static real *values_of(struct trial *trial, const char *name) {
    for (int i = 0; i < trial->parameters->count; i++) {
        if (strcmp(trial->parameters->list[i].name, name) == 0) {
            return trial->parameters->values + trial->parameters->list[i].offset;
        }
    }
    CU_FAIL_FATAL("no such parameter");
    return NULL;
}

/* Follows the states for so many frames of `step`. */
static void follow(struct trial *trial, const char *integrator, double step, int frames, real *out) {
    enum { MOST = 512 };
    struct model_clock clock = {
        .frame = step, .steps_per_frame = 1, .integrator = integrator_find(integrator)};
    struct tensor *states[MOST + 1];
    char reason[MODEL_CULPRIT_SIZE];
    CU_ASSERT_FATAL(frames <= MOST);
    CHECK_OK_FATAL(latent_stepper_check(clock.integrator, trial->dynamics));
    struct latent_system system = system_of(trial, NULL);
    CU_ASSERT(latent_stepper_walk(&system, &clock, states_on_tape(trial), frames, states, reason));
    memcpy(out, states[frames]->data, SIZE * sizeof *out);
}

/* A Lagrangian of one layer: u const with U = diag(2, 3, 4) and V = sum of x tanh(x/2) = x^2/2 + O(x^4),
 * which is what swish(x) + swish(-x) adds up to. */
static struct trial begin_oscillators(void) {
    struct trial trial = {
        .settings = {.sequence = {.video = {.hidden = 2 * D, .hidden_layers = 1}}, .mass_eps = 1},
        .dynamics = &lagrangian_dynamics,
        .parameters = parameters_create(),
        .tape = tape_create(),
    };
    trial.parts = lagrangian_dynamics.declare(trial.parameters, &trial.settings, WIDTH);
    parameters_initialise(trial.parameters, 3);
    memset(trial.parameters->values, 0, trial.parameters->size * sizeof(real));
    for (int i = 0; i < D; i++) {
        values_of(&trial, "potential.0.weight")[i * 2 * D + 2 * i] = 1;
        values_of(&trial, "potential.0.weight")[i * 2 * D + 2 * i + 1] = -1;
    }
    for (int i = 0; i < 2 * D; i++) {
        values_of(&trial, "potential.1.weight")[i] = 1;
    }
    values_of(&trial, "mass.1.bias")[0] = 2; /* rows of the triangle: 0 1 2 | 3 4 | 5 */
    values_of(&trial, "mass.1.bias")[3] = 3;
    values_of(&trial, "mass.1.bias")[5] = 4;
    for (int i = 0; i < SIZE; i++) {
        trial.states[i] = 1e-5 * START[i];
    }
    return trial;
}

/* q'' = -q / m with m = 5, 10, 17. Observed: 1.4e-14, what V is not
 * a parabola. */
static void a_constant_mass_in_a_well_swings_with_its_frequency(void) {
    static const double mass[D] = {5, 10, 17};
    struct trial trial = begin_oscillators();
    real reached[SIZE];
    follow(&trial, "gauss6", 0.1, 100, reached);
    for (int b = 0; b < BATCH; b++) {
        for (int i = 0; i < D; i++) {
            double w = sqrt(1 / mass[i]), q = trial.states[b * WIDTH + i],
                   v = trial.states[b * WIDTH + D + i];
            CHECK_NEAR(reached[b * WIDTH + i], q * cos(10 * w) + v / w * sin(10 * w), 1e-5 * 1e-7);
            CHECK_NEAR(reached[b * WIDTH + D + i], -q * w * sin(10 * w) + v * cos(10 * w), 1e-5 * 1e-7);
        }
    }
    end(&trial);
}

/* Without a learned part confinement alone is left: q'' = -w q. Observed: 2e-14. */
static void confinement_alone_is_an_oscillator(void) {
    const double w = 4;
    struct trial trial = begin("momentum", "pure_quad", "inverse");
    real reached[SIZE];
    memset(trial.parameters->values, 0, trial.parameters->size * sizeof(real));
    trial.settings.sequence.confinement = w;
    free(trial.parts);
    struct parameters *parameters = parameters_create();
    trial.parts = trial.dynamics->declare(parameters, &trial.settings, WIDTH);
    parameters_free(parameters);
    follow(&trial, "gauss6", 0.1, 100, reached);
    for (int b = 0; b < BATCH; b++) {
        for (int i = 0; i < D; i++) {
            double q = START[b * WIDTH + i], p = START[b * WIDTH + D + i];
            CHECK_NEAR(reached[b * WIDTH + i], q * cos(20.0) + p / 2 * sin(20.0), 1e-6);
            CHECK_NEAR(reached[b * WIDTH + D + i], -2 * q * sin(20.0) + p * cos(20.0), 1e-6);
        }
    }
    end(&trial);
}

/* Of whatever network the potential is: w q joins the slope, w |q|^2 / 2 the energy. */
static void confinement_pulls_with_its_weight(void) {
    static const struct latent_dynamics *const kinds[] = {&hamiltonian_dynamics,
                                                          &convolution_hamiltonian_dynamics};
    enum { HALF = 16, MANY = 2 * HALF };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct tape *tape = tape_create();
        double slopes[2][HALF], energies[2], q[HALF], squares = 0;
        for (int side = 0; side < 2; side++) {
            struct sequence_settings settings = {.video = {.hidden = 4, .hidden_layers = 2},
                                                 .confinement = 0.8 * side};
            struct parameters *parameters = parameters_create();
            void *parts = kinds[k]->declare(parameters, &settings, MANY);
            real state[MANY];
            parameters_initialise(parameters, 3);
            for (int i = 0; i < MANY; i++) {
                state[i] = sin(1.0 + i);
            }
            tape_clear(tape);
            struct tensor *const *leaves = parameters_bind(parameters, tape, NULL);
            struct tensor *z = tape_leaf(tape, 2, (int[]){1, MANY}, state);
            energies[side] = kinds[k]->energy(parts, leaves, z)->data[0];
            const struct tensor *slope = kinds[k]->slope(parts, leaves, tensor_slice(z, 1, 0, HALF));
            for (int i = 0; i < HALF; i++) {
                slopes[side][i] = slope->data[i];
                q[i] = state[i];
            }
            free(parts);
            parameters_free(parameters);
        }
        for (int i = 0; i < HALF; i++) {
            CHECK_NEAR(slopes[1][i] - slopes[0][i], 0.8 * q[i], 1e-13);
            squares += q[i] * q[i];
        }
        CHECK_NEAR(energies[1] - energies[0], 0.4 * squares, 1e-13);
        tape_free(tape);
    }
}

/* A free particle of mass m in polar coordinates: M = diag(m, m r^2), which is U^T U + e I with U_00 =
 * sqrt(m - e), U_11 = sqrt(m) r but for e, linear in q = (r, angle): r'' = r w^2 and w'' from m r^2 + e. */
static void a_free_particle_in_polar_coordinates_feels_its_own_mass(void) {
    const double m = 2.5, e = 0.25, r = 1.3, dr = 0.4, w = -0.9;
    struct parameters *parameters = parameters_create();
    struct mass_matrix matrix =
        mass_matrix_declare(parameters, (struct mlp_shape){.in = 2, .hidden_layers = 0}, true, true, e);
    parameters_initialise(parameters, 0);
    memset(parameters->values, 0, parameters->size * sizeof(real));
    parameters->values[2] = sqrt(m);                              /* weight [2][3]: of r in U_11 */
    parameters->values[parameters->list[1].offset] = sqrt(m - e); /* bias [3] */
    struct tape *tape = tape_create();
    struct tensor *const *leaves = parameters_bind(parameters, tape, NULL);
    struct tensor *q = tape_leaf(tape, 2, (int[]){1, 2}, (real[]){r, 0.2});
    struct tensor *v = tape_leaf(tape, 2, (int[]){1, 2}, (real[]){dr, w});
    struct mass_matrix_value value = mass_matrix_at(&matrix, leaves, q, v);
    struct tensor *force =
        tensor_subtract(mass_matrix_slope(&value, v), mass_matrix_multiply_rate(&value, v));
    const struct tensor *a = mass_matrix_solve(&value, force);
    CHECK_NEAR(a->data[0], r * w * w, 1e-14);
    CHECK_NEAR(a->data[1], -2 * m * r * dr * w / (m * r * r + e), 1e-14);
    tape_free(tape);
    parameters_free(parameters);
}

/* ---- energy along a path ---- */

static double drift(struct trial *trial, const char *integrator, double step, int frames) {
    real reached[SIZE];
    follow(trial, integrator, step, frames, reached);
    double largest = 0.0;
    for (int b = 0; b < BATCH; b++) {
        largest = fmax(largest, fabs(energy_of(trial, reached + b * WIDTH) -
                                     energy_of(trial, trial->states + b * WIDTH)));
    }
    return largest;
}

/* Observed: 4.0 for half the step; 7e-12 with rk4. */
static void energy_drifts_with_the_square_of_the_step_of_rk2(void) {
    struct trial trial = begin_with(&lagrangian_dynamics, "", "", "");
    double coarse = drift(&trial, "rk2", 0.02, 100), fine = drift(&trial, "rk2", 0.01, 200);
    printf("\n    drift %.2g, with half the step %.2g ", coarse, fine);
    CU_ASSERT(coarse > 1e-7);
    CU_ASSERT(coarse / fine > 3.5);
    CHECK_NEAR(drift(&trial, "rk4", 0.01, 200), 0.0, 1e-8);
    end(&trial);
}

/* A constant mass makes q'' a function of q: leapfrog is the same walk for velocities as for momenta.
 * Observed: 1.4e-15. */
static void leapfrog_of_velocities_is_that_of_momenta(void) {
    struct trial v = begin("velocity", "matrix_quad", "direct"),
                 p = begin("momentum", "matrix_quad", "direct");
    CU_ASSERT_FATAL(v.parameters->size == p.parameters->size);
    struct mass_matrix matrix = {.full = true, .shift = 0.7};
    for (int i = 0; i < v.parameters->count; i++) {
        matrix.constant = strcmp(v.parameters->list[i].name, "mass") == 0 ? i : matrix.constant;
    }
    real moving[SIZE], pushing[SIZE], expected[SIZE];
    follow(&v, "leapfrog", 0.1, 20, moving);
    for (int pass = 0; pass < 2; pass++) { /* momenta of the start, then of the end */
        struct latent_system system = system_of(&v, NULL);
        const real *states = pass == 0 ? v.states : moving;
        struct tensor *z = tape_leaf(v.tape, 2, (int[]){BATCH, WIDTH}, states);
        struct tensor *q = tensor_slice(z, 1, 0, D);
        struct mass_matrix_value value = mass_matrix_at(&matrix, system.leaves, q, NULL);
        struct tensor *parts[] = {q, mass_matrix_multiply(&value, tensor_slice(z, 1, D, D))};
        memcpy(pass == 0 ? p.states : expected, tensor_concatenate(parts, 2, 1)->data, sizeof expected);
    }
    follow(&p, "leapfrog", 0.1, 20, pushing);
    for (int i = 0; i < SIZE; i++) {
        CHECK_NEAR(pushing[i], expected[i], 1e-12);
    }
    end(&v);
    end(&p);
}

/* ---- special cases ---- */

static void check_same(struct trial a, struct trial b) {
    CU_ASSERT_EQUAL_FATAL(a.parameters->size, b.parameters->size);
    for (int i = 0; i < a.parameters->count; i++) {
        CU_ASSERT_STRING_EQUAL(a.parameters->list[i].name, b.parameters->list[i].name);
    }
    real one[SIZE], other[SIZE];
    find_rates(&a, one);
    find_rates(&b, other);
    double state[WIDTH];
    for (int i = 0; i < SIZE; i++) {
        CHECK_NEAR(one[i], other[i], 1e-14);
        state[i % WIDTH] = START[i];
    }
    CHECK_NEAR(energy_of(&a, state), energy_of(&b, state), 1e-14);
    end(&a);
    end(&b);
}

static void hgn_and_lgn_are_cases_of_the_physics_module(void) {
    check_same(begin("momentum", "separable_net", "inverse"), begin_with(&hamiltonian_dynamics, "", "", ""));
    check_same(begin("velocity", "matrix_dep_quad", "direct"), begin_with(&lagrangian_dynamics, "", "", ""));
}

/* ---- gradients ---- */

static real COTANGENT[SIZE] = {1, -0.5, 0.25, 2, -1, 0.75, 0.5, -2, 0.3, 1.1, -0.7, 0.9};

/* Two steps of rk2, projected. */
static struct tensor *projection(struct trial *trial, real *gradient) {
    struct latent_system system = system_of(trial, gradient);
    struct tensor *z = states_on_tape(trial);
    for (int i = 0; i < 2; i++) {
        struct tensor *middle = tensor_add_scaled(z, rates_at(&system, z), (real)0.1);
        z = tensor_add_scaled(z, rates_at(&system, middle), (real)0.2);
    }
    struct tensor *asked = tape_leaf(trial->tape, 2, (int[]){BATCH, WIDTH}, COTANGENT);
    return tensor_sum(tensor_multiply(z, asked), 0);
}

static double projected(void *context) {
    return projection(context, NULL)->data[0];
}

/* Observed: 1.9e-10. */
static void check_gradient(struct trial *trial) {
    size_t size = trial->parameters->size;
    real *gradient = memory_alloc(size, sizeof *gradient);
    (void)tape_backward(projection(trial, gradient), NULL, NULL);
    CU_ASSERT(gradcheck_error(projected, trial, trial->parameters->values, size, 1, gradient, 1e-5) < 1e-8);
    free(gradient);
}

static void gradients_through_steps_of_every_form_match_differences(void) {
    each_form("momentum", check_gradient);
    each_form("velocity", check_gradient);
}

/* ---- what is refused ---- */

static void check_refused(const char *kind_name, const char *const *assignments, const char *reason) {
    const struct model_kind *kind = model_kind_find(kind_name);
    void *settings = model_case_settings(kind, assignments);
    if (reason == NULL) {
        CHECK_OK(model_check(kind, settings));
    } else {
        CHECK_FAILS(model_check(kind, settings), STATUS_DATA, reason);
    }
    free(settings);
}
#define REFUSED(kind, reason, ...) check_refused(kind, (const char *const[]){__VA_ARGS__, NULL}, reason)

static void forms_and_methods_that_do_not_suit_are_told_why(void) {
    static const char no_splitting[] = "model.integrator: leapfrog is an explicit splitting";
    REFUSED("pgn", no_splitting, "kinetic=dep_net");
    REFUSED("pgn", no_splitting, "kinetic=matrix_dep_quad");
    REFUSED("pgn", no_splitting, "kinetic=matrix_dep_quad", "space=velocity");
    REFUSED("pgn", NULL, "kinetic=matrix_dep_quad", "integrator=rk2");
    REFUSED("pgn", NULL, "kinetic=matrix_dep_quad", "integrator=gauss4", "space=velocity");
    REFUSED("pgn", NULL, "kinetic=matrix_quad", "integrator=leapfrog", "space=velocity");
    REFUSED("pgn", NULL, "kinetic=embed_quad", "integrator=kahan_li8");
    static const char singular[] = "is not quadratic: in velocity space";
    REFUSED("pgn", singular, "space=velocity");
    REFUSED("pgn", singular, "space=velocity", "kinetic=dep_net");
    REFUSED("pgn", singular, "space=velocity", "kinetic=embed_quad");
}

static void an_activation_without_forces_is_no_energy(void) {
    static const char why[] = "model.activation: relu cannot stand in an energy or a mass";
    REFUSED("hgn++", why, "activation=relu");
    REFUSED("lgn", why, "activation=relu");
    REFUSED("pgn", why, "activation=relu");
    REFUSED("ode", NULL, "activation=relu");
    REFUSED("rgn", NULL, "activation=relu");
    REFUSED("free", NULL, "activation=relu");
    REFUSED("lgn", NULL, "activation=softplus");
}

static void one_frame_does_not_show_a_motion(void) {
    static const char *const names[] = {"hgn++", "lgn", "pgn", "ode", "rgn", "free"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        REFUSED(names[i], "model.inference_frames: 1, expected at least 2: ", "inference_frames=1");
    }
}

int main(void) {
    static const struct test tests[] = {
        TEST(momenta_obey_hamiltons_equations),
        TEST(velocities_obey_the_euler_lagrange_equation),
        TEST(a_constant_mass_in_a_well_swings_with_its_frequency),
        TEST(confinement_alone_is_an_oscillator),
        TEST(confinement_pulls_with_its_weight),
        TEST(a_free_particle_in_polar_coordinates_feels_its_own_mass),
        TEST(energy_drifts_with_the_square_of_the_step_of_rk2),
        TEST(leapfrog_of_velocities_is_that_of_momenta),
        TEST(hgn_and_lgn_are_cases_of_the_physics_module),
        TEST(gradients_through_steps_of_every_form_match_differences),
        TEST(forms_and_methods_that_do_not_suit_are_told_why),
        TEST(an_activation_without_forces_is_no_energy),
        TEST(one_frame_does_not_show_a_motion),
    };
    return tests_run("dynamics", tests, sizeof tests / sizeof *tests);
}
