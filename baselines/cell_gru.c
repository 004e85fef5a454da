/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "baselines/recurrent_cell.h"
#include "engine/ops.h"
#include "support/memory.h"

/* Indices of the parameters. */
struct gru_parts {
    int input, bias; /* W = (W_z, W_r, W_a) and b: [in][3 h], [3 h] */
    int gates;       /* (U_z, U_r): [h][2 h] */
    int candidate;   /* U_a: [h][h] */
};

static int declare_matrix(struct parameters *parameters, const char *cell, const char *part, int in,
                          int out) {
    char full[PARAMETER_NAME_SIZE];
    (void)snprintf(full, sizeof full, "%s.%s.weight", cell, part);
    return parameters_add(parameters, full, 2, (int[]){in, out}, PARAMETER_WEIGHT_EXACT);
}

static void *declare(struct parameters *parameters, const char *name, int in, int width) {
    struct gru_parts *parts = memory_alloc(1, sizeof *parts);
    char full[PARAMETER_NAME_SIZE];
    (void)snprintf(full, sizeof full, "%s.input.bias", name);
    parts->input = declare_matrix(parameters, name, "input", in, 3 * width);
    parts->bias = parameters_add(parameters, full, 1, (int[]){3 * width}, PARAMETER_ZERO);
    parts->gates = declare_matrix(parameters, name, "gates", width, 2 * width);
    parts->candidate = declare_matrix(parameters, name, "candidate", width, width);
    return parts;
}

static void step(const void *description, struct tensor *const *leaves, struct tensor *x,
                 struct tensor **state) {
    const struct gru_parts *parts = description;
    struct tensor *h = state[0];
    int width = h->shape[1];
    struct tensor *input = tensor_linear(x, leaves[parts->input], leaves[parts->bias]);
    struct tensor *gates = tensor_sigmoid(tensor_add(tensor_slice(input, 1, 0, 2 * width),
                                                     tensor_matmul(h, leaves[parts->gates], false, false)));
    struct tensor *z = tensor_slice(gates, 1, 0, width), *r = tensor_slice(gates, 1, width, width);
    struct tensor *a =
        tensor_tanh(tensor_add(tensor_slice(input, 1, 2 * width, width),
                               tensor_matmul(tensor_multiply(r, h), leaves[parts->candidate], false, false)));
    state[0] = tensor_add(h, tensor_multiply(z, tensor_subtract(a, h)));
}

const struct recurrent_cell gru_cell = {.vectors = 1, .declare = declare, .step = step};
