/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/kernel.h"
#include "engine/op.h"
#include "support/memory.h"

void model_create(struct model **out, const struct model_kind *kind, const struct model_settings *settings,
                  uint64_t seed) {
    struct model *model = memory_alloc(1, sizeof *model);
    model->kind = kind;
    model->settings = *settings;
    model->parameters = parameters_create();
    kind->declare(model);
    parameters_initialise(model->parameters, seed);
    *out = model;
}

void model_free(struct model *model) {
    if (model != NULL) {
        if (model->kind->free_parts != NULL) {
            model->kind->free_parts(model);
        } else {
            free(model->parts);
        }
        parameters_free(model->parameters);
        free(model);
    }
}

enum status model_settings_check(const struct model_kind *kind, const struct model_settings *settings) {
    if (settings->inference_frames < 1 || settings->target_frames < 2) {
        return status_fail(STATUS_DATA,
                           "model.inference_frames: %d, model.target_frames: %d: expected at least 1 and 2",
                           settings->inference_frames, settings->target_frames);
    }
    if (settings->decoded_frames > settings->target_frames) {
        return status_fail(STATUS_DATA, "model.decoded_frames: %d, expected at most model.target_frames (%d)",
                           settings->decoded_frames, settings->target_frames);
    }
    return kind->check == NULL ? STATUS_OK : kind->check(settings);
}

struct model_workspace *model_workspace_create(void) {
    struct model_workspace *workspace = memory_alloc(1, sizeof *workspace);
    workspace->sequence = tape_create();
    workspace->rollout = tape_create();
    workspace->frames = tape_create();
    return workspace;
}

void model_workspace_free(struct model_workspace *workspace) {
    if (workspace != NULL) {
        tape_free(workspace->sequence);
        tape_free(workspace->rollout);
        tape_free(workspace->frames);
        free(workspace);
    }
}

size_t model_workspace_size(const struct model_workspace *workspace) {
    return tape_size(workspace->sequence) + tape_size(workspace->rollout) + tape_size(workspace->frames);
}

int model_training_window(const struct model *model) {
    return model->kind->training_window(&model->settings);
}

int model_first_prediction(const struct model *model) {
    return model->kind->first_prediction(&model->settings);
}

void model_predict(const struct model *model, struct model_workspace *workspace, const real *images,
                   int batch, int length, real *predictions, real *energies) {
    model->kind->predict(model, workspace, images, batch, length, predictions, energies);
}

bool model_uses_half(const struct model_settings *settings) {
    return strcmp(settings->precision, "bf16") == 0 && kernel_has_half();
}

bool model_all_finite(const real *values, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (!isfinite(values[i])) {
            return false;
        }
    }
    return true;
}

void model_unroll(const struct model *model, struct model_workspace *workspace, const real *start, int batch,
                  int steps, real *states, real *energies) {
    model->kind->unroll(model, workspace, start, batch, steps, states, energies);
}

void model_name_culprit(const struct tape *tape, char *out, size_t size) {
    const struct tensor *node = out[0] != '\0' ? NULL : tape_first_nonfinite(tape);
    if (node == NULL) {
        return;
    }
    const char *layer = node->name;
    for (int i = 0; i < node->input_count && layer == NULL; i++) {
        layer = node->inputs[i]->name;
    }
    (void)snprintf(out, size, "%s%s%s", layer == NULL ? "" : layer,
                   layer == NULL || node->op == NULL ? "" : ", ", node->op == NULL ? "" : node->op->name);
}
