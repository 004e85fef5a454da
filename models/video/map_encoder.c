/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The encoder of the Hamiltonian Generative Network as published (Toth et al. 2020): three times a 2 x 2
 * convolution of stride 2, which halves the image without padding, and a 4 x 4 convolution behind it.
 */
#include <assert.h>
#include <stdio.h>

#include "engine/layers.h"
#include "models/video/encoder.h"
#include "models/video/latent_map.h"
#include "support/memory.h"

enum { CONVOLUTIONS = 6 };

struct map_encoder_parts {
    struct convolution_layer convolutions[CONVOLUTIONS];
};

/* Channels that convolution i makes. */
static int channels_of(int i, int channels, int width) {
    if (i + 1 == CONVOLUTIONS) {
        assert(width % LATENT_MAP_PIXELS == 0);
        return width / LATENT_MAP_PIXELS;
    }
    return i == 0 ? (channels + 1) / 2 : channels;
}

static void *declare(struct parameters *parameters, const struct video_settings *settings, int frames,
                     int width) {
    struct map_encoder_parts *parts = memory_alloc(1, sizeof *parts);
    int in = IMAGE_CHANNELS * frames;
    for (int i = 0; i < CONVOLUTIONS; i++) {
        char name[PARAMETER_NAME_SIZE];
        bool halves = i % 2 == 0, last = i + 1 == CONVOLUTIONS;
        int out = channels_of(i, settings->channels, width);
        (void)snprintf(name, sizeof name, "encoder.e%d", i);
        struct convolution_options options = {
            .stride = halves ? 2 : 1, .slope = last ? 1 : 0, .half = video_settings_half(settings)};
        parts->convolutions[i] =
            convolution_layer_declare(parameters, name, halves ? 2 : 4, in, out, options);
        in = out;
    }
    return parts;
}

static struct tensor *apply(const void *description, struct tensor *const *leaves, struct tensor *x) {
    const struct map_encoder_parts *parts = description;
    for (int i = 0; i < CONVOLUTIONS; i++) {
        x = convolution_layer_apply(&parts->convolutions[i], leaves, x);
    }
    return latent_map_halves(x);
}

const struct encoder_kind map_encoder = {.declare = declare, .apply = apply};
