/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Prediction: encoder, rollout and decoder on one thread.
 */
#include <stdlib.h>

#include "bench/bench.h"
#include "experiments/settings.h"
#include "models/model_registry.h"
#include "models/window_plan.h"
#include "support/memory.h"

enum { BATCH = 16, LENGTH = 128 };

struct work {
    struct model *model;
    struct model_workspace *workspace;
    struct window_array windows;
};

static void forget(void *context, int sequence, int frame, const real *image) {
    (void)context;
    (void)sequence;
    (void)frame;
    (void)image;
}

static void predict(void *context) {
    const struct work *work = context;
    const struct model_video *video = work->model->kind->video;
    int first = video->plan(work->model->settings).origin;
    struct model_prediction request = {.examples = window_array_examples(&work->windows),
                                       .batch = BATCH,
                                       .first = first,
                                       .count = LENGTH - first};
    struct model_sink sink = {.image = forget};
    video->predict(work->model, work->workspace, &request, &sink);
}

static void measure(const struct bench_request *request, const struct model_kind *kind) {
    struct settings settings;
    settings_create(&settings, kind);
    struct work work = {.workspace = model_workspace_create()};
    model_create(&work.model, kind, settings_model(&settings), 0);
    real *images = memory_alloc((size_t)BATCH * LENGTH * IMAGE_VALUES, sizeof(real));
    work.windows = (struct window_array){.images = images, .length = LENGTH};
    struct bench_times times = bench_measure(predict, &work, request->seconds / 4);
    request->report(request->context, &(struct bench_line){
                                          .benchmark = "rollout",
                                          .name = kind->name,
                                          .threads = 1,
                                          .times = times,
                                          .rate = BATCH * LENGTH / times.median,
                                          .unit = "frames/s",
                                      });
    model_free(work.model);
    model_workspace_free(work.workspace);
    free(images);
    settings_clear(&settings);
}

static enum status run(const struct bench_request *request) {
    for (const struct model_kind *const *kind = model_kinds; *kind != NULL; kind++) {
        if ((*kind)->video != NULL && (*kind)->loss != NULL) {
            measure(request, *kind);
        }
    }
    return STATUS_OK;
}

const struct benchmark rollout_benchmark = {
    .name = "rollout",
    .summary = "predicted frames of a batch, on one thread",
    .run = run,
};
