/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * State consistency: a state that was rolled out to a later frame should be the one that the encoder finds
 * there. The encoder also reads the inference frames around some later targets, and the squared distance
 * between the state of the rollout and the mean of that posterior joins the objective, with gradients to both
 * sides unless `model.consistency_gradient` names one. Without it nothing makes the states behind the trained
 * window decode to anything.
 *
 * In units of the divergence: weight (1/m) sum_j |z(t_j) - mu(t_j)|^2 nats for each sequence, m frames t_j,
 * one drawn from each of m equal parts of the rollout. At full weight from the start all states collapse into
 * one, so the weight grows geometrically from a thousandth of `model.consistency` over
 * `model.consistency_steps` steps.
 */
#ifndef HAMBENCH_MODELS_VIDEO_CONSISTENCY_H
#define HAMBENCH_MODELS_VIDEO_CONSISTENCY_H

#include "models/model.h"
#include "models/video/latent_path.h"
#include "models/window_plan.h"

enum { CONSISTENCY_MAX_FRAMES = 16 };

struct consistency {
    int frames;                         /* m; 0 where the setting is 0, or no frame suits */
    int offset[CONSISTENCY_MAX_FRAMES]; /* t_j, counted from the inferred state */
    struct tensor *encoded;             /* [m B][D], frame by frame, on the sequence tape */
    struct tensor *asked;               /* the cotangent of these */
};

/* What the term moves: "both", "rollout", "encoder". */
size_t consistency_sides(const char **out, size_t capacity);

/* Draws frames up to `last` from the stream of the batch and encodes them on the tape of `leaves`. Nothing is
 * drawn where the setting is 0. */
struct consistency consistency_begin(const struct model *model, const struct window_plan *plan,
                                     struct tape *tape, struct tensor *const *leaves,
                                     const struct model_batch *batch, int last);

/* What the term says of a path. */
struct consistency_term {
    double value;    /* of the objective, which `share` nats are one of */
    double distance; /* root mean square of the differences, per number of a state */
};

/* Adds `weight` times the gradient of the term to the cotangents of the path, and keeps what it asks of the
 * encoded states. */
struct consistency_term consistency_pull(struct consistency *consistency, struct latent_path *path,
                                         const struct model_batch *batch, double share, real weight);

/* Adds what the term asks of the encoder to the sum that is differentiated last. */
struct tensor *consistency_add(const struct consistency *consistency, struct tensor *sum);

#endif
