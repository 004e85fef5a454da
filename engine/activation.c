/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/activation.h"

#include <assert.h>
#include <string.h>

#include "engine/ops.h"
#include "support/schema.h"

static const char *const activation_names[ACTIVATIONS + 1] = {
    [ACTIVATION_SWISH] = "swish",
    [ACTIVATION_SOFTPLUS] = "softplus",
    [ACTIVATION_TANH] = "tanh",
    [ACTIVATION_RELU] = "relu",
};

size_t activation_list(const char **out, size_t capacity) {
    return field_list_words(activation_names, out, capacity);
}

enum activation activation_find(const char *name) {
    int i = 0;
    while (strcmp(activation_names[i], name) != 0) {
        i++;
        assert(i < ACTIVATIONS);
    }
    return (enum activation)i;
}

bool activation_is_smooth(enum activation activation) {
    return activation != ACTIVATION_RELU;
}

struct tensor *activation_apply(enum activation activation, struct tensor *x) {
    switch (activation) {
    case ACTIVATION_SOFTPLUS:
        return tensor_softplus(x);
    case ACTIVATION_TANH:
        return tensor_tanh(x);
    case ACTIVATION_RELU:
        return tensor_leaky_relu(x, 0);
    default:
        return tensor_swish(x);
    }
}

struct tensor *activation_tangent(enum activation activation, struct tensor *x, struct tensor *dx) {
    switch (activation) {
    case ACTIVATION_SOFTPLUS:
        return tensor_softplus_slope(x, dx);
    case ACTIVATION_TANH:
        return tensor_tanh_slope(x, dx);
    case ACTIVATION_RELU:
        return tensor_leaky_mask(x, dx, 0);
    default:
        return tensor_swish_slope(x, dx);
    }
}
