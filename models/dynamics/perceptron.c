/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Latent states that move by a perceptron alone, without an energy: as a flow or from frame to frame.
 */
#include "engine/layers.h"
#include "engine/ops.h"
#include "models/dynamics/latent_dynamics.h"
#include "models/video/sequence_model.h"
#include "support/memory.h"

static void *declare_named(struct parameters *parameters, const void *settings, int width, const char *name) {
    struct mlp *mlp = memory_alloc(1, sizeof *mlp);
    *mlp = mlp_declare(parameters, name, sequence_model_mlp(settings, width, width));
    return mlp;
}

static void *declare_field(struct parameters *parameters, const void *settings, int width) {
    return declare_named(parameters, settings, width, "field");
}

static void *declare_map(struct parameters *parameters, const void *settings, int width) {
    return declare_named(parameters, settings, width, "map");
}

static struct tensor *apply(const void *mlp, struct tensor *const *leaves, struct tensor *z) {
    return mlp_apply(mlp, leaves, z);
}

static struct tensor *add(const void *mlp, struct tensor *const *leaves, struct tensor *z) {
    return tensor_add(z, mlp_apply(mlp, leaves, z));
}

const struct latent_dynamics perceptron_flow_dynamics = {
    .declare = declare_field, .field = apply, .shows_whole_state = true};
const struct latent_dynamics perceptron_map_dynamics = {
    .declare = declare_map, .map = apply, .shows_whole_state = true};
const struct latent_dynamics perceptron_residual_dynamics = {
    .declare = declare_map, .map = add, .shows_whole_state = true};
const struct latent_dynamics perceptron_free_dynamics = {.declare = declare_map, .map = add};
