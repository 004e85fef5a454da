/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Evaluating one trained model on the test split of its dataset: numbers, plots and a film strip in the run
 * folder.
 */
#ifndef HAMBENCH_EVALUATION_EVALUATION_H
#define HAMBENCH_EVALUATION_EVALUATION_H

#include <stdbool.h>
#include <stdint.h>

#include "datasets/dataset.h"
#include "evaluation/evaluation_settings.h"
#include "models/model.h"
#include "support/status.h"
#include "support/text.h"

struct evaluation_job {
    const char *folder; /* run folder: evaluation.json and plots/ are written there */
    const struct model *model;
    const char *name; /* of the model, for pictures and files: its variant */
    const struct dataset *dataset;
    struct evaluation_settings settings;
    uint64_t seed;
    int threads;
    bool quiet;
};

/* Image errors of one part of the windows; means over the windows. */
struct evaluation_error {
    double mse;     /* per pixel value */
    double l2_norm; /* mean over frames of (squared error / squared target), divided by 3072 */
};

struct evaluation_result {
    int windows;
    struct evaluation_error train;         /* frames within the training window */
    struct evaluation_error extrapolation; /* frames beyond it */
    double energy_drift; /* mean over windows of max_t |H_t - H_0| / (std of H_0 over the windows); nan
                            without energy */
};

/* STATUS_DATA when the test trajectories are too short for the window, STATUS_IO. Plots that cannot be made
 * because gnuplot is missing are skipped with a note in evaluation.json; that is no failure. */
enum status evaluation_run(const struct evaluation_job *job, struct evaluation_result *out);

/* Reads the evaluation.json of a run folder. STATUS_IO, STATUS_DATA. */
enum status evaluation_read(struct evaluation_result *out, const char *folder);

/* Adds the path of every picture that the evaluation in a run folder made, and the reasons why others are
 * missing, one a line. STATUS_IO, STATUS_DATA. */
enum status evaluation_list_pictures(struct text *pictures, struct text *notes, const char *folder);

#endif
