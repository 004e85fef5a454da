/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/kernel.h"

int kernel_convolution_output(int length, int stride) {
    return (length + stride - 1) / stride;
}

int kernel_convolution_padding(int length, int kernel, int stride) {
    int total = (kernel_convolution_output(length, stride) - 1) * stride + kernel - length;
    return total > 0 ? total / 2 : 0;
}

size_t kernel_convolution_input_size(const struct kernel_convolution *shape) {
    return (size_t)shape->batch * (size_t)shape->height * (size_t)shape->width * (size_t)shape->channels_in;
}

size_t kernel_convolution_output_size(const struct kernel_convolution *shape) {
    return (size_t)shape->batch * (size_t)kernel_convolution_output(shape->height, shape->stride) *
           (size_t)kernel_convolution_output(shape->width, shape->stride) * (size_t)shape->channels_out;
}

size_t kernel_convolution_weights_size(const struct kernel_convolution *shape) {
    return (size_t)shape->kernel * (size_t)shape->kernel * (size_t)shape->channels_in *
           (size_t)shape->channels_out;
}
