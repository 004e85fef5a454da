/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The physics module of Botev et al. 2021 with its forms as settings: momenta or velocities, ten kinetic
 * energies, a mass matrix that is made directly or by its inverse. The defaults are hgn++; lgn is another
 * case.
 */
#include "models/dynamics/physics.h"
#include "models/video/sequence_model.h"
#include "models/video/sequence_profiles.h"

static const struct field fields[] = {
    SEQUENCE_ROWS,       SEQUENCE_CLOCK_ROWS,  SEQUENCE_DIRECTION, SEQUENCE_INTEGRATOR_SEPARABLE("leapfrog"),
    SEQUENCE_ACTIVATION, SEQUENCE_CONFINEMENT, PHYSICS_SPACE,      PHYSICS_KINETIC,
    PHYSICS_MASS_MATRIX, PHYSICS_MASS_EPS,
};

static const struct schema settings = SCHEMA("model", fields, struct physics_settings, sequence_profiles);

static const struct sequence_kind parts = {
    .encoder = &convolution_encoder,
    .choose_dynamics = physics_choose,
    .decoder = &vector_decoder,
    .objective = &elbo_objective,
};
static const struct model_video video = {
    .plan = sequence_model_plan, .predict = sequence_model_predict, .reversible = true};
static const struct model_latent latent = {SEQUENCE_MODEL_LATENT, .has_energy = true};

const struct model_kind pgn_model = {
    .name = "pgn",
    .summary = "physics module: Hamiltonian or Lagrangian, by the form of its kinetic energy",
    .reference = "Botev et al. 2021 (arXiv 2111.05458), PGN",
    .equations = SEQUENCE_SAYS_POSTERIOR
    ": z = (q, p) or (q, v), positions first.\n"
    "- V(q) is a perceptron. With `model.space` momentum H = K(q, p) + V(q), dq/dt = dH/dp, "
    "dp/dt = -dH/dq; with velocity L = K(q, v) - V(q), dq/dt = v, dv/dt by the Euler-Lagrange "
    "equation, exactly.\n"
    "- K by `model.kinetic`, x standing for p or v, f and n for perceptrons: separable_net "
    "f(x); dep_net f(q, x); pure_quad x^T x / 2; matrix_*quad x^T B x / 2; embed_quad f(x)^T "
    "f(x) / 2; matrix_*embed_quad f(x)^T B f(x) / 2.\n"
    "- The parameters of a matrix form make A = diag(exp(n) + eps) or A = U^T U + eps I with U "
    "upper triangular, filled row by row with n, eps = `model.mass_eps`; n is a parameter, or, "
    "in dep forms, a perceptron of q. With `model.mass_matrix` direct A is the mass matrix M, "
    "with inverse its inverse. B is M for velocities and the inverse of M for momenta.\n"
    "- Forms without q in K are separable and take symplectic compositions, also those with "
    "velocities, whose mass is constant; others take Runge-Kutta and Gauss methods. Latent "
    "time: " SEQUENCE_SAYS_CLOCK "\n"
    "- image = decoder(q), each frame on its own.\n" SEQUENCE_SAYS_ELBO,
    .released = "The published module also converts between momenta at the encoder and velocities in the "
                "dynamics, applies "
                "leapfrog to energies that are not separable, where it is not symplectic, and inverts the "
                "full second "
                "derivative of kinetic energies that are not quadratic in velocities, which may be singular. "
                "Here states "
                "are one or the other, and the last two are refused.",
    .family = &parts,
    .settings = &settings,
    .check = physics_check,
    SEQUENCE_MODEL_KIND,
    .video = &video,
    .latent = &latent,
};
