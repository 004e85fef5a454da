/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/video/latent_map.h"

#include <assert.h>

#include "engine/ops.h"

struct tensor *latent_map_of(struct tensor *numbers) {
    int channels = numbers->shape[1] / LATENT_MAP_PIXELS;
    assert(numbers->shape[1] == channels * LATENT_MAP_PIXELS);
    return tensor_reshape(numbers, 4, (int[]){numbers->shape[0], LATENT_MAP_SIDE, LATENT_MAP_SIDE, channels});
}

struct tensor *latent_map_halves(struct tensor *map) {
    int half = map->shape[3] / 2;
    struct tensor *parts[2];
    for (int i = 0; i < 2; i++) {
        parts[i] = tensor_reshape(tensor_slice(map, 3, i * half, half), 2,
                                  (int[]){map->shape[0], LATENT_MAP_PIXELS * half});
    }
    return tensor_concatenate(parts, 2, 1);
}
