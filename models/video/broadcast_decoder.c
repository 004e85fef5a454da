/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The spatial broadcast decoder (Watters, Matthey, Burgess, Lerchner, Spatial Broadcast Decoder, 2019): the
 * latent stands at every place of a grid beside the coordinates of the place, so that convolutions only have
 * to say what is to be seen at a place, and where things are is part of the latent. The published one
 * broadcasts to the size of the image; here the grid is 8 x 8 and is upsampled like that of the other
 * decoders, at a tenth of the work.
 */
#include "engine/ops.h"
#include "models/video/decoder.h"
#include "models/video/decoder_layers.h"
#include "support/memory.h"

enum { SIDE = IMAGE_SIDE / 4, DOUBLINGS = 6, COORDINATES = 2 };
_Static_assert(1 << DOUBLINGS == SIDE * SIDE, "a latent for each place of the grid");
static const real SLOPE = (real)0.01;

static void *declare(struct parameters *parameters, const struct video_settings *settings, int width) {
    struct decoder_layers *layers = memory_alloc(1, sizeof *layers);
    *layers = decoder_layers_declare(parameters, settings, SIDE, COORDINATES + width, SLOPE);
    return layers;
}

/* x and y of each place, from -1 at one edge to 1 at the other, [N][8][8][2]. */
static struct tensor *coordinates(struct tape *tape, int batch) {
    struct tensor *grid = tape_constant(tape, 4, (int[]){batch, SIDE, SIDE, COORDINATES}, 0);
    for (size_t i = 0; i < grid->size / COORDINATES; i++) {
        grid->data[i * COORDINATES] = (real)(2.0 * (double)(i % SIDE) / (SIDE - 1) - 1.0);
        grid->data[i * COORDINATES + 1] = (real)(2.0 * (double)(i / SIDE % SIDE) / (SIDE - 1) - 1.0);
    }
    return grid;
}

/* z [N][width] at every place, [N][8][8][width]: doubled side by side until there are enough. */
static struct tensor *tile(struct tensor *z) {
    int batch = z->shape[0], width = z->shape[1];
    for (int i = 0; i < DOUBLINGS; i++) {
        z = tensor_concatenate((struct tensor *[]){z, z}, 2, 1);
    }
    return tensor_reshape(z, 4, (int[]){batch, SIDE, SIDE, width});
}

static struct tensor *apply(const void *layers, struct tensor *const *leaves, struct tensor *z) {
    struct tensor *map =
        tensor_concatenate((struct tensor *[]){coordinates(z->tape, z->shape[0]), tile(z)}, 2, 3);
    return decoder_layers_apply(layers, leaves, map);
}

const struct decoder_kind broadcast_decoder = {.declare = declare, .apply = apply};
