/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Evaluating one trained model on the test split of its dataset, or on that of validation: figures, plots and
 * a film strip in the run folder.
 */
#ifndef HAMBENCH_EVALUATION_EVALUATION_H
#define HAMBENCH_EVALUATION_EVALUATION_H

#include <stdbool.h>
#include <stdint.h>

#include "datasets/dataset.h"
#include "evaluation/evaluation_settings.h"
#include "evaluation/test_set.h"
#include "models/model.h"
#include "support/lines.h"
#include "support/statistics.h"
#include "support/status.h"

struct evaluation_job {
    const char *folder; /* run folder: evaluation.json and plots/ are written there */
    const struct model *model;
    const char *name; /* of the model, for pictures and files: its variant */
    const struct dataset *dataset;
    struct evaluation_settings settings;  /* resolved (windows_resolve) and checked (evaluation_check) */
    const struct test_set_source *others; /* [other_count], of films; may be NULL */
    size_t other_count;
    uint64_t window_seed; /* the dataset's: all models are measured on the same windows */
    uint64_t model_seed;  /* of the training, for the record */
    int threads;
    bool quiet;

    /* The struct of a metric's own schema; NULL: all metrics have their defaults. */
    const void *(*metric_settings)(const void *context, const struct schema *schema);
    const void *context;
};

/* A figure with the interval that holds the mean over all possible test windows with 95 %; nan where the
 * figure is no mean over windows, or there are too few. */
struct evaluation_figure {
    double value;
    struct statistics_interval interval;
    bool missing; /* from a record of a time when there was no such metric */
};

enum { EVALUATION_MAX_FIGURES = 512 };
struct evaluation_result {
    int windows;
    int runs;                                   /* independent runs that they lie in */
    bool backward;                              /* predicted back in time as well */
    int history, reconstruction, extrapolation; /* frames, see struct evaluation_settings */
    struct {
        int windows, frames; /* predicted of each; 0 windows: not judged on it */
    } sets[TEST_SETS];
    struct evaluation_figure figures[EVALUATION_MAX_FIGURES]; /* numbered as metric_figure */
};

/* Whether models of this kind can be evaluated, on trajectories of `frames` frames. The settings are
 * resolved; those of the model are checked. STATUS_DATA with the setting, or the ability that is missing. */
enum status evaluation_check(const struct evaluation_settings *settings, const struct model_kind *kind,
                             const void *model, int frames);

/* STATUS_DATA when the test trajectories are too short for the window, STATUS_IO, STATUS_INTERRUPTED. Plots
 * that cannot be made because gnuplot is missing are skipped with a note in evaluation.json; that is no
 * failure. */
enum status evaluation_run(const struct evaluation_job *job, struct evaluation_result *out);

/* Reads the evaluation.json of a run folder. STATUS_IO, STATUS_DATA. */
enum status evaluation_read(struct evaluation_result *out, const char *folder);

/* Adds the path of every picture that the evaluation in a run folder made, and what somebody who reads its
 * figures has to know: why pictures are missing, what figures are no good. STATUS_IO, STATUS_DATA. */
enum status evaluation_list_pictures(struct lines *pictures, struct lines *notes, const char *folder);

#endif
