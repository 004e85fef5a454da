/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The physics module of Botev et al. 2021: a potential V(q), and a kinetic energy K of one of several forms,
 * in momentum space (Hamilton's equations of H = K + V) or in velocity space (the Euler-Lagrange equation of
 * L = K - V). hgn++ and lgn are two of its cases.
 */
#ifndef HAMBENCH_MODELS_DYNAMICS_PHYSICS_H
#define HAMBENCH_MODELS_DYNAMICS_PHYSICS_H

#include "models/video/sequence_model.h"

/* A kind lists the rows that it reads. */
struct physics_settings {
    struct sequence_settings sequence;
    char space[FIELD_NAME_SIZE];       /* "momentum" or "velocity": what stands behind q in a state */
    char kinetic[FIELD_NAME_SIZE];     /* the form of K */
    char mass_matrix[FIELD_NAME_SIZE]; /* "direct": parameters make M, "inverse": its inverse */
    double mass_eps;                   /* multiple of the identity in the matrix that they make */
};

size_t physics_spaces(const char **out, size_t capacity);
size_t physics_kinetics(const char **out, size_t capacity);
size_t physics_mass_matrices(const char **out, size_t capacity);

#define PHYSICS_OFFSET(member) offsetof(struct physics_settings, member)
#define PHYSICS_SPACE                                                                                        \
    SETTING("space", FIELD_NAME, "momentum", 0, 0, physics_spaces, "",                                       \
            "what the second half of a state is: momentum (H = K + V) or velocity (L = K - V)",              \
            PHYSICS_OFFSET(space))
#define PHYSICS_KINETIC                                                                                      \
    SETTING("kinetic", FIELD_NAME, "separable_net", 0, 0, physics_kinetics, "",                              \
            "form of the kinetic energy", PHYSICS_OFFSET(kinetic))
#define PHYSICS_MASS_MATRIX                                                                                  \
    SETTING("mass_matrix", FIELD_NAME, "inverse", 0, 0, physics_mass_matrices, "",                           \
            "what the parameters of a matrix_* form make: the mass matrix, direct, or its inverse",          \
            PHYSICS_OFFSET(mass_matrix))
#define PHYSICS_MASS_EPS                                                                                     \
    SETTING("mass_eps", FIELD_REAL, "1", 1e-6, 1000, NULL, "",                                               \
            "multiple of the identity in the matrix of a matrix_* form", PHYSICS_OFFSET(mass_eps))

/* STATUS_DATA: what sequence_model_check_smooth refuses, and forms without an acceleration that is always
 * defined. */
enum status physics_check(const void *settings);

/* The dynamics of these settings: separable where K does not depend on q. */
const struct latent_dynamics *physics_choose(const void *settings);

#endif
