/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/parameters.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/memory.h"
#include "support/random.h"

/* Standard deviation of a normal variable that is truncated to two standard units. */
static const double TRUNCATED_DEVIATION = 0.87962566103423978;

struct parameters *parameters_create(void) {
    return memory_alloc(1, sizeof(struct parameters));
}

void parameters_free(struct parameters *parameters) {
    if (parameters != NULL) {
        free(parameters->list);
        free(parameters->values);
        free(parameters);
    }
}

int parameters_add(struct parameters *parameters, const char *name, int rank, const int *shape,
                   enum parameter_start start) {
    assert(parameters->values == NULL && rank > 0 && rank <= PARAMETER_MAX_RANK);
    struct parameter added = {.rank = rank, .start = start, .offset = parameters->size, .size = 1};
    int length = snprintf(added.name, sizeof added.name, "%s", name);
    assert(length > 0 && length < PARAMETER_NAME_SIZE);
    for (int i = 0; i < rank; i++) {
        added.shape[i] = shape[i];
        added.size *= (size_t)shape[i];
    }
    size_t count = (size_t)parameters->count + 1;
    parameters->list = memory_resize(parameters->list, count, sizeof *parameters->list);
    parameters->list[parameters->count] = added;
    parameters->size += added.size;
    return parameters->count++;
}

void parameters_set_climbing(struct parameters *parameters, int index, double rate) {
    assert(parameters->values == NULL && index < parameters->count);
    parameters->list[index].climbs = true;
    parameters->list[index].climbing_rate = rate;
}

/* Whether element i of a packed upper triangle of `size` numbers lies on the diagonal: those behind it,
 * itself included, are a triangle. */
static bool is_diagonal(size_t size, size_t i) {
    size_t triangle = 0;
    for (size_t side = 1; triangle < size - i; side++) {
        triangle += side;
    }
    return triangle == size - i;
}

static void initialise(const struct parameter *parameter, real *values, struct random_stream *random) {
    double scale = 1.0 / sqrt((double)parameter->size / parameter->shape[parameter->rank - 1]);
    for (size_t i = 0; i < parameter->size; i++) {
        switch (parameter->start) {
        case PARAMETER_ZERO:
            values[i] = 0;
            break;
        case PARAMETER_ONE:
            values[i] = 1;
            break;
        case PARAMETER_IDENTITY:
            values[i] = is_diagonal(parameter->size, i) ? 1 : 0;
            break;
        case PARAMETER_WEIGHT:
            values[i] = (real)(scale * random_truncated_normal(random));
            break;
        case PARAMETER_WEIGHT_EXACT:
            values[i] = (real)(scale / TRUNCATED_DEVIATION * random_truncated_normal(random));
            break;
        }
    }
}

void parameters_initialise(struct parameters *parameters, uint64_t seed) {
    assert(parameters->values == NULL);
    parameters->values = memory_alloc(parameters->size, sizeof(real));
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *parameter = &parameters->list[i];
        struct random_stream random = random_stream(seed, "initialise", (uint64_t)i, 0);
        initialise(parameter, parameters->values + parameter->offset, &random);
    }
}

struct tensor *const *parameters_bind(const struct parameters *parameters, struct tape *tape,
                                      real *gradient) {
    struct tensor **leaves = tape_alloc(tape, (size_t)parameters->count * sizeof(struct tensor *));
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->list[i];
        real *sink = gradient == NULL ? NULL : gradient + p->offset;
        leaves[i] = tape_parameter(tape, p->name, p->rank, p->shape, parameters->values + p->offset, sink);
    }
    return leaves;
}
