/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The convolutional encoder: frames stacked on the channels to a vector.
 *
 * Seven 3 x 3 SAME convolutions (strides 2, 1, 2, 1, 2, 1, 1) take 32 x 32 to 4 x 4, leaky ReLU 0.01 behind
 * all but the last; then a linear layer on the flattened map. The last convolution and the linear layer are
 * two linear maps in a row, as in the SyMetric reference (Higgins et al. 2021).
 */
#ifndef HAMBENCH_MODELS_ENCODER_H
#define HAMBENCH_MODELS_ENCODER_H

#include "engine/layers.h"

enum { ENCODER_CONVOLUTIONS = 7 };

struct encoder {
    struct convolution_layer convolutions[ENCODER_CONVOLUTIONS];
    struct linear_layer head;
};

/* `frames` stacked images in, `width` numbers out, `channels` convolution channels (in bfloat16 if
 * `half`). Parameters "encoder.*".
 */
struct encoder encoder_declare(struct parameters *parameters, int frames, int channels, int width, bool half);

/* x [N][32][32][3 frames] -> [N][width] */
struct tensor *encoder_apply(const struct encoder *encoder, struct tensor *const *leaves, struct tensor *x);

#endif
