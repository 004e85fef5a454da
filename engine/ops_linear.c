/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Matrix products and the linear layer.
 */
#include <assert.h>
#include <string.h>

#include "engine/kernels.h"
#include "engine/op.h"
#include "engine/ops.h"

/* A tensor as a matrix: the last axis is the columns. */
static int columns_of(const struct tensor *x) {
    return x->shape[x->rank - 1];
}

static int rows_of(const struct tensor *x) {
    return (int)(x->size / (size_t)columns_of(x));
}

/* `x` with the shape of `like`. */
static struct tensor *shaped_like(struct tensor *x, const struct tensor *like) {
    if (like->rank == 2) {
        return x;
    }
    return tensor_reshape(x, like->rank, like->shape);
}

static struct kernel_matmul product_of(const struct tensor *out) {
    const struct tensor *a = out->inputs[0], *b = out->inputs[1];
    bool ta = out->settings.transpose[0], tb = out->settings.transpose[1];
    return (struct kernel_matmul){
        .m = ta ? columns_of(a) : rows_of(a),
        .n = tb ? rows_of(b) : columns_of(b),
        .k = ta ? rows_of(a) : columns_of(a),
        .transpose_a = ta,
        .transpose_b = tb,
    };
}

static void matmul_shape(struct tensor *out) {
    const struct tensor *b = out->inputs[1];
    struct kernel_matmul product = product_of(out);
    assert(product.k == (product.transpose_b ? columns_of(b) : rows_of(b)));
    out->rank = 2;
    out->shape[0] = product.m;
    out->shape[1] = product.n;
}

static void matmul_forward(struct tensor *out) {
    struct kernel_matmul product = product_of(out);
    kernels_current()->matmul(&product, out->inputs[0]->data, out->inputs[1]->data, out->data);
}

/* With C = A' B' (a prime for "transposed if asked"): dA' = dC B'^T and dB' = A'^T dC. */
static void matmul_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    struct tensor *a = out->inputs[0], *b = out->inputs[1];
    bool ta = out->settings.transpose[0], tb = out->settings.transpose[1];
    if (a->active) {
        struct tensor *da =
            ta ? tensor_matmul(b, cotangent, tb, true) : tensor_matmul(cotangent, b, false, !tb);
        gradients[0] = shaped_like(da, a);
    }
    if (b->active) {
        struct tensor *db =
            tb ? tensor_matmul(cotangent, a, true, ta) : tensor_matmul(a, cotangent, !ta, false);
        gradients[1] = shaped_like(db, b);
    }
}

/* sink += the gradient of operand `i`: the products of matmul_gradient with beta 1. */
static void matmul_add_gradient(struct tensor *out, struct tensor *cotangent, int i) {
    const struct tensor *a = out->inputs[0], *b = out->inputs[1];
    bool ta = out->settings.transpose[0], tb = out->settings.transpose[1];
    struct kernel_matmul forward = product_of(out);
    struct kernel_matmul product = {.beta = 1};
    const struct tensor *left, *right;
    if (i == 0) {
        product.m = ta ? forward.k : forward.m;
        product.n = ta ? forward.m : forward.k;
        product.k = forward.n;
        left = ta ? b : cotangent;
        right = ta ? cotangent : b;
        product.transpose_a = ta && tb;
        product.transpose_b = ta || !tb;
    } else {
        product.m = tb ? forward.n : forward.k;
        product.n = tb ? forward.k : forward.n;
        product.k = forward.m;
        left = tb ? cotangent : a;
        right = tb ? a : cotangent;
        product.transpose_a = tb || !ta;
        product.transpose_b = tb && ta;
    }
    kernels_current()->matmul(&product, left->data, right->data, out->inputs[i]->sink);
}

static double product_work(const struct tensor *out) {
    struct kernel_matmul product = product_of(out);
    return (double)product.m * product.n * product.k;
}

static void linear_shape(struct tensor *out) {
    const struct tensor *x = out->inputs[0], *w = out->inputs[1];
    assert(w->rank == 2 && columns_of(x) == w->shape[0]);
    assert(out->input_count < 3 || (out->inputs[2]->rank == 1 && out->inputs[2]->shape[0] == w->shape[1]));
    out->rank = x->rank;
    memcpy(out->shape, x->shape, (size_t)x->rank * sizeof *x->shape);
    out->shape[out->rank - 1] = w->shape[1];
}

static void linear_forward(struct tensor *out) {
    struct kernel_matmul product = product_of(out);
    if (out->input_count == 3) {
        product.beta = 1;
        for (int i = 0; i < product.m; i++) {
            memcpy(out->data + (size_t)i * (size_t)product.n, out->inputs[2]->data,
                   (size_t)product.n * sizeof(real));
        }
    }
    kernels_current()->matmul(&product, out->inputs[0]->data, out->inputs[1]->data, out->data);
}

static void linear_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    struct tensor *x = out->inputs[0], *w = out->inputs[1];
    if (x->active) {
        gradients[0] = shaped_like(tensor_matmul(cotangent, w, false, true), x);
    }
    if (w->active) {
        gradients[1] = tensor_matmul(x, cotangent, true, false);
    }
    if (out->input_count == 3 && out->inputs[2]->active) {
        gradients[2] = tensor_sum(cotangent, 1);
    }
}

/* The weights like the second operand of a product; the bias takes the sum of the rows. */
static void linear_add_gradient(struct tensor *out, struct tensor *cotangent, int i) {
    if (i < 2) {
        matmul_add_gradient(out, cotangent, i);
        return;
    }
    size_t width = out->inputs[2]->size;
    for (size_t row = 0; row < cotangent->size; row += width) {
        kernels_current()->loops->accumulate(width, cotangent->data + row, out->inputs[2]->sink);
    }
}

static const struct op_example matmul_examples[] = {
    {.input_count = 2, .inputs = {{2, {3, 4}}, {2, {4, 2}}}},
    {.settings = {.transpose = {true, false}}, .input_count = 2, .inputs = {{2, {4, 3}}, {2, {4, 2}}}},
    {.settings = {.transpose = {false, true}}, .input_count = 2, .inputs = {{2, {3, 4}}, {2, {2, 4}}}},
    {.settings = {.transpose = {true, true}}, .input_count = 2, .inputs = {{2, {4, 3}}, {2, {2, 4}}}},
    {.input_count = 2, .inputs = {{3, {2, 2, 4}}, {2, {4, 3}}}},
};
static const struct op_example linear_examples[] = {
    {.input_count = 3, .inputs = {{2, {3, 4}}, {2, {4, 2}}, {1, {2}}}},
    {.input_count = 2, .inputs = {{3, {2, 3, 4}}, {2, {4, 2}}}},
};
const struct op matmul_op = {
    .name = "matmul",
    .shape = matmul_shape,
    .forward = matmul_forward,
    .gradient = matmul_gradient,
    .add_gradient = matmul_add_gradient,
    .work = product_work,
    OP_EXAMPLES(matmul_examples),
};
const struct op linear_op = {
    .name = "linear",
    .shape = linear_shape,
    .forward = linear_forward,
    .gradient = linear_gradient,
    .add_gradient = linear_add_gradient,
    .work = product_work,
    OP_EXAMPLES(linear_examples),
};

struct tensor *tensor_matmul(struct tensor *a, struct tensor *b, bool transpose_a, bool transpose_b) {
    struct op_settings settings = {.transpose = {transpose_a, transpose_b}};
    return tape_record(&matmul_op, &settings, (struct tensor *[]){a, b}, 2);
}

struct tensor *tensor_linear(struct tensor *x, struct tensor *w, struct tensor *b) {
    return tape_record(&linear_op, &(struct op_settings){0}, (struct tensor *[]){x, w, b}, b == NULL ? 2 : 3);
}

struct tensor *tensor_row_sums(struct tensor *x) {
    struct tensor *ones = tape_constant(x->tape, 2, (int[]){x->shape[1], 1}, 1);
    return tensor_matmul(x, ones, false, false);
}
