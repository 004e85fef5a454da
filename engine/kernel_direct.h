/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Convolutions of any shape, in float32 or bfloat16, by the direct ones of a library (kernel_dnnl.h). Here is
 * what that leaves to do: rounding to bfloat16, and making images larger and smaller.
 */
#ifndef HAMBENCH_ENGINE_KERNEL_DIRECT_H
#define HAMBENCH_ENGINE_KERNEL_DIRECT_H

#include "engine/kernels.h"

/* Fits everything. */
extern const struct kernel_way KERNELS_PART(kernel_direct);

#endif
