/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The convolutional decoder: a vector to the mean of an image.
 *
 * A linear layer fills a 4 x 4 map, a learned constant map of two channels is put in front, then three times
 * nearest upsampling with two 3 x 3 convolutions (leaky ReLU 0.01), and a last one to 3 channels with a
 * sigmoid (Higgins et al. 2021).
 */
#ifndef HAMBENCH_MODELS_DECODER_H
#define HAMBENCH_MODELS_DECODER_H

#include "engine/layers.h"

enum { DECODER_CONVOLUTIONS = 7 };

struct decoder {
    int map_channels;
    bool half;
    struct linear_layer spread;
    int constant; /* the learned map [4][4][2] */
    struct convolution_layer convolutions[DECODER_CONVOLUTIONS];
};

/* `width` numbers in, `map_channels` channels of the 4 x 4 map. Convolutions in bfloat16 if `half`.
 * Parameters "decoder.*". */
struct decoder decoder_declare(struct parameters *parameters, int width, int map_channels, int channels,
                               bool half);

/* z [N][width] -> [N][32][32][3] in (0, 1) */
struct tensor *decoder_apply(const struct decoder *decoder, struct tensor *const *leaves, struct tensor *z);

#endif
