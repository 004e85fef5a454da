/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The baseline of Hamiltonian neural networks (Greydanus et al. 2019): a network that puts out the
 * derivatives of a true state, without an energy.
 */
#include "models/state_model.h"
#include "support/memory.h"

static void *declare(struct parameters *parameters, const void *settings, int width) {
    struct mlp *mlp = memory_alloc(1, sizeof *mlp);
    *mlp = mlp_declare(parameters, "field", state_model_mlp(settings, width, width));
    return mlp;
}

static struct tensor *field(const void *mlp, struct tensor *const *leaves, struct tensor *x) {
    return mlp_apply(mlp, leaves, x);
}

static const struct latent_dynamics dynamics = {
    .declare = declare, .field = field, .shows_whole_state = true};

static const struct field fields[] = {STATE_MODEL_ROWS};
static const struct schema settings = {
    .group = "model",
    .fields = fields,
    .count = sizeof fields / sizeof *fields,
    .size = sizeof(struct state_model_settings),
    .profiles = state_model_profiles,
};
static const struct model_states states = {STATE_MODEL_STATES};

const struct model_kind mlp_model = {
    .name = "mlp",
    .summary = "baseline of hnn: a network that gives the derivatives of true states",
    .reference = "Greydanus, Dzamba, Yosinski 2019 (arXiv 1906.01563), baseline",
    .equations = "- dx/dt = f(x), one perceptron of the S numbers of a true state.\n"
                 "- loss: as that of [hnn](hnn.md).",
    .family = &dynamics,
    .settings = &settings,
    .check = state_model_check,
    .declare = state_model_declare,
    .figures = state_model_figures,
    .figure_count = STATE_MODEL_FIGURES,
    .loss = state_model_loss,
    .states = &states,
};
