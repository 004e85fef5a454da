/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "baselines/recurrent_cell.h"
#include "engine/layers.h"
#include "support/memory.h"

struct vanilla_parts {
    struct linear_layer input, state;
};

static void *declare(struct parameters *parameters, const char *name, int in, int width) {
    struct vanilla_parts *parts = memory_alloc(1, sizeof *parts);
    char full[PARAMETER_NAME_SIZE];
    (void)snprintf(full, sizeof full, "%s.input", name);
    parts->input = linear_layer_declare(parameters, full, in, width);
    (void)snprintf(full, sizeof full, "%s.state", name);
    parts->state = linear_layer_declare(parameters, full, width, width);
    return parts;
}

static void step(const void *description, struct tensor *const *leaves, struct tensor *x,
                 struct tensor **state) {
    const struct vanilla_parts *parts = description;
    struct tensor *sum = tensor_add(linear_layer_apply(&parts->input, leaves, x),
                                    linear_layer_apply(&parts->state, leaves, state[0]));
    state[0] = tensor_leaky_relu(sum, 0);
}

const struct recurrent_cell vanilla_cell = {.vectors = 1, .declare = declare, .step = step};
