/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A learned field on true states as something that integrators/ can step: for whoever follows states, be it
 * to show them or to judge them.
 */
#ifndef HAMBENCH_MODELS_STATE_MOTION_H
#define HAMBENCH_MODELS_STATE_MOTION_H

#include "integrators/system.h"
#include "models/model.h"

/* The method, and its steps from one frame to the next, where nobody asks for others. */
#define STATE_MOTION_METHOD "rk4"
enum { STATE_MOTION_STEPS = 4 };

/* Of a model with the ability `states`. */
struct state_motion {
    const struct model *model;
    struct model_workspace *workspace;
    int count; /* states that move side by side, each by itself */
};

/* The system whose vector is the states [count][S]. `motion` must outlive it. Methods for Hamiltonian systems
 * are refused: they would have to know that the field is the symplectic gradient of the learned energy. */
struct system state_motion_system(const struct state_motion *motion);

#endif
