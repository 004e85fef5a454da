/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Prediction: encoder, rollout and decoder on one thread.
 */
#include <stdlib.h>

#include "bench/bench.h"
#include "models/model.h"
#include "support/memory.h"
#include "training/model_registry.h"

enum { BATCH = 16, LENGTH = 128 };

struct work {
    struct model *model;
    struct model_workspace *workspace;
    real *images, *predictions, *energies;
};

static void predict(void *context) {
    const struct work *work = context;
    model_predict(work->model, work->workspace, work->images, BATCH, LENGTH, work->predictions,
                  work->energies);
}

static enum status run(const struct bench_request *request) {
    static const char *const kinds[] = {"hgn++", "rnn"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct settings settings;
        settings_default(&settings);
        struct work work = {.workspace = model_workspace_create()};
        model_create(&work.model, model_kind_find(kinds[i]), &settings.model, 0);
        size_t values = (size_t)BATCH * LENGTH * IMAGE_VALUES;
        work.images = memory_alloc(values, sizeof(real));
        work.predictions = memory_alloc(values, sizeof(real));
        work.energies = memory_alloc((size_t)BATCH * LENGTH, sizeof(real));
        struct bench_times times = bench_measure(predict, &work, request->seconds / 4);
        request->report(request->context, &(struct bench_line){
                                              .benchmark = "rollout",
                                              .name = kinds[i],
                                              .threads = 1,
                                              .times = times,
                                              .rate = BATCH * LENGTH / times.median,
                                              .unit = "frames/s",
                                          });
        model_free(work.model);
        model_workspace_free(work.workspace);
        free(work.images);
        free(work.predictions);
        free(work.energies);
    }
    return STATUS_OK;
}

const struct benchmark rollout_benchmark = {
    .name = "rollout",
    .summary = "predicted frames of a batch, on one thread",
    .run = run,
};
