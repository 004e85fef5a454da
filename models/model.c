/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/op.h"
#include "models/window_plan.h"
#include "support/memory.h"

struct model *model_declare(const struct model_kind *kind, const void *settings) {
    struct model *model = memory_alloc(1, sizeof *model);
    model->kind = kind;
    model->settings = memory_alloc(1, kind->settings->size);
    memcpy(model->settings, settings, kind->settings->size);
    model->parameters = parameters_create();
    kind->declare(model);
    return model;
}

void model_create(struct model **out, const struct model_kind *kind, const void *settings, uint64_t seed) {
    *out = model_declare(kind, settings);
    parameters_initialise((*out)->parameters, seed);
}

void model_free(struct model *model) {
    if (model != NULL) {
        if (model->kind->free_parts != NULL) {
            model->kind->free_parts(model);
        } else {
            free(model->parts);
        }
        parameters_free(model->parameters);
        free(model->settings);
        free(model);
    }
}

static enum status check_size(const struct model_kind *kind, const void *settings) {
    struct model *model = model_declare(kind, settings);
    size_t size = model->parameters->size;
    model_free(model);
    return size <= MODEL_MAX_PARAMETERS
               ? STATUS_OK
               : status_fail(STATUS_DATA, "model: %s of this size has %zu parameters, expected at most %d",
                             kind->name, size, MODEL_MAX_PARAMETERS);
}

enum status model_check(const struct model_kind *kind, const void *settings) {
    enum status status = kind->check == NULL ? STATUS_OK : kind->check(settings);
    if (status == STATUS_OK && kind->video != NULL) {
        struct window_plan plan = kind->video->plan(settings);
        status = window_plan_check(&plan);
    }
    if (status == STATUS_OK && kind->latent != NULL && kind->latent->check_integrator != NULL) {
        status = kind->latent->check_integrator(kind, settings, kind->latent->clock(settings).integrator);
        status = status == STATUS_OK ? status : status_prefix(status, "model.integrator");
    }
    return status == STATUS_OK ? check_size(kind, settings) : status;
}

void model_resolve(const struct model_kind *kind, void *settings, int state_size) {
    const struct field *row = schema_find(kind->settings, "state_size");
    int *size = row == NULL ? NULL : (int *)((char *)settings + row->offset);
    if (size != NULL && *size == 0) {
        *size = state_size;
    }
}

bool model_is_trained(const struct model_kind *kind) {
    return kind->loss != NULL || kind->fit != NULL;
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

bool model_all_finite(const real *values, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (!isfinite(values[i])) {
            return false;
        }
    }
    return true;
}

void model_name_culprit(const struct tape *tape, struct model_step *out) {
    const struct tensor *node = out->culprit[0] != '\0' ? NULL : tape_first_nonfinite(tape);
    if (node == NULL) {
        return;
    }
    const char *layer = node->name;
    for (int i = 0; i < node->input_count && layer == NULL; i++) {
        layer = node->inputs[i]->name;
    }
    (void)snprintf(out->culprit, sizeof out->culprit, "%s%s%s", layer == NULL ? "" : layer,
                   layer == NULL || node->op == NULL ? "" : ", ", node->op == NULL ? "" : node->op->name);
}
