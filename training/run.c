/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A training run in its folder: checks, checkpoints, metrics, resume.
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/window_plan.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/progress.h"
#include "support/timer.h"
#include "training/checkpoint.h"
#include "training/metrics_log.h"
#include "training/state_check.h"
#include "training/trainer.h"

#define CHECKPOINT_NAME "checkpoint.h5"

enum status training_check(const struct training_job *job) {
    enum status status = model_check(job->kind, job->model);
    if (status == STATUS_OK && job->kind->loss != NULL) {
        status = training_settings_check(&job->training);
    }
    if (status != STATUS_OK) {
        return status;
    }
    struct window_plan plan = window_plan_of(job->kind, job->model);
    const struct training_settings *t = &job->training;
    if (plan.both_ways && t->batch / t->shards % 2 != 0) {
        return status_fail(STATUS_DATA,
                           "training.shards: %d, expected parts of an even number of windows where "
                           "model.training_direction is forward_backward, these have %d",
                           t->shards, t->batch / t->shards);
    }
    const struct dataset_info *info = dataset_info(job->dataset);
    if (info->trajectories[DATASET_TRAIN] < 1) {
        return status_fail(STATUS_DATA, "the dataset has no training trajectories");
    }
    if (info->frames < plan.length) {
        return status_fail(STATUS_DATA,
                           "dataset.frames: %d, expected at least the training window of %s, %d frames",
                           info->frames, job->kind->name, plan.length);
    }
    return state_check(job);
}

/* A run under way. */
struct run {
    const struct training_job *job;
    struct trainer *trainer;
    char *checkpoint_path, *metrics_path;
    double seconds; /* spent in earlier runs */
    double begun;   /* when this run began */
};

static double seconds_spent(const struct run *run) {
    return run->seconds + timer_now() - run->begun;
}

static enum status save(const char *path, const struct training_job *job, int steps, double seconds,
                        const struct model *model, const struct checkpoint_state *state) {
    struct checkpoint_info info = {.seed = job->seed, .steps = steps, .seconds = seconds};
    (void)snprintf(info.model, sizeof info.model, "%s", job->kind->name);
    return checkpoint_write(path, &info, model->parameters, state);
}

static struct checkpoint_state state_of(const struct run *run) {
    return (struct checkpoint_state){.adam = trainer_optimizer(run->trainer),
                                     .average = trainer_average(run->trainer)};
}

static enum status save_run(const struct run *run) {
    enum status status = metrics_log_sync(run->metrics_path);
    if (status != STATUS_OK) {
        return status;
    }
    struct checkpoint_state state = state_of(run);
    return save(run->checkpoint_path, run->job, trainer_steps(run->trainer), seconds_spent(run),
                trainer_model(run->trainer), &state);
}

/* Fills the parameters, and what of `state` is not NULL, from the checkpoint of this very job. */
static enum status read_checkpoint(const char *path, const struct training_job *job,
                                   struct checkpoint_info *info, struct model *model,
                                   const struct checkpoint_state *state) {
    enum status status = checkpoint_read(path, info, model->parameters, state);
    if (status == STATUS_OK && strcmp(info->model, job->kind->name) != 0) {
        status = status_fail(STATUS_DATA, "%s: is a checkpoint of %s, expected %s", path, info->model,
                             job->kind->name);
    }
    if (status == STATUS_OK && info->seed != job->seed) {
        status = status_fail(STATUS_DATA, "%s: was trained from seed %llu, expected %llu", path,
                             (unsigned long long)info->seed, (unsigned long long)job->seed);
    }
    return status;
}

/* Goes on from the checkpoint where there is one. */
static enum status resume(struct run *run) {
    if (!file_exists(run->checkpoint_path)) {
        return metrics_log_truncate(run->metrics_path, 0);
    }
    struct checkpoint_info info;
    struct checkpoint_state state = state_of(run);
    enum status status =
        read_checkpoint(run->checkpoint_path, run->job, &info, trainer_model(run->trainer), &state);
    if (status != STATUS_OK) {
        return status;
    }
    const struct training_settings *t = &run->job->training;
    if (info.steps > t->steps) {
        return status_fail(STATUS_DATA, "%s: was trained for %d steps, expected at most training.steps, %d",
                           run->checkpoint_path, info.steps, t->steps);
    }
    trainer_set_steps(run->trainer, info.steps);
    run->seconds = info.seconds;
    /* The last step of a training is logged in any case; in the middle of a longer one it would not be. */
    int logged = info.steps < t->steps ? info.steps - info.steps % t->log_every : info.steps;
    return metrics_log_truncate(run->metrics_path, logged);
}

static enum status log_step(const struct run *run, const struct training_figures *figures) {
    return metrics_log_append(run->metrics_path, run->job->kind, figures, seconds_spent(run));
}

static enum status run_steps(struct run *run) {
    const struct training_settings *t = &run->job->training;
    char label[96], note[64];
    int step = trainer_steps(run->trainer);
    (void)snprintf(label, sizeof label, "train %s", run->job->kind->name);
    struct progress progress = progress_begin(label, step, t->steps, run->job->quiet);
    enum status status = STATUS_OK;
    while (status == STATUS_OK && step < t->steps) {
        struct training_figures figures = {.figures = {NAN}};
        status = trainer_step(run->trainer, &figures);
        step = trainer_steps(run->trainer);
        bool last = step == t->steps, interrupted = interrupt_requested();
        if (status == STATUS_OK && (step % t->log_every == 0 || last)) {
            status = log_step(run, &figures);
        }
        if (status == STATUS_OK && (step % t->checkpoint_every == 0 || last || interrupted)) {
            status = save_run(run);
        }
        if (status == STATUS_OK && interrupted && !last) {
            status = status_fail(STATUS_INTERRUPTED, "interrupted at step %d of %d; the checkpoint is saved",
                                 step, t->steps);
        }
        (void)snprintf(note, sizeof note, "%s %.3g", run->job->kind->figures[0].name, figures.figures[0]);
        progress_update(&progress, step, note);
    }
    progress_end(&progress);
    return status;
}

static enum status run_training(const struct training_job *job, char *checkpoint_path) {
    struct run run = {
        .job = job,
        .checkpoint_path = checkpoint_path,
        .metrics_path = file_join(job->folder, metrics_log_name),
        .begun = timer_now(),
    };
    trainer_create(&run.trainer, job);
    enum status status = resume(&run);
    if (status == STATUS_OK) {
        status = run_steps(&run);
    }
    trainer_free(run.trainer);
    free(run.metrics_path);
    return status;
}

static enum status read_trajectory(void *context, int trajectory, real *images) {
    if (interrupt_requested()) {
        return status_fail(STATUS_INTERRUPTED, "interrupted before the fit was done; nothing is saved");
    }
    const struct dataset *dataset = context;
    struct dataset_window whole = {.trajectory = trajectory, .start = 0};
    dataset_read_window(dataset, DATASET_TRAIN, whole, dataset_info(dataset)->frames, images);
    return dataset_status(dataset);
}

/* One pass over the training images in place of steps. */
static enum status run_fit(const struct training_job *job, const char *checkpoint_path) {
    if (file_exists(checkpoint_path)) {
        return STATUS_OK;
    }
    double begun = timer_now();
    const struct dataset_info *info = dataset_info(job->dataset);
    struct model_image_source source = {
        .trajectories = info->trajectories[DATASET_TRAIN],
        .frames = info->frames,
        .read = read_trajectory,
        .context = (void *)(size_t)job->dataset,
    };
    struct model *model;
    model_create(&model, job->kind, job->model, job->seed);
    enum status status = job->kind->fit(model, &source);
    if (status == STATUS_OK) {
        status = save(checkpoint_path, job, 0, timer_now() - begun, model, &(struct checkpoint_state){NULL});
    }
    model_free(model);
    return status;
}

enum status training_run(const struct training_job *job) {
    assert(job->kind->loss != NULL || job->kind->fit != NULL);
    char *path = file_join(job->folder, CHECKPOINT_NAME);
    enum status status = job->kind->loss != NULL ? run_training(job, path) : run_fit(job, path);
    free(path);
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
    model_create(&model, job->kind, job->model, job->seed);
    struct checkpoint_info info;
    size_t size = model->parameters->size;
    bool averaged = job->kind->loss != NULL && job->training.average > 0.0;
    struct checkpoint_state state = {.average = averaged ? memory_alloc(size, sizeof(double)) : NULL};
    enum status status = read_checkpoint(path, job, &info, model, &state);
    if (status == STATUS_OK) {
        for (size_t i = 0; i < size && averaged; i++) {
            model->parameters->values[i] = (real)state.average[i];
        }
        *out = model;
    } else {
        model_free(model);
    }
    free(state.average);
    free(path);
    return status;
}
