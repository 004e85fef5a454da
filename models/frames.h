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
    struct model_frames frames;
    int batch;          /* B */
    int first;          /* frame of target 0 */
    const int *decoded; /* targets, as model_batch */
    int count;
    int horizon;
};

/* Decodes z [count][B][width], where z[i] belongs to target decoded[i], and returns the weighted mean squared
 * error per pixel value. Adds `weight` times its gradient to `gradient` (decoder parameters) and writes it to
 * `dz` (shape of z). `culprit` is model_loss's, of `culprit_size` bytes. */
double frames_loss(const struct model *model, const struct decoder *decoder, struct tape *tape, const real *z,
                   int width, const struct frames_target *target, real weight, real *gradient, real *dz,
                   char *culprit, size_t culprit_size);

/* Decodes z [count][width] to images [count][H][W][C]. */
void frames_decode(const struct model *model, const struct decoder *decoder, struct tape *tape, const real *z,
                   int width, int count, real *images);

#endif
