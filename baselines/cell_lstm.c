/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "baselines/recurrent_cell.h"
#include "engine/layers.h"
#include "support/memory.h"

/* Quarters of the gates, in the order in which they are stored. */
enum { INPUT, CANDIDATE, FORGET, OUTPUT, GATES };
enum { H, C, VECTORS };

static void *declare(struct parameters *parameters, const char *name, int in, int width) {
    struct linear_layer *gates = memory_alloc(1, sizeof *gates);
    char full[PARAMETER_NAME_SIZE];
    (void)snprintf(full, sizeof full, "%s.gates", name);
    *gates = linear_layer_declare(parameters, full, in + width, GATES * width);
    return gates;
}

static struct tensor *quarter(struct tensor *gates, int i) {
    int width = gates->shape[1] / GATES;
    return tensor_slice(gates, 1, i * width, width);
}

static void step(const void *layer, struct tensor *const *leaves, struct tensor *x, struct tensor **state) {
    struct tensor *h = state[H], *c = state[C];
    struct tensor *gates =
        linear_layer_apply(layer, leaves, tensor_concatenate((struct tensor *[]){x, h}, 2, 1));
    struct tensor *one = tape_constant(h->tape, h->rank, h->shape, 1);
    struct tensor *kept = tensor_sigmoid(tensor_add(quarter(gates, FORGET), one));
    struct tensor *added =
        tensor_multiply(tensor_sigmoid(quarter(gates, INPUT)), tensor_tanh(quarter(gates, CANDIDATE)));
    state[C] = tensor_add(tensor_multiply(kept, c), added);
    state[H] = tensor_multiply(tensor_sigmoid(quarter(gates, OUTPUT)), tensor_tanh(state[C]));
}

const struct recurrent_cell lstm_cell = {.vectors = VECTORS, .declare = declare, .step = step};
