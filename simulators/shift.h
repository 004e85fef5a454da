/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Environments shifted out of their training distribution: the same system and camera, but initial energies,
 * parameters or time steps that no training set holds. How well a model predicts there tells what it has
 * learned of the dynamics, apart from the data that it has seen.
 *
 * A shifted environment is a simulator like others, of the same name. Random numbers are those of the
 * environment, so that trajectory i of a shifted set is drawn from the same ones as trajectory i of the set
 * that it is compared with.
 */
#ifndef HAMBENCH_SIMULATORS_SHIFT_H
#define HAMBENCH_SIMULATORS_SHIFT_H

#include <stddef.h>

#include "simulators/simulator.h"
#include "support/text.h"

/* "none", "energy", "parameters", "dt", NULL */
extern const char *const simulator_shift_names[SIMULATOR_SHIFTS + 1];

/* The shift of that name, or SIMULATOR_SHIFTS. */
enum simulator_shift simulator_shift_find(const char *name);

/* An environment of the list as it is shifted, itself for SIMULATOR_SHIFT_NONE. Never released, the same for
 * every call; several threads may ask at once. NULL where it has no such shift. */
const struct simulator *simulator_shifted(const struct simulator *simulator, enum simulator_shift shift);

/* The same with a message: STATUS_DATA where the environment has no such shift. */
enum status simulator_shift_get(const struct simulator **out, const struct simulator *simulator,
                                enum simulator_shift shift);

/* Adds what is otherwise than in training, "m 0.6, g 3.6"; "-" where there is no such shift. */
void simulator_shift_describe(struct text *out, const struct simulator *simulator,
                              enum simulator_shift shift);

#endif
