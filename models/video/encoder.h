/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Encoders: stacked frames to numbers. An encoder is a table, for one kind of network.
 */
#ifndef HAMBENCH_MODELS_VIDEO_ENCODER_H
#define HAMBENCH_MODELS_VIDEO_ENCODER_H

#include "engine/parameters.h"
#include "engine/tape.h"
#include "models/video_settings.h"

struct encoder_kind {
    /* Adds the parameters "encoder.*" of an encoder that sees `frames` stacked images and gives `width`
     * numbers. Returns the description, released with `free`. */
    void *(*declare)(struct parameters *parameters, const struct video_settings *settings, int frames,
                     int width);

    /* x [N][32][32][3 frames] -> [N][width]. Where the numbers describe a Gaussian, its means come first,
     * then as many log standard deviations: an encoder to maps [4][4][c] splits the channels and flattens
     * each half by row, column, channel. */
    struct tensor *(*apply)(const void *parts, struct tensor *const *leaves, struct tensor *x);
};

/* Seven 3 x 3 SAME convolutions (strides 2, 1, 2, 1, 2, 1, 1) take 32 x 32 to 4 x 4, leaky ReLU 0.01 behind
 * all but the last; then a linear layer on the map, flattened by row, column, channel. The last convolution
 * and the linear layer are two linear maps in a row, as in the SyMetric reference (Higgins et al. 2021).
 * Settings `channels`, `precision`. */
extern const struct encoder_kind convolution_encoder;

/* To maps: three times a 2 x 2 convolution of stride 2 and a 4 x 4 convolution (SAME) take 32 x 32 to 4 x 4,
 * ReLU behind all but the last. The first has half of `channels`. `width` is a multiple of 16 (Toth et al.
 * 2020, as released). Settings `channels`, `precision`. */
extern const struct encoder_kind map_encoder;

#endif
