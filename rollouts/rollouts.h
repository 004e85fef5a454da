/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Letting a trained model run on: a film from a few frames or from the prior, a motion by a learned field,
 * points of a learned density. What comes of it is an HDF5 file and pictures (docs/formats.md). Which of
 * these a model can do is said by the abilities of its kind.
 */
#ifndef HAMBENCH_ROLLOUTS_ROLLOUTS_H
#define HAMBENCH_ROLLOUTS_ROLLOUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "datasets/dataset.h"
#include "drawing/figure.h"
#include "models/model.h"
#include "support/status.h"

/* Frames of a rollout, and samples, at most. A film plays so many frames at most: every k-th of a longer one.
 */
enum { ROLLOUTS_MOST_FRAMES = 1000000, ROLLOUTS_MOST_SAMPLES = 1000000, ROLLOUTS_FILM_FRAMES = 1000 };

struct rollouts_request {
    const struct model *model;
    const char *name;                  /* of the model, for titles: its variant */
    const struct simulator *simulator; /* environment that it was trained on */
    const char *run;                   /* its run folder, for the record */
    uint64_t model_seed;
    int steps; /* of its training */
    double dt; /* time of the environment from frame to frame of its training */

    /* Where it begins: at a trajectory of the test split, or at states of the prior. */
    const struct dataset *dataset; /* NULL: no trajectory */
    const char *dataset_file;
    int trajectory;
    int start;   /* first frame of the trajectory that is seen; -1: the first there is, backward the last */
    int samples; /* of the prior, or points of the density; 0: from the trajectory */

    int frames; /* T, the one that belongs to the inferred state among them */
    bool backward;
    double speed;                        /* frames of the training from one frame to the next, > 0 */
    const struct integrator *integrator; /* NULL: as trained; of a field: rk4 */
    uint64_t seed;                       /* of the samples */
    bool quiet;
};

/* Whether the model can do what is asked for: STATUS_DATA with the ability that it lacks, or the frames that
 * the trajectory lacks. */
enum status rollouts_check(const struct rollouts_request *request);

/* Whether the request begins with a trajectory, so that a dataset has to be opened for it. */
bool rollouts_needs_dataset(const struct model_kind *kind, int samples);

extern const char rollouts_file_name[]; /* "rollout.h5" */

/* Writes rollout.h5 and its pictures into `folder`, which is there; the request has been checked. Names and
 * notes go to `report`, which the caller frees. The numbers do not depend on the frames that were asked for
 * after them. STATUS_INTERRUPTED, and then there is no new rollout.h5; STATUS_IO; STATUS_DATA. */
enum status rollouts_run(const struct rollouts_request *request, const char *folder,
                         struct figure_report *report);

#endif
