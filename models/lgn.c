/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Lagrangian generative network of Botev, Jaegle, Wirnsberger, Hennes, Higgins ("Which priors matter?
 * Benchmarking models for learning latent dynamics", 2021): states are positions and velocities, and the
 * acceleration solves the Euler-Lagrange equation of a learned Lagrangian.
 */
#include "models/dynamics/physics.h"
#include "models/video/sequence_model.h"
#include "models/video/sequence_profiles.h"

static const struct field fields[] = {
    SEQUENCE_ROWS,       SEQUENCE_CLOCK_ROWS,  SEQUENCE_DIRECTION, SEQUENCE_INTEGRATOR_GENERAL("rk2"),
    SEQUENCE_ACTIVATION, SEQUENCE_CONFINEMENT, PHYSICS_MASS_EPS,
};

/* Its steps are dearer than those of the others. */
static const char *const quick[] = {"training.steps=2000", NULL};
static const struct schema_profile profiles[] = {{"smoke", sequence_profiles_smoke},
                                                 {"quick", quick},
                                                 {"standard", sequence_profiles_standard},
                                                 {"paper", sequence_profiles_paper},
                                                 {NULL, NULL}};

static const struct schema settings = SCHEMA("model", fields, struct physics_settings, profiles);

static const struct sequence_kind parts = {
    .encoder = &convolution_encoder,
    .dynamics = &lagrangian_dynamics,
    .decoder = &vector_decoder,
    .objective = &elbo_objective,
};
static const struct model_video video = {
    .plan = sequence_model_plan, .predict = sequence_model_predict, .reversible = true};
static const struct model_latent latent = {SEQUENCE_MODEL_LATENT, .has_energy = true};

const struct model_kind lgn_model = {
    .name = "lgn",
    .summary = "Lagrangian generative network: L = v M(q) v / 2 - V(q) on a flat latent",
    .reference = "Botev et al. 2021 (arXiv 2111.05458), LGN",
    .equations = SEQUENCE_SAYS_POSTERIOR
    ": z = (q, v), positions first.\n"
    "- u(q) and V(q), two perceptrons; u [d(d+1)/2] fills the upper triangular U row by row; M "
    "= U^T U + `model.mass_eps` I.\n"
    "- L(q, v) = v^T M v / 2 - V(q); dq/dt = v, dv/dt = M^-1 (dL/dq - (dM/dt) v), by Cholesky's "
    "method, exactly: dL/dq and (dM/dt) v are a product with the transposed Jacobian of u and "
    "one with the Jacobian. Latent time: " SEQUENCE_SAYS_CLOCK "\n"
    "- Energy: v dL/dv - L = v^T M v / 2 + V(q).\n"
    "- image = decoder(q), each frame on its own.\n" SEQUENCE_SAYS_ELBO,
    .released = "The published sweep names a kinetic form that does not exist and runs with the default of "
                "its module; "
                "here it is the form of the paper, a full mass matrix that depends on q. Steps are rk2, as "
                "published.",
    .family = &parts,
    .settings = &settings,
    .check = sequence_model_check_smooth,
    SEQUENCE_MODEL_KIND,
    .video = &video,
    .latent = &latent,
};
