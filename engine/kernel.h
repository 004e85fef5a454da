/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the numerical kernels under the ops work on: shapes of products and convolutions, layouts of images.
 * The kernels themselves are tables of functions (engine/kernels.h).
 */
#ifndef HAMBENCH_ENGINE_KERNEL_H
#define HAMBENCH_ENGINE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/real.h"

/* Whether the kernels that this process uses multiply bfloat16 numbers in hardware. */
bool kernel_has_half(void);

/* C = A B + beta C with A [m][k] and B [k][n], where a transposed operand is stored as [k][m] or [n][k].
 * beta is 0 (C need not be set) or 1. */
struct kernel_matmul {
    int m, n, k;
    bool transpose_a, transpose_b;
    real beta;
};

/* How an image tensor lies in memory. PLAIN is channel-last, [N][H][W][C]. BLOCKED is [N][C/16][H][W][16]:
 * some kernels are much faster on it. With 16 channels the two are the same. */
enum kernel_layout { KERNEL_PLAIN, KERNEL_BLOCKED };
enum { KERNEL_BLOCK = 16 };

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

/* Numbers in the input as it is after upsampling, in the output, and in the weights. */
size_t kernel_convolution_input_size(const struct kernel_convolution *shape);
size_t kernel_convolution_output_size(const struct kernel_convolution *shape);
size_t kernel_convolution_weights_size(const struct kernel_convolution *shape);

#endif
