/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A training step as the trainer takes it: windows, encoder, rollout, decoder, gradients, Adam. The rate
 * counts the multiply-accumulates that the ops of one step report, convolutions as direct ones.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "datasets/dataset.h"
#include "engine/kernel.h"
#include "engine/profile.h"
#include "experiments/settings.h"
#include "models/model_registry.h"
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
    double macs = count_work(&work);
    struct bench_times times = bench_measure(take_step, &work, request->seconds);
    if (work.status == STATUS_OK) {
        request->report(request->context,
                        &(struct bench_line){
                            .benchmark = "training",
                            .name = name,
                            .threads = job->threads,
                            .times = times,
                            .rate = 2e-9 * macs / times.median,
                            .unit = "GFLOP/s",
                            .work = macs,
                            .scratch_mib = (double)trainer_scratch_size(work.trainer) / (1 << 20),
                            .ceiling = bench_sgemm(job->threads),
                        });
    }
    trainer_free(work.trainer);
    return work.status;
}

static struct training_job job_for(const struct settings *settings, const struct model_kind *kind,
                                   const struct dataset *dataset, int threads) {
    struct training_job job = {
        .folder = "",
        .kind = kind,
        .model = settings_model(settings),
        .training = *settings_training(settings),
        .dataset = dataset,
        .threads = threads,
        .quiet = true,
    };
    job.training.first_horizon = 0; /* a step at full length */
    return job;
}

/* Cases beside a quick step of every model. */
struct example {
    const char *model, *name;
    const char *profile;
    const char *assignments[8];
    bool half; /* in bfloat16 */
    bool every_thread_count;
};

static const struct example examples[] = {
    {"hgn++",
     "hgn++, 32 channels, batch 32, 15 of 60 frames",
     "quick",
     {"model.channels=32", "model.latent=32", "model.hidden=250", "model.hidden_layers=4",
      "training.batch=32", "model.target_frames=60", "model.decoded_frames=15", NULL},
     false,
     false},
    {"hgn++",
     "hgn++, paper, batch 32, bf16",
     "paper",
     {"training.batch=32", "training.shards=4", "model.precision=bf16", NULL},
     true,
     false},
};

static enum status run_example(const struct bench_request *request, const struct example *example,
                               const struct dataset *dataset) {
    if (example->half && !kernel_has_half()) {
        return STATUS_OK; /* would be measured under a wrong name */
    }
    const struct model_kind *kind = model_kind_find(example->model);
    struct settings settings;
    settings_create(&settings, kind);
    settings_apply_profile(&settings, example->profile);
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && example->assignments[i] != NULL; i++) {
        status = settings_apply(&settings, example->assignments[i]);
    }
    int threads = example->every_thread_count ? 1 : request->threads;
    model_resolve(kind, settings_model(&settings), dataset_info(dataset)->state_size);
    for (; status == STATUS_OK && threads <= request->threads; threads *= 2) {
        struct training_job job = job_for(&settings, kind, dataset, threads);
        status = measure(request, example->name, &job);
    }
    settings_clear(&settings);
    return status;
}

/* Every model at the size of a profile, the first one with each number of threads. Films at the sizes of the
 * papers in batches of 32. */
static enum status run_models(const struct bench_request *request, const char *profile,
                              const struct dataset *dataset) {
    enum status status = STATUS_OK;
    bool paper = strcmp(profile, "paper") == 0;
    for (const struct model_kind *const *kind = model_kinds; *kind != NULL && status == STATUS_OK; kind++) {
        if ((*kind)->loss == NULL) {
            continue;
        }
        bool film = (*kind)->video != NULL;
        char *name = text_format("%s, %s%s", (*kind)->name, profile, paper && film ? ", batch 32, f32" : "");
        struct example example = {(*kind)->name, name, profile, {NULL}, false, kind == model_kinds};
        if (paper && film) {
            example.assignments[0] = "training.batch=32";
            example.assignments[1] = "training.shards=4";
        }
        status = run_example(request, &example, dataset);
        free(name);
    }
    return status;
}

static enum status run_given(const struct bench_request *request, const struct dataset *dataset) {
    char *name = text_format("%s, as set", request->kind->name);
    struct training_job job = job_for(request->settings, request->kind, dataset, request->threads);
    enum status status = measure(request, name, &job);
    free(name);
    return status;
}

static enum status run(const struct bench_request *request) {
    struct dataset *dataset = NULL;
    enum status status = bench_dataset(&dataset, 32, 304);
    if (status != STATUS_OK) {
        return status;
    }
    if (request->kind != NULL) {
        status = run_given(request, dataset);
    } else {
        status = run_models(request, "quick", dataset);
        status = status == STATUS_OK ? run_models(request, "paper", dataset) : status;
        for (size_t i = 0; status == STATUS_OK && i < sizeof examples / sizeof *examples; i++) {
            status = run_example(request, &examples[i], dataset);
        }
    }
    dataset_close(dataset);
    return status;
}

const struct benchmark training_benchmark = {
    .name = "training",
    .summary = "a training step of each model and profile",
    .run = run,
};
