/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What differs between the latent sequence models: how a latent state moves from frame to frame.
 */
#ifndef HAMBENCH_MODELS_DYNAMICS_H
#define HAMBENCH_MODELS_DYNAMICS_H

#include "models/model.h"

struct dynamics {
    /* Adds the parameters; returns the kind's description, released with `free`. */
    void *(*declare)(struct parameters *parameters, const void *settings);

    /* Leading columns of a state that the decoder sees. */
    int (*decoded_width)(const void *settings);

    /* states[0] = start, states[t+1] the state one frame after states[t]; all [B][D] on the tape of `start`.
     */
    void (*unroll)(const void *parts, const struct model_clock *clock, struct tensor *const *leaves,
                   struct tensor *start, int steps, struct tensor **states);

    /* The conserved quantity at each of [B][D] states: [B][1]. NULL where the dynamics has none. */
    struct tensor *(*energy)(const void *parts, struct tensor *const *leaves, struct tensor *states);
};

extern const struct dynamics hamiltonian_dynamics;

#endif
