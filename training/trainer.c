/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/trainer.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "engine/profile.h"
#include "models/window_plan.h"
#include "support/memory.h"
#include "training/schedule.h"

_Static_assert(sizeof(real) == sizeof(float), "datasets hand out float32");

/* One part of a batch: its windows and its gradient. */
struct shard {
    const struct dataset *dataset;
    struct dataset_window *windows; /* [B / shards] */
    real *gradient;                 /* one value per parameter */
    struct model_step step;
};

struct trainer {
    const struct training_job *job;
    struct model *model;
    struct adam *adam;
    double *average; /* of the parameters; NULL without one: in double, for steps far below a unit of its
                        last place */
    struct shard *shards;
    struct model_workspace **workspaces; /* one per thread */
    int *decoded;
    struct window_plan plan;
    int step; /* steps done */
};

/* ---- life ---- */

void trainer_create(struct trainer **out, const struct training_job *job) {
    assert(job->kind->loss != NULL);
    const struct training_settings *t = &job->training;
    struct trainer *trainer = memory_alloc(1, sizeof *trainer);
    trainer->job = job;
    model_create(&trainer->model, job->kind, job->model, job->seed);
    trainer->plan = window_plan_of(job->kind, job->model);
    size_t size = trainer->model->parameters->size;
    trainer->adam = adam_create(size);
    if (t->average > 0.0) {
        trainer->average = memory_alloc(size, sizeof *trainer->average);
        for (size_t i = 0; i < size; i++) {
            trainer->average[i] = (double)trainer->model->parameters->values[i];
        }
    }
    trainer->shards = memory_alloc((size_t)t->shards, sizeof *trainer->shards);
    for (int i = 0; i < t->shards; i++) {
        trainer->shards[i].dataset = job->dataset;
        trainer->shards[i].windows =
            memory_alloc((size_t)(t->batch / t->shards), sizeof(struct dataset_window));
        trainer->shards[i].gradient = memory_alloc(size, sizeof(real));
    }
    trainer->workspaces = memory_alloc((size_t)job->threads, sizeof(struct model_workspace *));
    for (int i = 0; i < job->threads; i++) {
        trainer->workspaces[i] = model_workspace_create();
    }
    trainer->decoded = memory_alloc((size_t)window_plan_targets(&trainer->plan), sizeof *trainer->decoded);
    *out = trainer;
}

void trainer_free(struct trainer *trainer) {
    if (trainer == NULL) {
        return;
    }
    for (int i = 0; i < trainer->job->training.shards; i++) {
        free(trainer->shards[i].windows);
        free(trainer->shards[i].gradient);
    }
    for (int i = 0; i < trainer->job->threads; i++) {
        model_workspace_free(trainer->workspaces[i]);
    }
    free(trainer->shards);
    free(trainer->workspaces);
    free(trainer->decoded);
    free(trainer->average);
    adam_free(trainer->adam);
    model_free(trainer->model);
    free(trainer);
}

struct model *trainer_model(struct trainer *trainer) {
    return trainer->model;
}

struct adam *trainer_optimizer(struct trainer *trainer) {
    return trainer->adam;
}

double *trainer_average(struct trainer *trainer) {
    return trainer->average;
}

int trainer_steps(const struct trainer *trainer) {
    return trainer->step;
}

void trainer_set_steps(struct trainer *trainer, int steps) {
    trainer->step = steps;
}

size_t trainer_scratch_size(const struct trainer *trainer) {
    size_t size = 0;
    for (int i = 0; i < trainer->job->threads; i++) {
        size += model_workspace_size(trainer->workspaces[i]);
    }
    return size;
}

/* ---- one step ---- */

static void draw_windows(const struct trainer *trainer, int shard, int size) {
    const struct training_job *job = trainer->job;
    for (int i = 0; i < size; i++) {
        uint64_t example =
            (uint64_t)trainer->step * (uint64_t)job->training.batch + (uint64_t)(shard * size + i);
        struct random_stream random = random_stream(job->seed, "window", example, 0);
        trainer->shards[shard].windows[i] =
            dataset_draw_window(job->dataset, DATASET_TRAIN, trainer->plan.length, &random);
    }
}

/* model_examples of a shard. */

static void read_image(const void *context, int sequence, int frame, real *out) {
    const struct shard *shard = context;
    struct dataset_window window = shard->windows[sequence];
    window.start += frame;
    dataset_read_window(shard->dataset, DATASET_TRAIN, window, 1, out);
}

static void read_state(const void *context, int sequence, int frame, double *out) {
    const struct shard *shard = context;
    size_t size = (size_t)dataset_info(shard->dataset)->state_size;
    struct dataset_window window = shard->windows[sequence];
    const double *states = dataset_states(shard->dataset, DATASET_TRAIN, window.trajectory);
    memcpy(out, states + (size_t)(window.start + frame) * size, size * sizeof *out);
}

static void read_derivative(const void *context, int sequence, int frame, double *out) {
    const struct shard *shard = context;
    struct dataset_window window = shard->windows[sequence];
    dataset_derivative(shard->dataset, DATASET_TRAIN, window.trajectory, window.start + frame, out);
}

static struct model_examples shard_examples(const struct shard *shard) {
    return (struct model_examples){
        .image = read_image,
        .state = read_state,
        .derivative = dataset_simulator(shard->dataset)->dynamics->field == NULL ? NULL : read_derivative,
        .state_size = dataset_info(shard->dataset)->state_size,
        .frame_time = dataset_info(shard->dataset)->dt,
        .context = shard,
    };
}

static void run_shard(struct trainer *trainer, int index, struct model_workspace *workspace, int horizon,
                      int decoded_count) {
    const struct training_settings *t = &trainer->job->training;
    struct shard *shard = &trainer->shards[index];
    int size = t->batch / t->shards;
    draw_windows(trainer, index, size);
    struct random_stream random =
        random_stream(trainer->job->seed, "latent", (uint64_t)trainer->step, (uint32_t)index);
    struct model_batch batch = {
        .size = size,
        .step = trainer->step,
        .examples = shard_examples(shard),
        .horizon = horizon,
        .random = &random,
        .decoded = trainer->decoded,
        .decoded_count = decoded_count,
    };
    memset(shard->gradient, 0, trainer->model->parameters->size * sizeof(real));
    trainer->model->kind->loss(trainer->model, workspace, &batch, 1 / (real)t->shards, shard->gradient,
                               &shard->step);
}

/* Sums the shards into the first one, always in the same order. */
static struct model_step reduce(struct trainer *trainer) {
    int shards = trainer->job->training.shards;
    size_t size = trainer->model->parameters->size;
    struct model_step mean = {0};
    for (int i = 0; i < shards; i++) {
        const struct shard *shard = &trainer->shards[i];
        for (int f = 0; f < trainer->job->kind->figure_count; f++) {
            mean.figures[f] += shard->step.figures[f] / shards;
        }
        if (mean.culprit[0] == '\0') {
            memcpy(mean.culprit, shard->step.culprit, sizeof mean.culprit);
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

/* Norm of the gradient of the parameters that descend. */
static double descending_norm(const struct parameters *parameters, const real *gradient) {
    double sum = 0.0;
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->list[i];
        sum = p->climbs ? sum : gradient_add_squares(sum, gradient + p->offset, p->size);
    }
    return sqrt(sum);
}

/* Scales that gradient, of this norm, down to the limit. */
static void clip(const struct parameters *parameters, real *gradient, double norm, double limit) {
    real scale = (real)(limit / norm);
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->list[i];
        for (size_t j = p->offset; j < p->offset + p->size && !p->climbs; j++) {
            gradient[j] *= scale;
        }
    }
}

/* Moves all parameters: a stretch of those that descend at the scheduled rate, then one that climbs, and so
 * on. */
static void move(struct trainer *trainer, double rate, const real *gradient) {
    const struct parameters *parameters = trainer->model->parameters;
    real *values = parameters->values;
    size_t begin = 0;
    adam_begin(trainer->adam);
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->list[i];
        if (p->climbs) {
            adam_move(trainer->adam, begin, p->offset - begin, (real)rate, gradient, values);
            adam_move(trainer->adam, p->offset, p->size, -(real)p->climbing_rate, gradient, values);
            begin = p->offset + p->size;
        }
    }
    adam_move(trainer->adam, begin, parameters->size - begin, (real)rate, gradient, values);
}

/* average = decay average + (1 - decay) parameters, with a smaller decay as long as the average would mostly
 * be the parameters at the start. */
static void update_average(struct trainer *trainer) {
    if (trainer->average == NULL) {
        return;
    }
    const struct parameters *parameters = trainer->model->parameters;
    double young = (1.0 + trainer->step) / (10.0 + trainer->step); /* steps before this one */
    double decay = fmin(trainer->job->training.average, young);
    for (size_t i = 0; i < parameters->size; i++) {
        trainer->average[i] += (1.0 - decay) * ((double)parameters->values[i] - trainer->average[i]);
    }
}

enum status trainer_step(struct trainer *trainer, struct training_figures *out) {
    const struct training_job *job = trainer->job;
    const struct training_settings *t = &job->training;
    int horizon = schedule_horizon(t, trainer->step, window_plan_targets(&trainer->plan));
    int count = trainer->plan.decoded;
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
    const char *outer = profile_enter("reduce and optimise");
    struct model_step mean = reduce(trainer);
    real *gradient = trainer->shards[0].gradient;
    double norm = descending_norm(trainer->model->parameters, gradient);
    if (!isfinite(mean.figures[0]) || !isfinite(norm)) {
        (void)profile_enter(outer);
        return status_fail(STATUS_CELLS_FAILED, "step %d, seed %llu: the %s is not finite, first in %s",
                           trainer->step + 1, (unsigned long long)job->seed,
                           isfinite(mean.figures[0]) ? "gradient" : "loss",
                           mean.culprit[0] != '\0' ? mean.culprit : broken_gradient(trainer));
    }
    if (t->clip_norm > 0 && norm > t->clip_norm) {
        clip(trainer->model->parameters, gradient, norm, t->clip_norm);
    }
    double rate = schedule_learning_rate(t, trainer->step);
    move(trainer, rate, gradient);
    if (job->kind->settle != NULL) {
        job->kind->settle(trainer->model, trainer->step, mean.figures);
    }
    update_average(trainer);
    (void)profile_enter(outer);
    trainer->step++;
    *out = (struct training_figures){
        .step = trainer->step,
        .learning_rate = rate,
        .gradient_norm = norm,
        .horizon = horizon,
    };
    memcpy(out->figures, mean.figures, sizeof out->figures);
    return STATUS_OK;
}
