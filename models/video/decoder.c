/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/video/decoder.h"

#include <stdio.h>

#include "engine/layers.h"
#include "engine/ops.h"
#include "support/memory.h"

enum { CONVOLUTIONS = 7, KERNEL = 3, MAP_SIDE = IMAGE_SIDE / 8, CONSTANT_CHANNELS = 2 };
static const real SLOPE = (real)0.01;

/* From here on nearly all the work is done: the convolutions at 16 x 16 and 32 x 32. Bfloat16 is fastest on
 * channel-last images, float32 on those that tensor_chain makes. */
enum { CHAIN_START = 2 };

struct decoder_parts {
    int map_channels;
    bool half;
    struct linear_layer spread;
    int constant; /* the learned map [4][4][2] */
    struct convolution_layer convolutions[CONVOLUTIONS];
};

/* Whether the map is upsampled before convolution i. */
static bool upsamples_before(int i) {
    return i == 0 || i == 2 || i == 4;
}

static void *declare(struct parameters *parameters, const struct video_settings *settings, int width) {
    struct decoder_parts *parts = memory_alloc(1, sizeof *parts);
    parts->map_channels = settings->latent / 2;
    parts->half = video_settings_half(settings);
    parts->spread =
        linear_layer_declare(parameters, "decoder.spread", width, MAP_SIDE * MAP_SIDE * parts->map_channels);
    parts->constant = parameters_add(parameters, "decoder.constant", 3,
                                     (int[]){MAP_SIDE, MAP_SIDE, CONSTANT_CHANNELS}, PARAMETER_ONE);
    int in = CONSTANT_CHANNELS + parts->map_channels;
    /* The last convolution stays in float32: it is a small part of the work and its result is the image. */
    for (int i = 0; i < CONVOLUTIONS; i++) {
        char name[PARAMETER_NAME_SIZE];
        bool last = i + 1 == CONVOLUTIONS;
        int out = last ? IMAGE_CHANNELS : settings->channels;
        (void)snprintf(name, sizeof name, "decoder.d%d", i);
        struct convolution_options options = {.stride = 1,
                                              .slope = last ? 1 : SLOPE,
                                              .half = parts->half && !last,
                                              .upsample = upsamples_before(i)};
        parts->convolutions[i] = convolution_layer_declare(parameters, name, KERNEL, in, out, options);
        in = out;
    }
    return parts;
}

static struct tensor *apply(const void *description, struct tensor *const *leaves, struct tensor *z) {
    const struct decoder_parts *parts = description;
    int batch = z->shape[0];
    struct tensor *map = linear_layer_apply(&parts->spread, leaves, z);
    map = tensor_reshape(map, 4, (int[]){batch, MAP_SIDE, MAP_SIDE, parts->map_channels});
    struct tensor *constant =
        tensor_broadcast(leaves[parts->constant], 4, (int[]){batch, MAP_SIDE, MAP_SIDE, CONSTANT_CHANNELS});
    struct tensor *x = tensor_concatenate((struct tensor *[]){constant, map}, 2, 3);
    for (int i = 0; i < CONVOLUTIONS; i++) {
        x = i == CHAIN_START && !parts->half ? tensor_chain(x) : x;
        x = convolution_layer_apply(&parts->convolutions[i], leaves, x);
    }
    return tensor_sigmoid(x);
}

const struct decoder_kind vector_decoder = {.declare = declare, .apply = apply};
