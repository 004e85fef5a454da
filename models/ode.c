/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A latent state that flows: dz/dt = f(z), f a perceptron (Chen, Rubanova, Bettencourt, Duvenaud, Neural
 * Ordinary Differential Equations, 2018), in the form of Botev et al. 2021.
 */
#include "models/video/sequence_model.h"
#include "models/video/sequence_profiles.h"

static const struct field fields[] = {
    SEQUENCE_ROWS,       SEQUENCE_CLOCK_ROWS, SEQUENCE_DIRECTION, SEQUENCE_INTEGRATOR_GENERAL("rk2"),
    SEQUENCE_ACTIVATION,
};

static const struct schema settings = SCHEMA("model", fields, struct sequence_settings, sequence_profiles);

static const struct sequence_kind parts = {
    .encoder = &convolution_encoder,
    .dynamics = &perceptron_flow_dynamics,
    .decoder = &vector_decoder,
    .objective = &elbo_objective,
};
static const struct model_video video = {
    .plan = sequence_model_plan, .predict = sequence_model_predict, .reversible = true};
static const struct model_latent latent = {SEQUENCE_MODEL_LATENT};

const struct model_kind ode_model = {
    .name = "ode",
    .summary = "neural ODE: a flat latent that flows by a network, without an energy",
    .reference = "Botev et al. 2021 (arXiv 2111.05458), ODE",
    .equations = SEQUENCE_SAYS_POSTERIOR
    ".\n"
    "- dz/dt = f(z), a perceptron; " SEQUENCE_SAYS_CLOCK "\n"
    "- image = decoder(z), each frame on its own: the decoder sees the whole state.\n" SEQUENCE_SAYS_ELBO,
    .released = "Published with an adaptive method and with rk2; the sweep sets the method in a place that "
                "is not read. "
                "Both are to be had here: rk2, the default, and dopri5, with the exact gradient of the steps "
                "that were "
                "taken instead of an adjoint equation, and an error instead of silent extrapolation where a "
                "frame takes "
                "too many steps.",
    .family = &parts,
    .settings = &settings,
    .check = sequence_model_check,
    SEQUENCE_MODEL_KIND,
    .video = &video,
    .latent = &latent,
};
