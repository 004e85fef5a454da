/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One contract for all ops, in double precision: first and second derivatives agree with central differences.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/layers.h"
#include "engine/op.h"
#include "engine/ops.h"
#include "support/memory.h"
#include "support/random.h"
#include "tests/gradcheck.h"
#include "tests/harness.h"

/* Observed: 1.0e-10 (first) and 1.6e-10 (second). */
static const double TOLERANCE = 1e-6;
static const double STEP = 1e-5;

/* An op on concrete numbers: y = op(inputs), L = sum(y * seed), M = sum over inputs of (dL/dx * direction).
 */
struct trial {
    const struct op *op;
    const struct op_example *example;
    struct tape *tape;
    real *values[OP_MAX_INPUTS];
    real *directions[OP_MAX_INPUTS];
    size_t sizes[OP_MAX_INPUTS];
    struct tensor *inputs[OP_MAX_INPUTS];
};

static real *random_values(struct random_stream *random, size_t size, double low, double high) {
    real *values = memory_alloc(size, sizeof *values);
    for (size_t i = 0; i < size; i++) {
        values[i] = random_between(random, low, high);
    }
    return values;
}

static struct trial begin_trial(const struct op *op, const struct op_example *example) {
    struct trial trial = {.op = op, .example = example, .tape = tape_create()};
    struct random_stream random = random_stream(1, op->name, 0, 0);
    bool has_range = example->low != 0 || example->high != 0;
    for (int i = 0; i < example->input_count; i++) {
        trial.sizes[i] = 1;
        for (int j = 0; j < example->inputs[i].rank; j++) {
            trial.sizes[i] *= (size_t)example->inputs[i].shape[j];
        }
        trial.values[i] = random_values(&random, trial.sizes[i], has_range ? example->low : -1,
                                        has_range ? example->high : 1);
        trial.directions[i] = random_values(&random, trial.sizes[i], -1, 1);
    }
    return trial;
}

static void end_trial(struct trial *trial) {
    for (int i = 0; i < trial->example->input_count; i++) {
        free(trial->values[i]);
        free(trial->directions[i]);
    }
    tape_free(trial->tape);
}

/* L on a fresh tape. The seed is random but the same at every call. */
static struct tensor *first_scalar(struct trial *trial) {
    tape_clear(trial->tape);
    const struct op_example *e = trial->example;
    for (int i = 0; i < e->input_count; i++) {
        trial->inputs[i] = tape_leaf(trial->tape, e->inputs[i].rank, e->inputs[i].shape, trial->values[i]);
    }
    struct tensor *y = tape_record(trial->op, &e->settings, trial->inputs, e->input_count);
    struct tensor *seed = tape_constant(trial->tape, y->rank, y->shape, 0);
    struct random_stream random = random_stream(2, "seed", 0, 0);
    for (size_t i = 0; i < seed->size; i++) {
        seed->data[i] = random_between(&random, -1, 1);
    }
    return tensor_sum(tensor_multiply(y, tensor_reorder(seed, y->layout)), 0);
}

static struct tensor *second_scalar(struct trial *trial) {
    struct tensor *loss = first_scalar(trial);
    struct tensor *gradients[OP_MAX_INPUTS];
    int count = trial->example->input_count;
    tape_gradient(loss, NULL, trial->inputs, count, gradients);
    struct tensor *sum = NULL;
    for (int i = 0; i < count; i++) {
        struct tensor *direction =
            tape_leaf(trial->tape, gradients[i]->rank, gradients[i]->shape, trial->directions[i]);
        struct tensor *term = tensor_sum(tensor_multiply(gradients[i], direction), 0);
        sum = sum == NULL ? term : tensor_add(sum, term);
    }
    return sum;
}

static double first_value(void *context) {
    return first_scalar(context)->data[0];
}

static double second_value(void *context) {
    return second_scalar(context)->data[0];
}

static double derivative_error(struct trial *trial, struct tensor *(*scalar)(struct trial *),
                               double (*value)(void *)) {
    struct tensor *gradients[OP_MAX_INPUTS];
    double error = 0.0;
    for (int i = 0; i < trial->example->input_count; i++) {
        struct tensor *y = scalar(trial);
        tape_gradient(y, NULL, trial->inputs, trial->example->input_count, gradients);
        real *gradient = memory_alloc(trial->sizes[i], sizeof *gradient);
        for (size_t j = 0; j < trial->sizes[i]; j++) {
            gradient[j] = gradients[i]->data[j];
        }
        error = gradcheck_worst(
            error, gradcheck_error(value, trial, trial->values[i], trial->sizes[i], 1, gradient, STEP));
        free(gradient);
    }
    return error;
}

#define OP_ADDRESS(name) &name,
static const struct op *const all_ops[] = {OP_LIST(OP_ADDRESS)};
enum { OP_COUNT = sizeof all_ops / sizeof *all_ops };

static void check_every_op(struct tensor *(*scalar)(struct trial *), double (*value)(void *),
                           const char *which) {
    double worst = 0.0;
    for (int i = 0; i < OP_COUNT; i++) {
        CU_ASSERT_FATAL(all_ops[i]->example_count > 0);
        for (int j = 0; j < all_ops[i]->example_count; j++) {
            struct trial trial = begin_trial(all_ops[i], &all_ops[i]->examples[j]);
            double error = derivative_error(&trial, scalar, value);
            worst = gradcheck_worst(worst, error);
            if (!(error < TOLERANCE)) {
                printf("\n    %s, example %d: %s derivative off by %.2g", all_ops[i]->name, j, which, error);
            }
            CU_ASSERT(error < TOLERANCE);
            end_trial(&trial);
        }
    }
    printf("\n    largest error of a %s derivative: %.2g ", which, worst);
}

static void first_derivatives_match_differences(void) {
    check_every_op(first_scalar, first_value, "first");
}

static void second_derivatives_match_differences(void) {
    check_every_op(second_scalar, second_value, "second");
}

/* tape_backward must give what tape_gradient gives, where a node is used several times and cotangents are
 * shared. */
static void backward_equals_gradient_on_shared_nodes(void) {
    struct tape *tape = tape_create();
    real x_data[4] = {0.3, -0.2, 0.7, 1.1}, w_data[4] = {0.5, -0.4, 0.9, 0.2}, sink[4] = {1, 1, 1, 1};
    int shape[2] = {2, 2};
    struct tensor *x = tape_leaf(tape, 2, shape, x_data);
    struct tensor *w = tape_parameter(tape, "w", 2, shape, w_data, sink);
    struct tensor *a = tensor_add(w, x);
    struct tensor *b = tensor_add(a, a);
    struct tensor *c = tensor_multiply(tensor_add(b, a), tensor_subtract(a, w));
    struct tensor *y =
        tensor_sum(tensor_add(tensor_matmul(c, w, false, true), tensor_add_scaled(c, a, 2)), 0);
    y = tensor_add(y, tensor_sum(tensor_matmul(w, w, false, true), 0)); /* twice in one op */
    struct tensor *xs[] = {w, x}, *gradients[2];
    tape_gradient(y, NULL, xs, 2, gradients);
    struct tensor *dx = tape_backward(y, NULL, x);
    for (int i = 0; i < 4; i++) {
        CHECK_NEAR(sink[i], 1.0 + gradients[0]->data[i], 1e-13);
        CHECK_NEAR(dx->data[i], gradients[1]->data[i], 1e-13);
    }
    tape_free(tape);
}

/* Training through the gradient of an energy: d/dw of |dV/dq|^2, V a multilayer perceptron. */
struct energy_trial {
    struct parameters *parameters;
    struct mlp mlp;
    struct tape *tape;
    real q[6];
    real *gradient;
};

static struct tensor *force_norm(struct energy_trial *trial, real *gradient) {
    tape_clear(trial->tape);
    struct tensor *const *leaves = parameters_bind(trial->parameters, trial->tape, gradient);
    struct tensor *q = tape_leaf(trial->tape, 2, (int[]){2, 3}, trial->q);
    struct tensor *energy = tensor_sum(mlp_apply(&trial->mlp, leaves, q), 0);
    struct tensor *force;
    tape_gradient(energy, NULL, &q, 1, &force);
    return tensor_sum(tensor_square(force), 0);
}

static double force_norm_value(void *context) {
    return force_norm(context, NULL)->data[0];
}

static void a_loss_on_forces_trains_the_energy(void) {
    struct energy_trial trial = {
        .parameters = parameters_create(), .tape = tape_create(), .q = {0.3, -0.5, 0.8, 1.2, 0.1, -0.9}};
    trial.mlp = mlp_declare(trial.parameters, "V",
                            (struct mlp_shape){.in = 3, .hidden = 5, .hidden_layers = 2, .out = 1});
    parameters_initialise(trial.parameters, 3);
    size_t size = trial.parameters->size;
    real *gradient = memory_alloc(size, sizeof *gradient);
    (void)tape_backward(force_norm(&trial, gradient), NULL, NULL);
    /* Observed: 4e-11. */
    CU_ASSERT(gradcheck_error(force_norm_value, &trial, trial.parameters->values, size, 1, gradient, STEP) <
              1e-8);
    free(gradient);
    parameters_free(trial.parameters);
    tape_free(trial.tape);
}

/* ---- tangents ---- */

static double perceptron_value(void *context) {
    struct energy_trial *trial = context;
    tape_clear(trial->tape);
    struct tensor *const *leaves = parameters_bind(trial->parameters, trial->tape, NULL);
    struct tensor *q = tape_leaf(trial->tape, 2, (int[]){2, 3}, trial->q);
    return tensor_sum(mlp_apply(&trial->mlp, leaves, q), 0)->data[0];
}

/* The sum of J e_i over the rows is the sum of the derivatives by q_i: one direction for each. Observed:
 * 6e-11. */
static void check_tangent(enum activation activation) {
    struct energy_trial trial = {
        .parameters = parameters_create(), .tape = tape_create(), .q = {0.3, -0.5, 0.8, 1.2, 0.1, -0.9}};
    trial.mlp = mlp_declare(
        trial.parameters, "f",
        (struct mlp_shape){.in = 3, .hidden = 5, .hidden_layers = 2, .out = 4, .activation = activation});
    parameters_initialise(trial.parameters, 3);
    real tangents[6];
    for (int i = 0; i < 6; i++) {
        real direction[6] = {0};
        direction[i] = 1;
        double value = perceptron_value(&trial);
        struct tensor *const *leaves = parameters_bind(trial.parameters, trial.tape, NULL);
        struct tensor *q = tape_leaf(trial.tape, 2, (int[]){2, 3}, trial.q), *moved;
        struct tensor *dq = tape_leaf(trial.tape, 2, (int[]){2, 3}, direction);
        struct tensor *y = mlp_apply_tangent(&trial.mlp, leaves, q, dq, &moved);
        CHECK_NEAR(tensor_sum(y, 0)->data[0], value, 1e-14);
        tangents[i] = tensor_sum(moved, 0)->data[0];
    }
    CU_ASSERT(gradcheck_error(perceptron_value, &trial, trial.q, 6, 1, tangents, STEP) < 1e-8);
    parameters_free(trial.parameters);
    tape_free(trial.tape);
}

static void tangents_of_perceptrons_match_differences(void) {
    for (int i = 0; i < ACTIVATIONS; i++) {
        check_tangent((enum activation)i);
    }
}

/* A matrix without an inverse is no reason to stop, but its solutions are no numbers. */
static void solutions_with_a_singular_matrix_are_nan(void) {
    struct tape *tape = tape_create();
    struct tensor *u = tape_leaf(tape, 2, (int[]){2, 3}, (real[]){1, 0, 1, 1, 2, 0});
    struct tensor *b = tape_constant(tape, 2, (int[]){2, 2}, 1);
    const struct tensor *x = tensor_gram_solve(u, b, 0);
    CHECK_NEAR(x->data[0], 1, 0);
    CHECK_NEAR(x->data[1], 1, 0);
    CU_ASSERT(isnan(x->data[2]) && isnan(x->data[3]));
    CU_ASSERT_PTR_EQUAL(tape_first_nonfinite(tape), x);
    tape_free(tape);
}

/* A = (0 2 1; 1 0 0; 3 0 1) needs its rows exchanged. A (1, 2, 3) = (7, 1, 6), A^T (1, 2, 3) = (11, 2, 4). */
static void general_matrices_are_solved_with_pivots(void) {
    static const real matrix[] = {0, 2, 1, 1, 0, 0, 3, 0, 1};
    struct tape *tape = tape_create();
    struct tensor *a = tape_leaf(tape, 3, (int[]){1, 3, 3}, matrix);
    struct tensor *x = tensor_solve(a, tape_leaf(tape, 2, (int[]){1, 3}, (real[]){7, 1, 6}), false);
    struct tensor *y = tensor_solve(a, tape_leaf(tape, 2, (int[]){1, 3}, (real[]){11, 2, 4}), true);
    for (int i = 0; i < 3; i++) {
        CHECK_NEAR((double)x->data[i], i + 1, 1e-14);
        CHECK_NEAR((double)y->data[i], i + 1, 1e-14);
    }
    struct tensor *none = tape_constant(tape, 3, (int[]){1, 3, 3}, 1);
    struct tensor *lost = tensor_solve(none, x, false);
    CU_ASSERT(!isfinite(lost->data[0]));
    tape_free(tape);
}

int main(void) {
    static const struct test tests[] = {
        TEST(general_matrices_are_solved_with_pivots),  TEST(first_derivatives_match_differences),
        TEST(second_derivatives_match_differences),     TEST(backward_equals_gradient_on_shared_nodes),
        TEST(a_loss_on_forces_trains_the_energy),       TEST(tangents_of_perceptrons_match_differences),
        TEST(solutions_with_a_singular_matrix_are_nan),
    };
    return tests_run("gradients", tests, sizeof tests / sizeof *tests);
}
