/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table of fast kernels. Each convolution is done by the first of our ways that fits, else by the library
 * (docs/performance.md has the rates).
 */
#include "engine/kernel_direct.h"
#include "engine/kernel_dnnl.h"
#include "engine/kernel_narrow.h"
#include "engine/kernel_winograd.h"
#include "engine/kernels.h"
#include "engine/vector.h"

static const struct kernel_way *const ways[] = {&KERNELS_PART(kernel_narrow), &KERNELS_PART(kernel_winograd),
                                                &KERNELS_PART(kernel_direct), NULL};

static const struct kernel_way *find_way(const struct kernel_convolution *shape) {
    const struct kernel_way *const *way = ways;
    while (!(*way)->fits(shape)) { /* the last one always does */
        way++;
    }
    return *way;
}

static void forward(const struct kernel_convolution *shape, const real *x, const real *w, const real *b,
                    real *y) {
    find_way(shape)->forward(shape, x, w, b, y);
}

static void backward_data(const struct kernel_convolution *shape, const real *dy, const real *w, real *dx) {
    const struct kernel_way *way = find_way(shape);
    if (way == &KERNELS_PART(kernel_narrow) && shape->in == KERNEL_PLAIN) {
        way = &KERNELS_PART(kernel_direct); /* on plain images the library is as good */
    }
    way->backward_data(shape, dy, w, dx);
}

static void backward_weights(const struct kernel_convolution *shape, const real *x, const real *dy,
                             real *dw) {
    find_way(shape)->backward_weights(shape, x, dy, dw);
}

static enum kernel_layout chain_layout(int channels) {
    return channels > KERNEL_BLOCK && channels % KERNEL_BLOCK == 0 ? KERNEL_BLOCKED : KERNEL_PLAIN;
}

/* The library looks at the processor by itself; a table is to mean the same on all that can run it. */
static void begin(void) {
    kernel_dnnl_limit(VECTOR_WIDTH);
}

/* Only processors of the last generation do. */
static bool has_half(void) {
    return VECTOR_WIDTH == 16 && kernel_dnnl_has_half();
}

extern const struct kernel_loops KERNELS_PART(kernel_loops);

const struct kernels KERNELS_PART(kernels) = {
    .name = KERNELS_TEXT(KERNELS),
    .begin = begin,
    .matmul = kernel_dnnl_matmul,
    .convolution_forward = forward,
    .convolution_backward_data = backward_data,
    .convolution_backward_weights = backward_weights,
    .ways = ways,
    .chain_layout = chain_layout,
    .has_half = has_half,
    .loops = &KERNELS_PART(kernel_loops),
};
