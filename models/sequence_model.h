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

/* Declares encoder, dynamics and decoder; sets model->parts. */
void sequence_model_declare(struct model *model, const struct dynamics *dynamics);

/* model_kind.free_parts, .check, .loss, .predict and .unroll of the family. */
void sequence_model_free(struct model *model);
enum status sequence_model_check(const struct model_settings *settings);
void sequence_model_loss(const struct model *model, struct model_workspace *workspace,
                         const struct model_batch *batch, real weight, real *gradient,
                         struct model_loss *out);
void sequence_model_predict(const struct model *model, struct model_workspace *workspace, const real *images,
                            int batch, int length, real *predictions, real *energies);

void sequence_model_unroll(const struct model *model, struct model_workspace *workspace, const real *start,
                           int batch, int steps, real *states, real *energies);

#endif
