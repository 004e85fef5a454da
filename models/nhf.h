/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Neural Hamiltonian Flow as a map, for those who look at it from outside.
 */
#ifndef HAMBENCH_MODELS_NHF_H
#define HAMBENCH_MODELS_NHF_H

#include "models/model.h"

/* Carries `count` states (q, p), [count][2 d], from the base to the data (`forward`) or back. */
void nhf_carry(const struct model *model, struct model_workspace *workspace, bool forward, int count,
               const real *states, real *out);

#endif
