/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/dynamics/mass_matrix.h"

#include <assert.h>

#include "engine/ops.h"

struct mass_matrix mass_matrix_declare(struct parameters *parameters, struct mlp_shape net, bool full,
                                       bool depends, double shift) {
    struct mass_matrix matrix = {.full = full, .depends = depends, .shift = (real)shift};
    net.out = full ? net.in * (net.in + 1) / 2 : net.in;
    if (depends) {
        matrix.net = mlp_declare(parameters, "mass", net);
    } else {
        matrix.constant =
            parameters_add(parameters, "mass", 1, &net.out, full ? PARAMETER_IDENTITY : PARAMETER_ZERO);
    }
    return matrix;
}

/* The parameter of a constant matrix, for each row of q. */
static struct tensor *repeat(struct tensor *constant, const struct tensor *q) {
    return tensor_broadcast(constant, 2, (int[]){q->shape[0], constant->shape[0]});
}

struct mass_matrix_value mass_matrix_at(const struct mass_matrix *matrix, struct tensor *const *leaves,
                                        struct tensor *q, struct tensor *velocity) {
    struct mass_matrix_value value = {.matrix = matrix, .q = q};
    if (!matrix->depends) {
        value.numbers = repeat(leaves[matrix->constant], q);
    } else if (velocity == NULL) {
        value.numbers = mlp_apply(&matrix->net, leaves, q);
    } else {
        value.numbers = mlp_apply_tangent(&matrix->net, leaves, q, velocity, &value.rate);
    }
    value.values = value.numbers;
    if (!matrix->full) {
        value.values = tensor_exp(value.numbers);
        value.rate = value.rate == NULL ? NULL : tensor_multiply(value.values, value.rate);
    }
    return value;
}

struct tensor *mass_matrix_multiply(const struct mass_matrix_value *value, struct tensor *x) {
    struct tensor *product;
    if (value->matrix->full) {
        product = tensor_upper_product(value->values, tensor_upper_product(value->values, x, false), true);
    } else {
        product = tensor_multiply(value->values, x);
    }
    return tensor_add_scaled(product, x, value->matrix->shift);
}

struct tensor *mass_matrix_solve(const struct mass_matrix_value *value, struct tensor *x) {
    real shift = value->matrix->shift;
    if (value->matrix->full) {
        return tensor_gram_solve(value->values, x, shift);
    }
    struct tensor *shifts = tape_constant(x->tape, x->rank, x->shape, shift);
    return tensor_divide(x, tensor_add(value->values, shifts));
}

/* d(U^T U)/dt = V^T U + U^T V with V = dU/dt. */
struct tensor *mass_matrix_multiply_rate(const struct mass_matrix_value *value, struct tensor *x) {
    assert(value->rate != NULL);
    if (!value->matrix->full) {
        return tensor_multiply(value->rate, x);
    }
    struct tensor *first =
        tensor_upper_product(value->rate, tensor_upper_product(value->values, x, false), true);
    struct tensor *second =
        tensor_upper_product(value->values, tensor_upper_product(value->rate, x, false), true);
    return tensor_add(first, second);
}

/* x^T U^T U x / 2 moves with U by the outer product of U x and x. */
struct tensor *mass_matrix_slope(const struct mass_matrix_value *value, struct tensor *x) {
    assert(value->matrix->depends);
    struct tensor *seed;
    if (value->matrix->full) {
        seed = tensor_upper_outer(tensor_upper_product(value->values, x, false), x);
    } else {
        seed = tensor_multiply(value->values, tensor_scale(tensor_square(x), (real)0.5));
    }
    struct tensor *q = value->q, *slope;
    tape_gradient(value->numbers, seed, &q, 1, &slope);
    return slope;
}
