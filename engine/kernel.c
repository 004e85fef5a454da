/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/kernel.h"

int kernel_convolution_output(int length, int stride) {
    return (length + stride - 1) / stride;
}

int kernel_convolution_padding(int length, int kernel, int stride) {
    int total = (kernel_convolution_output(length, stride) - 1) * stride + kernel - length;
    return total > 0 ? total / 2 : 0;
}
