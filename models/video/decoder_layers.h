/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the decoders of models/video/decoder.h end with: from a small map of channels to an image.
 */
#ifndef HAMBENCH_MODELS_VIDEO_DECODER_LAYERS_H
#define HAMBENCH_MODELS_VIDEO_DECODER_LAYERS_H

#include <stdbool.h>

#include "engine/layers.h"
#include "models/video_settings.h"

/* Pairs of 3 x 3 convolutions at 8 x 8, 16 x 16 and 32 x 32 with leaky ReLU behind each, nearest upsampling
 * between the pairs, and a last convolution to 3 channels with a sigmoid. */
enum { DECODER_LAYERS_COUNT = 7 };
struct decoder_layers {
    bool half;
    struct convolution_layer convolutions[DECODER_LAYERS_COUNT];
};

/* Parameters "decoder.d0" to "decoder.d6", for maps [side][side][channels] of side 4, which are upsampled
 * first, or 8. Settings `channels`, `precision`. */
struct decoder_layers decoder_layers_declare(struct parameters *parameters,
                                             const struct video_settings *settings, int side, int channels,
                                             real slope);
/* map [N][side][side][channels] -> [N][32][32][3] in (0, 1) */
struct tensor *decoder_layers_apply(const struct decoder_layers *layers, struct tensor *const *leaves,
                                    struct tensor *map);

/* The same behind a learned constant map of two channels, "decoder.constant", which is put in front of the
 * channels of a 4 x 4 map. */
struct decoder_map {
    int constant;
    struct decoder_layers layers;
};
struct decoder_map decoder_map_declare(struct parameters *parameters, const struct video_settings *settings,
                                       int channels, real slope);
/* map [N][4][4][channels] -> [N][32][32][3] */
struct tensor *decoder_map_apply(const struct decoder_map *decoder, struct tensor *const *leaves,
                                 struct tensor *map);

#endif
