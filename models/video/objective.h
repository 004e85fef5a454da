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

struct objective_slopes {
    double mse, kl;
};

/* What a shard came to. */
struct objective_terms {
    double mse, kl;
    double rest; /* terms of the objective that are none of these, weighted */
    double
        inconsistency; /* root mean square of what the rollout and the encoder differ by; 0 if not compared */
};

struct objective_kind {
    /* Adds parameters of its own (a multiplier that is learned). Returns the description, released with
     * `free`. NULL where there are none. */
    void *(*declare)(struct parameters *parameters, const void *settings);

    /* How steeply the objective rises with mse and with kl, so many steps after the start: the gradients of
     * the networks are weighted so. */
    struct objective_slopes (*slopes)(const struct model *model, const void *parts, int step);

    /* Fills the figures, in the order of the kind's rows, and adds `weight` times the gradient of its own
     * parameters. `gradient` is that of the whole model. */
    void (*judge)(const struct model *model, const void *parts, const struct model_batch *batch,
                  const struct objective_terms *terms, real weight, real *gradient, double *figures);

    /* After a step, with its figures: moves what no gradient moves. NULL for most. */
    void (*settle)(struct model *model, const void *parts, int step, const double *figures);
};

/* loss = mse + log(pi)/2 + beta kl, the negative evidence lower bound of a Gaussian of variance 1/2 per pixel
 * value (Higgins et al. 2021). Settings `beta`, which grows linearly from 0 over `beta_delay` steps. */
enum { ELBO_LOSS, ELBO_MSE, ELBO_KL, ELBO_INCONSISTENCY, ELBO_FIGURES };
extern const struct field elbo_figures[ELBO_FIGURES];
extern const struct objective_kind elbo_objective;

#endif
