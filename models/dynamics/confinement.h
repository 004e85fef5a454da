/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A harmonic part of a learned potential: V(q) + w |q|^2 / 2. Orbits are bound from the first step on, with a
 * frequency of sqrt(w) per unit of latent time at unit mass; the learned part bends that as it has to.
 */
#ifndef HAMBENCH_MODELS_DYNAMICS_CONFINEMENT_H
#define HAMBENCH_MODELS_DYNAMICS_CONFINEMENT_H

#include "engine/tape.h"

/* `potential` [B][1] with w |q|^2 / 2 of q [B][d] added; itself where w is 0. */
struct tensor *confinement_add(struct tensor *potential, struct tensor *q, double w);

#endif
