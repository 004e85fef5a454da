/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/model_cost.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "engine/profile.h"
#include "integrators/integrator.h"
#include "integrators/tableau.h"
#include "models/density/density_settings.h"
#include "models/window_plan.h"
#include "support/memory.h"

/* Any numbers: the work does not depend on them. */
static void any_image(const void *context, int sequence, int frame, real *out) {
    (void)context;
    for (int i = 0; i < IMAGE_VALUES; i++) {
        out[i] = (real)((i + 7 * frame + sequence) % 11) / 11;
    }
}

static void any_state(const void *context, int sequence, int frame, double *out) {
    const int *size = context;
    for (int i = 0; i < *size; i++) {
        out[i] = 0.1 * (1 + i) + 0.01 * (frame + sequence);
    }
}

/* The work of a step that decodes these targets of all. */
static double work_of(struct model *model, const int *decoded, int count) {
    struct window_plan plan = window_plan_of(model->kind, model->settings);
    struct model_workspace *workspace = model_workspace_create();
    real *gradient = memory_alloc(model->parameters->size, sizeof *gradient);
    struct random_stream random = random_stream(0, "latent", 0, 0);
    const struct model_kind *kind = model->kind;
    int size = kind->states != NULL    ? kind->states->width(model->settings)
               : kind->density != NULL ? density_settings_state_size(kind->density->points(model->settings))
                                       : 0;
    struct model_batch batch = {
        .size = 1,
        .examples = {.image = any_image,
                     .state = any_state,
                     .derivative = any_state,
                     .frame_time = 0.1,
                     .state_size = size,
                     .context = &size},
        .random = &random,
        .horizon = window_plan_targets(&plan),
        .decoded = decoded,
        .decoded_count = count,
    };
    struct model_step step;
    struct profile_summary summary;
    profile_start();
    kind->loss(model, workspace, &batch, 1, gradient, &step);
    profile_stop();
    profile_read(&summary);
    free(gradient);
    model_workspace_free(workspace);
    return profile_work(&summary);
}

static double count_work(struct model *model) {
    struct window_plan plan = window_plan_of(model->kind, model->settings);
    int targets = window_plan_targets(&plan), count = plan.decoded == 0 ? targets : plan.decoded;
    if (model->kind->video != NULL && targets > 2 && count > 2) {
        double two = work_of(model, (const int[]){0, targets - 1}, 2);
        double three = work_of(model, (const int[]){0, 1, targets - 1}, 3);
        return two + (count - 2) * (three - two);
    }
    int *decoded = memory_alloc((size_t)targets, sizeof *decoded);
    for (int i = 0; i < targets; i++) {
        decoded[i] = i;
    }
    double work = work_of(model, decoded, count);
    free(decoded);
    return work;
}

static bool chooses_steps(const struct model_kind *kind, const void *settings) {
    const struct integrator *integrator =
        kind->latent == NULL ? NULL : kind->latent->clock(settings).integrator;
    const struct tableau *tableau = integrator == NULL ? NULL : integrator_tableau(integrator);
    return tableau != NULL && tableau->error_order > 0;
}

double model_cost_of_sequence(const struct model_kind *kind, const void *settings) {
    assert(!profile_running());
    if (kind->loss == NULL || chooses_steps(kind, settings)) {
        return NAN;
    }
    struct model *model;
    model_create(&model, kind, settings, 0);
    double work = count_work(model);
    model_free(model);
    return work;
}
