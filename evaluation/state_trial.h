/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A model of true states at work on the test windows: what figures and pictures of the task "states" are made
 * of.
 *
 * From the true state at the origin of each window the learned field is integrated by STATE_MOTION_METHOD
 * with STATE_MOTION_STEPS steps a frame (models/state_motion.h), over the frames of the window and, for
 * energies, over STATE_TRIAL_LONG frames, whether the trajectory has them or not.
 */
#ifndef HAMBENCH_EVALUATION_STATE_TRIAL_H
#define HAMBENCH_EVALUATION_STATE_TRIAL_H

#include "evaluation/evaluation.h"
#include "evaluation/rollout.h"
#include "support/schema.h"

enum {
    STATE_TRIAL_LONG = 1000,                    /* frames after the origin */
    STATE_TRIAL_SAMPLES = STATE_TRIAL_LONG + 1, /* the origin among them */
    STATE_TRIAL_KEPT = 3,                       /* windows that pictures show one by one */
};

/* Errors and drifts count up to here: a rollout that has left is as bad as one that is no number. */
#define STATE_TRIAL_WORST 100.0

/* A prediction is valid while its error is no larger. */
#define STATE_TRIAL_VALID 0.4

/* Settings, group "evaluation". */
struct state_trial_settings {
    int windows; /* at most so many of evaluation.windows, the first of them */
};
extern const struct schema state_trial_schema;

struct state_trial {
    struct rollout places; /* windows, runs and frames; nothing predicted */
    int width;             /* S */
    double dt;             /* time between frames */
    double friction;       /* of the environment */
    double *truth;         /* states [windows][frames][S] */
    double *states;        /* the model's, [windows][frames][S] */
    double *spread;        /* standard deviation of each number of `truth`, [S] */

    /* Root mean square over the numbers of a state of their errors, each in units of its spread (numbers
     * without one left out), at most STATE_TRIAL_WORST: [windows][frames]. */
    double *error;

    /* Energies of the model's states, [windows][STATE_TRIAL_SAMPLES]: the environment's and the model's own;
     * NULL where it has none. nan from where a state is no number. */
    double *true_energy, *energy;
    double energy_unit; /* of the environment, the mean over the windows; nan where it has none of its own */

    /* The true energy along the true frames from the origin on, nan where the trajectory has ended:
     * [STATE_TRIAL_KEPT][STATE_TRIAL_SAMPLES]; NULL without energy. */
    double *stored_energy;

    /* Error of the learned field at the true states, relative to the true field, [windows]; NULL where the
     * environment has no field of states. */
    double *field_error;
};

/* The numbers do not depend on the threads. The caller frees what `out` holds, also after a failure.
 * STATUS_DATA of windows_draw, and where the dataset has other states than the model; STATUS_INTERRUPTED. */
enum status state_trial_run(struct state_trial *out, const struct evaluation_job *job,
                            const struct state_trial_settings *settings);
void state_trial_free(struct state_trial *trial);

#endif
