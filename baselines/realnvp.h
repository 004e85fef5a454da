/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RealNVP as a map, for those who look at it from outside.
 */
#ifndef HAMBENCH_BASELINES_REALNVP_H
#define HAMBENCH_BASELINES_REALNVP_H

#include "models/model.h"

/* Carries `count` points [count][d] from the base to the data (`forward`) or back. `log_determinants`
 * [count]: of the Jacobian of that map, its absolute value. */
void realnvp_carry(const struct model *model, struct model_workspace *workspace, bool forward, int count,
                   const real *points, real *out, double *log_determinants);

#endif
