/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Adam (Kingma and Ba, 2015) on a flat parameter block, and clipping by the global norm.
 */
#ifndef HAMBENCH_ENGINE_OPTIMIZER_H
#define HAMBENCH_ENGINE_OPTIMIZER_H

#include <stddef.h>

#include "engine/real.h"

/* b1 0.9, b2 0.999, eps 1e-8, bias correction, no weight decay. */
struct adam {
    size_t size;
    long steps;
    real *mean;   /* first moment */
    real *square; /* second moment */
};

struct adam *adam_create(size_t size);
void adam_free(struct adam *adam);

/* One step: values -= rate * m^ / (sqrt(v^) + eps). */
void adam_update(struct adam *adam, real rate, const real *gradient, real *values);

/* The same piece by piece, for parameters that have rates of their own: a step begins, and then every value
 * is moved once. */
void adam_begin(struct adam *adam);
void adam_move(struct adam *adam, size_t first, size_t size, real rate, const real *gradient, real *values);

/* `sum` and the squares of a block, added one by one in double, in index order. */
double gradient_add_squares(double sum, const real *gradient, size_t size);

#endif
