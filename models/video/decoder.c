/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/video/decoder.h"

#include <string.h>

#include "engine/layers.h"
#include "models/video/decoder_layers.h"
#include "models/video/latent_map.h"
#include "support/memory.h"

static const real SLOPE = (real)0.01;

struct decoder_parts {
    struct linear_layer spread;
    struct decoder_map map;
};

static void *declare(struct parameters *parameters, const struct video_settings *settings, int width) {
    struct decoder_parts *parts = memory_alloc(1, sizeof *parts);
    int channels = settings->latent / 2;
    parts->spread = linear_layer_declare(parameters, "decoder.spread", width, LATENT_MAP_PIXELS * channels);
    parts->map = decoder_map_declare(parameters, settings, channels, SLOPE);
    return parts;
}

static struct tensor *apply(const void *description, struct tensor *const *leaves, struct tensor *z) {
    const struct decoder_parts *parts = description;
    struct tensor *map = linear_layer_apply(&parts->spread, leaves, z);
    return decoder_map_apply(&parts->map, leaves, latent_map_of(map));
}

const struct decoder_kind vector_decoder = {.declare = declare, .apply = apply};

const struct decoder_kind *decoder_chosen(const struct video_settings *settings,
                                          const struct decoder_kind *own) {
    return strcmp(settings->decoder, "broadcast") == 0 ? &broadcast_decoder : own;
}
