/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The predictions of a model on the test windows, reduced to what figures and plots need.
 *
 * Predicted frames are compared with the true ones one by one and forgotten; memory grows with the frames by
 * a few numbers each.
 *
 * Every window is predicted forward, from the frames that the model sees at its beginning, and by models that
 * can go back in time backward as well, from those at its end: the mirror image. Frames are counted from the
 * origin (evaluation/windows.h): forward, frame t of window i is frame rollout_origin(rollout, i) + t of its
 * trajectory; backward, it is so many frames before the mirrored origin (rollout_frame).
 */
#ifndef HAMBENCH_EVALUATION_ROLLOUT_H
#define HAMBENCH_EVALUATION_ROLLOUT_H

#include "evaluation/evaluation.h"
#include "evaluation/image_error.h"
#include "evaluation/rollout_films.h"
#include "evaluation/windows.h"

/* Parts that are held only where somebody asks for them. */
enum {
    ROLLOUT_STATES = 1 << 0,  /* true states and parameters */
    ROLLOUT_LATENTS = 1 << 1, /* latent states of models that have them */
    ROLLOUT_FILMS = 1 << 2,   /* energies that the films of the first windows show, where they show discs */
};

/* Frames at which states are inferred anew, beside those that were followed to there. */
enum { ROLLOUT_LOOKS = 2 };

/* Windows whose images are kept for the film strip. */
enum { ROLLOUT_KEPT = 3 };

/* The frames that the film strip shows: every stride-th. */
struct rollout_film {
    int windows, columns, stride;
    real *truth;       /* [windows][columns][H][W][C] */
    real *predictions; /* [windows][columns][H][W][C] */
};

/* Predictions in one direction of time. */
struct rollout_way {
    double *error[IMAGE_ERRORS]; /* of each image error, [windows][frames]; NULL: nothing is predicted so */
    double *energy;              /* learned, [windows][frames]; NULL for models without */
    struct rollout_films films;  /* ROLLOUT_FILMS: what the predicted films show */
};

struct rollout {
    enum test_set set;                 /* what it is of */
    int threads;                       /* that metrics may use */
    const struct simulator *simulator; /* environment of the windows */
    double dt;                         /* its time from frame to frame */
    enum dataset_split split;          /* of the dataset, that they lie in */
    int windows;
    int runs;                   /* independent runs that they lie in */
    int pieces;                 /* trajectories of the dataset that are cut from one run */
    int history;                /* frames of a window before the origin */
    int frames;                 /* predicted, from the origin to the end */
    int reconstruction;         /* the first so many of these */
    int trained;                /* and of them so many in the training examples of the model, at least 1 */
    int published;              /* reconstructed in published tables by models of that plan */
    struct test_window *window; /* [windows] */
    struct rollout_way forward, backward;
    double *true_energy; /* of the forward frames, [windows][frames] */
    double energy_unit;  /* of the true energy, the system's own, mean over the windows; nan without one */
    double variance;     /* of the pixel values of the true frames among the trained ones */

    /* ROLLOUT_STATES; otherwise NULL. */
    double *states;     /* [windows][frames][state_size] */
    double *parameters; /* [windows][parameter_count] */
    int state_size, parameter_count;
    /* ROLLOUT_LATENTS, and the model has them; otherwise NULL. */
    real *latents;         /* [windows][frames][latent_width] */
    real *latent_variance; /* of the posterior at the origin, [windows][latent_width]; nan where there is none
                            */
    int latent_width;
    /* The same, of models that infer states apart from their film: what they infer from the frames around
     * the last frame of the reconstruction and around the last one of all, or the last one that has frames
     * around it. -1 for one where there is none. */
    int look[ROLLOUT_LOOKS]; /* after the origin */
    real *inferred;          /* [ROLLOUT_LOOKS][windows][latent_width]; NULL without any */

    /* Of the posterior that the forward prediction starts from, [windows]; nan for models without one. */
    double *divergence;  /* from the standard normal distribution, in nats */
    double *informative; /* numbers that say something: variance below 0.5, mean beyond 0.1 */

    struct rollout_films true_films; /* ROLLOUT_FILMS: of the forward frames */

    struct rollout_film film;
};

/* Predicts all windows. `needs`: ROLLOUT_... The numbers do not depend on the threads. The caller frees what
 * `out` holds, also after a failure. STATUS_DATA of windows_draw, STATUS_INTERRUPTED. */
enum status rollout_run(struct rollout *out, const struct evaluation_job *job, unsigned needs);
void rollout_free(struct rollout *rollout);

/* The places alone: `windows` windows of `length` frames. The rest of `out` is empty. The caller frees what
 * it holds, also after a failure. STATUS_DATA of windows_draw. */
enum status rollout_place(struct rollout *out, const struct evaluation_job *job, int windows, int length);

/* How the latent states of a model are followed in an evaluation: as trained, or by the integrator that its
 * settings name. Only for models with latent states. */
struct model_clock rollout_clock(const struct evaluation_settings *settings, const struct model *model);

/* The frame of its trajectory at which window i has its (forward) origin. */
int rollout_origin(const struct rollout *rollout, int i);

/* The frame of its trajectory that frame t of window i is in that direction. */
int rollout_frame(const struct rollout *rollout, const struct rollout_way *way, int i, int t);

/* An image error of one window, or (window < 0) its mean over all, in the frames from `begin` to before
 * `end` of one direction. nan where there are none. */
double rollout_error(const struct rollout *rollout, const struct rollout_way *way,
                     const struct image_error *error, int window, int begin, int end);

#endif
