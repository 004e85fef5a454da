/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which implementation does a convolution: the first of ours that fits, else the library
 * (docs/performance.md has the rates).
 */
#include "engine/kernel.h"
#include "engine/kernel_dnnl.h"
#include "engine/kernel_narrow.h"
#include "engine/kernel_winograd.h"
#include "engine/vector.h"

enum kernel_layout kernel_chain_layout(int channels) {
    bool blocks = VECTOR_IN_REGISTERS && channels > KERNEL_BLOCK && channels % KERNEL_BLOCK == 0;
    return blocks ? KERNEL_BLOCKED : KERNEL_PLAIN;
}

static bool is_narrow(const struct kernel_convolution *shape) {
    return VECTOR_IN_REGISTERS && kernel_narrow_fits(shape);
}

static bool is_winograd(const struct kernel_convolution *shape) {
    return VECTOR_IN_REGISTERS && kernel_winograd_fits(shape);
}

void kernel_convolution_forward(const struct kernel_convolution *shape, const real *x, const real *w,
                                const real *b, real *y) {
    if (is_narrow(shape)) {
        kernel_narrow_forward(shape, x, w, b, y);
    } else if (is_winograd(shape)) {
        kernel_winograd_forward(shape, x, w, b, y);
    } else {
        kernel_dnnl_forward(shape, x, w, b, y);
    }
}

void kernel_convolution_backward_data(const struct kernel_convolution *shape, const real *dy, const real *w,
                                      real *dx) {
    bool plain = shape->in == KERNEL_PLAIN;
    if (is_narrow(shape) && !plain) { /* on plain images the library is as good */
        kernel_narrow_backward_data(shape, dy, w, dx);
    } else if (is_winograd(shape)) {
        kernel_winograd_backward_data(shape, dy, w, dx);
    } else {
        kernel_dnnl_backward_data(shape, dy, w, dx);
    }
}

void kernel_convolution_backward_weights(const struct kernel_convolution *shape, const real *x,
                                         const real *dy, real *dw) {
    if (is_narrow(shape)) {
        kernel_narrow_backward_weights(shape, x, dy, dw);
    } else if (is_winograd(shape)) {
        kernel_winograd_backward_weights(shape, x, dy, dw);
    } else {
        kernel_dnnl_backward_weights(shape, x, dy, dw);
    }
}
