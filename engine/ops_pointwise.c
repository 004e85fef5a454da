/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pointwise ops: arithmetic, and functions of one variable with derivatives of any order in use.
 *
 * A function f is one op in two forms. With one input it is f(x); with two inputs and settings.order = k it
 * is c * f^(k)(x). The second form is the derivative of the first and of itself, so the family is closed.
 */
#include <assert.h>
#include <stddef.h>

#include "engine/kernels.h"
#include "engine/op.h"
#include "engine/ops.h"

static void same_shape(struct tensor *out) {
    const struct tensor *x = out->inputs[0];
    for (int i = 1; i < out->input_count; i++) {
        assert(out->inputs[i]->size == x->size && out->inputs[i]->rank == x->rank);
        assert(out->inputs[i]->layout == x->layout);
    }
    out->layout = x->layout;
    out->rank = x->rank;
    for (int i = 0; i < x->rank; i++) {
        out->shape[i] = x->shape[i];
    }
}

/* ---- arithmetic ---- */

static void add_scaled(struct tensor *out, real factor) {
    kernels_current()->loops->add_scaled(out->size, out->inputs[0]->data, factor, out->inputs[1]->data,
                                         out->data);
}

static void add_forward(struct tensor *out) {
    add_scaled(out, 1);
}

static void add_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    (void)out;
    gradients[0] = cotangent;
    gradients[1] = cotangent;
}

static void add_scaled_forward(struct tensor *out) {
    add_scaled(out, out->settings.factor);
}

static void add_scaled_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    gradients[0] = cotangent;
    if (out->inputs[1]->active) {
        gradients[1] = tensor_scale(cotangent, out->settings.factor);
    }
}

static void subtract_forward(struct tensor *out) {
    add_scaled(out, -1);
}

static void subtract_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    gradients[0] = cotangent;
    if (out->inputs[1]->active) {
        gradients[1] = tensor_scale(cotangent, -1);
    }
}

static void multiply_forward(struct tensor *out) {
    kernels_current()->loops->multiply(out->size, out->inputs[0]->data, out->inputs[1]->data, out->data);
}

static void multiply_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    for (int i = 0; i < 2; i++) {
        if (out->inputs[i]->active) {
            gradients[i] = tensor_multiply(cotangent, out->inputs[1 - i]);
        }
    }
}

static void divide_forward(struct tensor *out) {
    const real *a = out->inputs[0]->data, *b = out->inputs[1]->data;
    real *restrict y = out->data;
    for (size_t i = 0; i < out->size; i++) {
        y[i] = a[i] / b[i];
    }
}

static void divide_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    gradients[0] = tensor_divide(cotangent, out->inputs[1]);
    if (out->inputs[1]->active) {
        gradients[1] = tensor_scale(tensor_multiply(gradients[0], out), -1);
    }
}

static void scale_forward(struct tensor *out) {
    kernels_current()->loops->scale(out->size, out->settings.factor, out->inputs[0]->data, out->data);
}

static void scale_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    gradients[0] = tensor_scale(cotangent, out->settings.factor);
}

static const struct op_example pair_examples[] = {
    {.settings = {.factor = (real)0.3}, .input_count = 2, .inputs = {{2, {3, 4}}, {2, {3, 4}}}},
};
static const struct op_example quotient_examples[] = {
    {.input_count = 2, .inputs = {{2, {3, 4}}, {2, {3, 4}}}, .low = (real)0.5, .high = 2},
};
static const struct op_example single_examples[] = {
    {.settings = {.factor = (real)-1.7}, .input_count = 1, .inputs = {{2, {3, 4}}}},
};

const struct op add_op = {"add", same_shape, add_forward, add_gradient, OP_EXAMPLES(pair_examples), true};
const struct op add_scaled_op = {
    "add_scaled", same_shape, add_scaled_forward, add_scaled_gradient, OP_EXAMPLES(pair_examples), true};
const struct op subtract_op = {
    "subtract", same_shape, subtract_forward, subtract_gradient, OP_EXAMPLES(pair_examples), true};
const struct op multiply_op = {
    "multiply", same_shape, multiply_forward, multiply_gradient, OP_EXAMPLES(pair_examples), true};
const struct op divide_op = {
    "divide", same_shape, divide_forward, divide_gradient, OP_EXAMPLES(quotient_examples), true};
const struct op scale_op = {"scale", same_shape, scale_forward, scale_gradient, OP_EXAMPLES(single_examples),
                            true};

static struct tensor *record_pair(const struct op *op, struct tensor *a, struct tensor *b, real factor) {
    return tape_record(op, &(struct op_settings){.factor = factor}, (struct tensor *[]){a, b}, 2);
}

struct tensor *tensor_add(struct tensor *a, struct tensor *b) {
    return record_pair(&add_op, a, b, 1);
}

struct tensor *tensor_add_scaled(struct tensor *a, struct tensor *b, real factor) {
    return record_pair(&add_scaled_op, a, b, factor);
}

struct tensor *tensor_subtract(struct tensor *a, struct tensor *b) {
    return record_pair(&subtract_op, a, b, 1);
}

struct tensor *tensor_multiply(struct tensor *a, struct tensor *b) {
    return record_pair(&multiply_op, a, b, 1);
}

struct tensor *tensor_divide(struct tensor *a, struct tensor *b) {
    return record_pair(&divide_op, a, b, 1);
}

struct tensor *tensor_scale(struct tensor *a, real factor) {
    return tape_record(&scale_op, &(struct op_settings){.factor = factor}, &a, 1);
}

/* ---- functions of one variable ---- */

static void apply_function(enum kernel_function function, struct tensor *out) {
    const real *c = out->input_count > 1 ? out->inputs[1]->data : NULL;
    assert(out->settings.order >= 0 && out->settings.order <= KERNEL_HIGHEST_ORDER);
    kernels_current()->loops->functions[function](out->settings.order, out->size, out->inputs[0]->data, c,
                                                  out->data);
}

static void swish_forward(struct tensor *out) {
    apply_function(KERNEL_SWISH, out);
}

static void softplus_forward(struct tensor *out) {
    apply_function(KERNEL_SOFTPLUS, out);
}

static void sigmoid_forward(struct tensor *out) {
    apply_function(KERNEL_SIGMOID, out);
}

static void tanh_forward(struct tensor *out) {
    apply_function(KERNEL_TANH, out);
}

static void exp_forward(struct tensor *out) {
    apply_function(KERNEL_EXP, out);
}

static void square_forward(struct tensor *out) {
    apply_function(KERNEL_SQUARE, out);
}

/* c * f^(order)(x); `factor` is the slope of the leaky ReLU. */
static struct tensor *derivative(const struct op *op, struct tensor *x, struct tensor *c, int order,
                                 real factor) {
    struct op_settings settings = {.order = order, .factor = factor};
    return tape_record(op, &settings, (struct tensor *[]){x, c}, 2);
}

static void function_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    struct tensor *x = out->inputs[0];
    int order = out->settings.order;
    if (out->input_count == 1) {
        gradients[0] = derivative(out->op, x, cotangent, order + 1, 0);
        return;
    }
    struct tensor *c = out->inputs[1];
    if (x->active) {
        gradients[0] = derivative(out->op, x, tensor_multiply(c, cotangent), order + 1, 0);
    }
    if (c->active) {
        gradients[1] = derivative(out->op, x, cotangent, order, 0);
    }
}

/* The leaky ReLU is piecewise linear: from the second derivative on there is nothing left. */
static void leaky_relu_forward(struct tensor *out) {
    const struct tensor *x = out->inputs[0], *c = out->inputs[out->input_count - 1];
    kernels_current()->loops->leaky(out->size, out->settings.factor, x->data, c->data, out->data);
}

static void leaky_relu_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    gradients[out->input_count - 1] = tensor_leaky_mask(out->inputs[0], cotangent, out->settings.factor);
}

static const struct op_example function_examples[] = {
    {.input_count = 1, .inputs = {{2, {3, 4}}}, .low = -3, .high = 3},
    {.settings = {.order = 1}, .input_count = 2, .inputs = {{2, {3, 4}}, {2, {3, 4}}}},
    {.settings = {.order = 2}, .input_count = 2, .inputs = {{2, {3, 4}}, {2, {3, 4}}}},
};
/* Away from the kink, where differences mean nothing. */
static const struct op_example leaky_examples[] = {
    {.settings = {.factor = (real)0.2},
     .input_count = 1,
     .inputs = {{2, {3, 4}}},
     .low = (real)0.1,
     .high = 2},
    {.settings = {.factor = (real)0.2},
     .input_count = 1,
     .inputs = {{2, {3, 4}}},
     .low = -2,
     .high = (real)-0.1},
    {.settings = {.order = 1, .factor = (real)0.2},
     .input_count = 2,
     .inputs = {{2, {3, 4}}, {2, {3, 4}}},
     .low = -2,
     .high = (real)-0.1},
};

const struct op leaky_relu_op = {
    "leaky_relu", same_shape, leaky_relu_forward, leaky_relu_gradient, OP_EXAMPLES(leaky_examples), true};
const struct op swish_op = {
    "swish", same_shape, swish_forward, function_gradient, OP_EXAMPLES(function_examples), true};
const struct op softplus_op = {
    "softplus", same_shape, softplus_forward, function_gradient, OP_EXAMPLES(function_examples), true};
const struct op sigmoid_op = {
    "sigmoid", same_shape, sigmoid_forward, function_gradient, OP_EXAMPLES(function_examples), true};
const struct op tanh_op = {
    "tanh", same_shape, tanh_forward, function_gradient, OP_EXAMPLES(function_examples), true};
const struct op exp_op = {"exp", same_shape, exp_forward, function_gradient, OP_EXAMPLES(function_examples),
                          true};
const struct op square_op = {
    "square", same_shape, square_forward, function_gradient, OP_EXAMPLES(function_examples), true};

static struct tensor *record_function(const struct op *op, struct tensor *x) {
    return tape_record(op, &(struct op_settings){0}, &x, 1);
}

struct tensor *tensor_leaky_relu(struct tensor *x, real slope) {
    return tape_record(&leaky_relu_op, &(struct op_settings){.factor = slope}, &x, 1);
}

struct tensor *tensor_leaky_mask(struct tensor *x, struct tensor *scale, real slope) {
    return derivative(&leaky_relu_op, x, scale, 1, slope);
}

struct tensor *tensor_swish(struct tensor *x) {
    return record_function(&swish_op, x);
}

struct tensor *tensor_softplus(struct tensor *x) {
    return record_function(&softplus_op, x);
}

struct tensor *tensor_swish_slope(struct tensor *x, struct tensor *scale) {
    return derivative(&swish_op, x, scale, 1, 0);
}

struct tensor *tensor_softplus_slope(struct tensor *x, struct tensor *scale) {
    return derivative(&softplus_op, x, scale, 1, 0);
}

struct tensor *tensor_tanh_slope(struct tensor *x, struct tensor *scale) {
    return derivative(&tanh_op, x, scale, 1, 0);
}

struct tensor *tensor_sigmoid(struct tensor *x) {
    return record_function(&sigmoid_op, x);
}

struct tensor *tensor_tanh(struct tensor *x) {
    return record_function(&tanh_op, x);
}

struct tensor *tensor_exp(struct tensor *x) {
    return record_function(&exp_op, x);
}

struct tensor *tensor_square(struct tensor *x) {
    return record_function(&square_op, x);
}
