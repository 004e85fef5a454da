/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading windows, predicting them and comparing: what evaluation does before it draws pictures.
 */
#include "bench/bench.h"
#include "datasets/dataset.h"
#include "evaluation/rollout.h"
#include "models/model_registry.h"

enum { WINDOWS = 64 };

struct work {
    struct evaluation_job job;
    enum status status;
};

static void evaluate(void *context) {
    struct work *work = context;
    struct rollout rollout;
    if (work->status != STATUS_OK) {
        return;
    }
    work->status = rollout_run(&rollout, &work->job, 0);
    if (work->status == STATUS_OK) {
        rollout_free(&rollout);
    }
}

static enum status run(const struct bench_request *request) {
    const struct model_kind *kind = model_kind_find("hgn++");
    struct settings settings;
    settings_create(&settings, kind);
    struct dataset *dataset = NULL;
    enum status status = bench_dataset(&dataset, 16, 256);
    if (status != STATUS_OK) {
        settings_clear(&settings);
        return status;
    }
    struct model *model;
    model_create(&model, kind, settings_model(&settings), 0);
    struct work work = {.job = {.folder = "",
                                .model = model,
                                .dataset = dataset,
                                .name = kind->name,
                                .settings = *settings_evaluation(&settings),
                                .threads = request->threads,
                                .quiet = true}};
    work.job.settings.windows = WINDOWS;
    struct window_need need = {0};
    windows_add_need(&need, kind, settings_model(&settings));
    windows_resolve(&work.job.settings, &need);
    struct bench_times times = bench_measure(evaluate, &work, request->seconds / 4);
    if (work.status != STATUS_OK) {
        goto out;
    }
    request->report(request->context, &(struct bench_line){
                                          .benchmark = "evaluation",
                                          .name = "hgn++, quick, windows of 64 frames",
                                          .threads = request->threads,
                                          .times = times,
                                          .rate = WINDOWS / times.median,
                                          .unit = "windows/s",
                                      });
out:
    model_free(model);
    settings_clear(&settings);
    dataset_close(dataset);
    return work.status;
}

const struct benchmark evaluation_benchmark = {
    .name = "evaluation",
    .summary = "predicting and comparing test windows",
    .run = run,
};
