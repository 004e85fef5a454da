/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <stdio.h>

#include "engine/layers.h"
#include "models/video/latent_map.h"
#include "models/video/transform.h"
#include "models/video_settings.h"
#include "support/memory.h"

enum { CONVOLUTIONS = 5, KERNEL = 3 };

struct transform_parts {
    struct convolution_layer convolutions[CONVOLUTIONS];
};

static int width(const void *settings) {
    const struct video_settings *s = settings;
    return LATENT_MAP_PIXELS * s->latent;
}

static void *declare(struct parameters *parameters, const void *settings, int inferred) {
    const struct video_settings *s = settings;
    struct transform_parts *parts = memory_alloc(1, sizeof *parts);
    assert(inferred % LATENT_MAP_PIXELS == 0);
    int in = inferred / LATENT_MAP_PIXELS;
    for (int i = 0; i < CONVOLUTIONS; i++) {
        char name[PARAMETER_NAME_SIZE];
        bool last = i + 1 == CONVOLUTIONS;
        int out = last ? s->latent : s->channels;
        (void)snprintf(name, sizeof name, "transform.%d", i);
        struct convolution_options options = {
            .stride = 1, .slope = last ? 1 : 0, .half = video_settings_half(s)};
        parts->convolutions[i] = convolution_layer_declare(parameters, name, KERNEL, in, out, options);
        in = out;
    }
    return parts;
}

static struct tensor *apply(const void *description, struct tensor *const *leaves, struct tensor *z) {
    const struct transform_parts *parts = description;
    struct tensor *x = latent_map_of(z);
    for (int i = 0; i < CONVOLUTIONS; i++) {
        x = convolution_layer_apply(&parts->convolutions[i], leaves, x);
    }
    return latent_map_halves(x);
}

const struct transform_kind convolution_transform = {.width = width, .declare = declare, .apply = apply};
