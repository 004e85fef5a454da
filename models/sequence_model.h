/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The skeleton of the latent sequence models: stacked frames -> encoder -> Gaussian posterior -> sample ->
 * latent dynamics -> decoder, trained on the evidence lower bound loss = mse + log(pi)/2 + beta * kl, mse per
 * pixel value of the targets and kl divided by their number, horizon * 3072 (Higgins et al. 2021). A model of
 * this family is its dynamics and a model_kind that names these functions.
 */
#ifndef HAMBENCH_MODELS_SEQUENCE_MODEL_H
#define HAMBENCH_MODELS_SEQUENCE_MODEL_H

#include "models/dynamics.h"
#include "models/model.h"
#include "models/video_settings.h"

/* The settings of the family; a kind's schema lists the rows that it reads. */
struct sequence_settings {
    struct video_settings video;
    double time_step;                 /* latent time from one frame to the next */
    int steps_per_frame;              /* of the integrator */
    double beta;                      /* weight of the KL term */
    char integrator[FIELD_NAME_SIZE]; /* of the latent dynamics */
};

#define SEQUENCE_OFFSET(member) offsetof(struct sequence_settings, member)
#define SEQUENCE_TIME_STEP                                                                                   \
    SETTING("time_step", FIELD_REAL, "0.125", 1e-6, 10, NULL, "latent time",                                 \
            "latent time from one frame to the next", SEQUENCE_OFFSET(time_step))
#define SEQUENCE_STEPS_PER_FRAME                                                                             \
    SETTING("steps_per_frame", FIELD_INTEGER, "1", 1, 64, NULL, "steps",                                     \
            "steps of the integrator from one frame to the next", SEQUENCE_OFFSET(steps_per_frame))
#define SEQUENCE_BETA                                                                                        \
    SETTING("beta", FIELD_REAL, "1", 0, 1000, NULL, "",                                                      \
            "weight of the KL term; 1 makes the objective an ELBO", SEQUENCE_OFFSET(beta))

/* Figures of a step: loss, mse, kl. */
enum { SEQUENCE_LOSS, SEQUENCE_MSE, SEQUENCE_KL, SEQUENCE_FIGURES };
extern const struct field sequence_model_figures[SEQUENCE_FIGURES];

/* Declares encoder, dynamics and decoder; sets model->parts. */
void sequence_model_declare(struct model *model, const struct dynamics *dynamics);

/* model_kind.free_parts, .check and .loss of the family. */
void sequence_model_free(struct model *model);
enum status sequence_model_check(const void *settings);
void sequence_model_loss(const struct model *model, struct model_workspace *workspace,
                         const struct model_batch *batch, real weight, real *gradient,
                         struct model_step *out);

extern const struct model_video sequence_model_video;   /* overlap by one */
extern const struct model_latent sequence_model_latent; /* with an energy */

#endif
