/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HGN++ (Higgins et al., "SyMetric: Measuring the Quality of Learnt Hamiltonian Dynamics Inferred from
 * Vision", 2021): the Hamiltonian Generative Network with a flat latent, swish perceptrons and an
 * evidence-lower-bound objective.
 */
#include "models/video/sequence_model.h"
#include "models/video/sequence_profiles.h"

static const struct field fields[] = {
    SEQUENCE_ROWS,       SEQUENCE_CLOCK_ROWS,  SEQUENCE_DIRECTION, SEQUENCE_INTEGRATOR_SEPARABLE("leapfrog"),
    SEQUENCE_ACTIVATION, SEQUENCE_CONFINEMENT,
};

static const struct schema settings = SCHEMA("model", fields, struct sequence_settings, sequence_profiles);

static const struct sequence_kind parts = {
    .encoder = &convolution_encoder,
    .dynamics = &hamiltonian_dynamics,
    .decoder = &vector_decoder,
    .objective = &elbo_objective,
};
static const struct model_video video = {
    .plan = sequence_model_plan, .predict = sequence_model_predict, .reversible = true};
static const struct model_latent latent = {SEQUENCE_MODEL_LATENT, .has_energy = true};

const struct model_kind hgn_plus_plus_model = {
    .name = "hgn++",
    .summary = "Hamiltonian Generative Network with a flat latent and H = K(p) + V(q)",
    .reference = "Higgins et al. 2021 (arXiv 2111.05986), section 4",
    .equations = SEQUENCE_SAYS_POSTERIOR
    ": z = (q, p), positions first.\n"
    "- H(q, p) = K(p) + V(q), two perceptrons; dq/dt = dK/dp, dp/dt = -dV/dq; " SEQUENCE_SAYS_CLOCK "\n"
    "- image = decoder(q), each frame on its own.\n" SEQUENCE_SAYS_ELBO,
    .released = "Its parameter counts are those of the published code. Training here clips gradients and "
                "warms the learning rate up; `training.*` can undo both.",
    .family = &parts,
    .settings = &settings,
    .check = sequence_model_check_smooth,
    SEQUENCE_MODEL_KIND,
    .video = &video,
    .latent = &latent,
};
