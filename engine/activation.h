/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Functions between layers. Only what is smooth may stand in an energy: forces are its derivatives, and
 * training needs theirs.
 */
#ifndef HAMBENCH_ENGINE_ACTIVATION_H
#define HAMBENCH_ENGINE_ACTIVATION_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/tape.h"

enum activation { ACTIVATION_SWISH, ACTIVATION_SOFTPLUS, ACTIVATION_TANH, ACTIVATION_RELU, ACTIVATIONS };

struct tensor *activation_apply(enum activation activation, struct tensor *x);
/* f'(x) dx: how the value moves when x does. Differentiable like any other op. */
struct tensor *activation_tangent(enum activation activation, struct tensor *x, struct tensor *dx);
bool activation_is_smooth(enum activation activation);

/* "swish", "softplus", "tanh", "relu": all names, for the rows of settings; and the one of a name that is
 * among them. */
size_t activation_list(const char **out, size_t capacity);
enum activation activation_find(const char *name);

#endif
