/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Separable latent Hamiltonian of HGN++ (Higgins et al. 2021; Toth et al. 2020): z = (q, p), H = K(p) + V(q)
 * with two multilayer perceptrons, dq/dt = dK/dp, dp/dt = -dV/dq, stepped by a symplectic composition of
 * integrators/.
 */
#include "engine/layers.h"
#include "engine/ops.h"
#include "integrators/integrator.h"
#include "models/sequence_model.h"
#include "support/memory.h"

struct hamiltonian_parts {
    struct mlp potential; /* V: [d] -> [1] */
    struct mlp kinetic;   /* K: [d] -> [1] */
};

static void *declare(struct parameters *parameters, const void *settings) {
    const struct sequence_settings *s = settings;
    struct hamiltonian_parts *parts = memory_alloc(1, sizeof *parts);
    int d = s->video.latent / 2, hidden = s->video.hidden, layers = s->video.hidden_layers;
    parts->potential = mlp_declare(parameters, "potential", d, hidden, layers, 1);
    parts->kinetic = mlp_declare(parameters, "kinetic", d, hidden, layers, 1);
    return parts;
}

static int decoded_width(const void *settings) {
    const struct sequence_settings *s = settings;
    return s->video.latent / 2;
}

/* d sum(energy(x)) / dx, itself differentiable: rows are independent, so this is the gradient at each of
 * them. */
static struct tensor *energy_gradient(const struct mlp *energy, struct tensor *const *leaves,
                                      struct tensor *x) {
    struct tensor *sum = tensor_sum(mlp_apply(energy, leaves, x), 0);
    struct tensor *gradient;
    tape_gradient(sum, NULL, &x, 1, &gradient);
    return gradient;
}

static void unroll(const void *description, const struct model_clock *clock, struct tensor *const *leaves,
                   struct tensor *start, int steps, struct tensor **states) {
    const struct hamiltonian_parts *parts = description;
    const struct integrator *method = clock->integrator;
    double h = clock->frame / clock->steps_per_frame;
    int d = start->shape[1] / 2;
    struct tensor *q = tensor_slice(start, 1, 0, d), *p = tensor_slice(start, 1, d, d);
    struct tensor *slope =
        NULL; /* dV/dq where q stands; the last kick of a step and the first of the next share it */
    states[0] = start;
    for (int t = 0; t < steps; t++) {
        for (int k = 0; k < clock->steps_per_frame * method->stages; k++) {
            int i = k % method->stages;
            if (method->kick[i] != 0) {
                slope = slope != NULL ? slope : energy_gradient(&parts->potential, leaves, q);
                p = tensor_add_scaled(p, slope, (real)(-method->kick[i] * h));
            }
            if (method->drift[i] != 0) {
                struct tensor *velocity = energy_gradient(&parts->kinetic, leaves, p);
                q = tensor_add_scaled(q, velocity, (real)(method->drift[i] * h));
                slope = NULL;
            }
        }
        states[t + 1] = tensor_concatenate((struct tensor *[]){q, p}, 2, 1);
    }
}

static struct tensor *energy(const void *description, struct tensor *const *leaves, struct tensor *states) {
    const struct hamiltonian_parts *parts = description;
    int d = states->shape[1] / 2;
    struct tensor *v = mlp_apply(&parts->potential, leaves, tensor_slice(states, 1, 0, d));
    struct tensor *k = mlp_apply(&parts->kinetic, leaves, tensor_slice(states, 1, d, d));
    return tensor_add(k, v);
}

const struct dynamics hamiltonian_dynamics = {
    .declare = declare,
    .decoded_width = decoded_width,
    .unroll = unroll,
    .energy = energy,
};
