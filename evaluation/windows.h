/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Test windows: how long they are, where they lie, and how each model's example is placed in them.
 *
 *     start     origin           end of the training examples
 *     | history | reconstruction | extrapolation              |
 *        ^ a model's own example begins plan.origin frames before the origin
 *
 * Backward the window is read as its mirror image: history at its end, extrapolation at its beginning.
 */
#ifndef HAMBENCH_EVALUATION_WINDOWS_H
#define HAMBENCH_EVALUATION_WINDOWS_H

#include "datasets/dataset.h"
#include "evaluation/evaluation_settings.h"
#include "models/model.h"
#include "support/status.h"

/* What the models of an experiment need together; starts as {0}. */
struct window_need {
    int history;        /* frames before the origin */
    int reconstruction; /* frames from it on */
};

/* Adds the needs of one model. One whose settings make no sense (model_check) needs nothing: it has its own
 * message. */
void windows_add_need(struct window_need *need, const struct model_kind *kind, const void *settings);

/* Puts numbers where the settings leave it to the models. To be done for every model of an experiment with
 * the needs of all, before anything else is done with the settings. */
void windows_resolve(struct evaluation_settings *settings, const struct window_need *need);

/* Frames of a window. */
int windows_length(const struct evaluation_settings *settings);

/* Whether the model can be trained and evaluated on trajectories of `frames` frames. STATUS_DATA with the
 * setting. `settings` are resolved, the model's are checked. */
enum status windows_check(const struct evaluation_settings *settings, const struct model_kind *kind,
                          const void *model, int frames);

/* The same for models of true states (kind->states), which see the state at the origin and nothing else. */
enum status windows_check_states(const struct evaluation_settings *settings, const struct model_kind *kind,
                                 const void *model, int frames);

/* A test window. */
struct test_window {
    struct dataset_window place; /* its first frame */
    int run;                     /* trajectories of one run depend on each other */
};

/* Draws `count` windows of `length` frames from a split. Window i lies in run i modulo the number of
 * runs, in each run in its trajectories in turn, so windows are as independent as they can be; it starts at
 * random, keyed by (seed, "evaluate", i). `pieces`: consecutive trajectories that are cut from one run, 1
 * where each is a run of its own. STATUS_DATA when it has no trajectory or they are shorter than `length`.
 */
enum status windows_draw(struct test_window *out, int count, int length, const struct dataset_info *info,
                         enum dataset_split split, int pieces, uint64_t seed);

#endif
