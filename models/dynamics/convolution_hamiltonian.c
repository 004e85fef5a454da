/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Separable latent Hamiltonian of the Hamiltonian Generative Network as published (Toth et al. 2020): q and p
 * are maps [4][4][c], H = K(p) + V(q) with two convolutional networks. Five convolutions with softplus
 * between them take 4 x 4 pixels to 2 x 2 and to one; padding is at the end.
 */
#include <stdio.h>

#include "engine/layers.h"
#include "engine/ops.h"
#include "models/dynamics/confinement.h"
#include "models/dynamics/latent_dynamics.h"
#include "models/video/latent_map.h"
#include "models/video/sequence_model.h"
#include "support/memory.h"

enum { CONVOLUTIONS = 5 };
static const int KERNELS_OF[CONVOLUTIONS] = {3, 2, 2, 2, 2};
static const int STRIDES[CONVOLUTIONS] = {1, 2, 1, 2, 1};

struct energy {
    struct convolution_layer convolutions[CONVOLUTIONS];
};

struct convolution_hamiltonian_parts {
    struct energy potential; /* V: [4][4][c] -> [1] */
    struct energy kinetic;   /* K: [4][4][c] -> [1] */
    double confinement;      /* w of w |q|^2 / 2 in V */
};

static struct energy declare_energy(struct parameters *parameters, const char *name, int channels,
                                    int hidden) {
    const int sizes[CONVOLUTIONS + 1] = {channels, (hidden + 1) / 2, hidden, hidden, hidden, 1};
    struct energy energy;
    for (int i = 0; i < CONVOLUTIONS; i++) {
        char layer[PARAMETER_NAME_SIZE];
        (void)snprintf(layer, sizeof layer, "%s.%d", name, i);
        struct convolution_options options = {.stride = STRIDES[i], .slope = 1};
        energy.convolutions[i] =
            convolution_layer_declare(parameters, layer, KERNELS_OF[i], sizes[i], sizes[i + 1], options);
    }
    return energy;
}

static void *declare(struct parameters *parameters, const void *settings, int width) {
    const struct video_settings *s = settings;
    struct convolution_hamiltonian_parts *parts = memory_alloc(1, sizeof *parts);
    int channels = width / 2 / LATENT_MAP_PIXELS;
    parts->potential = declare_energy(parameters, "potential", channels, s->hidden);
    parts->kinetic = declare_energy(parameters, "kinetic", channels, s->hidden);
    parts->confinement = ((const struct sequence_settings *)settings)->confinement;
    return parts;
}

/* x [B][d] -> [B][1] */
static struct tensor *apply_energy(const struct energy *energy, struct tensor *const *leaves,
                                   struct tensor *x) {
    struct tensor *map = latent_map_of(x);
    for (int i = 0; i < CONVOLUTIONS; i++) {
        map = i == 0 ? map : tensor_softplus(map);
        map = convolution_layer_apply(&energy->convolutions[i], leaves, map);
    }
    return tensor_reshape(map, 2, (int[]){x->shape[0], 1});
}

static struct tensor *potential(const struct convolution_hamiltonian_parts *parts,
                                struct tensor *const *leaves, struct tensor *q) {
    return confinement_add(apply_energy(&parts->potential, leaves, q), q, parts->confinement);
}

static struct tensor *velocity(const void *description, struct tensor *const *leaves, struct tensor *p) {
    const struct convolution_hamiltonian_parts *parts = description;
    return tape_row_gradient(apply_energy(&parts->kinetic, leaves, p), p);
}

static struct tensor *slope(const void *description, struct tensor *const *leaves, struct tensor *q) {
    const struct convolution_hamiltonian_parts *parts = description;
    return tape_row_gradient(potential(parts, leaves, q), q);
}

static struct tensor *energy(const void *description, struct tensor *const *leaves, struct tensor *states) {
    const struct convolution_hamiltonian_parts *parts = description;
    int d = states->shape[1] / 2;
    struct tensor *v = potential(parts, leaves, tensor_slice(states, 1, 0, d));
    struct tensor *k = apply_energy(&parts->kinetic, leaves, tensor_slice(states, 1, d, d));
    return tensor_add(k, v);
}

const struct latent_dynamics convolution_hamiltonian_dynamics = {
    .declare = declare,
    .velocity = velocity,
    .slope = slope,
    .energy = energy,
};
