/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Latents that are small images, 4 x 4 pixels of some channels, and how they are stored as numbers: by row,
 * column, channel; of two halves of the channels (means and deviations, positions and momenta) first the map
 * of the one and then that of the other.
 */
#ifndef HAMBENCH_MODELS_VIDEO_LATENT_MAP_H
#define HAMBENCH_MODELS_VIDEO_LATENT_MAP_H

#include "engine/tape.h"
#include "support/image.h"

enum { LATENT_MAP_SIDE = IMAGE_SIDE / 8, LATENT_MAP_PIXELS = LATENT_MAP_SIDE * LATENT_MAP_SIDE };

/* Numbers as a map: [N][16 c] -> [N][4][4][c]. */
struct tensor *latent_map_of(struct tensor *numbers);

/* A map as numbers, the first half of its channels before the second: [N][4][4][2 c] -> [N][2 x 16 c]. */
struct tensor *latent_map_halves(struct tensor *map);

#endif
