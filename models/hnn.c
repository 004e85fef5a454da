/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hamiltonian Neural Network (Greydanus, Dzamba, Yosinski, "Hamiltonian Neural Networks", NeurIPS 2019): one
 * perceptron is the energy of true states (q, p), whose derivatives move them.
 */
#include "engine/ops.h"
#include "models/state_model.h"
#include "support/memory.h"

static void *declare(struct parameters *parameters, const void *settings, int width) {
    struct mlp *hamiltonian = memory_alloc(1, sizeof *hamiltonian);
    *hamiltonian = mlp_declare(parameters, "hamiltonian", state_model_mlp(settings, width, 1));
    return hamiltonian;
}

static struct tensor *energy(const void *hamiltonian, struct tensor *const *leaves, struct tensor *states) {
    return mlp_apply(hamiltonian, leaves, states);
}

/* (dH/dp, -dH/dq) */
static struct tensor *field(const void *hamiltonian, struct tensor *const *leaves, struct tensor *states) {
    int d = states->shape[1] / 2;
    struct tensor *gradient = tape_row_gradient(energy(hamiltonian, leaves, states), states);
    struct tensor *velocity = tensor_slice(gradient, 1, d, d);
    struct tensor *force = tensor_scale(tensor_slice(gradient, 1, 0, d), -1);
    return tensor_concatenate((struct tensor *[]){velocity, force}, 2, 1);
}

static const struct latent_dynamics dynamics = {.declare = declare, .field = field, .energy = energy};

static const struct field fields[] = {STATE_ROWS("tanh")};

static const struct schema settings_schema =
    SCHEMA("model", fields, struct state_settings, state_model_profiles);

static const struct model_states states = {STATE_MODEL_STATES, .energy = state_model_energy};

const struct model_kind hnn_model = {
    .name = "hnn",
    .summary = "Hamiltonian Neural Network: the energy of true states",
    .reference = "Greydanus et al. 2019 (arXiv 1906.01563), section 2",
    .equations =
        "- x = (q, p), the true state [B][S]; H(x) = perceptron [B][1].\n"
        "- dq/dt = dH/dp, dp/dt = -dH/dq, by automatic differentiation.\n"
        "- `model.learn_from=derivatives`: loss = mean square of (dx/dt of the model - true dx/dt) at single "
        "states.\n"
        "- `model.learn_from=trajectories`: loss = mean square of (followed state - true state) over "
        "`model.target_frames` frames, followed by `model.integrator` from the first true state.",
    .released =
        "The released code starts from orthogonal weights, has no bias in the last layer, adds weight decay "
        "1e-4 and noise to the data, and trains on all points of 25 trajectories at every step. Here weights "
        "start as in all models, and each step draws its points anew. The last bias moves H by a constant "
        "and is not trained by anything. States must be positions and momenta: of other ones it learns the "
        "nearest Hamiltonian field, if there is one.",
    .family = &dynamics,
    .settings = &settings_schema,
    .check = state_model_check_energy,
    STATE_MODEL_KIND,
    .states = &states,
};
