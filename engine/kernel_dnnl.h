/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Direct convolutions of any shape, in float32 or bfloat16, on oneDNN. kernel_dnnl.c is the only file that
 * knows that library; kernel_matmul and kernel_has_half are there too.
 */
#ifndef HAMBENCH_ENGINE_KERNEL_DNNL_H
#define HAMBENCH_ENGINE_KERNEL_DNNL_H

#include "engine/kernel.h"

/* Same contracts as the functions of kernel.h. */
void kernel_dnnl_forward(const struct kernel_convolution *shape, const real *x, const real *w, const real *b,
                         real *y);
void kernel_dnnl_backward_data(const struct kernel_convolution *shape, const real *dy, const real *w,
                               real *dx);
void kernel_dnnl_backward_weights(const struct kernel_convolution *shape, const real *x, const real *dy,
                                  real *dw);

#endif
