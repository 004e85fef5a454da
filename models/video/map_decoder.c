/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>

#include "models/video/decoder.h"
#include "models/video/decoder_layers.h"
#include "models/video/latent_map.h"
#include "support/memory.h"

static const real SLOPE = (real)0.2;

static void *declare(struct parameters *parameters, const struct video_settings *settings, int width) {
    struct decoder_map *parts = memory_alloc(1, sizeof *parts);
    assert(width % LATENT_MAP_PIXELS == 0);
    *parts = decoder_map_declare(parameters, settings, width / LATENT_MAP_PIXELS, SLOPE);
    return parts;
}

static struct tensor *apply(const void *parts, struct tensor *const *leaves, struct tensor *z) {
    return decoder_map_apply(parts, leaves, latent_map_of(z));
}

const struct decoder_kind map_decoder = {.declare = declare, .apply = apply};
