/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An ablation of hgn++: the network gives the change of (q, p) from frame to frame itself, without a
 * Hamiltonian; everything else is as it was.
 */
#include "models/video/sequence_model.h"
#include "models/video/sequence_profiles.h"

static const struct field fields[] = {
    SEQUENCE_ROWS,
    SEQUENCE_ACTIVATION,
};

static const struct schema settings = SCHEMA("model", fields, struct sequence_settings, sequence_profiles);

static const struct sequence_kind parts = {
    .encoder = &convolution_encoder,
    .dynamics = &perceptron_free_dynamics,
    .decoder = &vector_decoder,
    .objective = &elbo_objective,
};
static const struct model_video video = {.plan = sequence_model_overlap, .predict = sequence_model_predict};
static const struct model_latent latent = {SEQUENCE_MODEL_LATENT};

const struct model_kind free_model = {
    .name = "free",
    .summary = "hgn++ without its Hamiltonian: a network gives the change of q and p",
    .reference = "Balsells Rodas, Canal Anton, Taschin 2021 (ReScience C), the ablation",
    .equations = SEQUENCE_SAYS_POSTERIOR
    ": z = (q, p), positions first.\n"
    "- The state one frame later is z + f(z), f a perceptron that puts out (dq, dp). There is "
    "no time step and no way back.\n"
    "- image = decoder(q), each frame on its own: p is never seen.\n" SEQUENCE_SAYS_ELBO,
    .family = &parts,
    .settings = &settings,
    .check = sequence_model_check,
    SEQUENCE_MODEL_KIND,
    .video = &video,
    .latent = &latent,
};
