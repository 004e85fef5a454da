/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the error of a latent model's rollout comes from.
 *
 * On each test window a state z_0 is inferred at the beginning, as in an evaluation, and followed: z_t. At
 * every stride-th later frame the state is inferred anew from the frames around that frame: e_t. Then
 *
 *     decode(z_t) against the true frame   the error of the prediction
 *     decode(e_t) against the true frame   what is left of it when dynamics and start are right: the
 * decoder's and the encoder's part z_t - e_t                            the latent gap: what dynamics and
 * start are wrong by, with its part along the motion (a phase, in frames) and the difference in energy F(e_t)
 * - e_(t + stride)              what the dynamics are wrong by in one stride, begun anew
 *
 * and a map from latents to true states that assumes nothing (latent_map.h) says whether the latent is a
 * phase space, how well true states can be read off e_t and off z_t, and how far z_t lies from all e.
 */
#ifndef HAMBENCH_DIAGNOSIS_DIAGNOSIS_H
#define HAMBENCH_DIAGNOSIS_DIAGNOSIS_H

#include "drawing/figure.h"
#include "evaluation/evaluation.h"
#include "simulators/simulator.h"
#include "support/effort.h"
#include "support/text.h"

/* Times at which states are compared, of all windows together: their number squared is the work. */
enum { DIAGNOSIS_MOST_LOOKS = 20000 };

struct diagnosis_request {
    const struct model *model;
    const char *name; /* its variant, for titles */
    const struct dataset *dataset;
    struct evaluation_settings
        settings; /* whose split and integrator are used; a start is one inferred state */
    uint64_t window_seed;
    int windows; /* at least 2 */
    int frames;  /* to follow each for; 0: as many as the trajectories have */
    int stride;  /* frames from one look to the next */
    struct effort effort;
};

/* At one time: means over the windows. */
struct diagnosis_point {
    int frame;                          /* after the inferred state */
    double error;                       /* mse of decode(z_t) */
    double decoded;                     /* mse of decode(e_t) */
    double group[SIMULATOR_MAX_GROUPS]; /* of `error`, over the windows of each group; nan without any */
    double gap;       /* root mean square of z_t - e_t, in units of the encoded states' spread */
    double renewed;   /* the same of one stride that begins at e_(t - stride); nan at frame 0 */
    double along;     /* part of the squared gap that lies along the motion */
    double phase;     /* root mean square of that part, in frames */
    double energy;    /* root mean square of H(z_t) - H(e_t), in units of the spread of H; nan without one */
    double explained; /* R^2 of the true states read off z_t */
    double distance;  /* of z_t from the nearest encoded state of another run: the median over the windows, in
                         units of the median between the encoded states */
};

struct diagnosis {
    int windows, runs, trained; /* frames that a training example has behind the state */
    int stride, count;
    struct diagnosis_point *points; /* [count] */
    int width;                      /* D */
    double dimension, spread;       /* of the encoded states */
    int state_size;
    double explained;                      /* R^2 of the true states read off the encoded ones */
    int group_count[SIMULATOR_MAX_GROUPS]; /* windows of each kind of motion */
    const struct simulator_groups *groups; /* NULL: there is one kind */
};

/* Whether there is something to diagnose. STATUS_DATA: no states, or none that are inferred or shown. */
enum status diagnosis_check(const struct diagnosis_request *request);

/* STATUS_DATA: trajectories that are too short, or cannot be read, too many looks; STATUS_INTERRUPTED. Same
 * bits for any number of threads. The caller clears `*out` when it is STATUS_OK. */
enum status diagnosis_run(struct diagnosis *out, const struct diagnosis_request *request);
void diagnosis_clear(struct diagnosis *diagnosis);

/* For people: the table, and what it says in words; for programs: JSON; the picture diagnosis.svg and .png in
 * `folder`. */
void diagnosis_add_text(struct text *out, const struct diagnosis *diagnosis);
void diagnosis_add_json(struct text *out, const struct diagnosis *diagnosis);
enum status diagnosis_draw(const struct diagnosis *diagnosis, const struct diagnosis_request *request,
                           const char *folder, struct figure_report *report);

#endif
