/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Layers: parameters declared once, applied to tensors any number of times. `leaves` are the tensors of
 * parameters_bind on the tape of x.
 */
#ifndef HAMBENCH_ENGINE_LAYERS_H
#define HAMBENCH_ENGINE_LAYERS_H

#include "engine/activation.h"
#include "engine/ops.h"
#include "engine/parameters.h"

/* x W + b, [..][in] -> [..][out]. Parameters NAME.weight [in][out] and NAME.bias [out]. */
struct linear_layer {
    int weight, bias; /* indices of the parameters */
};
struct linear_layer linear_layer_declare(struct parameters *parameters, const char *name, int in, int out);
struct tensor *linear_layer_apply(const struct linear_layer *layer, struct tensor *const *leaves,
                                  struct tensor *x);

/* Leaky ReLU (slope 1: none) of a k x k SAME convolution. NAME.weight [k][k][in][out], NAME.bias [out]. */
struct convolution_layer {
    int weight, bias;
    struct convolution_options options;
};
struct convolution_layer convolution_layer_declare(struct parameters *parameters, const char *name,
                                                   int kernel, int in, int out,
                                                   struct convolution_options options);
struct tensor *convolution_layer_apply(const struct convolution_layer *layer, struct tensor *const *leaves,
                                       struct tensor *x);

/* What linear layers are stacked: `hidden_layers` of width `hidden`, then `out`, with the activation between
 * them and none at the end. */
struct mlp_shape {
    int in, hidden, hidden_layers, out;
    enum activation activation;
};

/* Parameters NAME.0.weight, NAME.0.bias, ... */
enum { MLP_MAX_LAYERS = 17 };
struct mlp {
    struct linear_layer layers[MLP_MAX_LAYERS];
    int count;
    enum activation activation;
};
struct mlp mlp_declare(struct parameters *parameters, const char *name, struct mlp_shape shape);
struct tensor *mlp_apply(const struct mlp *mlp, struct tensor *const *leaves, struct tensor *x);

/* The value at x, and in `dy` how it moves with x: its Jacobian times dx, which has the shape of x. */
struct tensor *mlp_apply_tangent(const struct mlp *mlp, struct tensor *const *leaves, struct tensor *x,
                                 struct tensor *dx, struct tensor **dy);

#endif
