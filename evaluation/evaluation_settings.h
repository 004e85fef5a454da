/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What of a trained model is evaluated: the group "evaluation" of experiment files.
 *
 * A test window is lined up at its origin, the frame from which predictions are judged (struct window_plan):
 * `history_frames` before it, `reconstruction_frames` from it on, `extrapolation_frames` behind those. The
 * numbers are the same for all models of an experiment, whatever their training examples look like, so all
 * rows of a table are measured on the same frames.
 */
#ifndef HAMBENCH_EVALUATION_EVALUATION_SETTINGS_H
#define HAMBENCH_EVALUATION_EVALUATION_SETTINGS_H

#include "datasets/dataset.h"
#include "support/schema.h"

struct evaluation_settings {
    int windows;               /* test windows to predict */
    int history_frames;        /* 0: as windows_add_need found */
    int reconstruction_frames; /* 0: as windows_add_need found */
    int extrapolation_frames;
    int long_windows;                 /* films of the long test set; 0: none */
    int long_frames;                  /* of each, from the origin on */
    int shift_windows;                /* films of each test set outside of the training; 0: none */
    int start_windows;                /* inferred states of which a prediction's start is the mean */
    char integrator[FIELD_NAME_SIZE]; /* of the latent dynamics, or EVALUATION_AS_TRAINED */
    char directions[FIELD_NAME_SIZE]; /* EVALUATION_FORWARD or EVALUATION_BOTH */
    char split[FIELD_NAME_SIZE];      /* "test" or "validation": where the windows lie */
};

#define EVALUATION_AS_TRAINED "trained"
#define EVALUATION_FORWARD "forward"
#define EVALUATION_BOTH "both"

/* The split of the dataset that the windows lie in. */
enum dataset_split evaluation_split(const struct evaluation_settings *settings);

extern const struct schema evaluation_settings_schema;

#endif
