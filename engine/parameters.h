/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The trainable numbers of a model: one flat block with named views. A gradient is another block of the same
 * size, so that optimiser, clipping, checkpoint and reduction are each one loop.
 */
#ifndef HAMBENCH_ENGINE_PARAMETERS_H
#define HAMBENCH_ENGINE_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/tape.h"

enum { PARAMETER_MAX_RANK = 4, PARAMETER_NAME_SIZE = 48 };

/* How a parameter starts. Weights: normal truncated to two standard units, divided by sqrt(fan_in), where
 * fan_in is the product of all axes but the last; the truncation is not compensated, or, EXACT, it is.
 * IDENTITY: the upper triangle of the identity matrix, packed row by row. */
enum parameter_start {
    PARAMETER_ZERO,
    PARAMETER_ONE,
    PARAMETER_WEIGHT,
    PARAMETER_WEIGHT_EXACT,
    PARAMETER_IDENTITY
};

struct parameter {
    char name[PARAMETER_NAME_SIZE]; /* "decoder.d0.weight" */
    int rank;
    int shape[PARAMETER_MAX_RANK];
    enum parameter_start start;
    size_t offset, size; /* of its values in the block */

    /* A multiplier of the objective, which climbs where the others descend, at a rate of its own that is
     * neither clipped nor scheduled. */
    bool climbs;
    double climbing_rate;
};

struct parameters {
    struct parameter *list;
    int count;
    size_t size;  /* values in the block */
    real *values; /* NULL until parameters_initialise */
};

struct parameters *parameters_create(void);
void parameters_free(struct parameters *parameters);

/* Declares a parameter and returns its index. Only before parameters_initialise. */
int parameters_add(struct parameters *parameters, const char *name, int rank, const int *shape,
                   enum parameter_start start);

/* Makes the parameter of that index a multiplier. Only before parameters_initialise. */
void parameters_set_climbing(struct parameters *parameters, int index, double rate);

/* Allocates the block and draws every parameter from its own stream of `seed`. */
void parameters_initialise(struct parameters *parameters, uint64_t seed);

/* Puts every parameter on the tape and returns the tensors in order of declaration, owned by the tape.
 * tape_backward will add to `gradient` (parameters->size values); NULL when no gradient is wanted. */
struct tensor *const *parameters_bind(const struct parameters *parameters, struct tape *tape, real *gradient);

#endif
