/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Decoders: latent numbers to the mean of an image. A decoder is a table, for one kind of network.
 */
#ifndef HAMBENCH_MODELS_VIDEO_DECODER_H
#define HAMBENCH_MODELS_VIDEO_DECODER_H

#include "engine/parameters.h"
#include "engine/tape.h"
#include "models/video_settings.h"

struct decoder_kind {
    /* Adds the parameters "decoder.*" of a decoder of `width` numbers. Returns the description, released with
     * `free`. */
    void *(*declare)(struct parameters *parameters, const struct video_settings *settings, int width);

    /* z [N][width] -> [N][32][32][3] in (0, 1), by a sigmoid. */
    struct tensor *(*apply)(const void *parts, struct tensor *const *leaves, struct tensor *z);
};

/* `own`, unless the setting asks for the broadcast decoder. */
const struct decoder_kind *decoder_chosen(const struct video_settings *settings,
                                          const struct decoder_kind *own);

/* A linear layer fills a 4 x 4 map of `latent` / 2 channels, a learned constant map of two channels is put in
 * front, then three times nearest upsampling with two 3 x 3 convolutions (leaky ReLU 0.01), and a last one to
 * 3 channels with a sigmoid (Higgins et al. 2021). Settings `channels`, `latent`, `precision`. */
extern const struct decoder_kind vector_decoder;

/* The same without the linear layer: the numbers are a 4 x 4 map, by row, column, channel. Leaky ReLU 0.2
 * (Toth et al. 2020, as released). Settings `channels`, `precision`. */
extern const struct decoder_kind map_decoder;

/* The numbers at every place of an 8 x 8 grid, behind two channels with the coordinates of the place; then
 * two 3 x 3 convolutions (leaky ReLU 0.01), twice nearest upsampling with two more, and a last one to 3
 * channels with a sigmoid (Watters et al. 2019). Settings `channels`, `precision`. */
extern const struct decoder_kind broadcast_decoder;

#endif
