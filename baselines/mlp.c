/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The baseline of Hamiltonian and Lagrangian networks (Greydanus, Dzamba, Yosinski, "Hamiltonian Neural
 * Networks", NeurIPS 2019): a perceptron is the field of true states, without an energy.
 */
#include "models/state_model.h"
#include "support/memory.h"

static void *declare(struct parameters *parameters, const void *settings, int width) {
    struct mlp *network = memory_alloc(1, sizeof *network);
    *network = mlp_declare(parameters, "field", state_model_mlp(settings, width, width));
    return network;
}

static struct tensor *field(const void *network, struct tensor *const *leaves, struct tensor *states) {
    return mlp_apply(network, leaves, states);
}

static const struct latent_dynamics dynamics = {.declare = declare, .field = field};

static const struct field fields[] = {STATE_ROWS("tanh")};

static const struct schema settings_schema =
    SCHEMA("model", fields, struct state_settings, state_model_profiles);

static const struct model_states states = {STATE_MODEL_STATES};

const struct model_kind mlp_model = {
    .name = "mlp",
    .summary = "a perceptron as the field of true states, the baseline of hnn and lnn",
    .reference = "Greydanus et al. 2019 (arXiv 1906.01563), section 3, baseline",
    .equations =
        "- x: the true state [B][S]; dx/dt = perceptron [B][S], nothing is conserved.\n"
        "- `model.learn_from=derivatives`: loss = mean square of (dx/dt of the model - true dx/dt) at single "
        "states.\n"
        "- `model.learn_from=trajectories`: loss = mean square of (followed state - true state) over "
        "`model.target_frames` frames, followed by `model.integrator` from the first true state.",
    .released = "As for hnn: other first weights, weight decay, noise and the same points at every step.",
    .family = &dynamics,
    .settings = &settings_schema,
    STATE_MODEL_KIND,
    .states = &states,
};
