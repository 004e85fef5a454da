/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small upper-triangular matrices, one for each row of a batch: U [d][d] packed row by row in u [d(d+1)/2],
 * U_00 .. U_0,d-1, U_11 .. . They are never unpacked: a row of U is contiguous, and products, outer products
 * and the solution with U^T U + shift I are a closed family, each derivative being another one of it.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "engine/op.h"
#include "engine/ops.h"

static size_t packed_size(int d) {
    return (size_t)d * (size_t)(d + 1) / 2;
}

static void set_shape(struct tensor *out, int rows, size_t columns) {
    out->rank = 2;
    out->shape[0] = rows;
    out->shape[1] = (int)columns;
}

/* Asserts that u [B][d(d+1)/2] belongs to the vectors x [B][d]. */
static void check_packed(const struct tensor *u, const struct tensor *x) {
    assert(u->rank == 2 && x->rank == 2 && u->shape[0] == x->shape[0]);
    assert((size_t)u->shape[1] == packed_size(x->shape[1]) && x->shape[1] <= OP_MAX_SIDE);
}

/* ---- loops over a row of a matrix ---- */

/* Four sums side by side: the compiler may not reorder one. */
static real dot(int size, const real *a, const real *b) {
    real sums[4] = {0};
    int i = 0;
    for (; i + 4 <= size; i += 4) {
        for (int k = 0; k < 4; k++) {
            sums[k] += a[i + k] * b[i + k];
        }
    }
    for (; i < size; i++) {
        sums[0] += a[i] * b[i];
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

static void add_row(int size, real factor, const real *a, real *restrict y) {
    for (int i = 0; i < size; i++) {
        y[i] += factor * a[i];
    }
}

/* y = U x */
static void multiply_upper(int d, const real *u, const real *x, real *restrict y) {
    for (int i = 0; i < d; u += d - i, i++) {
        y[i] = dot(d - i, u, x + i);
    }
}

/* y = U^T x */
static void multiply_lower(int d, const real *u, const real *x, real *restrict y) {
    memset(y, 0, (size_t)d * sizeof *y);
    for (int i = 0; i < d; u += d - i, i++) {
        add_row(d - i, x[i], u, y + i);
    }
}

/* ---- U x and U^T x ---- */

static void product_shape(struct tensor *out) {
    check_packed(out->inputs[0], out->inputs[1]);
    set_shape(out, out->inputs[1]->shape[0], (size_t)out->inputs[1]->shape[1]);
}

static void product_forward(struct tensor *out) {
    int rows = out->shape[0], d = out->shape[1];
    for (int b = 0; b < rows; b++) {
        const real *u = out->inputs[0]->data + (size_t)b * packed_size(d);
        size_t row = (size_t)b * (size_t)d;
        if (out->settings.transpose[0]) {
            multiply_lower(d, u, out->inputs[1]->data + row, out->data + row);
        } else {
            multiply_upper(d, u, out->inputs[1]->data + row, out->data + row);
        }
    }
}

static void product_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    struct tensor *u = out->inputs[0], *x = out->inputs[1];
    bool transpose = out->settings.transpose[0];
    if (u->active) {
        gradients[0] = transpose ? tensor_upper_outer(x, cotangent) : tensor_upper_outer(cotangent, x);
    }
    if (x->active) {
        gradients[1] = tensor_upper_product(u, cotangent, !transpose);
    }
}

/* Of all three but the solution: one for each number of the packed matrices. */
static double packed_work(const struct tensor *out) {
    int d = out->inputs[1]->shape[1];
    return (double)out->shape[0] * (double)packed_size(d);
}

/* ---- the upper triangle of a b^T ---- */

static void outer_shape(struct tensor *out) {
    const struct tensor *a = out->inputs[0], *b = out->inputs[1];
    assert(a->rank == 2 && b->rank == 2 && a->shape[0] == b->shape[0] && a->shape[1] == b->shape[1]);
    set_shape(out, a->shape[0], packed_size(a->shape[1]));
}

static void outer_forward(struct tensor *out) {
    int d = out->inputs[0]->shape[1];
    const real *a = out->inputs[0]->data, *b = out->inputs[1]->data;
    real *restrict y = out->data;
    for (int row = 0; row < out->shape[0]; row++, a += d, b += d) {
        for (int i = 0; i < d; y += d - i, i++) {
            for (int j = i; j < d; j++) {
                y[j - i] = a[i] * b[j];
            }
        }
    }
}

static void outer_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    if (out->inputs[0]->active) {
        gradients[0] = tensor_upper_product(cotangent, out->inputs[1], false);
    }
    if (out->inputs[1]->active) {
        gradients[1] = tensor_upper_product(cotangent, out->inputs[0], true);
    }
}

/* ---- (U^T U + shift I)^-1 b ---- */

/* The upper triangle of U^T U + shift I, packed likewise. */
static void form_gram(int d, const real *u, real shift, real *restrict gram) {
    memset(gram, 0, packed_size(d) * sizeof *gram);
    for (int i = 0; i < d; u += d - i, i++) {
        real *row = gram + packed_size(d) - packed_size(d - i);
        for (int j = i; j < d; row += d - j, j++) {
            add_row(d - j, u[j - i], u + (j - i), row);
        }
    }
    for (int i = 0; i < d; gram += d - i, i++) {
        gram[0] += shift;
    }
}

/* Cholesky: a = R^T R in place, with the inverses of the pivots on the diagonal. A matrix that is not
 * positive definite has a pivot that is not positive: nan. */
static void factorise(int d, real *a) {
    for (int k = 0; k < d; a += d - k, k++) {
        real inverse = a[0] > 0 ? 1 / (real)sqrt((double)a[0]) : (real)NAN;
        for (int j = 1; j < d - k; j++) {
            a[j] *= inverse;
        }
        a[0] = inverse;
        real *row = a + (d - k);
        for (int j = 1; j < d - k; row += d - k - j, j++) {
            add_row(d - k - j, -a[j], a + j, row);
        }
    }
}

/* x = (R^T R)^-1 x */
static void substitute(int d, const real *r, real *x) {
    for (int k = 0; k < d; r += d - k, k++) {
        x[k] *= r[0];
        add_row(d - k - 1, -x[k], r + 1, x + k + 1);
    }
    for (int k = d - 1; k >= 0; k--) {
        r -= d - k;
        x[k] = (x[k] - dot(d - k - 1, r + 1, x + k + 1)) * r[0];
    }
}

static void gram_solve_forward(struct tensor *out) {
    int d = out->shape[1];
    real gram[OP_MAX_SIDE * (OP_MAX_SIDE + 1) / 2];
    memcpy(out->data, out->inputs[1]->data, out->size * sizeof(real));
    for (int b = 0; b < out->shape[0]; b++) {
        form_gram(d, out->inputs[0]->data + (size_t)b * packed_size(d), out->settings.factor, gram);
        factorise(d, gram);
        substitute(d, gram, out->data + (size_t)b * (size_t)d);
    }
}

/* With x = M^-1 b and l = M^-1 dx: db = l and dM = -l x^T, of which U^T U hands U (dM + dM^T) to U. */
static void gram_solve_gradient(struct tensor *x, struct tensor *cotangent, struct tensor **gradients) {
    struct tensor *u = x->inputs[0];
    struct tensor *l = tensor_gram_solve(u, cotangent, x->settings.factor);
    gradients[1] = l;
    if (u->active) {
        struct tensor *first = tensor_upper_outer(tensor_upper_product(u, l, false), x);
        struct tensor *second = tensor_upper_outer(tensor_upper_product(u, x, false), l);
        gradients[0] = tensor_scale(tensor_add(first, second), -1);
    }
}

static double gram_solve_work(const struct tensor *out) {
    double d = out->shape[1];
    return (double)out->shape[0] * (d * d * d / 3 + 2 * d * d);
}

static const struct op_example product_examples[] = {
    {.input_count = 2, .inputs = {{2, {2, 6}}, {2, {2, 3}}}},
    {.settings = {.transpose = {true}}, .input_count = 2, .inputs = {{2, {2, 6}}, {2, {2, 3}}}},
    {.input_count = 2, .inputs = {{2, {1, 28}}, {2, {1, 7}}}},
};
static const struct op_example outer_examples[] = {
    {.input_count = 2, .inputs = {{2, {2, 3}}, {2, {2, 3}}}},
};
static const struct op_example gram_solve_examples[] = {
    {.settings = {.factor = 1}, .input_count = 2, .inputs = {{2, {2, 6}}, {2, {2, 3}}}},
    {.settings = {.factor = (real)0.5}, .input_count = 2, .inputs = {{2, {1, 28}}, {2, {1, 7}}}},
};
const struct op upper_product_op = {
    .name = "upper_product",
    .shape = product_shape,
    .forward = product_forward,
    .gradient = product_gradient,
    .work = packed_work,
    OP_EXAMPLES(product_examples),
};
const struct op upper_outer_op = {
    .name = "upper_outer",
    .shape = outer_shape,
    .forward = outer_forward,
    .gradient = outer_gradient,
    .work = packed_work,
    OP_EXAMPLES(outer_examples),
};
const struct op gram_solve_op = {
    .name = "gram_solve",
    .shape = product_shape,
    .forward = gram_solve_forward,
    .gradient = gram_solve_gradient,
    .work = gram_solve_work,
    OP_EXAMPLES(gram_solve_examples),
};

struct tensor *tensor_upper_product(struct tensor *u, struct tensor *x, bool transpose) {
    struct op_settings settings = {.transpose = {transpose}};
    return tape_record(&upper_product_op, &settings, (struct tensor *[]){u, x}, 2);
}

struct tensor *tensor_upper_outer(struct tensor *a, struct tensor *b) {
    return tape_record(&upper_outer_op, &(struct op_settings){0}, (struct tensor *[]){a, b}, 2);
}

struct tensor *tensor_gram_solve(struct tensor *u, struct tensor *b, real shift) {
    struct op_settings settings = {.factor = shift};
    return tape_record(&gram_solve_op, &settings, (struct tensor *[]){u, b}, 2);
}
