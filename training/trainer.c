/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/trainer.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/optimizer.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/progress.h"
#include "support/timer.h"
#include "training/checkpoint.h"
#include "training/metrics_log.h"
#include "training/schedule.h"

_Static_assert(sizeof(real) == sizeof(float), "datasets hand out float32");

#define CHECKPOINT_NAME "checkpoint.h5"
#define METRICS_NAME "metrics.jsonl"

/* One part of a batch, with room for its images and its gradient. */
struct shard {
    real *images;   /* [B / shards][T][H][W][C] */
    real *gradient; /* one value per parameter */
    struct model_loss loss;
};

struct trainer {
    const struct training_job *job;
    struct model *model;
    struct adam *adam;
    struct shard *shards;
    struct model_workspace **workspaces; /* one per thread */
    char *checkpoint_path, *metrics_path;
    int *decoded;
    int window, targets;
    int step;       /* steps done */
    double seconds; /* spent on them in earlier runs */
    double begun;   /* when this run began */
};

/* ---- checks ---- */

static int targets_of(const struct model_kind *kind, const struct model_settings *settings) {
    return kind->training_window(settings) - kind->first_prediction(settings);
}

enum status training_check(const struct training_job *job) {
    const struct training_settings *t = &job->training;
    enum status status = model_settings_check(job->kind, &job->model);
    if (status != STATUS_OK) {
        return status;
    }
    int window = job->kind->training_window(&job->model);
    const struct dataset_info *info = dataset_info(job->dataset);
    if (info->trajectories[DATASET_TRAIN] < 1) {
        return status_fail(STATUS_DATA, "the dataset has no training trajectories");
    }
    if (info->frames < window) {
        return status_fail(STATUS_DATA,
                           "dataset.frames: %d, expected at least the training window of %s, %d frames",
                           info->frames, job->kind->name, window);
    }
    if (t->batch % t->shards != 0) {
        return status_fail(STATUS_DATA, "training.shards: %d, expected a divisor of training.batch (%d)",
                           t->shards, t->batch);
    }
    return STATUS_OK;
}

/* ---- one step ---- */

static void read_images(const struct trainer *trainer, int shard, int size) {
    const struct training_job *job = trainer->job;
    for (int i = 0; i < size; i++) {
        uint64_t example =
            (uint64_t)trainer->step * (uint64_t)job->training.batch + (uint64_t)(shard * size + i);
        struct random_stream random = random_stream(job->seed, "window", example, 0);
        struct dataset_window window =
            dataset_draw_window(job->dataset, DATASET_TRAIN, trainer->window, &random);
        dataset_read_window(job->dataset, DATASET_TRAIN, window, trainer->window,
                            trainer->shards[shard].images + (size_t)(i * trainer->window) * IMAGE_VALUES);
    }
}

static void run_shard(struct trainer *trainer, int index, struct model_workspace *workspace, int horizon,
                      int decoded_count) {
    const struct training_settings *t = &trainer->job->training;
    struct shard *shard = &trainer->shards[index];
    int size = t->batch / t->shards;
    read_images(trainer, index, size);
    struct random_stream random =
        random_stream(trainer->job->seed, "latent", (uint64_t)trainer->step, (uint32_t)index);
    struct model_batch batch = {
        .size = size,
        .images = shard->images,
        .horizon = horizon,
        .random = &random,
        .decoded = trainer->decoded,
        .decoded_count = decoded_count,
    };
    memset(shard->gradient, 0, trainer->model->parameters->size * sizeof(real));
    trainer->model->kind->loss(trainer->model, workspace, &batch, 1 / (real)t->shards, shard->gradient,
                               &shard->loss);
}

/* Sums the shards into the first one, always in the same order. */
static struct model_loss reduce(struct trainer *trainer) {
    int shards = trainer->job->training.shards;
    size_t size = trainer->model->parameters->size;
    struct model_loss mean = {0};
    for (int i = 0; i < shards; i++) {
        const struct shard *shard = &trainer->shards[i];
        mean.total += shard->loss.total / shards;
        mean.mse += shard->loss.mse / shards;
        mean.kl += shard->loss.kl / shards;
        if (mean.culprit[0] == '\0') {
            memcpy(mean.culprit, shard->loss.culprit, sizeof mean.culprit);
        }
        real *sum = trainer->shards[0].gradient;
        for (size_t j = 0; j < size && i > 0; j++) {
            sum[j] += shard->gradient[j];
        }
    }
    return mean;
}

/* The first parameter with a non-finite gradient, for the message. */
static const char *broken_gradient(const struct trainer *trainer) {
    const struct parameters *parameters = trainer->model->parameters;
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->list[i];
        for (size_t j = 0; j < p->size; j++) {
            if (!isfinite(trainer->shards[0].gradient[p->offset + j])) {
                return p->name;
            }
        }
    }
    return "";
}

static enum status take_step(struct trainer *trainer, struct metrics_line *line) {
    const struct training_job *job = trainer->job;
    const struct training_settings *t = &job->training;
    int horizon = schedule_horizon(t, trainer->step, trainer->targets);
    int count = job->model.decoded_frames;
    count = count == 0 || count > horizon ? horizon : count;
    schedule_decoded(job->seed, trainer->step, horizon, count, trainer->decoded);

#pragma omp parallel for schedule(dynamic, 1) num_threads(job->threads)
    for (int i = 0; i < t->shards; i++) {
        run_shard(trainer, i, trainer->workspaces[omp_get_thread_num()], horizon, count);
    }
    enum status status = dataset_status(job->dataset);
    if (status != STATUS_OK) {
        return status;
    }
    struct model_loss loss = reduce(trainer);
    real *gradient = trainer->shards[0].gradient;
    size_t size = trainer->model->parameters->size;
    double norm = gradient_norm(gradient, size);
    if (!isfinite(loss.total) || !isfinite(norm)) {
        return status_fail(STATUS_CELLS_FAILED, "step %d, seed %llu: the %s is not finite, first in %s",
                           trainer->step + 1, (unsigned long long)job->seed,
                           isfinite(loss.total) ? "gradient" : "loss",
                           loss.culprit[0] != '\0' ? loss.culprit : broken_gradient(trainer));
    }
    if (t->clip_norm > 0) {
        gradient_clip(gradient, size, norm, t->clip_norm);
    }
    double rate = schedule_learning_rate(t, trainer->step);
    adam_update(trainer->adam, (real)rate, gradient, trainer->model->parameters->values);
    trainer->step++;
    *line = (struct metrics_line){
        .step = trainer->step,
        .loss = loss.total,
        .mse = loss.mse,
        .kl = loss.kl,
        .learning_rate = rate,
        .gradient_norm = norm,
        .horizon = horizon,
        .seconds = trainer->seconds + timer_now() - trainer->begun,
    };
    return STATUS_OK;
}

/* ---- the run ---- */

static void begin(struct trainer *trainer, const struct training_job *job) {
    const struct training_settings *t = &job->training;
    *trainer = (struct trainer){.job = job, .begun = timer_now()};
    model_create(&trainer->model, job->kind, &job->model, job->seed);
    trainer->window = model_training_window(trainer->model);
    trainer->targets = targets_of(job->kind, &job->model);
    size_t size = trainer->model->parameters->size;
    size_t images = (size_t)(t->batch / t->shards * trainer->window) * IMAGE_VALUES;
    trainer->adam = adam_create(size);
    trainer->shards = memory_alloc((size_t)t->shards, sizeof *trainer->shards);
    for (int i = 0; i < t->shards; i++) {
        trainer->shards[i].images = memory_alloc(images, sizeof(real));
        trainer->shards[i].gradient = memory_alloc(size, sizeof(real));
    }
    trainer->workspaces = memory_alloc((size_t)job->threads, sizeof(struct model_workspace *));
    for (int i = 0; i < job->threads; i++) {
        trainer->workspaces[i] = model_workspace_create();
    }
    trainer->decoded = memory_alloc((size_t)trainer->targets, sizeof *trainer->decoded);
    trainer->checkpoint_path = file_join(job->folder, CHECKPOINT_NAME);
    trainer->metrics_path = file_join(job->folder, METRICS_NAME);
}

static void end(struct trainer *trainer) {
    for (int i = 0; i < trainer->job->training.shards; i++) {
        free(trainer->shards[i].images);
        free(trainer->shards[i].gradient);
    }
    for (int i = 0; i < trainer->job->threads; i++) {
        model_workspace_free(trainer->workspaces[i]);
    }
    free(trainer->shards);
    free(trainer->workspaces);
    free(trainer->decoded);
    free(trainer->checkpoint_path);
    free(trainer->metrics_path);
    adam_free(trainer->adam);
    model_free(trainer->model);
}

static enum status save(struct trainer *trainer) {
    struct checkpoint_info info = {
        .seed = trainer->job->seed,
        .steps = trainer->step,
        .seconds = trainer->seconds + timer_now() - trainer->begun,
    };
    (void)snprintf(info.model, sizeof info.model, "%s", trainer->job->kind->name);
    return checkpoint_write(trainer->checkpoint_path, &info, trainer->model->parameters, trainer->adam);
}

/* Goes on from the checkpoint where there is one. */
static enum status resume(struct trainer *trainer) {
    if (!file_exists(trainer->checkpoint_path)) {
        return metrics_log_truncate(trainer->metrics_path, 0);
    }
    struct checkpoint_info info;
    enum status status =
        checkpoint_read(trainer->checkpoint_path, &info, trainer->model->parameters, trainer->adam);
    if (status != STATUS_OK) {
        return status;
    }
    if (info.seed != trainer->job->seed) {
        return status_fail(STATUS_DATA, "%s: was trained from seed %llu, expected %llu",
                           trainer->checkpoint_path, (unsigned long long)info.seed,
                           (unsigned long long)trainer->job->seed);
    }
    trainer->step = info.steps;
    trainer->seconds = info.seconds;
    return metrics_log_truncate(trainer->metrics_path, info.steps);
}

static enum status run_steps(struct trainer *trainer) {
    const struct training_settings *t = &trainer->job->training;
    char label[64], note[64];
    (void)snprintf(label, sizeof label, "train %s", trainer->job->kind->name);
    struct progress progress = progress_begin(label, trainer->step, t->steps, trainer->job->quiet);
    enum status status = STATUS_OK;
    while (status == STATUS_OK && trainer->step < t->steps) {
        struct metrics_line line;
        status = take_step(trainer, &line);
        bool last = trainer->step == t->steps, interrupted = interrupt_requested();
        if (status == STATUS_OK && (trainer->step % t->log_every == 0 || last)) {
            status = metrics_log_append(trainer->metrics_path, &line);
        }
        if (status == STATUS_OK && (trainer->step % t->checkpoint_every == 0 || last || interrupted)) {
            status = save(trainer);
        }
        if (status == STATUS_OK && interrupted && !last) {
            status = status_fail(STATUS_INTERRUPTED, "interrupted at step %d of %d; the checkpoint is saved",
                                 trainer->step, t->steps);
        }
        (void)snprintf(note, sizeof note, "mse %.3g", status == STATUS_OK ? line.mse : NAN);
        progress_update(&progress, trainer->step, note);
    }
    progress_end(&progress);
    return status;
}

static void read_trajectory(void *context, int trajectory, real *images) {
    const struct dataset *dataset = context;
    struct dataset_window whole = {.trajectory = trajectory, .start = 0};
    dataset_read_window(dataset, DATASET_TRAIN, whole, dataset_info(dataset)->frames, images);
}

/* One pass over the training images in place of steps. */
static enum status run_fit(struct trainer *trainer) {
    const struct dataset_info *info = dataset_info(trainer->job->dataset);
    struct model_image_source source = {
        .trajectories = info->trajectories[DATASET_TRAIN],
        .frames = info->frames,
        .read = read_trajectory,
        .context = (void *)(size_t)trainer->job->dataset,
    };
    trainer->job->kind->fit(trainer->model, &source);
    enum status status = dataset_status(trainer->job->dataset);
    return status == STATUS_OK ? save(trainer) : status;
}

enum status training_run(const struct training_job *job) {
    assert(job->kind->loss != NULL || job->kind->fit != NULL);
    struct trainer trainer;
    begin(&trainer, job);
    bool begun = file_exists(trainer.checkpoint_path);
    enum status status = resume(&trainer);
    if (status == STATUS_OK && job->kind->loss != NULL) {
        status = run_steps(&trainer);
    } else if (status == STATUS_OK && !begun) {
        status = run_fit(&trainer);
    }
    end(&trainer);
    return status;
}

enum status training_progress(const char *folder, int *steps, double *seconds) {
    *steps = 0;
    *seconds = 0.0;
    char *path = file_join(folder, CHECKPOINT_NAME);
    enum status status = STATUS_OK;
    if (file_exists(path)) {
        struct checkpoint_info info;
        status = checkpoint_read_info(path, &info);
        if (status == STATUS_OK) {
            *steps = info.steps;
            *seconds = info.seconds;
        }
    }
    free(path);
    return status;
}

enum status training_load(struct model **out, const struct training_job *job) {
    char *path = file_join(job->folder, CHECKPOINT_NAME);
    struct model *model;
    model_create(&model, job->kind, &job->model, job->seed);
    struct checkpoint_info info;
    enum status status = checkpoint_read(path, &info, model->parameters, NULL);
    if (status == STATUS_OK) {
        *out = model;
    } else {
        model_free(model);
    }
    free(path);
    return status;
}
