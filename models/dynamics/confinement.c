/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/dynamics/confinement.h"

#include "engine/ops.h"

struct tensor *confinement_add(struct tensor *potential, struct tensor *q, double w) {
    return w == 0.0 ? potential
                    : tensor_add_scaled(potential, tensor_row_sums(tensor_square(q)), (real)(0.5 * w));
}
