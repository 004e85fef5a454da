/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What training (sequence_model.c) and prediction (sequence_predict.c) of the latent sequence models share,
 * with consistency.c. Only for these.
 */
#ifndef HAMBENCH_MODELS_VIDEO_SEQUENCE_PRIVATE_H
#define HAMBENCH_MODELS_VIDEO_SEQUENCE_PRIVATE_H

#include "models/model.h"
#include "models/video/frames.h"
#include "models/video/latent_path.h"

/* What the parts have declared. */
struct sequence_parts {
    void *encoder, *transform, *dynamics, *decoder, *objective;
    int inferred; /* N */
    int width;    /* D */
    int decoded;  /* leading columns of a state that the decoder sees */
};

/* Gaussian posterior of what is inferred: mean and log standard deviation, each [B][N]. */
struct sequence_posterior {
    struct tensor *mean, *log_deviation;
};

/* The posteriors of `batch` sequences, those from `turned` on seen from their end, on an empty tape. */
struct sequence_posterior sequence_model_infer(const struct model *model, struct tape *tape,
                                               struct tensor *const *leaves,
                                               const struct model_examples *examples, int batch, int turned);

/* The posteriors of stacked frames x [B][H][W][n C]. */
struct sequence_posterior sequence_model_encode(const struct model *model, struct tensor *const *leaves,
                                                struct tensor *x);

/* The state that moves, [B][D]. */
struct tensor *sequence_model_transform(const struct model *model, struct tensor *const *leaves,
                                        struct tensor *z);

/* A path of frames first .. last from the inferred state, which is `start` [B][D]. Its memory is the sequence
 * tape's. */
struct latent_path sequence_model_begin_path(const struct model *model, struct model_workspace *workspace,
                                             const real *start, int batch, int first, int last);

struct frames_decoder sequence_model_decoder(const struct model *model);

#endif
