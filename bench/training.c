/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A training step as the trainer takes it: windows, encoder, rollout, decoder, gradients, Adam. The rate
 * counts the multiply-accumulates that the ops of one step report, convolutions as direct ones.
 */
#include <string.h>

#include "bench/bench.h"
#include "datasets/dataset.h"
#include "engine/profile.h"
#include "training/model_registry.h"
#include "training/trainer.h"

struct work {
    struct trainer *trainer;
    enum status status;
};

static void take_step(void *context) {
    struct work *work = context;
    struct training_figures figures;
    if (work->status == STATUS_OK) {
        work->status = trainer_step(work->trainer, &figures);
    }
}

/* Multiply-accumulates of one step. */
static double count_work(struct work *work) {
    profile_start();
    take_step(work);
    profile_stop();
    struct profile_summary profile;
    profile_read(&profile);
    return profile_work(&profile);
}

static enum status measure(const struct bench_request *request, const char *name,
                           const struct training_job *job) {
    enum status status = training_check(job);
    if (status != STATUS_OK) {
        return status;
    }
    struct work work = {.status = STATUS_OK};
    trainer_create(&work.trainer, job);
    double flops = 2.0 * count_work(&work);
    struct bench_times times = bench_measure(take_step, &work, request->seconds);
    trainer_free(work.trainer);
    if (work.status == STATUS_OK) {
        request->report(request->context, &(struct bench_line){
                                              .benchmark = "training",
                                              .name = name,
                                              .threads = job->threads,
                                              .times = times,
                                              .rate = 1e-9 * flops / times.median,
                                              .unit = "GFLOP/s",
                                              .ceiling = bench_sgemm(job->threads),
                                          });
    }
    return work.status;
}

static struct training_job job_for(const struct settings *settings, const char *model,
                                   const struct dataset *dataset, int threads) {
    struct training_job job = {
        .folder = "",
        .kind = model_kind_find(model),
        .model = settings->model,
        .training = settings->training,
        .dataset = dataset,
        .threads = threads,
        .quiet = true,
    };
    job.training.first_horizon = 0; /* a step at full length */
    return job;
}

/* The cases that are measured when none is asked for. */
struct example {
    const char *model, *name;
    const char *profile;
    const char *assignments[8];
    bool every_thread_count;
};

static const struct example examples[] = {
    {"hgn++", "hgn++, quick", "quick", {NULL}, true},
    {"rnn", "rnn, quick", "quick", {NULL}, false},
    {"hgn++",
     "hgn++, 32 channels, batch 32, 15 of 60 frames",
     "quick",
     {"model.channels=32", "model.latent=32", "model.hidden=250", "model.hidden_layers=4",
      "training.batch=32", "model.target_frames=60", "model.decoded_frames=15", NULL},
     false},
    {"hgn++", "hgn++, paper, batch 32, f32", "paper", {"training.batch=32", "training.shards=4", NULL}, true},
    {"hgn++",
     "hgn++, paper, batch 32, bf16",
     "paper",
     {"training.batch=32", "training.shards=4", "model.precision=bf16", NULL},
     false},
};

static enum status run_example(const struct bench_request *request, const struct example *example,
                               const struct dataset *dataset) {
    struct settings settings;
    settings_default(&settings);
    enum status status = settings_apply_profile(&settings, example->profile);
    for (size_t i = 0; status == STATUS_OK && example->assignments[i] != NULL; i++) {
        status = settings_apply(&settings, example->assignments[i]);
    }
    if (strcmp(settings.model.precision, "bf16") == 0 && !model_uses_half(&settings.model)) {
        return STATUS_OK; /* would be measured under a wrong name */
    }
    int threads = example->every_thread_count ? 1 : request->threads;
    for (; status == STATUS_OK && threads <= request->threads; threads *= 2) {
        struct training_job job = job_for(&settings, example->model, dataset, threads);
        status = measure(request, example->name, &job);
    }
    return status;
}

static enum status run(const struct bench_request *request) {
    struct dataset *dataset = NULL;
    enum status status = bench_dataset(&dataset, 32, 304);
    if (status != STATUS_OK) {
        return status;
    }
    if (request->settings != NULL) {
        struct training_job job = job_for(request->settings, "hgn++", dataset, request->threads);
        status = measure(request, "hgn++, as set", &job);
    }
    for (size_t i = 0;
         status == STATUS_OK && request->settings == NULL && i < sizeof examples / sizeof *examples; i++) {
        status = run_example(request, &examples[i], dataset);
    }
    dataset_close(dataset);
    return status;
}

const struct benchmark training_benchmark = {
    .name = "training",
    .summary = "a training step of each model and profile",
    .run = run,
};
