/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/windows.h"

#include <string.h>

#include "integrators/integrator.h"
#include "models/window_plan.h"
#include "support/random.h"

void windows_add_need(struct window_need *need, const struct model_kind *kind, const void *settings) {
    if ((kind->video == NULL && kind->states == NULL) || model_check(kind, settings) != STATUS_OK) {
        return;
    }
    int history = 0, reconstruction;
    if (kind->video != NULL) {
        struct window_plan plan = kind->video->plan(settings);
        history = plan.origin;
        reconstruction = window_plan_reconstruction(&plan);
    } else {
        reconstruction = kind->states->length(settings);
    }
    need->history = history > need->history ? history : need->history;
    need->reconstruction = reconstruction > need->reconstruction ? reconstruction : need->reconstruction;
}

/* Frames that the starts of predictions are inferred from before those of a model's own window. */
static int frames_before(const struct evaluation_settings *settings) {
    return settings->start_windows > 1 ? settings->start_windows - 1 : 0;
}

void windows_resolve(struct evaluation_settings *settings, const struct window_need *need) {
    if (settings->history_frames == 0) {
        settings->history_frames = need->history + frames_before(settings);
    }
    if (settings->reconstruction_frames == 0) {
        settings->reconstruction_frames = need->reconstruction;
    }
}

int windows_length(const struct evaluation_settings *settings) {
    return settings->history_frames + settings->reconstruction_frames + settings->extrapolation_frames;
}

/* The integrator must suit the states that it is to step. */
static enum status check_integrator(const struct evaluation_settings *settings, const struct model_kind *kind,
                                    const void *model) {
    if (strcmp(settings->integrator, EVALUATION_AS_TRAINED) == 0 || kind->latent == NULL ||
        kind->latent->check_integrator == NULL) {
        return STATUS_OK;
    }
    enum status status = kind->latent->check_integrator(kind, model, integrator_find(settings->integrator));
    return status == STATUS_OK ? STATUS_OK : status_prefix(status, "evaluation.integrator");
}

/* `example`: frames of a training example. */
static enum status check_example(const struct model_kind *kind, const char *setting, int example,
                                 int frames) {
    return example <= frames
               ? STATUS_OK
               : status_fail(STATUS_DATA,
                             "%s%s needs windows of %d frames, trajectories have %d (dataset.frames)",
                             setting, kind->name, example, frames);
}

static enum status check_length(const struct evaluation_settings *settings, int frames) {
    int length = windows_length(settings);
    return length <= frames
               ? STATUS_OK
               : status_fail(STATUS_DATA,
                             "evaluation.extrapolation_frames: windows of %d frames (history %d, "
                             "reconstruction %d, extrapolation %d) do not fit into trajectories of %d "
                             "(dataset.frames)",
                             length, settings->history_frames, settings->reconstruction_frames,
                             settings->extrapolation_frames, frames);
}

enum status windows_check_states(const struct evaluation_settings *settings, const struct model_kind *kind,
                                 const void *model, int frames) {
    enum status status = check_example(kind, "", kind->states->length(model), frames);
    if (status == STATUS_OK && settings->reconstruction_frames + settings->extrapolation_frames < 2) {
        status = status_fail(STATUS_DATA,
                             "evaluation.extrapolation_frames: %d, expected at least a frame after the "
                             "origin for %s to predict",
                             settings->extrapolation_frames, kind->name);
    }
    if (status == STATUS_OK && settings->reconstruction_frames < 1) {
        status = status_fail(STATUS_DATA, "evaluation.reconstruction_frames: %d, expected at least 1",
                             settings->reconstruction_frames);
    }
    return status == STATUS_OK ? check_length(settings, frames) : status;
}

enum status windows_check(const struct evaluation_settings *settings, const struct model_kind *kind,
                          const void *model, int frames) {
    struct window_plan plan = kind->video->plan(model);
    enum status status = check_example(kind, "model.target_frames: ", plan.length, frames);
    if (status != STATUS_OK) {
        return status;
    }
    if (settings->history_frames < plan.origin) {
        return status_fail(STATUS_DATA,
                           "evaluation.history_frames: %d, expected at least the %d frames that %s sees "
                           "before the origin",
                           settings->history_frames, plan.origin, kind->name);
    }
    int before = kind->latent != NULL && kind->latent->infer != NULL ? frames_before(settings) : 0;
    if (settings->history_frames < plan.origin + before) {
        return status_fail(
            STATUS_DATA,
            "evaluation.history_frames: %d, expected at least %d: %s sees %d frames before the "
            "origin, and evaluation.start_windows begins %d earlier",
            settings->history_frames, plan.origin + before, kind->name, plan.origin, before);
    }
    if (settings->reconstruction_frames < 1 ||
        plan.inference - plan.origin > settings->reconstruction_frames + settings->extrapolation_frames) {
        return status_fail(STATUS_DATA,
                           "evaluation.reconstruction_frames: %d, expected room for the %d frames that %s "
                           "sees from the origin on",
                           settings->reconstruction_frames, plan.inference - plan.origin, kind->name);
    }
    status = check_length(settings, frames);
    return status == STATUS_OK ? check_integrator(settings, kind, model) : status;
}

enum status windows_draw(struct test_window *out, int count, int length, const struct dataset_info *info,
                         enum dataset_split split, int pieces, uint64_t seed) {
    int trajectories = info->trajectories[split];
    if (trajectories < 1) {
        return status_fail(STATUS_DATA, "%s: the dataset has no %s trajectories to evaluate on",
                           info->environment, dataset_split_names[split]);
    }
    if (info->frames < length) {
        return status_fail(STATUS_DATA,
                           "%s: trajectories of %d frames are too short for evaluation windows of %d frames",
                           info->environment, info->frames, length);
    }
    int runs = (trajectories + pieces - 1) / pieces;
    for (int i = 0; i < count; i++) {
        struct random_stream random = random_stream(seed, "evaluate", (uint64_t)i, 0);
        int run = i % runs;
        int rest = trajectories - run * pieces; /* the last run may have been cut into fewer */
        out[i].run = run;
        out[i].place.trajectory = run * pieces + i / runs % (rest < pieces ? rest : pieces);
        out[i].place.start = (int)random_below(&random, (uint32_t)(info->frames - length + 1));
    }
    return STATUS_OK;
}
