/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/video/decoder_layers.h"

#include <assert.h>
#include <stdio.h>

#include "engine/ops.h"
#include "models/video/latent_map.h"

enum { KERNEL = 3, CONSTANT_CHANNELS = 2 };

/* From here on nearly all the work is done: the convolutions at 16 x 16 and 32 x 32. Bfloat16 is fastest on
 * channel-last images, float32 on those that tensor_chain makes. */
enum { CHAIN_START = 2 };

/* Whether the map is upsampled before convolution i. */
static bool upsamples_before(int i, int side) {
    return (i == 0 && side == LATENT_MAP_SIDE) || i == 2 || i == 4;
}

struct decoder_layers decoder_layers_declare(struct parameters *parameters,
                                             const struct video_settings *settings, int side, int channels,
                                             real slope) {
    struct decoder_layers layers = {.half = video_settings_half(settings)};
    int in = channels;
    assert(side == LATENT_MAP_SIDE || side == 2 * LATENT_MAP_SIDE);
    /* The last convolution stays in float32: it is a small part of the work and its result is the image. */
    for (int i = 0; i < DECODER_LAYERS_COUNT; i++) {
        char name[PARAMETER_NAME_SIZE];
        bool last = i + 1 == DECODER_LAYERS_COUNT;
        int out = last ? IMAGE_CHANNELS : settings->channels;
        (void)snprintf(name, sizeof name, "decoder.d%d", i);
        struct convolution_options options = {.stride = 1,
                                              .slope = last ? 1 : slope,
                                              .half = layers.half && !last,
                                              .upsample = upsamples_before(i, side)};
        layers.convolutions[i] = convolution_layer_declare(parameters, name, KERNEL, in, out, options);
        in = out;
    }
    return layers;
}

struct tensor *decoder_layers_apply(const struct decoder_layers *layers, struct tensor *const *leaves,
                                    struct tensor *map) {
    struct tensor *x = map;
    for (int i = 0; i < DECODER_LAYERS_COUNT; i++) {
        x = i == CHAIN_START && !layers->half ? tensor_chain(x) : x;
        x = convolution_layer_apply(&layers->convolutions[i], leaves, x);
    }
    return tensor_sigmoid(x);
}

struct decoder_map decoder_map_declare(struct parameters *parameters, const struct video_settings *settings,
                                       int channels, real slope) {
    struct decoder_map decoder;
    decoder.constant =
        parameters_add(parameters, "decoder.constant", 3,
                       (int[]){LATENT_MAP_SIDE, LATENT_MAP_SIDE, CONSTANT_CHANNELS}, PARAMETER_ONE);
    decoder.layers =
        decoder_layers_declare(parameters, settings, LATENT_MAP_SIDE, CONSTANT_CHANNELS + channels, slope);
    return decoder;
}

struct tensor *decoder_map_apply(const struct decoder_map *decoder, struct tensor *const *leaves,
                                 struct tensor *map) {
    struct tensor *constant =
        tensor_broadcast(leaves[decoder->constant], 4,
                         (int[]){map->shape[0], LATENT_MAP_SIDE, LATENT_MAP_SIDE, CONSTANT_CHANNELS});
    return decoder_layers_apply(&decoder->layers, leaves,
                                tensor_concatenate((struct tensor *[]){constant, map}, 2, 3));
}
