/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * 3 x 3 convolutions with stride 1 to three channels, the last layer of a decoder. A library kernel computes
 * eight or sixteen output channels whatever is asked for; here the lanes of a vector run over the input
 * channels instead.
 */
#ifndef HAMBENCH_ENGINE_KERNEL_NARROW_H
#define HAMBENCH_ENGINE_KERNEL_NARROW_H

#include <stdbool.h>

#include "engine/kernel.h"

/* Whether the functions below can do it: float32, 3 x 3, stride 1, without upsampling, up to 256 input
 * channels in sixteens and in any layout, three plain output channels, width a multiple of 8, at most 64
 * x 64. */
bool kernel_narrow_fits(const struct kernel_convolution *shape);

/* Same contracts as the functions of kernel.h. */
void kernel_narrow_forward(const struct kernel_convolution *shape, const real *x, const real *w,
                           const real *b, real *y);
void kernel_narrow_backward_data(const struct kernel_convolution *shape, const real *dy, const real *w,
                                 real *dx);
void kernel_narrow_backward_weights(const struct kernel_convolution *shape, const real *x, const real *dy,
                                    real *dw);

#endif
