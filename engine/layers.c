/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/layers.h"

#include <assert.h>
#include <stdio.h>

static int declare_part(struct parameters *parameters, const char *name, const char *part, int rank,
                        const int *shape, enum parameter_start start) {
    char full[2 * PARAMETER_NAME_SIZE];
    (void)snprintf(full, sizeof full, "%s.%s", name, part);
    return parameters_add(parameters, full, rank, shape, start);
}

struct linear_layer linear_layer_declare(struct parameters *parameters, const char *name, int in, int out) {
    return (struct linear_layer){
        .weight = declare_part(parameters, name, "weight", 2, (int[]){in, out}, PARAMETER_WEIGHT),
        .bias = declare_part(parameters, name, "bias", 1, &out, PARAMETER_ZERO),
    };
}

struct tensor *linear_layer_apply(const struct linear_layer *layer, struct tensor *const *leaves,
                                  struct tensor *x) {
    return tensor_linear(x, leaves[layer->weight], leaves[layer->bias]);
}

struct convolution_layer convolution_layer_declare(struct parameters *parameters, const char *name,
                                                   int kernel, int in, int out,
                                                   struct convolution_options options) {
    return (struct convolution_layer){
        .weight =
            declare_part(parameters, name, "weight", 4, (int[]){kernel, kernel, in, out}, PARAMETER_WEIGHT),
        .bias = declare_part(parameters, name, "bias", 1, &out, PARAMETER_ZERO),
        .options = options,
    };
}

struct tensor *convolution_layer_apply(const struct convolution_layer *layer, struct tensor *const *leaves,
                                       struct tensor *x) {
    return tensor_convolution(x, leaves[layer->weight], leaves[layer->bias], layer->options);
}

struct mlp mlp_declare(struct parameters *parameters, const char *name, struct mlp_shape shape) {
    assert(shape.hidden_layers >= 0 && shape.hidden_layers < MLP_MAX_LAYERS);
    struct mlp mlp = {.count = shape.hidden_layers + 1, .activation = shape.activation};
    for (int i = 0; i < mlp.count; i++) {
        char layer[PARAMETER_NAME_SIZE];
        (void)snprintf(layer, sizeof layer, "%s.%d", name, i);
        mlp.layers[i] = linear_layer_declare(parameters, layer, i == 0 ? shape.in : shape.hidden,
                                             i + 1 == mlp.count ? shape.out : shape.hidden);
    }
    return mlp;
}

struct tensor *mlp_apply(const struct mlp *mlp, struct tensor *const *leaves, struct tensor *x) {
    for (int i = 0; i < mlp->count; i++) {
        x = i == 0 ? x : activation_apply(mlp->activation, x);
        x = linear_layer_apply(&mlp->layers[i], leaves, x);
    }
    return x;
}

struct tensor *mlp_apply_tangent(const struct mlp *mlp, struct tensor *const *leaves, struct tensor *x,
                                 struct tensor *dx, struct tensor **dy) {
    for (int i = 0; i < mlp->count; i++) {
        if (i > 0) {
            dx = activation_tangent(mlp->activation, x, dx);
            x = activation_apply(mlp->activation, x);
        }
        dx = tensor_linear(dx, leaves[mlp->layers[i].weight], NULL);
        x = linear_layer_apply(&mlp->layers[i], leaves, x);
    }
    *dy = dx;
    return x;
}
