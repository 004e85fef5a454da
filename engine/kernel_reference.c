/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kernels as plain loops: slow, short, and obviously right.
 */
#include <assert.h>
#include <string.h>

#include "engine/kernel.h"

void kernel_matmul(const struct kernel_matmul *shape, const real *a, const real *b, real *c) {
    int m = shape->m, n = shape->n, k = shape->k;
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
            real sum = shape->beta == 0 ? 0 : c[i * n + j];
            for (int l = 0; l < k; l++) {
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
    int x, w, y;
};

/* Visits every (input, weight, output) triple that a convolution multiplies; padding is left out. Inlined, so
 * that `visit` costs no call. */
static inline __attribute__((always_inline)) void for_each_tap(const struct kernel_convolution *s,
                                                               void (*visit)(void *context, struct tap tap),
                                                               void *context) {
    int rows = kernel_convolution_output(s->height, s->stride);
    int columns = kernel_convolution_output(s->width, s->stride);
    int top = kernel_convolution_padding(s->height, s->kernel, s->stride);
    int left = kernel_convolution_padding(s->width, s->kernel, s->stride);
    int taps = s->kernel * s->kernel;
    assert(s->in == KERNEL_PLAIN && s->out == KERNEL_PLAIN);
    int cin = s->channels_in, cout = s->channels_out;
    for (int out = 0; out < s->batch * rows * columns; out++) {
        int image = out / (rows * columns), row = out / columns % rows, column = out % columns;
        for (int t = 0; t < taps; t++) {
            int i = row * s->stride + t / s->kernel - top;
            int j = column * s->stride + t % s->kernel - left;
            if (i < 0 || i >= s->height || j < 0 || j >= s->width) {
                continue;
            }
            int in = (image * s->height + i) * s->width + j;
            if (s->upsample) {
                in = (image * (s->height / 2) + i / 2) * (s->width / 2) + j / 2;
            }
            for (int pair = 0; pair < cin * cout; pair++) {
                visit(context, (struct tap){
                                   .x = in * cin + pair / cout,
                                   .w = t * cin * cout + pair,
                                   .y = out * cout + pair % cout,
                               });
            }
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

bool kernel_has_half(void) {
    return false;
}

enum kernel_layout kernel_chain_layout(int channels) {
    (void)channels;
    return KERNEL_PLAIN;
}

void kernel_convolution_forward(const struct kernel_convolution *shape, const real *x, const real *w,
                                const real *b, real *y) {
    int pixels = shape->batch * kernel_convolution_output(shape->height, shape->stride) *
                 kernel_convolution_output(shape->width, shape->stride);
    for (int i = 0; i < pixels * shape->channels_out; i++) {
        y[i] = b == NULL ? 0 : b[i % shape->channels_out];
    }
    for_each_tap(shape, visit_forward, &(struct operands){.x = x, .w = w, .out = y});
    for (int i = 0; i < pixels * shape->channels_out; i++) {
        y[i] = y[i] < 0 ? shape->slope * y[i] : y[i];
    }
}

void kernel_convolution_backward_data(const struct kernel_convolution *shape, const real *dy, const real *w,
                                      real *dx) {
    size_t size = (size_t)(shape->batch * shape->height * shape->width * shape->channels_in);
    size = shape->upsample ? size / 4 : size;
    memset(dx, 0, size * sizeof *dx);
    for_each_tap(shape, visit_backward_data, &(struct operands){.dy = dy, .w = w, .out = dx});
}

void kernel_convolution_backward_weights(const struct kernel_convolution *shape, const real *x,
                                         const real *dy, real *dw) {
    size_t size = (size_t)(shape->kernel * shape->kernel * shape->channels_in * shape->channels_out);
    memset(dw, 0, size * sizeof *dw);
    for_each_tap(shape, visit_backward_weights, &(struct operands){.x = x, .dy = dy, .out = dw});
}
