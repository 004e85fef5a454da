/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Transforms: a network between what is inferred and the state that moves. The divergence from the prior is
 * taken before it. A model without one moves what it infers.
 */
#ifndef HAMBENCH_MODELS_VIDEO_TRANSFORM_H
#define HAMBENCH_MODELS_VIDEO_TRANSFORM_H

#include "engine/parameters.h"
#include "engine/tape.h"

struct transform_kind {
    /* D, the width of the state. */
    int (*width)(const void *settings);

    /* Adds the parameters "transform.*" for N inferred numbers. Returns the description, released with
     * `free`.
     */
    void *(*declare)(struct parameters *parameters, const void *settings, int inferred);

    /* [B][N] -> [B][D]: positions first, then momenta. Maps [4][4][2 c] are stored as the map of q and then
     * the map of p, each flattened by row, column, channel. */
    struct tensor *(*apply)(const void *parts, struct tensor *const *leaves, struct tensor *z);
};

/* Five 3 x 3 convolutions on the map, ReLU between them; as many channels come out as `latent` says (Toth et
 * al. 2020, as released). Settings `channels`, `latent`, `precision`. */
extern const struct transform_kind convolution_transform;

#endif
