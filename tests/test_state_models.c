/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Models of true states, in double precision: fields and energies belong together, both ways of learning have
 * the gradient of their loss, numbers agree with PyTorch (tests/data/make_state_oracle.py) and with formulas
 * by hand, a known field is learned, and what cannot be is refused.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/optimizer.h"
#include "models/model_registry.h"
#include "models/window_plan.h"
#include "support/memory.h"
#include "tests/gradcheck.h"
#include "tests/harness.h"
#include "tests/model_case.h"
#include "tests/oracle.h"

enum { SIZE = 4, BATCH = 3 };

static const char *const derivatives[] = {"hidden=7", "hidden_layers=2", "state_size=4",
                                          "learn_from=derivatives", NULL};
static const char *const trajectories[] = {"hidden=7",
                                           "hidden_layers=2",
                                           "state_size=4",
                                           "target_frames=3",
                                           "learn_from=trajectories",
                                           "steps_per_frame=2",
                                           NULL};

struct trial {
    const struct model_kind *kind;
    struct model *model;
    struct model_workspace *workspace;
    real *gradient;
    struct model_step step;
};

static struct trial begin(const struct model_kind *kind, const char *const *assignments) {
    struct trial trial = {.kind = kind, .workspace = model_workspace_create()};
    void *settings = model_case_settings(kind, assignments);
    CHECK_OK_FATAL(model_check(kind, settings));
    model_create(&trial.model, kind, settings, 3);
    for (size_t i = 0; i < trial.model->parameters->size; i++) {
        trial.model->parameters->values[i] += (real)(0.2 * sin(1.0 + (double)i)); /* biases, too */
    }
    trial.gradient = memory_alloc(trial.model->parameters->size, sizeof(real));
    free(settings);
    return trial;
}

static void end(struct trial *trial) {
    model_free(trial->model);
    model_workspace_free(trial->workspace);
    free(trial->gradient);
}

static void read_state(const void *context, int sequence, int frame, double *out) {
    (void)context;
    for (int i = 0; i < SIZE; i++) {
        out[i] = sin(1.0 + 3.0 * sequence + i + 0.2 * frame);
    }
}

static void read_rate(const void *context, int sequence, int frame, double *out) {
    (void)context;
    for (int i = 0; i < SIZE; i++) {
        out[i] = cos(2.0 + 5.0 * sequence + 2 * i + 0.3 * frame);
    }
}

/* The loss with the first `horizon` of the targets. */
static double loss_of(struct trial *trial, int horizon) {
    struct model_batch batch = {
        .size = BATCH,
        .examples = {.state = read_state, .derivative = read_rate, .state_size = SIZE, .frame_time = 0.3},
        .horizon = horizon,
        .decoded = (const int[]){0},
        .decoded_count = 1,
    };
    trial->kind->loss(trial->model, trial->workspace, &batch, 1, trial->gradient, &trial->step);
    return trial->step.figures[0];
}

static double loss_value(void *context) {
    struct trial *trial = context;
    struct window_plan plan = window_plan_of(trial->kind, trial->model->settings);
    return loss_of(trial, window_plan_targets(&plan));
}

static bool learns_states(const struct model_kind *kind) {
    return kind->states != NULL && kind->loss != NULL;
}

/* Observed: 2e-9 of the largest gradient. */
static void check_gradient(const struct model_kind *kind, const char *const *assignments) {
    struct trial trial = begin(kind, assignments);
    (void)loss_value(&trial);
    size_t size = trial.model->parameters->size;
    real *gradient = memory_alloc(size, sizeof *gradient);
    memcpy(gradient, trial.gradient, size * sizeof *gradient);
    double largest = 0.0;
    for (size_t i = 0; i < size; i++) {
        largest = fmax(largest, fabs((double)gradient[i]));
    }
    double error =
        gradcheck_error(loss_value, &trial, trial.model->parameters->values, size, 1, gradient, 1e-6);
    printf("\n    %s: %.2g of %.2g ", kind->name, error, largest);
    CU_ASSERT(largest > 1e-3);
    CU_ASSERT(error < 1e-7);
    free(gradient);
    end(&trial);
}

static void gradients_match_differences_both_ways_of_learning(void) {
    for (int k = 0; model_kinds[k] != NULL; k++) {
        if (learns_states(model_kinds[k])) {
            check_gradient(model_kinds[k], derivatives);
            check_gradient(model_kinds[k], trajectories);
        }
    }
}

static void the_loss_of_derivatives_is_their_mean_squared_error(void) {
    for (int k = 0; model_kinds[k] != NULL; k++) {
        if (!learns_states(model_kinds[k])) {
            continue;
        }
        struct trial trial = begin(model_kinds[k], derivatives);
        double loss = loss_value(&trial), sum = 0.0;
        for (int b = 0; b < BATCH; b++) {
            double state[SIZE], rate[SIZE], found[SIZE];
            read_state(NULL, b, 0, state);
            read_rate(NULL, b, 0, rate);
            trial.kind->states->field(trial.model, trial.workspace, state, 1, found);
            for (int i = 0; i < SIZE; i++) {
                sum += (found[i] - rate[i]) * (found[i] - rate[i]);
            }
        }
        CHECK_NEAR(loss, sum / (BATCH * SIZE), 1e-12);
        end(&trial);
    }
}

static void losses_and_gradients_match_the_pytorch_oracle(void) {
    static const char *const small[] = {"hidden=6", "hidden_layers=2", NULL};
    for (int k = 0; model_kinds[k] != NULL; k++) {
        if (learns_states(model_kinds[k])) {
            struct oracle_trial trial = oracle_trial_create(model_kinds[k], small);
            (void)oracle_trial_loss(&trial, 1, (const int[]){0}, 1);
            oracle_trial_compare(&trial, "oracle_state.txt", 1e-12);
            oracle_trial_free(&trial);
        }
    }
}

/* One step of the classical Runge-Kutta method by the learned field. */
static void step_by_hand(struct trial *trial, double h, double *state) {
    static const double at[] = {0, 0.5, 0.5, 1}, weights[] = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
    double slope[SIZE] = {0}, place[SIZE], end[SIZE];
    memcpy(end, state, sizeof end);
    for (int stage = 0; stage < 4; stage++) {
        for (int i = 0; i < SIZE; i++) {
            place[i] = state[i] + at[stage] * h * slope[i];
        }
        trial->kind->states->field(trial->model, trial->workspace, place, 1, slope);
        for (int i = 0; i < SIZE; i++) {
            end[i] += weights[stage] * h * slope[i];
        }
    }
    memcpy(state, end, sizeof end);
}

/* Three frames of 0.3, two steps to a frame. */
static void the_loss_of_trajectories_is_that_of_followed_states(void) {
    for (int k = 0; model_kinds[k] != NULL; k++) {
        if (!learns_states(model_kinds[k])) {
            continue;
        }
        struct trial trial = begin(model_kinds[k], trajectories);
        double loss = loss_value(&trial), sum = 0.0;
        for (int b = 0; b < BATCH; b++) {
            double state[SIZE], expected[SIZE];
            read_state(NULL, b, 0, state);
            for (int t = 1; t <= 3; t++) {
                step_by_hand(&trial, 0.15, state);
                step_by_hand(&trial, 0.15, state);
                read_state(NULL, b, t, expected);
                for (int i = 0; i < SIZE; i++) {
                    sum += (state[i] - expected[i]) * (state[i] - expected[i]);
                }
            }
        }
        CHECK_NEAR(loss, sum / (BATCH * 3 * SIZE), 1e-12 * loss);
        end(&trial);
    }
}

/* dq/dt = dH/dp, dp/dt = -dH/dq, by differences of the energy. Observed: 2e-10. */
static void the_field_of_hnn_is_that_of_its_energy(void) {
    struct trial trial = begin(model_kind_find("hnn"), derivatives);
    double state[SIZE] = {0.3, -0.7, 1.1, 0.2}, rate[SIZE];
    trial.kind->states->field(trial.model, trial.workspace, state, 1, rate);
    for (int i = 0; i < SIZE; i++) {
        enum { SIDES = 2 };
        double moved[SIDES * SIZE], energy[SIDES];
        memcpy(moved, state, sizeof state);
        memcpy(moved + SIZE, state, sizeof state);
        moved[i] += 1e-5;
        moved[SIZE + i] -= 1e-5;
        trial.kind->states->energy(trial.model, trial.workspace, moved, SIDES, energy);
        double slope = (energy[0] - energy[1]) / 2e-5;
        double expected = i < SIZE / 2 ? -slope : slope;
        CHECK_NEAR(rate[(i + SIZE / 2) % SIZE], expected, 1e-8);
    }
    end(&trial);
}

/* With the perceptron gone, L = v^2 / 2: free particles. dq/dt = v = exp(a) p and no force. */
static void an_lnn_without_a_perceptron_moves_free_particles(void) {
    struct trial trial = begin(model_kind_find("lnn"), derivatives);
    struct parameters *parameters = trial.model->parameters;
    memset(parameters->values, 0, parameters->size * sizeof(real));
    const struct parameter *pace = &parameters->list[parameters->count - 1];
    CU_ASSERT_STRING_EQUAL(pace->name, "pace");
    parameters->values[pace->offset] = (real)log(3.0);
    double state[SIZE] = {0.3, -0.7, 1.1, 0.2}, rate[SIZE], energy;
    trial.kind->states->field(trial.model, trial.workspace, state, 1, rate);
    trial.kind->states->energy(trial.model, trial.workspace, state, 1, &energy);
    CHECK_NEAR(rate[0], 3.3, 1e-12);
    CHECK_NEAR(rate[1], 0.2, 1e-12);
    CHECK_NEAR(rate[2], 0.0, 1e-12);
    CHECK_NEAR(rate[3], 0.0, 1e-12);
    CHECK_NEAR(energy, (3.3 * 3.3 + 0.2 * 0.2) / 2, 1e-12);
    end(&trial);
}

/* First and second derivatives by x = (q, v) of N = sum_h w_h tanh(z_h), z = W^T x + b. */
static void differentiate_by_hand(const struct parameters *parameters, int hidden, const double x[SIZE],
                                  double first[SIZE], double second[SIZE][SIZE]) {
    const real *matrix = parameters->values + parameters->list[0].offset;
    const real *bias = parameters->values + parameters->list[1].offset;
    const real *weight = parameters->values + parameters->list[2].offset;
    memset(first, 0, SIZE * sizeof *first);
    memset(second, 0, SIZE * sizeof *second);
    for (int h = 0; h < hidden; h++) {
        double z = (double)bias[h];
        for (int i = 0; i < SIZE; i++) {
            z += (double)matrix[i * hidden + h] * x[i];
        }
        double t = tanh(z), slope = (double)weight[h] * (1 - t * t);
        for (int i = 0; i < SIZE; i++) {
            first[i] += slope * (double)matrix[i * hidden + h];
            for (int j = 0; j < SIZE; j++) {
                second[i][j] -=
                    2 * t * slope * (double)matrix[i * hidden + h] * (double)matrix[j * hidden + h];
            }
        }
    }
}

/* Two coordinates, one hidden layer: the Euler-Lagrange equation by Cramer's rule. */
static void accelerations_of_lnn_solve_the_euler_lagrange_equation(void) {
    enum { HIDDEN = 3 };
    static const char *const small[] = {"hidden=3", "hidden_layers=1", "state_size=4", "activation=tanh",
                                        NULL};
    struct trial trial = begin(model_kind_find("lnn"), small);
    const struct parameters *parameters = trial.model->parameters;
    const real *pace = parameters->values + parameters->list[parameters->count - 1].offset;
    double state[SIZE] = {0.3, -0.7, 1.1, 0.2}, rate[SIZE], first[SIZE], second[SIZE][SIZE], force[2];
    double masses[2] = {exp(-(double)pace[0]), exp(-(double)pace[1])};
    double x[SIZE] = {state[0], state[1], state[2] / masses[0], state[3] / masses[1]};
    differentiate_by_hand(parameters, HIDDEN, x, first, second);
    for (int i = 0; i < 2; i++) {
        force[i] = first[i] - second[2 + i][0] * x[2] - second[2 + i][1] * x[3];
    }
    double a = 1 + second[2][2], b = second[2][3], c = 1 + second[3][3], determinant = a * c - b * b;
    trial.kind->states->field(trial.model, trial.workspace, state, 1, rate);
    CHECK_NEAR(rate[0], x[2], 1e-14);
    CHECK_NEAR(rate[1], x[3], 1e-14);
    CHECK_NEAR(rate[2], masses[0] * (c * force[0] - b * force[1]) / determinant, 1e-12);
    CHECK_NEAR(rate[3], masses[1] * (a * force[1] - b * force[0]) / determinant, 1e-12);
    end(&trial);
}

/* The learned energy does not change along the learned field, whatever the Lagrangian is. */
static void energies_are_kept_along_their_fields(void) {
    static const char *const kinds[] = {"hnn", "lnn"};
    for (int k = 0; k < 2; k++) {
        struct trial trial = begin(model_kind_find(kinds[k]), derivatives);
        double state[SIZE] = {0.3, -0.7, 1.1, 0.2}, rate[SIZE], moved[2 * SIZE], energy[2];
        trial.kind->states->field(trial.model, trial.workspace, state, 1, rate);
        for (int i = 0; i < SIZE; i++) {
            moved[i] = state[i] + 1e-5 * rate[i];
            moved[SIZE + i] = state[i] - 1e-5 * rate[i];
        }
        trial.kind->states->energy(trial.model, trial.workspace, moved, 2, energy);
        CHECK_NEAR((energy[0] - energy[1]) / 2e-5, 0.0, 1e-8); /* observed: 4e-11 */
        end(&trial);
    }
}

/* More states than a block holds come out as they do one by one. */
static void many_states_are_moved_like_single_ones(void) {
    enum { MANY = 600 };
    struct trial trial = begin(model_kind_find("hnn"), derivatives);
    double *states = memory_alloc(MANY * SIZE, sizeof *states),
           *rates = memory_alloc(MANY * SIZE, sizeof *rates);
    double *energies = memory_alloc(MANY, sizeof *energies);
    for (int i = 0; i < MANY; i++) {
        read_state(NULL, i, 0, states + (size_t)i * SIZE);
    }
    trial.kind->states->field(trial.model, trial.workspace, states, MANY, rates);
    trial.kind->states->energy(trial.model, trial.workspace, states, MANY, energies);
    for (int i = 0; i < MANY; i += 37) {
        double rate[SIZE], energy;
        trial.kind->states->field(trial.model, trial.workspace, states + (size_t)i * SIZE, 1, rate);
        trial.kind->states->energy(trial.model, trial.workspace, states + (size_t)i * SIZE, 1, &energy);
        CHECK_NEAR(rate[1], rates[(size_t)i * SIZE + 1], 1e-13);
        CHECK_NEAR(energy, energies[i], 1e-13);
    }
    free(energies);
    free(rates);
    free(states);
    end(&trial);
}

/* ---- a field that is known: a mass of 1/2 on a spring of stiffness 2, of amplitudes up to 1 ---- */

static void read_spring(const void *context, int sequence, int frame, double *out) {
    (void)frame;
    const int *step = context;
    struct random_stream random = random_stream(1, "spring", (uint64_t)*step, (uint32_t)sequence);
    out[0] = random_between(&random, -1, 1);
    out[1] = random_between(&random, -1, 1);
}

static void read_spring_rate(const void *context, int sequence, int frame, double *out) {
    double state[2];
    read_spring(context, sequence, frame, state);
    out[0] = 2 * state[1];
    out[1] = -2 * state[0];
}

/* Mean squared error of rates at points that were not trained on, relative to the mean square of rates. */
static double error_on_spring(struct trial *trial) {
    enum { POINTS = 100 };
    double error = 0, square = 0;
    for (int i = 0, step = -1; i < POINTS; i++) {
        double state[2], expected[2], found[2];
        read_spring(&step, i, 0, state);
        read_spring_rate(&step, i, 0, expected);
        trial->kind->states->field(trial->model, trial->workspace, state, 1, found);
        for (int j = 0; j < 2; j++) {
            error += (found[j] - expected[j]) * (found[j] - expected[j]);
            square += expected[j] * expected[j];
        }
    }
    return error / square;
}

/* 1,000 steps on 32 fresh points each. Observed: 2.2e-4 of the mean square. */
static void check_spring(const char *name) {
    static const char *const small[] = {"hidden=24", "hidden_layers=2", "state_size=2", NULL};
    struct trial trial = begin(model_kind_find(name), small);
    size_t size = trial.model->parameters->size;
    struct adam *adam = adam_create(size);
    double start = error_on_spring(&trial);
    for (int step = 0; step < 1000; step++) {
        struct model_batch batch = {
            .size = 32,
            .examples = {.state = read_spring,
                         .derivative = read_spring_rate,
                         .state_size = 2,
                         .frame_time = 0.05,
                         .context = &step},
            .horizon = 1,
        };
        memset(trial.gradient, 0, size * sizeof *trial.gradient);
        trial.kind->loss(trial.model, trial.workspace, &batch, 1, trial.gradient, &trial.step);
        adam_update(adam, step < 700 ? 5e-3 : 1e-3, trial.gradient, trial.model->parameters->values);
    }
    printf("\n    %s: %.2g, at the start %.2g ", name, error_on_spring(&trial), start);
    CU_ASSERT(start > 0.1);
    CU_ASSERT(error_on_spring(&trial) < 1e-2);
    adam_free(adam);
    end(&trial);
}

static void the_field_of_a_spring_is_learned_where_nobody_looked(void) {
    check_spring("hnn");
    check_spring("lnn");
    check_spring("mlp");
}

static void check_refused(const char *name, const char *const *assignments, const char *why) {
    const struct model_kind *kind = model_kind_find(name);
    void *settings = model_case_settings(kind, assignments);
    CHECK_FAILS(model_check(kind, settings), STATUS_DATA, why);
    free(settings);
}

static void what_is_no_energy_is_refused_with_the_reason(void) {
    check_refused("hnn", (const char *const[]){"state_size=3", NULL},
                  "model.state_size: 3, expected an even");
    check_refused("hnn", (const char *const[]){"activation=relu", NULL}, "model.activation: relu");
    check_refused("lnn", (const char *const[]){"state_size=5", NULL},
                  "model.state_size: 5, expected an even");
    check_refused("lnn", (const char *const[]){"state_size=130", NULL}, "model.state_size: 130, expected");
    check_refused("lnn", (const char *const[]){"activation=relu", NULL}, "model.activation: relu");
    const struct field *row = schema_find(model_kind_find("hnn")->settings, "integrator");
    void *settings = model_case_settings(model_kind_find("hnn"), derivatives);
    CHECK_FAILS(field_assign(settings, row, "model.integrator", "leapfrog"), STATUS_DATA, "leapfrog");
    free(settings);
}

/* The horizon grows in training; what it counts first is the state that the path starts from. */
static void a_short_horizon_follows_one_frame_at_least(void) {
    const struct model_kind *kind = model_kind_find("mlp");
    const char *one_frame[] = {"hidden=7",
                               "hidden_layers=2",
                               "state_size=4",
                               "target_frames=1",
                               "learn_from=trajectories",
                               "steps_per_frame=2",
                               NULL};
    struct trial trial = begin(kind, trajectories), short_one = begin(kind, one_frame);
    double expected = loss_value(&short_one);
    CHECK_NEAR(loss_of(&trial, 1), expected, 1e-15);
    CHECK_NEAR(loss_of(&trial, 2), expected, 1e-15);
    CU_ASSERT(fabs(loss_of(&trial, 3) - expected) > 1e-3);
    end(&trial);
    end(&short_one);
}

int main(void) {
    static const struct test tests[] = {
        TEST(gradients_match_differences_both_ways_of_learning),
        TEST(the_loss_of_derivatives_is_their_mean_squared_error),
        TEST(the_loss_of_trajectories_is_that_of_followed_states),
        TEST(a_short_horizon_follows_one_frame_at_least),
        TEST(losses_and_gradients_match_the_pytorch_oracle),
        TEST(the_field_of_hnn_is_that_of_its_energy),
        TEST(an_lnn_without_a_perceptron_moves_free_particles),
        TEST(accelerations_of_lnn_solve_the_euler_lagrange_equation),
        TEST(energies_are_kept_along_their_fields),
        TEST(many_states_are_moved_like_single_ones),
        TEST(the_field_of_a_spring_is_learned_where_nobody_looked),
        TEST(what_is_no_energy_is_refused_with_the_reason),
    };
    return tests_run("state_models", tests, sizeof tests / sizeof *tests);
}
