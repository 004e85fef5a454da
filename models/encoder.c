/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/encoder.h"

#include <stdio.h>

#include "engine/ops.h"
#include "models/model.h"

static const int STRIDES[ENCODER_CONVOLUTIONS] = {2, 1, 2, 1, 2, 1, 1};
static const real SLOPE = (real)0.01;
enum { MAP_SIDE = IMAGE_SIDE / 8 };

struct encoder encoder_declare(struct parameters *parameters, int frames, int channels, int width,
                               bool half) {
    struct encoder encoder;
    int in = IMAGE_CHANNELS * frames;
    for (int i = 0; i < ENCODER_CONVOLUTIONS; i++) {
        char name[PARAMETER_NAME_SIZE];
        bool last = i + 1 == ENCODER_CONVOLUTIONS;
        int out = last ? width : channels;
        (void)snprintf(name, sizeof name, "encoder.e%d", i);
        struct convolution_options options = {.stride = STRIDES[i], .slope = last ? 1 : SLOPE, .half = half};
        encoder.convolutions[i] = convolution_layer_declare(parameters, name, in, out, options);
        in = out;
    }
    encoder.head = linear_layer_declare(parameters, "encoder.head", MAP_SIDE * MAP_SIDE * width, width);
    return encoder;
}

struct tensor *encoder_apply(const struct encoder *encoder, struct tensor *const *leaves, struct tensor *x) {
    for (int i = 0; i < ENCODER_CONVOLUTIONS; i++) {
        x = convolution_layer_apply(&encoder->convolutions[i], leaves, x);
    }
    int batch = x->shape[0];
    x = tensor_reshape(x, 2, (int[]){batch, (int)x->size / batch});
    return linear_layer_apply(&encoder->head, leaves, x);
}
