/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ops on images [N][H][W][C]: convolution with its two adjoints, and changes of layout.
 *
 * The convolution is linear in its input and in its weights, so the derivative of each of the three ops is
 * made of the other two.
 */
#include <assert.h>

#include "engine/kernels.h"
#include "engine/op.h"
#include "engine/ops.h"

static void image_shape(struct tensor *out, int batch, int height, int width, int channels) {
    out->rank = 4;
    out->shape[0] = batch;
    out->shape[1] = height;
    out->shape[2] = width;
    out->shape[3] = channels;
}

/* Length of an axis of the image that is convolved. */
static int input_length(int length, const struct op_settings *settings) {
    return settings->upsample ? 2 * length : length;
}

/* Length of an axis of the result. */
static int output_length(int length, const struct op_settings *settings) {
    return kernel_convolution_output(input_length(length, settings), settings->stride);
}

/* The convolution between images x and y, of which one may be a gradient. */
static struct kernel_convolution convolution_of(const struct tensor *x, const struct tensor *y, int kernel,
                                                const struct op_settings *settings) {
    return (struct kernel_convolution){
        .batch = x->shape[0],
        .height = input_length(x->shape[1], settings),
        .width = input_length(x->shape[2], settings),
        .channels_in = x->shape[3],
        .channels_out = y->shape[3],
        .kernel = kernel,
        .stride = settings->stride,
        .slope = 1,
        .in = x->layout,
        .out = y->layout,
        .half = settings->half,
        .upsample = settings->upsample,
    };
}

/* The options of a recorded convolution, for the convolutions of its derivative: those have no activation. */
static struct convolution_options linear_options(const struct tensor *out) {
    return (struct convolution_options){.stride = out->settings.stride,
                                        .slope = 1,
                                        .half = out->settings.half,
                                        .upsample = out->settings.upsample};
}

/* Of any of the three: each pairs every output pixel with every weight. */
static double pairs(const struct tensor *output, const struct tensor *weights) {
    return (double)output->size / output->shape[3] * (double)weights->size;
}

static double convolution_work(const struct tensor *out) {
    return pairs(out, out->inputs[1]);
}

static double convolution_data_work(const struct tensor *out) {
    return pairs(out->inputs[0], out->inputs[1]);
}

static double convolution_weights_work(const struct tensor *out) {
    return pairs(out->inputs[1], out);
}

static void convolution_shape(struct tensor *out) {
    const struct tensor *x = out->inputs[0], *w = out->inputs[1];
    assert(x->rank == 4 && w->rank == 4 && x->shape[3] == w->shape[2] && w->shape[0] == w->shape[1]);
    assert(out->input_count < 3 || out->inputs[2]->shape[0] == w->shape[3]);
    image_shape(out, x->shape[0], output_length(x->shape[1], &out->settings),
                output_length(x->shape[2], &out->settings), w->shape[3]);
    out->layout = out->settings.layout;
}

static void convolution_forward(struct tensor *out) {
    const struct tensor *x = out->inputs[0], *w = out->inputs[1];
    struct kernel_convolution shape = convolution_of(x, out, w->shape[0], &out->settings);
    shape.slope = out->settings.factor;
    const real *bias = out->input_count == 3 ? out->inputs[2]->data : NULL;
    kernels_current()->convolution_forward(&shape, x->data, w->data, bias, out->data);
}

static void convolution_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    struct tensor *x = out->inputs[0], *w = out->inputs[1];
    struct convolution_options options = linear_options(out);
    if (out->settings.factor != 1) {
        cotangent = tensor_leaky_mask(out, cotangent, out->settings.factor);
    }
    if (x->active) {
        gradients[0] = tensor_convolution_data(cotangent, w, options, x);
    }
    if (w->active) {
        gradients[1] = tensor_convolution_weights(x, cotangent, options, w->shape[0]);
    }
    if (out->input_count == 3 && out->inputs[2]->active) {
        gradients[2] = tensor_sum(cotangent, 1);
    }
}

static void convolution_data_shape(struct tensor *out) {
    const struct tensor *dy = out->inputs[0], *w = out->inputs[1];
    const int *size = out->settings.shape;
    assert(dy->rank == 4 && dy->shape[3] == w->shape[3]);
    assert(dy->shape[1] == output_length(size[0], &out->settings));
    assert(dy->shape[2] == output_length(size[1], &out->settings));
    image_shape(out, dy->shape[0], size[0], size[1], w->shape[2]);
    out->layout = out->settings.layout;
}

static void convolution_data_forward(struct tensor *out) {
    const struct tensor *dy = out->inputs[0], *w = out->inputs[1];
    struct kernel_convolution shape = convolution_of(out, dy, w->shape[0], &out->settings);
    kernels_current()->convolution_backward_data(&shape, dy->data, w->data, out->data);
}

static void convolution_data_gradient(struct tensor *out, struct tensor *cotangent,
                                      struct tensor **gradients) {
    struct tensor *dy = out->inputs[0], *w = out->inputs[1];
    struct convolution_options options = linear_options(out);
    if (dy->active) {
        gradients[0] = tensor_convolution(cotangent, w, NULL, options);
    }
    if (w->active) {
        gradients[1] = tensor_convolution_weights(cotangent, dy, options, w->shape[0]);
    }
}

static void convolution_weights_shape(struct tensor *out) {
    const struct tensor *x = out->inputs[0], *dy = out->inputs[1];
    int kernel = out->settings.length;
    assert(x->rank == 4 && dy->rank == 4 && x->shape[0] == dy->shape[0]);
    assert(dy->shape[1] == output_length(x->shape[1], &out->settings));
    assert(dy->shape[2] == output_length(x->shape[2], &out->settings));
    image_shape(out, kernel, kernel, x->shape[3], dy->shape[3]);
}

static void convolution_weights_forward(struct tensor *out) {
    const struct tensor *x = out->inputs[0], *dy = out->inputs[1];
    struct kernel_convolution shape = convolution_of(x, dy, out->settings.length, &out->settings);
    kernels_current()->convolution_backward_weights(&shape, x->data, dy->data, out->data);
}

static void convolution_weights_gradient(struct tensor *out, struct tensor *cotangent,
                                         struct tensor **gradients) {
    struct tensor *x = out->inputs[0], *dy = out->inputs[1];
    struct convolution_options options = linear_options(out);
    if (x->active) {
        gradients[0] = tensor_convolution_data(dy, cotangent, options, x);
    }
    if (dy->active) {
        gradients[1] = tensor_convolution(x, cotangent, NULL, options);
    }
}

/* The fused activation is only differentiated away from its kink: with slope 1 everywhere, and with inputs
 * and a bias large enough to keep the sign. */
static const struct op_example convolution_examples[] = {
    {.settings = {.stride = 1, .factor = 1},
     .input_count = 3,
     .inputs = {{4, {2, 4, 3, 2}}, {4, {3, 3, 2, 3}}, {1, {3}}}},
    {.settings = {.stride = 2, .factor = 1},
     .input_count = 2,
     .inputs = {{4, {1, 4, 4, 2}}, {4, {3, 3, 2, 2}}}},
    {.settings = {.stride = 2, .factor = 1},
     .input_count = 2,
     .inputs = {{4, {1, 5, 5, 1}}, {4, {3, 3, 1, 2}}}},
    {.settings = {.stride = 1, .factor = 1},
     .input_count = 2,
     .inputs = {{4, {1, 4, 4, 1}}, {4, {4, 4, 1, 2}}}},
    {.settings = {.stride = 2, .factor = 1},
     .input_count = 2,
     .inputs = {{4, {1, 4, 4, 2}}, {4, {2, 2, 2, 2}}}},
    {.settings = {.stride = 1, .factor = 1},
     .input_count = 2,
     .inputs = {{4, {2, 2, 2, 2}}, {4, {2, 2, 2, 1}}}},
    {.settings = {.stride = 1, .factor = 1},
     .input_count = 2,
     .inputs = {{4, {2, 1, 1, 2}}, {4, {2, 2, 2, 1}}}},
    {.settings = {.stride = 1, .factor = 1, .upsample = true},
     .input_count = 2,
     .inputs = {{4, {2, 2, 3, 2}}, {4, {3, 3, 2, 3}}}},
    {.settings = {.stride = 1, .factor = (real)0.2},
     .input_count = 3,
     .inputs = {{4, {1, 3, 3, 1}}, {4, {3, 3, 1, 2}}, {1, {2}}},
     .low = (real)0.2,
     .high = 1},
};
static const struct op_example data_examples[] = {
    {.settings = {.stride = 1, .upsample = true, .shape = {2, 3}},
     .input_count = 2,
     .inputs = {{4, {2, 4, 6, 2}}, {4, {3, 3, 3, 2}}}},
    {.settings = {.stride = 1, .shape = {4, 3}},
     .input_count = 2,
     .inputs = {{4, {2, 4, 3, 2}}, {4, {3, 3, 3, 2}}}},
    {.settings = {.stride = 2, .shape = {4, 4}},
     .input_count = 2,
     .inputs = {{4, {1, 2, 2, 2}}, {4, {3, 3, 3, 2}}}},
    {.settings = {.stride = 2, .shape = {4, 4}},
     .input_count = 2,
     .inputs = {{4, {1, 2, 2, 2}}, {4, {2, 2, 2, 2}}}},
    {.settings = {.stride = 1, .shape = {1, 1}},
     .input_count = 2,
     .inputs = {{4, {2, 1, 1, 1}}, {4, {2, 2, 2, 1}}}},
    {.settings = {.stride = 1, .shape = {4, 4}},
     .input_count = 2,
     .inputs = {{4, {1, 4, 4, 2}}, {4, {4, 4, 1, 2}}}},
};
static const struct op_example weights_examples[] = {
    {.settings = {.stride = 1, .upsample = true, .length = 3},
     .input_count = 2,
     .inputs = {{4, {2, 2, 3, 2}}, {4, {2, 4, 6, 2}}}},
    {.settings = {.stride = 1, .length = 3},
     .input_count = 2,
     .inputs = {{4, {2, 4, 3, 2}}, {4, {2, 4, 3, 2}}}},
    {.settings = {.stride = 2, .length = 3},
     .input_count = 2,
     .inputs = {{4, {1, 4, 4, 2}}, {4, {1, 2, 2, 3}}}},
    {.settings = {.stride = 2, .length = 2},
     .input_count = 2,
     .inputs = {{4, {1, 4, 4, 2}}, {4, {1, 2, 2, 2}}}},
    {.settings = {.stride = 1, .length = 4},
     .input_count = 2,
     .inputs = {{4, {1, 4, 4, 1}}, {4, {1, 4, 4, 2}}}},
};
const struct op convolution_op = {
    .name = "convolution",
    .shape = convolution_shape,
    .forward = convolution_forward,
    .gradient = convolution_gradient,
    .work = convolution_work,
    OP_EXAMPLES(convolution_examples),
    .any_layout = true,
};
const struct op convolution_data_op = {
    .name = "convolution_data",
    .shape = convolution_data_shape,
    .forward = convolution_data_forward,
    .gradient = convolution_data_gradient,
    .work = convolution_data_work,
    OP_EXAMPLES(data_examples),
    .any_layout = true,
};
const struct op convolution_weights_op = {
    .name = "convolution_weights",
    .shape = convolution_weights_shape,
    .forward = convolution_weights_forward,
    .gradient = convolution_weights_gradient,
    .work = convolution_weights_work,
    OP_EXAMPLES(weights_examples),
    .any_layout = true,
};

struct tensor *tensor_convolution(struct tensor *x, struct tensor *w, struct tensor *b,
                                  struct convolution_options options) {
    bool stays = x->layout == KERNEL_BLOCKED && w->shape[3] % KERNEL_BLOCK == 0;
    struct op_settings settings = {.stride = options.stride,
                                   .factor = options.slope,
                                   .half = options.half,
                                   .upsample = options.upsample,
                                   .layout = stays ? KERNEL_BLOCKED : KERNEL_PLAIN};
    return tape_record(&convolution_op, &settings, (struct tensor *[]){x, w, b}, b == NULL ? 2 : 3);
}

struct tensor *tensor_convolution_data(struct tensor *dy, struct tensor *w,
                                       struct convolution_options options, const struct tensor *like) {
    struct op_settings settings = {.stride = options.stride,
                                   .half = options.half,
                                   .upsample = options.upsample,
                                   .shape = {like->shape[1], like->shape[2]},
                                   .layout = like->layout};
    return tape_record(&convolution_data_op, &settings, (struct tensor *[]){dy, w}, 2);
}

struct tensor *tensor_convolution_weights(struct tensor *x, struct tensor *dy,
                                          struct convolution_options options, int kernel) {
    struct op_settings settings = {
        .stride = options.stride, .half = options.half, .upsample = options.upsample, .length = kernel};
    return tape_record(&convolution_weights_op, &settings, (struct tensor *[]){x, dy}, 2);
}

/* ---- layouts ---- */

static void reorder_shape(struct tensor *out) {
    const int *s = out->inputs[0]->shape;
    image_shape(out, s[0], s[1], s[2], s[3]);
    out->layout = out->settings.layout;
}

static void reorder_forward(struct tensor *out) {
    const struct tensor *x = out->inputs[0];
    kernels_current()->loops->reorder(x->shape[0], x->shape[1] * x->shape[2], x->shape[3], x->layout, x->data,
                                      out->layout, out->data);
}

static void reorder_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    gradients[0] = tensor_reorder(cotangent, out->inputs[0]->layout);
}

static const struct op_example reorder_examples[] = {
    {.settings = {.layout = KERNEL_BLOCKED}, .input_count = 1, .inputs = {{4, {2, 2, 1, 32}}}},
};
const struct op reorder_op = {
    "reorder", reorder_shape, reorder_forward, reorder_gradient, OP_EXAMPLES(reorder_examples), true};

struct tensor *tensor_reorder(struct tensor *x, enum kernel_layout layout) {
    if (x->layout == layout) {
        return x;
    }
    return tape_record(&reorder_op, &(struct op_settings){.layout = layout}, &x, 1);
}

struct tensor *tensor_chain(struct tensor *x) {
    return tensor_reorder(x, kernels_current()->chain_layout(x->shape[3]));
}
