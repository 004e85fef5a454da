/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Separable latent Hamiltonian of HGN++ (Higgins et al. 2021; Toth et al. 2020): z = (q, p), H = K(p) + V(q)
 * with two multilayer perceptrons, dq/dt = dK/dp, dp/dt = -dV/dq.
 */
#include "engine/layers.h"
#include "engine/ops.h"
#include "models/dynamics/confinement.h"
#include "models/dynamics/latent_dynamics.h"
#include "models/video/sequence_model.h"
#include "support/memory.h"

struct hamiltonian_parts {
    struct mlp potential; /* V: [d] -> [1] */
    struct mlp kinetic;   /* K: [d] -> [1] */
    double confinement;   /* w of w |q|^2 / 2 in V */
};

static void *declare(struct parameters *parameters, const void *settings, int width) {
    struct hamiltonian_parts *parts = memory_alloc(1, sizeof *parts);
    struct mlp_shape shape = sequence_model_mlp(settings, width / 2, 1);
    parts->potential = mlp_declare(parameters, "potential", shape);
    parts->kinetic = mlp_declare(parameters, "kinetic", shape);
    parts->confinement = ((const struct sequence_settings *)settings)->confinement;
    return parts;
}

static struct tensor *potential(const struct hamiltonian_parts *parts, struct tensor *const *leaves,
                                struct tensor *q) {
    return confinement_add(mlp_apply(&parts->potential, leaves, q), q, parts->confinement);
}

static struct tensor *velocity(const void *description, struct tensor *const *leaves, struct tensor *p) {
    const struct hamiltonian_parts *parts = description;
    return tape_row_gradient(mlp_apply(&parts->kinetic, leaves, p), p);
}

static struct tensor *slope(const void *description, struct tensor *const *leaves, struct tensor *q) {
    const struct hamiltonian_parts *parts = description;
    return tape_row_gradient(potential(parts, leaves, q), q);
}

static struct tensor *energy(const void *description, struct tensor *const *leaves, struct tensor *states) {
    const struct hamiltonian_parts *parts = description;
    int d = states->shape[1] / 2;
    struct tensor *v = potential(parts, leaves, tensor_slice(states, 1, 0, d));
    struct tensor *k = mlp_apply(&parts->kinetic, leaves, tensor_slice(states, 1, d, d));
    return tensor_add(k, v);
}

const struct latent_dynamics hamiltonian_dynamics = {
    .declare = declare,
    .velocity = velocity,
    .slope = slope,
    .energy = energy,
};
