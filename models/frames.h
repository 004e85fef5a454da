/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Decoding latents to frames in blocks: decode, compare, backpropagate and forget, so that the activations of
 * one block are all that is ever held. The frames are independent given the latents.
 */
#ifndef HAMBENCH_MODELS_FRAMES_H
#define HAMBENCH_MODELS_FRAMES_H

#include "models/decoder.h"
#include "models/model.h"

/* What the decoded frames of a shard are held against. */
struct frames_target {
    struct model_examples examples;
    int batch;        /* B */
    const int *frame; /* of the window, that each decoded target is; [count] */
    int count;
    int horizon;
};

/* Decodes z [count][B][width], where z[i] belongs to frame[i], and returns the weighted mean squared
 * error per pixel value. Adds `weight` times its gradient to `gradient` (decoder parameters) and writes it to
 * `dz` (shape of z). A non-finite error names its culprit in `out`. */
double frames_loss(const struct model *model, const struct decoder *decoder, struct tape *tape, const real *z,
                   int width, const struct frames_target *target, real weight, real *gradient, real *dz,
                   struct model_step *out);

/* Decodes z [count][width] and hands out each image [H][W][C], which is gone afterwards. */
void frames_decode(const struct model *model, const struct decoder *decoder, struct tape *tape, const real *z,
                   int width, int count, void (*take)(void *context, int row, const real *image),
                   void *context);

#endif
