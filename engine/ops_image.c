/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ops on images [N][H][W][C]: convolution with its two adjoints, nearest upsampling with its own.
 *
 * The convolution is linear in its input and in its weights, so the derivative of each of the three ops is
 * made of the other two.
 */
#include <assert.h>

#include "engine/kernel.h"
#include "engine/op.h"
#include "engine/ops.h"

static void image_shape(struct tensor *out, int batch, int height, int width, int channels) {
    out->rank = 4;
    out->shape[0] = batch;
    out->shape[1] = height;
    out->shape[2] = width;
    out->shape[3] = channels;
}

/* The convolution that takes an image of the shape of `x` to `channels` channels. */
static struct kernel_convolution convolution_of(const struct tensor *x, int channels, int kernel,
                                                int stride) {
    assert(x->rank == 4);
    return (struct kernel_convolution){
        .batch = x->shape[0],
        .height = x->shape[1],
        .width = x->shape[2],
        .channels_in = x->shape[3],
        .channels_out = channels,
        .kernel = kernel,
        .stride = stride,
        .slope = 1,
        .in = x->layout,
    };
}

/* The options of a recorded convolution, for the convolutions of its derivative: those have no activation. */
static struct convolution_options linear_options(const struct tensor *out) {
    return (struct convolution_options){
        .stride = out->settings.stride, .slope = 1, .half = out->settings.half};
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
    int stride = out->settings.stride;
    assert(x->rank == 4 && w->rank == 4 && x->shape[3] == w->shape[2] && w->shape[0] == w->shape[1]);
    assert(out->input_count < 3 || out->inputs[2]->shape[0] == w->shape[3]);
    image_shape(out, x->shape[0], kernel_convolution_output(x->shape[1], stride),
                kernel_convolution_output(x->shape[2], stride), w->shape[3]);
    out->layout = out->settings.layout;
}

static void convolution_forward(struct tensor *out) {
    const struct tensor *x = out->inputs[0], *w = out->inputs[1];
    struct kernel_convolution shape = convolution_of(x, w->shape[3], w->shape[0], out->settings.stride);
    shape.slope = out->settings.factor;
    shape.half = out->settings.half;
    shape.out = out->layout;
    kernel_convolution_forward(&shape, x->data, w->data, out->input_count == 3 ? out->inputs[2]->data : NULL,
                               out->data);
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
    assert(dy->shape[1] == kernel_convolution_output(size[0], out->settings.stride));
    assert(dy->shape[2] == kernel_convolution_output(size[1], out->settings.stride));
    image_shape(out, dy->shape[0], size[0], size[1], w->shape[2]);
    out->layout = out->settings.layout;
}

static void convolution_data_forward(struct tensor *out) {
    const struct tensor *w = out->inputs[1];
    struct kernel_convolution shape = convolution_of(out, w->shape[3], w->shape[0], out->settings.stride);
    shape.out = out->inputs[0]->layout;
    shape.half = out->settings.half;
    kernel_convolution_backward_data(&shape, out->inputs[0]->data, w->data, out->data);
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
    int kernel = out->settings.length, stride = out->settings.stride;
    assert(x->rank == 4 && dy->rank == 4 && x->shape[0] == dy->shape[0]);
    assert(dy->shape[1] == kernel_convolution_output(x->shape[1], stride));
    assert(dy->shape[2] == kernel_convolution_output(x->shape[2], stride));
    image_shape(out, kernel, kernel, x->shape[3], dy->shape[3]);
}

static void convolution_weights_forward(struct tensor *out) {
    const struct tensor *x = out->inputs[0], *dy = out->inputs[1];
    struct kernel_convolution shape =
        convolution_of(x, dy->shape[3], out->settings.length, out->settings.stride);
    shape.out = dy->layout;
    shape.half = out->settings.half;
    kernel_convolution_backward_weights(&shape, x->data, dy->data, out->data);
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
    {.settings = {.stride = 1, .factor = (real)0.2},
     .input_count = 3,
     .inputs = {{4, {1, 3, 3, 1}}, {4, {3, 3, 1, 2}}, {1, {2}}},
     .low = (real)0.2,
     .high = 1},
};
static const struct op_example data_examples[] = {
    {.settings = {.stride = 1, .shape = {4, 3}},
     .input_count = 2,
     .inputs = {{4, {2, 4, 3, 2}}, {4, {3, 3, 3, 2}}}},
    {.settings = {.stride = 2, .shape = {4, 4}},
     .input_count = 2,
     .inputs = {{4, {1, 2, 2, 2}}, {4, {3, 3, 3, 2}}}},
};
static const struct op_example weights_examples[] = {
    {.settings = {.stride = 1, .length = 3},
     .input_count = 2,
     .inputs = {{4, {2, 4, 3, 2}}, {4, {2, 4, 3, 2}}}},
    {.settings = {.stride = 2, .length = 3},
     .input_count = 2,
     .inputs = {{4, {1, 4, 4, 2}}, {4, {1, 2, 2, 3}}}},
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
                                   .layout = stays ? KERNEL_BLOCKED : KERNEL_PLAIN};
    return tape_record(&convolution_op, &settings, (struct tensor *[]){x, w, b}, b == NULL ? 2 : 3);
}

struct tensor *tensor_convolution_data(struct tensor *dy, struct tensor *w,
                                       struct convolution_options options, const struct tensor *like) {
    struct op_settings settings = {.stride = options.stride,
                                   .half = options.half,
                                   .shape = {like->shape[1], like->shape[2]},
                                   .layout = like->layout};
    return tape_record(&convolution_data_op, &settings, (struct tensor *[]){dy, w}, 2);
}

struct tensor *tensor_convolution_weights(struct tensor *x, struct tensor *dy,
                                          struct convolution_options options, int kernel) {
    struct op_settings settings = {.stride = options.stride, .half = options.half, .length = kernel};
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
    kernel_reorder(x->shape[0], x->shape[1] * x->shape[2], x->shape[3], x->layout, x->data, out->layout,
                   out->data);
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
    return tensor_reorder(x, kernel_chain_layout(x->shape[3]));
}

/* ---- nearest upsampling x 2 ---- */

/* Images and channels as a kernel of channel-last images may see them: a blocked tensor is one of more images
 * with 16 channels each. */
static int visible_images(const struct tensor *x) {
    return x->layout == KERNEL_PLAIN ? x->shape[0] : x->shape[0] * (x->shape[3] / KERNEL_BLOCK);
}

static int visible_channels(const struct tensor *x) {
    return x->layout == KERNEL_PLAIN ? x->shape[3] : KERNEL_BLOCK;
}

static void upsample_shape(struct tensor *out) {
    const int *s = out->inputs[0]->shape;
    assert(out->inputs[0]->rank == 4);
    image_shape(out, s[0], 2 * s[1], 2 * s[2], s[3]);
    out->layout = out->inputs[0]->layout;
}

static void upsample_forward(struct tensor *out) {
    int rows = visible_images(out) * out->shape[1]; /* two of them come from one row of the input */
    int columns = out->shape[2], channels = visible_channels(out);
    for (int i = 0; i < rows; i++) {
        const real *x = out->inputs[0]->data + (size_t)(i / 2) * (size_t)(columns / 2 * channels);
        real *restrict y = out->data + (size_t)i * (size_t)(columns * channels);
        for (int j = 0; j < columns; j++) {
            for (int c = 0; c < channels; c++) {
                y[j * channels + c] = x[j / 2 * channels + c];
            }
        }
    }
}

static void upsample_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    (void)out;
    gradients[0] = tensor_sum_pool(cotangent);
}

static void sum_pool_shape(struct tensor *out) {
    const int *s = out->inputs[0]->shape;
    assert(out->inputs[0]->rank == 4 && s[1] % 2 == 0 && s[2] % 2 == 0);
    image_shape(out, s[0], s[1] / 2, s[2] / 2, s[3]);
    out->layout = out->inputs[0]->layout;
}

static void sum_pool_forward(struct tensor *out) {
    int rows = visible_images(out) * out->shape[1], columns = out->shape[2], channels = visible_channels(out);
    size_t pitch = (size_t)(2 * columns * channels);
    for (int i = 0; i < rows; i++) {
        const real *top = out->inputs[0]->data + (size_t)(2 * i) * pitch, *bottom = top + pitch;
        real *restrict y = out->data + (size_t)i * (pitch / 2);
        for (int j = 0; j < columns; j++) {
            const real *a = top + 2 * j * channels, *b = bottom + 2 * j * channels;
            for (int c = 0; c < channels; c++) {
                y[j * channels + c] = a[c] + a[channels + c] + b[c] + b[channels + c];
            }
        }
    }
}

static void sum_pool_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    (void)out;
    gradients[0] = tensor_upsample(cotangent);
}

static const struct op_example upsample_examples[] = {{.input_count = 1, .inputs = {{4, {2, 2, 3, 2}}}}};
static const struct op_example sum_pool_examples[] = {{.input_count = 1, .inputs = {{4, {2, 4, 2, 2}}}}};
const struct op upsample_op = {
    "upsample", upsample_shape, upsample_forward, upsample_gradient, OP_EXAMPLES(upsample_examples), true};
const struct op sum_pool_op = {
    "sum_pool", sum_pool_shape, sum_pool_forward, sum_pool_gradient, OP_EXAMPLES(sum_pool_examples), true};

struct tensor *tensor_upsample(struct tensor *x) {
    return tape_record(&upsample_op, &(struct op_settings){0}, &x, 1);
}

struct tensor *tensor_sum_pool(struct tensor *x) {
    return tape_record(&sum_pool_op, &(struct op_settings){0}, &x, 1);
}
