/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Layers: parameters declared once, applied to tensors any number of times. `leaves` are the tensors of
 * parameters_bind on the tape of x.
 */
#ifndef HAMBENCH_ENGINE_LAYERS_H
#define HAMBENCH_ENGINE_LAYERS_H

#include "engine/ops.h"
#include "engine/parameters.h"

/* x W + b, [..][in] -> [..][out]. Parameters NAME.weight [in][out] and NAME.bias [out]. */
struct linear_layer {
    int weight, bias; /* indices of the parameters */
};
struct linear_layer linear_layer_declare(struct parameters *parameters, const char *name, int in, int out);
struct tensor *linear_layer_apply(const struct linear_layer *layer, struct tensor *const *leaves,
                                  struct tensor *x);

/* Leaky ReLU (slope 1: none) of a 3 x 3 SAME convolution. NAME.weight [3][3][in][out], NAME.bias [out]. */
struct convolution_layer {
    int weight, bias;
    struct convolution_options options;
};
struct convolution_layer convolution_layer_declare(struct parameters *parameters, const char *name, int in,
                                                   int out, struct convolution_options options);
struct tensor *convolution_layer_apply(const struct convolution_layer *layer, struct tensor *const *leaves,
                                       struct tensor *x);

/* Linear layers with swish between them, none at the end: `hidden_layers` of width `hidden`, then `out`. */
enum { MLP_MAX_LAYERS = 17 };
struct mlp {
    struct linear_layer layers[MLP_MAX_LAYERS];
    int count;
};
struct mlp mlp_declare(struct parameters *parameters, const char *name, int in, int hidden, int hidden_layers,
                       int out);
struct tensor *mlp_apply(const struct mlp *mlp, struct tensor *const *leaves, struct tensor *x);

#endif
