/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/kernel_direct.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/kernel_dnnl.h"
#include "engine/scratch.h"

/* Numbers as bfloat16, the upper half of a float32, rounded to nearest even. */
static void round_to_half(const real *x, size_t size, uint16_t *restrict out) {
    for (size_t i = 0; i < size; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        out[i] = (uint16_t)((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
    }
}

/* `x` as the primitive takes it: itself, or as bfloat16 in scratch. */
static const void *as_factor(const struct kernel_convolution *s, const real *x, size_t size,
                             enum scratch_user user) {
    if (!s->half) {
        return x;
    }
    uint16_t *rounded = scratch(user, size * sizeof *rounded);
    round_to_half(x, size, rounded);
    return rounded;
}

/* A tensor of images seen as lines of pixels of `pixel` values each: a BLOCKED one is of more images with
 * fewer channels. */
struct lines {
    size_t count, length, pixel;
};

static struct lines input_lines(const struct kernel_convolution *s) {
    size_t blocks = s->in == KERNEL_BLOCKED ? (size_t)(s->channels_in / KERNEL_BLOCK) : 1;
    return (struct lines){.count = (size_t)s->batch * blocks * (size_t)s->height,
                          .length = (size_t)s->width,
                          .pixel = (size_t)s->channels_in / blocks};
}

/* Repeats every pixel of x as 2 x 2; a pixel has `bytes` bytes. */
static const void *upsample(struct lines out, size_t bytes, const void *x) {
    size_t line = out.length * bytes;
    char *image = scratch(SCRATCH_UPSAMPLED, out.count * line);
    for (size_t i = 0; i < out.count; i += 2) {
        const char *from = (const char *)x + i / 2 * (line / 2);
        char *to = image + i * line;
        for (size_t j = 0; j < out.length; j++) {
            memcpy(to + j * bytes, from + j / 2 * bytes, bytes);
        }
        memcpy(to + line, to, line);
    }
    return image;
}

/* The adjoint: sums over 2 x 2 pixels. */
static void sum_pool(struct lines in, const real *x, real *restrict y) {
    size_t line = in.length * in.pixel;
    for (size_t i = 0; i < in.count; i += 2) {
        const real *top = x + i * line, *bottom = top + line;
        real *out = y + i / 2 * (line / 2);
        for (size_t j = 0; j < in.length / 2; j++) {
            const real *a = top + 2 * j * in.pixel, *b = bottom + 2 * j * in.pixel;
            for (size_t c = 0; c < in.pixel; c++) {
                out[j * in.pixel + c] = a[c] + a[in.pixel + c] + b[c] + b[in.pixel + c];
            }
        }
    }
}

/* The caller's x as the primitive takes it. */
static const void *input_factor(const struct kernel_convolution *s, const real *x) {
    if (!s->upsample) {
        return as_factor(s, x, kernel_convolution_input_size(s), SCRATCH_HALF);
    }
    const void *small = as_factor(s, x, kernel_convolution_input_size(s) / 4, SCRATCH_HALF);
    struct lines lines = input_lines(s);
    return upsample(lines, lines.pixel * (s->half ? sizeof(uint16_t) : sizeof(real)), small);
}

static bool fits(const struct kernel_convolution *shape) {
    (void)shape;
    return true;
}

static void forward(const struct kernel_convolution *shape, const real *x, const real *w, const real *b,
                    real *y) {
    kernel_dnnl_forward(shape, input_factor(shape, x), w, b, y);
}

static void backward_data(const struct kernel_convolution *shape, const real *dy, const real *w, real *dx) {
    const void *factor = as_factor(shape, dy, kernel_convolution_output_size(shape), SCRATCH_HALF);
    if (!shape->upsample) {
        kernel_dnnl_backward_data(shape, factor, w, dx);
        return;
    }
    real *large = scratch(SCRATCH_UPSAMPLED, kernel_convolution_input_size(shape) * sizeof *large);
    kernel_dnnl_backward_data(shape, factor, w, large);
    sum_pool(input_lines(shape), large, dx);
}

static void backward_weights(const struct kernel_convolution *shape, const real *x, const real *dy,
                             real *dw) {
    const void *factor = input_factor(shape, x);
    size_t size = kernel_convolution_output_size(shape);
    kernel_dnnl_backward_weights(shape, factor, as_factor(shape, dy, size, SCRATCH_OTHER_HALF), dw);
}

const struct kernel_way KERNELS_PART(kernel_direct) = {"direct", fits, forward, backward_data,
                                                       backward_weights};
