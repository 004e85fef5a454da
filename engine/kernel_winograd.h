/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * 3 x 3 convolutions with stride 1 between blocks of sixteen channels, with fewer multiplications than a
 * direct one needs: 2.25 for each output, 1.56 where the input is upsampled, instead of 9.
 *
 * Winograd's way [1]: a tile of 4 x 4 outputs and the patch of the input that it depends on are taken to a
 * space in which the convolution is a product, element by element; there, a product of matrices
 * [tiles][channels in] x [channels in][channels out] for each element. All in float32.
 *
 * [1] A. Lavin, S. Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016 (arXiv 1509.09308).
 */
#ifndef HAMBENCH_ENGINE_KERNEL_WINOGRAD_H
#define HAMBENCH_ENGINE_KERNEL_WINOGRAD_H

#include "engine/kernels.h"

/* Fits float32, 3 x 3, stride 1, channels in sixteens and BLOCKED on both sides (sixteen channels lie the
 * same in both layouts), height and width multiples of 4 and at least 16. */
extern const struct kernel_way KERNELS_PART(kernel_winograd);

#endif
