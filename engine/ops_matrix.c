/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small square matrices, one for each row of a batch: A [B][d][d] with vectors [B][d]. Solution, product and
 * outer product are a closed family, each derivative being another one of it.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "engine/op.h"
#include "engine/ops.h"

/* Asserts that the matrices belong to the vectors, whose shape the result has. */
static void vector_shape(struct tensor *out) {
    const struct tensor *a = out->inputs[0], *x = out->inputs[1];
    assert(a->rank == 3 && x->rank == 2 && a->shape[0] == x->shape[0]);
    assert(a->shape[1] == x->shape[1] && a->shape[2] == x->shape[1] && x->shape[1] <= OP_MAX_SIDE);
    out->rank = 2;
    out->shape[0] = x->shape[0];
    out->shape[1] = x->shape[1];
}

static double matrix_work(const struct tensor *out) {
    double d = out->inputs[1]->shape[1];
    return (double)out->inputs[1]->shape[0] * d * d;
}

/* ---- A^-1 b and A^-T b ---- */

static void load(int d, const real *a, bool transpose, double *lu) {
    for (int i = 0; i < d; i++) {
        for (int j = 0; j < d; j++) {
            lu[i * d + j] = (double)(transpose ? a[j * d + i] : a[i * d + j]);
        }
    }
}

static void swap(int count, double *a, double *b) {
    for (int i = 0; i < count; i++) {
        double kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

/* x = A^-1 x by elimination with the largest pivot of each column; a singular A leaves nan or infinity.
 * Whatever the precision of tensors, in double: the learned matrices come close to singular ones. */
static void eliminate(int d, double *a, double *x) {
    for (int k = 0; k < d; k++) {
        int pivot = k;
        for (int i = k + 1; i < d; i++) {
            pivot = fabs(a[i * d + k]) > fabs(a[pivot * d + k]) ? i : pivot;
        }
        if (pivot != k) {
            swap(d, a + k * d, a + pivot * d);
            swap(1, x + k, x + pivot);
        }
        for (int i = k + 1; i < d; i++) {
            double factor = a[i * d + k] / a[k * d + k];
            for (int j = k + 1; j < d; j++) {
                a[i * d + j] -= factor * a[k * d + j];
            }
            x[i] -= factor * x[k];
        }
    }
    for (int k = d - 1; k >= 0; k--) {
        for (int j = k + 1; j < d; j++) {
            x[k] -= a[k * d + j] * x[j];
        }
        x[k] /= a[k * d + k];
    }
}

static void solve_forward(struct tensor *out) {
    int d = out->shape[1];
    double lu[OP_MAX_SIDE * OP_MAX_SIDE], x[OP_MAX_SIDE];
    for (int b = 0; b < out->shape[0]; b++) {
        size_t row = (size_t)b * (size_t)d;
        load(d, out->inputs[0]->data + row * (size_t)d, out->settings.transpose[0], lu);
        for (int i = 0; i < d; i++) {
            x[i] = (double)out->inputs[1]->data[row + (size_t)i];
        }
        eliminate(d, lu, x);
        for (int i = 0; i < d; i++) {
            out->data[row + (size_t)i] = (real)x[i];
        }
    }
}

/* With x = A^-1 b and l = A^-T dx: db = l, dA = -l x^T; with A^T for A: db = l, dA = -x l^T. */
static void solve_gradient(struct tensor *x, struct tensor *cotangent, struct tensor **gradients) {
    struct tensor *a = x->inputs[0];
    bool transpose = x->settings.transpose[0];
    struct tensor *l = tensor_solve(a, cotangent, !transpose);
    gradients[1] = l;
    if (a->active) {
        gradients[0] = tensor_scale(transpose ? tensor_outer(x, l) : tensor_outer(l, x), -1);
    }
}

static double solve_work(const struct tensor *out) {
    double d = out->shape[1];
    return (double)out->shape[0] * (d * d * d / 3 + d * d);
}

/* ---- A x and A^T x ---- */

static void product_forward(struct tensor *out) {
    size_t d = (size_t)out->shape[1];
    const real *a = out->inputs[0]->data, *x = out->inputs[1]->data;
    real *y = out->data;
    memset(y, 0, out->size * sizeof *y);
    for (int b = 0; b < out->shape[0]; b++, a += d * d, x += d, y += d) {
        for (size_t i = 0; i < d; i++) {
            for (size_t j = 0; j < d; j++) {
                bool transpose = out->settings.transpose[0];
                y[transpose ? j : i] += a[i * d + j] * x[transpose ? i : j];
            }
        }
    }
}

static void product_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    struct tensor *a = out->inputs[0], *x = out->inputs[1];
    bool transpose = out->settings.transpose[0];
    if (a->active) {
        gradients[0] = transpose ? tensor_outer(x, cotangent) : tensor_outer(cotangent, x);
    }
    if (x->active) {
        gradients[1] = tensor_matrix_product(a, cotangent, !transpose);
    }
}

/* ---- a b^T ---- */

static void outer_shape(struct tensor *out) {
    const struct tensor *a = out->inputs[0], *b = out->inputs[1];
    assert(a->rank == 2 && b->rank == 2 && a->shape[0] == b->shape[0] && a->shape[1] == b->shape[1]);
    out->rank = 3;
    out->shape[0] = a->shape[0];
    out->shape[1] = a->shape[1];
    out->shape[2] = a->shape[1];
}

static void outer_forward(struct tensor *out) {
    size_t d = (size_t)out->shape[1];
    const real *a = out->inputs[0]->data, *b = out->inputs[1]->data;
    for (size_t i = 0; i < out->size; i++) {
        out->data[i] = a[i / d] * b[i / (d * d) * d + i % d];
    }
}

static void outer_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    if (out->inputs[0]->active) {
        gradients[0] = tensor_matrix_product(cotangent, out->inputs[1], false);
    }
    if (out->inputs[1]->active) {
        gradients[1] = tensor_matrix_product(cotangent, out->inputs[0], true);
    }
}

static const struct op_example matrix_examples[] = {
    {.input_count = 2, .inputs = {{3, {2, 3, 3}}, {2, {2, 3}}}},
    {.settings = {.transpose = {true}}, .input_count = 2, .inputs = {{3, {2, 3, 3}}, {2, {2, 3}}}},
    {.input_count = 2, .inputs = {{3, {3, 1, 1}}, {2, {3, 1}}}, .low = (real)0.5, .high = 1},
};
/* Shapes with which the random matrices are far from singular ones. */
static const struct op_example solve_examples[] = {
    {.input_count = 2, .inputs = {{3, {2, 2, 2}}, {2, {2, 2}}}},
    {.settings = {.transpose = {true}}, .input_count = 2, .inputs = {{3, {2, 2, 2}}, {2, {2, 2}}}},
    {.input_count = 2, .inputs = {{3, {3, 1, 1}}, {2, {3, 1}}}, .low = (real)0.5, .high = 1},
};
static const struct op_example outer_examples[] = {
    {.input_count = 2, .inputs = {{2, {2, 3}}, {2, {2, 3}}}},
};
const struct op solve_op = {
    .name = "solve",
    .shape = vector_shape,
    .forward = solve_forward,
    .gradient = solve_gradient,
    .work = solve_work,
    OP_EXAMPLES(solve_examples),
};
const struct op matrix_product_op = {
    .name = "matrix_product",
    .shape = vector_shape,
    .forward = product_forward,
    .gradient = product_gradient,
    .work = matrix_work,
    OP_EXAMPLES(matrix_examples),
};
const struct op outer_op = {
    .name = "outer",
    .shape = outer_shape,
    .forward = outer_forward,
    .gradient = outer_gradient,
    .work = matrix_work,
    OP_EXAMPLES(outer_examples),
};

struct tensor *tensor_solve(struct tensor *a, struct tensor *b, bool transpose) {
    struct op_settings settings = {.transpose = {transpose}};
    return tape_record(&solve_op, &settings, (struct tensor *[]){a, b}, 2);
}

struct tensor *tensor_matrix_product(struct tensor *a, struct tensor *x, bool transpose) {
    struct op_settings settings = {.transpose = {transpose}};
    return tape_record(&matrix_product_op, &settings, (struct tensor *[]){a, x}, 2);
}

struct tensor *tensor_outer(struct tensor *a, struct tensor *b) {
    return tape_record(&outer_op, &(struct op_settings){0}, (struct tensor *[]){a, b}, 2);
}
