/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Direct convolutions of any shape, in float32 or bfloat16, and matrix products, on oneDNN 2.6 or 3.
 */
#ifndef HAMBENCH_ENGINE_KERNEL_DNNL_H
#define HAMBENCH_ENGINE_KERNEL_DNNL_H

#include "engine/kernels.h"

/* Lets the library use vectors of up to so many floats: 4, 8 or 16. For the whole process, and only before
 * the first call of another function here; later it changes nothing. */
void kernel_dnnl_limit(int floats);

/* Whether the processor multiplies bfloat16 numbers, and the library is allowed to use that. */
bool kernel_dnnl_has_half(void);
/* The same for a set of instructions as the library numbers them: each of its bits stands for some. */
bool kernel_dnnl_set_has_half(unsigned set);

/* As of kernels.h, but that `upsample` changes nothing (the images are as large as the shape says), and with
 * `half` images are in bfloat16: the upper halves of float32 numbers. Weights and results are float32. */
void kernel_dnnl_matmul(const struct kernel_matmul *shape, const real *a, const real *b, real *c);
void kernel_dnnl_forward(const struct kernel_convolution *shape, const void *x, const real *w, const real *b,
                         real *y);
void kernel_dnnl_backward_data(const struct kernel_convolution *shape, const void *dy, const real *w,
                               real *dx);
void kernel_dnnl_backward_weights(const struct kernel_convolution *shape, const void *x, const void *dy,
                                  real *dw);

#endif
