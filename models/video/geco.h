/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GECO, "generalized ELBO with constrained optimisation" (Rezende and Viola, Taming VAEs, 2018), as the
 * Hamiltonian Generative Network was published with: the divergence is minimised under the constraint
 * C = mse - tolerance <= 0,
 *
 *     loss = lambda C + kl,
 *
 * where lambda grows as long as the constraint is violated. Two rules:
 *
 *     learned          lambda = softplus(nu), nu starts at log(e - 1) so that lambda is 1, and climbs the
 *                      objective by Adam at `multiplier_rate`, not clipped with the rest (Toth et al. 2020,
 *                      released code)
 *     multiplicative   lambda <- lambda exp(multiplier_rate C) after each step, within 1e-10 and 1e10 (Rodas,
 *                      Canal and Taschin, Re-Hamiltonian Generative Networks, 2021)
 *
 * C in the rules is the running average with decay `constraint_average`, which begins with the first C.
 */
#ifndef HAMBENCH_MODELS_VIDEO_GECO_H
#define HAMBENCH_MODELS_VIDEO_GECO_H

#include "models/video/objective.h"
#include "models/video/sequence_model.h"

/* A kind with this objective has settings that begin so. */
struct geco_settings {
    struct sequence_settings sequence;
    char multiplier[FIELD_NAME_SIZE]; /* "learned" or "multiplicative" */
    double multiplier_rate;
    double tolerance;
    double constraint_average;
};

#define GECO_OFFSET(member) offsetof(struct geco_settings, member)
#define GECO_ROWS                                                                                            \
    SETTING("multiplier", FIELD_NAME, "learned", 0, 0, geco_multipliers, "",                                 \
            "rule by which the weight of the constraint moves", GECO_OFFSET(multiplier)),                    \
        SETTING("multiplier_rate", FIELD_REAL, "0.01", 0, 10, NULL, "",                                      \
                "Adam's rate of the learned multiplier; factor in the exponent of the other rule",           \
                GECO_OFFSET(multiplier_rate)),                                                               \
        SETTING("tolerance", FIELD_REAL, "0.001", 0, 1, NULL, "",                                            \
                "mean squared error per pixel value that the constraint allows", GECO_OFFSET(tolerance)),    \
        SETTING("constraint_average", FIELD_REAL, "0", 0, 0.9999, NULL, "",                                  \
                "decay of the running average of the constraint that moves the multiplier",                  \
                GECO_OFFSET(constraint_average))
size_t geco_multipliers(const char **out, size_t capacity);

enum { GECO_LOSS, GECO_MSE, GECO_KL, GECO_CONSTRAINT, GECO_MULTIPLIER, GECO_INCONSISTENCY, GECO_FIGURES };
extern const struct field geco_figures[GECO_FIGURES];
extern const struct objective_kind geco_objective;

#endif
