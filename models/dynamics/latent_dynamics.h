/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What differs between the latent sequence models: how a latent state moves. Dynamics give derivatives, as
 * tensors that can be differentiated again; models/latent_stepper.h walks them with any method of
 * integrators/ that suits.
 *
 * A state z [B][D] may be (q, p), positions and momenta, or (q, v), positions and velocities, or anything
 * else: to the stepper it is a vector, unless it is separable.
 */
#ifndef HAMBENCH_MODELS_DYNAMICS_LATENT_DYNAMICS_H
#define HAMBENCH_MODELS_DYNAMICS_LATENT_DYNAMICS_H

#include "engine/parameters.h"
#include "engine/tape.h"

struct latent_dynamics {
    /* Adds the parameters for states of D = `width`; returns the description that the functions below are
     * handed, released with `free`. `settings` are the kind's, they begin with struct sequence_settings. */
    void *(*declare)(struct parameters *parameters, const void *settings, int width);

    /* Exactly one of three says how a state moves.
     *
     * A separable energy H = K(p) + V(q) of z = (q, p): dq/dt = velocity(p) = dK/dp, dp/dt = -slope(q) =
     * -dV/dq. All [B][d]. */
    struct tensor *(*velocity)(const void *parts, struct tensor *const *leaves, struct tensor *p);
    struct tensor *(*slope)(const void *parts, struct tensor *const *leaves, struct tensor *q);
    /* Any dz/dt = field(z), [B][D]. */
    struct tensor *(*field)(const void *parts, struct tensor *const *leaves, struct tensor *z);
    /* The state one frame later, [B][D], in one go: no time, no integrator, no way back. */
    struct tensor *(*map)(const void *parts, struct tensor *const *leaves, struct tensor *z);

    /* The conserved quantity at each of [B][D] states: [B][1]. NULL where the dynamics has none. */
    struct tensor *(*energy)(const void *parts, struct tensor *const *leaves, struct tensor *states);

    /* Whether the decoder sees the whole state; otherwise it sees its first half, the positions. */
    bool shows_whole_state;
};

/* H = K(p) + V(q), two multilayer perceptrons. */
extern const struct latent_dynamics hamiltonian_dynamics;
/* The same with convolutional networks; q and p are maps [4][4][c]. The first of five convolutions has half
 * of `hidden` channels, the others all. */
extern const struct latent_dynamics convolution_hamiltonian_dynamics;

/* L = v^T M(q) v / 2 - V(q) of states (q, v), the mass matrix and V multilayer perceptrons; the settings are
 * a struct physics_settings (models/dynamics/physics.h, which has more of its kind). */
extern const struct latent_dynamics lagrangian_dynamics;

/* A multilayer perceptron f and no energy: dz/dt = f(z); the next frame is f(z); it is z + f(z); the same,
 * but the decoder sees the first half alone. */
extern const struct latent_dynamics perceptron_flow_dynamics, perceptron_map_dynamics,
    perceptron_residual_dynamics, perceptron_free_dynamics;

#endif
