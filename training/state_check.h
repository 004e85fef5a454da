/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Do models of true states, and of densities on them, suit the states that a dataset has?
 */
#ifndef HAMBENCH_TRAINING_STATE_CHECK_H
#define HAMBENCH_TRAINING_STATE_CHECK_H

#include "training/trainer.h"

/* STATUS_DATA with the reason: states of another size, an environment whose motion is no field of its states,
 * momenta that are no constant multiples of velocities where the model takes them to be. */
enum status state_check(const struct training_job *job);

#endif
