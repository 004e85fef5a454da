/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kernels as plain loops: slow, short, and obviously right.
 */
#include <assert.h>
#include <string.h>

#include "engine/kernels.h"

static void matmul(const struct kernel_matmul *shape, const real *a, const real *b, real *c) {
    size_t m = (size_t)shape->m, n = (size_t)shape->n, k = (size_t)shape->k;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            real sum = shape->beta == 0 ? 0 : c[i * n + j];
            for (size_t l = 0; l < k; l++) {
                real left = shape->transpose_a ? a[l * m + i] : a[i * k + l];
                real right = shape->transpose_b ? b[j * k + l] : b[l * n + j];
                sum += left * right;
            }
            c[i * n + j] = sum;
        }
    }
}

/* One multiply-accumulate of a convolution: offsets of its three operands. */
struct tap {
    size_t x, w, y;
};

/* Visits every pair of an input and an output channel, from the first one's offsets on. */
static inline __attribute__((always_inline)) void visit_pairs(struct tap first, size_t cin, size_t cout,
                                                              void (*visit)(void *context, struct tap tap),
                                                              void *context) {
    for (size_t i = 0; i < cin; i++) {
        for (size_t o = 0; o < cout; o++) {
            visit(context, (struct tap){first.x + i, first.w + i * cout + o, first.y + o});
        }
    }
}

/* Visits every (input, weight, output) triple that a convolution multiplies; padding is left out. Inlined, so
 * that `visit` costs no call. */
static inline __attribute__((always_inline)) void for_each_tap(const struct kernel_convolution *s,
                                                               void (*visit)(void *context, struct tap tap),
                                                               void *context) {
    int rows = kernel_convolution_output(s->height, s->stride);
    int columns = kernel_convolution_output(s->width, s->stride);
    int top = kernel_convolution_padding(s->height, s->kernel, s->stride);
    int left = kernel_convolution_padding(s->width, s->kernel, s->stride);
    int scale = s->upsample ? 2 : 1;
    assert(s->in == KERNEL_PLAIN && s->out == KERNEL_PLAIN);
    size_t cin = (size_t)s->channels_in, cout = (size_t)s->channels_out;
    size_t area = (size_t)rows * (size_t)columns;
    size_t in_width = (size_t)(s->width / scale), in_area = (size_t)(s->height / scale) * in_width;
    for (size_t out = 0; out < (size_t)s->batch * area; out++) {
        size_t image = out / area;
        int row = (int)(out % area) / columns, column = (int)(out % area) % columns;
        for (int t = 0; t < s->kernel * s->kernel; t++) {
            int i = row * s->stride + t / s->kernel - top;
            int j = column * s->stride + t % s->kernel - left;
            if (i < 0 || i >= s->height || j < 0 || j >= s->width) {
                continue;
            }
            size_t in = image * in_area + (size_t)(i / scale) * in_width + (size_t)(j / scale);
            visit_pairs((struct tap){in * cin, (size_t)t * cin * cout, out * cout}, cin, cout, visit,
                        context);
        }
    }
}

struct operands {
    const real *x, *w, *dy;
    real *out;
};

static void visit_forward(void *context, struct tap tap) {
    struct operands *o = context;
    o->out[tap.y] += o->x[tap.x] * o->w[tap.w];
}

static void visit_backward_data(void *context, struct tap tap) {
    struct operands *o = context;
    o->out[tap.x] += o->dy[tap.y] * o->w[tap.w];
}

static void visit_backward_weights(void *context, struct tap tap) {
    struct operands *o = context;
    o->out[tap.w] += o->x[tap.x] * o->dy[tap.y];
}

static void forward(const struct kernel_convolution *shape, const real *x, const real *w, const real *b,
                    real *y) {
    size_t size = kernel_convolution_output_size(shape), channels = (size_t)shape->channels_out;
    for (size_t i = 0; i < size; i++) {
        y[i] = b == NULL ? 0 : b[i % channels];
    }
    for_each_tap(shape, visit_forward, &(struct operands){.x = x, .w = w, .out = y});
    for (size_t i = 0; i < size; i++) {
        y[i] = y[i] < 0 ? shape->slope * y[i] : y[i];
    }
}

static void backward_data(const struct kernel_convolution *shape, const real *dy, const real *w, real *dx) {
    memset(dx, 0, kernel_convolution_input_size(shape) / (shape->upsample ? 4 : 1) * sizeof *dx);
    for_each_tap(shape, visit_backward_data, &(struct operands){.dy = dy, .w = w, .out = dx});
}

static void backward_weights(const struct kernel_convolution *shape, const real *x, const real *dy,
                             real *dw) {
    memset(dw, 0, kernel_convolution_weights_size(shape) * sizeof *dw);
    for_each_tap(shape, visit_backward_weights, &(struct operands){.x = x, .dy = dy, .out = dw});
}

static bool fits(const struct kernel_convolution *shape) {
    return shape->in == KERNEL_PLAIN && shape->out == KERNEL_PLAIN && !shape->half;
}

static enum kernel_layout chain_layout(int channels) {
    (void)channels;
    return KERNEL_PLAIN;
}

static bool has_half(void) {
    return false;
}

extern const struct kernel_loops KERNELS_PART(kernel_loops);

static const struct kernel_way plain_loops = {"plain loops", fits, forward, backward_data, backward_weights};
static const struct kernel_way *const ways[] = {&plain_loops, NULL};

const struct kernels KERNELS_PART(kernels) = {
    .name = KERNELS_TEXT(KERNELS),
    .matmul = matmul,
    .convolution_forward = forward,
    .convolution_backward_data = backward_data,
    .convolution_backward_weights = backward_weights,
    .ways = ways,
    .chain_layout = chain_layout,
    .has_half = has_half,
    .loops = &KERNELS_PART(kernel_loops),
};
