/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/video/objective.h"
#include "models/video/sequence_model.h"

static void slopes(const struct model *model, const void *parts, double *mse, double *kl) {
    const struct sequence_settings *s = model->settings;
    (void)parts;
    *mse = 1.0;
    *kl = s->beta;
}

static void judge(const struct model *model, const void *parts, double mse, double kl, real weight,
                  real *gradient, double *figures) {
    const struct sequence_settings *s = model->settings;
    (void)parts;
    (void)weight;
    (void)gradient;
    figures[ELBO_LOSS] = mse + MODEL_HALF_LOG_PI + s->beta * kl;
    figures[ELBO_MSE] = mse;
    figures[ELBO_KL] = kl;
}

const struct field elbo_figures[ELBO_FIGURES] = {
    [ELBO_LOSS] = {.name = "loss", .help = "the objective: mse + log(pi)/2 + beta kl"},
    [ELBO_MSE] = {.name = "mse", .help = "mean squared error per pixel value"},
    [ELBO_KL] = {.name = "kl", .help = "divergence from the prior, per pixel value of the targets"},
};

const struct objective_kind elbo_objective = {.slopes = slopes, .judge = judge};
