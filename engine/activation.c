/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/activation.h"

#include <assert.h>
#include <string.h>

#include "engine/ops.h"

static struct tensor *relu(struct tensor *x) {
    return tensor_leaky_relu(x, 0);
}

static struct tensor *relu_slope(struct tensor *x, struct tensor *dx) {
    return tensor_leaky_mask(x, dx, 0);
}

static const struct {
    const char *name;
    bool smooth;
    struct tensor *(*apply)(struct tensor *x);
    struct tensor *(*tangent)(struct tensor *x, struct tensor *dx);
} table[ACTIVATIONS] = {
    [ACTIVATION_SWISH] = {"swish", true, tensor_swish, tensor_swish_slope},
    [ACTIVATION_SOFTPLUS] = {"softplus", true, tensor_softplus, tensor_softplus_slope},
    [ACTIVATION_TANH] = {"tanh", true, tensor_tanh, tensor_tanh_slope},
    [ACTIVATION_RELU] = {"relu", false, relu, relu_slope},
};

size_t activation_list(const char **out, size_t capacity) {
    assert(capacity >= ACTIVATIONS);
    for (size_t i = 0; i < ACTIVATIONS; i++) {
        out[i] = table[i].name;
    }
    return ACTIVATIONS;
}

enum activation activation_find(const char *name) {
    int i = 0;
    while (strcmp(table[i].name, name) != 0) {
        i++;
        assert(i < ACTIVATIONS);
    }
    return (enum activation)i;
}

bool activation_is_smooth(enum activation activation) {
    return table[activation].smooth;
}

struct tensor *activation_apply(enum activation activation, struct tensor *x) {
    return table[activation].apply(x);
}

struct tensor *activation_tangent(enum activation activation, struct tensor *x, struct tensor *dx) {
    return table[activation].tangent(x, dx);
}
