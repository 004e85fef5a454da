/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/video/objective.h"
#include "models/video/sequence_model.h"

static struct objective_slopes slopes(const struct model *model, const void *parts, int step) {
    const struct sequence_settings *s = model->settings;
    (void)parts;
    double grown = step < s->beta_delay ? (double)step / s->beta_delay : 1.0;
    return (struct objective_slopes){.mse = 1.0, .kl = s->beta * grown};
}

static void judge(const struct model *model, const void *parts, const struct model_batch *batch,
                  const struct objective_terms *terms, real weight, real *gradient, double *figures) {
    (void)weight;
    (void)gradient;
    double beta = slopes(model, parts, batch->step).kl;
    figures[ELBO_LOSS] = terms->mse + MODEL_HALF_LOG_PI + beta * terms->kl + terms->rest;
    figures[ELBO_MSE] = terms->mse;
    figures[ELBO_KL] = terms->kl;
    figures[ELBO_INCONSISTENCY] = terms->inconsistency;
}

const struct field elbo_figures[ELBO_FIGURES] = {
    [ELBO_LOSS] = {.name = "loss",
                   .help =
                       "the objective: mse + log(pi)/2 + beta kl, and what consistency and latent_l2 add"},
    [ELBO_MSE] = {.name = "mse", .help = "mean squared error per pixel value"},
    [ELBO_KL] = {.name = "kl", .help = "divergence from the prior, per pixel value of the targets"},
    [ELBO_INCONSISTENCY] = {.name = "inconsistency",
                            .help = "root mean square of rolled-out minus encoded states; 0 where "
                                    "model.consistency is"},
};

const struct objective_kind elbo_objective = {.slopes = slopes, .judge = judge};
