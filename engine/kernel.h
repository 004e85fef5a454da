/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The numerical kernels under the ops. All run on the calling thread alone; threads take shards of a batch
 * instead.
 *
 * Two implementations: kernel_dnnl.c (oneDNN, float32) is the program's; kernel_reference.c (plain loops, any
 * real) serves the double-precision build and is what the fast one is tested against.
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

/* A square convolution with SAME padding: out = ceil(in / stride), zeros around, the odd one at the end. */
struct kernel_convolution {
    int batch, height, width; /* of the input */
    int channels_in, channels_out;
    int kernel, stride;
    real slope; /* of the leaky ReLU behind the bias; 1 for none. Forward only. */
};

/* Output length for an input of `length`, and the zeros before the first input. */
int kernel_convolution_output(int length, int stride);
int kernel_convolution_padding(int length, int kernel, int stride);

/* y = leaky(conv(x, w) + b). x [batch][height][width][cin], w [kernel][kernel][cin][cout], b [cout] or NULL,
 * y [batch][height'][width'][cout]. */
void kernel_convolution_forward(const struct kernel_convolution *shape, const real *x, const real *w,
                                const real *b, real *y);
/* dx from dy: the adjoint of the convolution in x. */
void kernel_convolution_backward_data(const struct kernel_convolution *shape, const real *dy, const real *w,
                                      real *dx);
/* dw from x and dy: the adjoint of the convolution in w. */
void kernel_convolution_backward_weights(const struct kernel_convolution *shape, const real *x,
                                         const real *dy, real *dw);

/* Name and version of the library behind the kernels, for provenance. */
const char *kernel_library(void);

#endif
