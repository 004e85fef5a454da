/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/kernel.h"

#include <assert.h>
#include <string.h>

int kernel_convolution_output(int length, int stride) {
    return (length + stride - 1) / stride;
}

int kernel_convolution_padding(int length, int kernel, int stride) {
    int total = (kernel_convolution_output(length, stride) - 1) * stride + kernel - length;
    return total > 0 ? total / 2 : 0;
}

void kernel_reorder(int batch, int pixels, int channels, enum kernel_layout from, const real *x,
                    enum kernel_layout to, real *y) {
    assert(from != to && channels % KERNEL_BLOCK == 0);
    int blocks = channels / KERNEL_BLOCK;
    for (int i = 0; i < batch * blocks; i++) {
        int image = i / blocks, block = i % blocks;
        for (int pixel = 0; pixel < pixels; pixel++) {
            size_t plain = ((size_t)image * (size_t)pixels + (size_t)pixel) * (size_t)channels +
                           (size_t)block * KERNEL_BLOCK;
            size_t blocked = ((size_t)i * (size_t)pixels + (size_t)pixel) * KERNEL_BLOCK;
            const real *source = x + (from == KERNEL_PLAIN ? plain : blocked);
            memcpy(y + (to == KERNEL_PLAIN ? plain : blocked), source, KERNEL_BLOCK * sizeof(real));
        }
    }
}
