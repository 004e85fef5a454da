/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Latent states followed in time by the methods of integrators/, on tensors: what is computed can be
 * differentiated. The coefficients are those of the tables that `hambench verify-integrators` checks.
 *
 *   symplectic compositions     separable dynamics only; the last kick of a step and the first of the next
 *                               share the slope, because the position is the same
 *   explicit Runge-Kutta        fixed steps
 *   ... with an error estimate  choose their steps (dopri5, dopri8): tolerance LATENT_STEPPER_TOLERANCE, one
 *                               step size for the whole batch by the norm over all its states (so a state
 *                               depends on those it is followed with); the sizes are constants to the
 *                               derivative, which is that of the accepted steps
 *   Gauss-Legendre              fixed-point iteration, recorded until it no longer changes the state
 *
 * All of them go forward and, with a negative time, backward.
 */
#ifndef HAMBENCH_MODELS_LATENT_STEPPER_H
#define HAMBENCH_MODELS_LATENT_STEPPER_H

#include <stdbool.h>
#include <stddef.h>

#include "models/dynamics/latent_dynamics.h"
#include "models/model.h"
#include "support/status.h"

/* Of chosen steps, absolute and relative. A frame may take so many tries, accepted or not. */
#define LATENT_STEPPER_TOLERANCE 1e-6
enum { LATENT_STEPPER_TRIES = 100, LATENT_STEPPER_ITERATIONS = 50 };

/* What moves: dynamics with their parameters on a tape. */
struct latent_system {
    const struct latent_dynamics *dynamics;
    const void *parts;
    struct tensor *const *leaves;
};

/* states[0] = start; states[t+1] is `clock->frame` of latent time after states[t], in
 * clock->steps_per_frame steps (methods that choose their steps begin with that size); all [B][D] on the tape
 * of `start`. False when a method cannot go on: the states from there on are nan, and `reason`
 * [MODEL_CULPRIT_SIZE] says why ("dopri5: more than 100 steps to a frame"). The method has been checked. */
bool latent_stepper_walk(const struct latent_system *system, const struct model_clock *clock,
                         struct tensor *start, int frames, struct tensor **states, char *reason);

/* About how many stages a frame takes: what it leaves on the tape grows with them. */
int latent_stepper_stages(const struct model_clock *clock);

/* STATUS_DATA with the reason when the method cannot step these dynamics; NULL is right for a map alone. */
enum status latent_stepper_check(const struct integrator *integrator, const struct latent_dynamics *dynamics);

/* Names of the methods that can step separable dynamics, and any: for the rows of settings. */
size_t latent_stepper_list_separable(const char **out, size_t capacity);
size_t latent_stepper_list_general(const char **out, size_t capacity);
/* Why a name that is not among these cannot be taken, NULL where it is no integrator: for the same rows. */
const char *latent_stepper_explain_separable(const char *name);
const char *latent_stepper_explain_general(const char *name);

#endif
