/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/model_trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/model_registry.h"
#include "models/window_plan.h"
#include "support/memory.h"
#include "tests/harness.h"
#include "tests/model_case.h"

static void each(void (*check)(const struct model_kind *kind), bool films) {
    int checked = 0;
    for (const struct model_kind *const *kind = model_kinds; *kind != NULL; kind++) {
        if (films && (*kind)->video == NULL) {
            continue;
        }
#ifdef CONTRACT_KIND
        if (strcmp((*kind)->name, CONTRACT_KIND) != 0) {
            continue;
        }
#endif
        check(*kind);
        checked++;
    }
    CU_ASSERT(checked > 0);
}

void model_trial_each_kind(void (*check)(const struct model_kind *kind)) {
    each(check, false);
}

void model_trial_each_film(void (*check)(const struct model_kind *kind)) {
    each(check, true);
}

struct model_trial model_trial_begin_with(const struct model_kind *kind, const void *settings) {
    struct model_trial trial = {
        .kind = kind, .workspace = model_workspace_create(), .plan = window_plan_of(kind, settings)};
    model_create(&trial.model, kind, settings, 5);
    trial.gradient = memory_alloc(trial.model->parameters->size, sizeof(real));
    return trial;
}

struct model_trial model_trial_begin(const struct model_kind *kind) {
    void *settings = model_case_settings(kind, model_case_tiny);
    CHECK_OK_FATAL(model_check(kind, settings));
    struct model_trial trial = model_trial_begin_with(kind, settings);
    free(settings);
    return trial;
}

void model_trial_end(struct model_trial *trial) {
    model_free(trial->model);
    model_workspace_free(trial->workspace);
    free(trial->gradient);
}

void model_trial_draw(const void *context, int sequence, int frame, real *out) {
    (void)context;
    for (int y = 0; y < IMAGE_SIDE; y++) {
        for (int x = 0; x < IMAGE_SIDE; x++) {
            double dx = x - 8.0 - 2.0 * frame, dy = y - 12.0 - 6.0 * sequence;
            for (int c = 0; c < IMAGE_CHANNELS; c++) {
                out[(y * IMAGE_SIDE + x) * IMAGE_CHANNELS + c] =
                    (real)(dx * dx + dy * dy < 16.0 ? 0.9 - 0.2 * c : 0.1);
            }
        }
    }
}

/* States of as many numbers as the settings say. */
static int state_size(const struct model_trial *trial) {
    const struct field *row = schema_find(trial->kind->settings, "state_size");
    int size = row == NULL ? 0 : *(const int *)((const char *)trial->model->settings + row->offset);
    return size == 0 ? 2 : size;
}

/* Positions and momenta of oscillators, one beside the other: dq/dt = p, dp/dt = -q. */
static const double FRAME_TIME = 0.1;

static double phase(int size, int sequence, int frame, int i) {
    int half = size / 2;
    double quarter = i < half ? 0.0 : 2.0 * atan(1.0);
    return 1.0 + 2.0 * (sequence * size + (i < half ? i : i - half)) + FRAME_TIME * frame + quarter;
}

static void read_state(const void *context, int sequence, int frame, double *out) {
    int size = state_size(context);
    for (int i = 0; i < size; i++) {
        out[i] = sin(phase(size, sequence, frame, i));
    }
}

static void read_rate(const void *context, int sequence, int frame, double *out) {
    int size = state_size(context);
    for (int i = 0; i < size; i++) {
        out[i] = cos(phase(size, sequence, frame, i));
    }
}

void model_trial_step(struct model_trial *trial, int size) {
    int targets = window_plan_targets(&trial->plan);
    int count = trial->plan.decoded == 0 ? targets : trial->plan.decoded;
    int *decoded = memory_alloc((size_t)count, sizeof *decoded);
    for (int i = 0; i < count; i++) {
        decoded[i] = i;
    }
    struct random_stream random = random_stream(7, "latent", 0, 0);
    struct model_batch batch = {
        .size = size,
        .examples = {.image = model_trial_draw,
                     .state = read_state,
                     .derivative = read_rate,
                     .frame_time = FRAME_TIME,
                     .state_size = state_size(trial),
                     .context = trial},
        .random = &random,
        .horizon = targets,
        .decoded = decoded,
        .decoded_count = count,
    };
    memset(trial->gradient, 0, trial->model->parameters->size * sizeof(real));
    trial->kind->loss(trial->model, trial->workspace, &batch, 1, trial->gradient, &trial->step);
    free(decoded);
}
