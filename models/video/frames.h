/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Decoding latents to frames in blocks: decode, compare, backpropagate and forget, so that the activations of
 * one block are all that is ever held. The frames are independent given the latents.
 */
#ifndef HAMBENCH_MODELS_VIDEO_FRAMES_H
#define HAMBENCH_MODELS_VIDEO_FRAMES_H

#include "models/model.h"
#include "models/video/decoder.h"

/* A decoder with what it declared. */
struct frames_decoder {
    const struct model *model;
    const struct decoder_kind *kind;
    const void *parts;
    int width; /* of the numbers it decodes */
};

/* What the decoded frames of a shard are held against: target decoded[i] of each sequence. */
struct frames_target {
    const struct model_batch *batch;
    const struct window_plan *plan;
};

/* Decodes z [decoded_count][B][width] and returns the weighted mean squared error per pixel value. Adds
 * `weight` times its gradient to `gradient` (decoder parameters) and writes it to `dz` (shape of z). A
 * non-finite error names its culprit in `out`. */
double frames_loss(const struct frames_decoder *decoder, struct tape *tape, const real *z,
                   const struct frames_target *target, real weight, real *gradient, real *dz,
                   struct model_step *out);

/* Decodes z [count][width] and hands out each image [H][W][C], which is gone afterwards. */
void frames_decode(const struct frames_decoder *decoder, struct tape *tape, const real *z, int count,
                   void (*take)(void *context, int row, const real *image), void *context);

#endif
