/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Objectives of the latent sequence models: what is made of the reconstruction error and of the divergence
 * from the prior, and which figures a training step reports.
 *
 * mse is the mean squared error per pixel value of the targets; kl the divergence of the posterior from the
 * standard normal, divided by the number of target values (horizon * 3072). Both are means over the shard.
 */
#ifndef HAMBENCH_MODELS_VIDEO_OBJECTIVE_H
#define HAMBENCH_MODELS_VIDEO_OBJECTIVE_H

#include "engine/parameters.h"
#include "models/model.h"

struct objective_kind {
    /* Adds parameters of its own (a multiplier that is learned). Returns the description, released with
     * `free`. NULL where there are none. */
    void *(*declare)(struct parameters *parameters, const void *settings);

    /* How steeply the objective rises with mse and with kl: the gradients of the networks are weighted so. */
    void (*slopes)(const struct model *model, const void *parts, double *mse, double *kl);

    /* Fills the figures, in the order of the kind's rows, and adds `weight` times the gradient of its own
     * parameters. `gradient` is that of the whole model. */
    void (*judge)(const struct model *model, const void *parts, double mse, double kl, real weight,
                  real *gradient, double *figures);
};

/* loss = mse + log(pi)/2 + beta kl, the negative evidence lower bound of a Gaussian of variance 1/2 per pixel
 * value (Higgins et al. 2021). Settings `beta`. */
enum { ELBO_LOSS, ELBO_MSE, ELBO_KL, ELBO_FIGURES };
extern const struct field elbo_figures[ELBO_FIGURES];
extern const struct objective_kind elbo_objective;

#endif
