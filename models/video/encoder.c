/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/video/encoder.h"

#include <stdio.h>

#include "engine/layers.h"
#include "engine/ops.h"
#include "support/memory.h"

enum { CONVOLUTIONS = 7, KERNEL = 3, MAP_SIDE = IMAGE_SIDE / 8 };
static const int STRIDES[CONVOLUTIONS] = {2, 1, 2, 1, 2, 1, 1};
static const real SLOPE = (real)0.01;

struct encoder_parts {
    struct convolution_layer convolutions[CONVOLUTIONS];
    struct linear_layer head;
};

static void *declare(struct parameters *parameters, const struct video_settings *settings, int frames,
                     int width) {
    struct encoder_parts *parts = memory_alloc(1, sizeof *parts);
    bool half = video_settings_half(settings);
    int in = IMAGE_CHANNELS * frames;
    for (int i = 0; i < CONVOLUTIONS; i++) {
        char name[PARAMETER_NAME_SIZE];
        bool last = i + 1 == CONVOLUTIONS;
        int out = last ? width : settings->channels;
        (void)snprintf(name, sizeof name, "encoder.e%d", i);
        struct convolution_options options = {.stride = STRIDES[i], .slope = last ? 1 : SLOPE, .half = half};
        parts->convolutions[i] = convolution_layer_declare(parameters, name, KERNEL, in, out, options);
        in = out;
    }
    parts->head = linear_layer_declare(parameters, "encoder.head", MAP_SIDE * MAP_SIDE * width, width);
    return parts;
}

static struct tensor *apply(const void *description, struct tensor *const *leaves, struct tensor *x) {
    const struct encoder_parts *parts = description;
    for (int i = 0; i < CONVOLUTIONS; i++) {
        x = convolution_layer_apply(&parts->convolutions[i], leaves, x);
    }
    int batch = x->shape[0];
    x = tensor_reshape(x, 2, (int[]){batch, (int)(x->size / (size_t)batch)});
    return linear_layer_apply(&parts->head, leaves, x);
}

const struct encoder_kind convolution_encoder = {.declare = declare, .apply = apply};
