/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The predictions of a model on the test windows, reduced to what figures and plots need.
 *
 * Predicted frames are compared with the true ones one by one and forgotten; memory grows with the frames by
 * a few numbers each. Frames are counted from the origin of their window (evaluation/windows.h): frame t of
 * window i is frame rollout_origin(rollout, i) + t of its trajectory.
 */
#ifndef HAMBENCH_EVALUATION_ROLLOUT_H
#define HAMBENCH_EVALUATION_ROLLOUT_H

#include "evaluation/evaluation.h"
#include "evaluation/image_error.h"
#include "evaluation/windows.h"

/* Parts that are held only where somebody asks for them. */
enum {
    ROLLOUT_STATES = 1 << 0,  /* true states and parameters */
    ROLLOUT_LATENTS = 1 << 1, /* latent states of models that have them */
};

/* Windows whose images are kept for the film strip. */
enum { ROLLOUT_KEPT = 3 };

/* The frames that the film strip shows: every stride-th. */
struct rollout_film {
    int windows, columns, stride;
    real *truth;       /* [windows][columns][H][W][C] */
    real *predictions; /* [windows][columns][H][W][C] */
};

struct rollout {
    int threads;                       /* that metrics may use */
    const struct simulator *simulator; /* environment of the windows */
    double dt;                         /* its time from frame to frame */
    int windows;
    int runs;                    /* independent runs that they lie in */
    int pieces;                  /* trajectories of the dataset that are cut from one run */
    int lead;                    /* frames of a window before the history */
    int backward;                /* predicted of these: all, or none where the model cannot go back in time */
    int history;                 /* frames of a window before the origin */
    int frames;                  /* predicted, from the origin to the end */
    int reconstruction;          /* the first so many of these */
    struct test_window *window;  /* [windows] */
    double *error[IMAGE_ERRORS]; /* of each image error, [windows][frames] */
    double *backward_error[IMAGE_ERRORS]; /* [windows][backward], in the order of the film; NULL without */
    double *energy;                       /* learned, [windows][frames]; NULL for models without */
    double *true_energy;                  /* [windows][frames] */
    double energy_unit; /* of the true energy, the system's own, mean over the windows; nan without one */
    double variance;    /* of the pixel values of the true frames of the reconstruction */

    /* ROLLOUT_STATES; otherwise NULL. */
    double *states;     /* [windows][frames][state_size] */
    double *parameters; /* [windows][parameter_count] */
    int state_size, parameter_count;
    /* ROLLOUT_LATENTS, and the model has them; otherwise NULL. */
    real *latents;         /* [windows][frames][latent_width] */
    real *latent_variance; /* of the posterior at the origin, [windows][latent_width]; nan where there is none
                            */
    int latent_width;

    struct rollout_film film;
};

/* Predicts all windows. `needs`: ROLLOUT_... The numbers do not depend on the threads. The caller frees what
 * `out` holds, also after a failure. STATUS_DATA of windows_draw, STATUS_INTERRUPTED. */
enum status rollout_run(struct rollout *out, const struct evaluation_job *job, unsigned needs);
void rollout_free(struct rollout *rollout);

/* The places alone: `windows` windows of `length` frames. The rest of `out` is empty. The caller frees what
 * it holds, also after a failure. STATUS_DATA of windows_draw. */
enum status rollout_place(struct rollout *out, const struct evaluation_job *job, int windows, int length);

/* The frame of its trajectory at which window i has its origin. */
int rollout_origin(const struct rollout *rollout, int i);

/* The same as below of the frames that were predicted backward, all of them. */
double rollout_backward_error(const struct rollout *rollout, const struct image_error *error, int window);

/* An image error of one window, or (window < 0) its mean over all, in the frames from `begin` to before
 * `end`. nan where there are none. */
double rollout_error(const struct rollout *rollout, const struct image_error *error, int window, int begin,
                     int end);

#endif
