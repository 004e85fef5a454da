/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * 3 x 3 convolutions with stride 1 to three channels, the last layer of a decoder. A library kernel computes
 * eight or sixteen output channels whatever is asked for; here the lanes of a vector run over the input
 * channels instead.
 */
#ifndef HAMBENCH_ENGINE_KERNEL_NARROW_H
#define HAMBENCH_ENGINE_KERNEL_NARROW_H

#include "engine/kernels.h"

/* Fits float32, 3 x 3, stride 1, without upsampling, up to 256 input channels in sixteens and in any layout,
 * three plain output channels, width a multiple of 8, at most 64 x 64. */
extern const struct kernel_way KERNELS_PART(kernel_narrow);

#endif
