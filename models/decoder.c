/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/decoder.h"

#include <stdio.h>

#include "engine/ops.h"
#include "models/model.h"

enum { MAP_SIDE = IMAGE_SIDE / 8, CONSTANT_CHANNELS = 2 };
static const real SLOPE = (real)0.01;

/* From here on nearly all the work is done: the convolutions at 16 x 16 and 32 x 32. Bfloat16 is fastest on
 * channel-last images, float32 on those that tensor_chain makes. */
enum { CHAIN_START = 2 };

/* Whether the map is upsampled before convolution i. */
static bool upsamples_before(int i) {
    return i == 0 || i == 2 || i == 4;
}

struct decoder decoder_declare(struct parameters *parameters, int width, int map_channels, int channels,
                               bool half) {
    struct decoder decoder = {.map_channels = map_channels, .half = half};
    decoder.spread =
        linear_layer_declare(parameters, "decoder.spread", width, MAP_SIDE * MAP_SIDE * map_channels);
    decoder.constant = parameters_add(parameters, "decoder.constant", 3,
                                      (int[]){MAP_SIDE, MAP_SIDE, CONSTANT_CHANNELS}, PARAMETER_ONE);
    int in = CONSTANT_CHANNELS + map_channels;
    /* The last convolution stays in float32: it is a small part of the work and its result is the image. */
    for (int i = 0; i < DECODER_CONVOLUTIONS; i++) {
        char name[PARAMETER_NAME_SIZE];
        bool last = i + 1 == DECODER_CONVOLUTIONS;
        int out = last ? IMAGE_CHANNELS : channels;
        (void)snprintf(name, sizeof name, "decoder.d%d", i);
        struct convolution_options options = {
            .stride = 1, .slope = last ? 1 : SLOPE, .half = half && !last, .upsample = upsamples_before(i)};
        decoder.convolutions[i] = convolution_layer_declare(parameters, name, in, out, options);
        in = out;
    }
    return decoder;
}

struct tensor *decoder_apply(const struct decoder *decoder, struct tensor *const *leaves, struct tensor *z) {
    int batch = z->shape[0];
    struct tensor *map = linear_layer_apply(&decoder->spread, leaves, z);
    map = tensor_reshape(map, 4, (int[]){batch, MAP_SIDE, MAP_SIDE, decoder->map_channels});
    struct tensor *constant =
        tensor_broadcast(leaves[decoder->constant], 4, (int[]){batch, MAP_SIDE, MAP_SIDE, CONSTANT_CHANNELS});
    struct tensor *x = tensor_concatenate((struct tensor *[]){constant, map}, 2, 3);
    for (int i = 0; i < DECODER_CONVOLUTIONS; i++) {
        x = i == CHAIN_START && !decoder->half ? tensor_chain(x) : x;
        x = convolution_layer_apply(&decoder->convolutions[i], leaves, x);
    }
    return tensor_sigmoid(x);
}
