/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The numerical kernels under the ops. All run on the calling thread alone; threads take shards of a batch
 * instead.
 *
 * Two implementations: kernel_fast.c (float32) is the program's and chooses one of three files for each
 * convolution; kernel_reference.c (plain loops, any real) serves the double-precision build and is what
 * the fast ones are tested against.
 */
#ifndef HAMBENCH_ENGINE_KERNEL_H
#define HAMBENCH_ENGINE_KERNEL_H

#include <stdbool.h>

#include "engine/real.h"

/* C = A B + beta C with A [m][k] and B [k][n], where a transposed operand is stored as [k][m] or [n][k].
 * beta is 0 (C need not be set) or 1. */
struct kernel_matmul {
    int m, n, k;
    bool transpose_a, transpose_b;
    real beta;
};
void kernel_matmul(const struct kernel_matmul *shape, const real *a, const real *b, real *c);

/* Whether this processor multiplies bfloat16 numbers in hardware. */
bool kernel_has_half(void);

/* How an image tensor lies in memory. PLAIN is channel-last, [N][H][W][C]. BLOCKED is [N][C/16][H][W][16]:
 * some kernels are much faster on it. With 16 channels the two are the same. */
enum kernel_layout { KERNEL_PLAIN, KERNEL_BLOCKED };
enum { KERNEL_BLOCK = 16 };

/* The layout in which a chain of 3 x 3 convolutions of stride 1 with so many channels runs fastest. */
enum kernel_layout kernel_chain_layout(int channels);

/* A square convolution with SAME padding: out = ceil(in / stride), zeros around, the odd one at the end. */
struct kernel_convolution {
    int batch, height, width; /* of the input, as it is after upsampling */
    int channels_in, channels_out;
    int kernel, stride;
    real slope;                 /* of the leaky ReLU behind the bias; 1 for none. Forward only. */
    enum kernel_layout in, out; /* of input and output, and of their gradients */
    bool half;                  /* multiply in bfloat16 and add in float32; only where kernel_has_half() */
    bool upsample;              /* the input is x with every pixel repeated as 2 x 2 */
};

/* Output length for an input of `length`, and the zeros before the first input. */
int kernel_convolution_output(int length, int stride);
int kernel_convolution_padding(int length, int kernel, int stride);

/* y = leaky(conv(x, w) + b). x [batch][height][width][cin], or half as high and wide with `upsample`, w
 * [kernel][kernel][cin][cout], b [cout] or NULL, y [batch][height'][width'][cout], x and y in their layouts.
 */
void kernel_convolution_forward(const struct kernel_convolution *shape, const real *x, const real *w,
                                const real *b, real *y);
/* dx from dy: the adjoint of the convolution in x. */
void kernel_convolution_backward_data(const struct kernel_convolution *shape, const real *dy, const real *w,
                                      real *dx);
/* dw from x and dy: the adjoint of the convolution in w. */
void kernel_convolution_backward_weights(const struct kernel_convolution *shape, const real *x,
                                         const real *dy, real *dw);

/* Copies an image tensor [batch][height][width][channels] from one layout to the other. */
void kernel_reorder(int batch, int pixels, int channels, enum kernel_layout from, const real *x,
                    enum kernel_layout to, real *y);

#endif
