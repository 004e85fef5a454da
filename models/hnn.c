/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hamiltonian Neural Network (Greydanus, Dzamba, Yosinski, "Hamiltonian Neural Networks", 2019): an energy of
 * true states (q, p), whose derivatives are their motion.
 */
#include "engine/ops.h"
#include "models/state_model.h"
#include "support/memory.h"

static void *declare(struct parameters *parameters, const void *settings, int width) {
    struct mlp *mlp = memory_alloc(1, sizeof *mlp);
    *mlp = mlp_declare(parameters, "energy", state_model_mlp(settings, width, 1));
    return mlp;
}

static struct tensor *energy(const void *mlp, struct tensor *const *leaves, struct tensor *x) {
    return mlp_apply(mlp, leaves, x);
}

/* Rows are independent, so the gradient of the sum is that of each. */
static struct tensor *field(const void *mlp, struct tensor *const *leaves, struct tensor *x) {
    int d = x->shape[1] / 2;
    struct tensor *slope;
    tape_gradient(tensor_sum(mlp_apply(mlp, leaves, x), 0), NULL, &x, 1, &slope);
    struct tensor *force = tensor_scale(tensor_slice(slope, 1, 0, d), -1);
    return tensor_concatenate((struct tensor *[]){tensor_slice(slope, 1, d, d), force}, 2, 1);
}

static const struct latent_dynamics dynamics = {
    .declare = declare, .field = field, .energy = energy, .shows_whole_state = true};

static const struct field fields[] = {STATE_MODEL_ROWS};
static const struct schema settings = {
    .group = "model",
    .fields = fields,
    .count = sizeof fields / sizeof *fields,
    .size = sizeof(struct state_model_settings),
    .profiles = state_model_profiles,
};
static const struct model_states states = {STATE_MODEL_STATES, .energy = state_model_energy};

const struct model_kind hnn_model = {
    .name = "hnn",
    .summary = "Hamiltonian neural network: an energy of true states, whose derivatives move them",
    .reference = "Greydanus, Dzamba, Yosinski 2019 (arXiv 1906.01563)",
    .equations = "- H(q, p), one perceptron of the S numbers of a true state, positions first.\n"
                 "- dq/dt = dH/dp, dp/dt = -dH/dq.\n"
                 "- loss = mean squared error of these against the stored derivatives, or, with "
                 "`model.learn_from: trajectories`, of the states that `model.integrator` reaches from the "
                 "first frame of an example against its later frames.",
    .released = "Published with 200 hidden units and tanh, 2,000 steps of Adam on all points at once; the "
                "profile paper takes batches of 1,024. The stored derivatives of environments with friction "
                "are those without it.",
    .family = &dynamics,
    .settings = &settings,
    .check = state_model_check_energy,
    .declare = state_model_declare,
    .figures = state_model_figures,
    .figure_count = STATE_MODEL_FIGURES,
    .loss = state_model_loss,
    .states = &states,
};
