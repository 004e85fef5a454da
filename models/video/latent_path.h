/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The latent states of a batch at all frames around the inferred one, and the way back for gradients.
 *
 * States and cotangents stand side by side, a row [B][D] for each frame:
 *
 *     frame, from the inferred state    first  ..  -1   0   1  ..  last
 *     states                              .         .   z   .        .     walked outwards from 0
 *     cotangents                          .         .   .   .        .     what a loss asks of each state
 *
 * Walks go in stretches of some frames. Only the states are kept; what a stretch computes on the way is
 * computed again when its gradient is taken, last stretch first: from the cotangents of its states it adds to
 * the cotangent of the state it began with. At the end the cotangent at 0 is all that the encoder needs, and
 * no tape was ever longer than a stretch.
 */
#ifndef HAMBENCH_MODELS_VIDEO_LATENT_PATH_H
#define HAMBENCH_MODELS_VIDEO_LATENT_PATH_H

#include "models/latent_stepper.h"
#include "models/model.h"

/* Frames of a stretch at most. */
enum { LATENT_PATH_STRETCH = 32 };

struct latent_path {
    const struct model *model; /* whose parameters are bound */
    const struct latent_dynamics *dynamics;
    const void *parts;        /* of the dynamics */
    struct model_clock clock; /* from a frame to the next later one */
    struct tape *tape;        /* for the stretches */

    int batch, width; /* B, D */
    int turned;       /* sequences from this one on go against the clock; `batch` for none */
    int first, last;  /* frames from the inferred state, first <= 0 <= last */

    real *states;     /* [last - first + 1][B][D]; the caller fills frame 0 */
    real *cotangents; /* the same shape; NULL where no gradient is wanted */
    real *gradient;   /* of the parameters, added to */

    struct model_step *step; /* whose culprit is named when a state is not finite; NULL: nobody's */

    /* What the tape holds: of a path of one stretch nothing has to be computed again. Begins as zeros. */
    struct latent_stretch {
        int walk, first, frames; /* frames first .. first + frames of that walk; 0 frames: nothing */
        struct tensor *states[LATENT_PATH_STRETCH + 1];
    } on_tape;
};

/* The state and the cotangent [D] of sequence b, `frame` frames from the inferred state. */
real *latent_path_state(const struct latent_path *path, int frame, int b);
real *latent_path_cotangent(const struct latent_path *path, int frame, int b);

/* Fills the states from that of frame 0. Nobody else may use the tape until the path is done with. */
void latent_path_run(struct latent_path *path);

/* Adds to the cotangents of frame 0, and to the gradient of the dynamics' parameters, what those of all other
 * frames ask for. After latent_path_run. */
void latent_path_backward(struct latent_path *path);

#endif
