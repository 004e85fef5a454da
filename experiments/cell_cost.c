/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/cell_cost.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/task.h"
#include "experiments/data_file.h"
#include "experiments/remake.h"
#include "experiments/scratch.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/timer.h"
#include "sweep/identity.h"
#include "training/schedule.h"
#include "training/trainer.h"

/* The dataset on which is measured. */
enum { TRAJECTORIES = 8 };

/* Windows and batches of SyMetric (of five windows each) of the evaluations. */
enum { FEW_WINDOWS = 2, BATCH_WINDOWS = 5, MANY_WINDOWS = 40 };

/* A step is taken again until so much time has passed, after one that warms up. */
static const double STEP_SECONDS = 0.4;
enum { LEAST_STEPS = 2, MOST_STEPS = 50 };

/* Bytes of a line of metrics.jsonl and of a window in evaluation.json, roughly. */
static const double LOG_BYTES = 250.0, WINDOW_BYTES = 600.0;

/* Steps of one model, one batch, one way of training. */
struct step_cost {
    char identity[SHA256_TEXT];
    double first, full; /* seconds at the first and at the full horizon */
    int first_horizon, horizon;
    double fit; /* of a model that is fitted: seconds for a trajectory */
    double bytes;
};

/* Evaluations of models with one task and latents of one width, on states of one width. */
struct evaluation_cost {
    const struct task *task;
    int latents, states;
    double fixed, window, batch; /* seconds */
};

struct cell_cost {
    struct effort effort;
    char *folder;
    struct step_cost *steps;
    size_t step_count;
    struct evaluation_cost *evaluations;
    size_t evaluation_count;
    size_t runs;
    double reading; /* seconds for a byte of images */
};

enum status cell_cost_begin(struct cell_cost **out, const struct effort *effort) {
    char *folder = NULL;
    enum status status = scratch_create(&folder);
    if (status == STATUS_OK) {
        *out = memory_alloc(1, sizeof **out);
        (*out)->folder = folder;
        (*out)->effort = (struct effort){.threads = effort->threads, .quiet = true};
    }
    return status;
}

void cell_cost_end(struct cell_cost *cost) {
    if (cost != NULL) {
        scratch_remove(cost->folder);
        free(cost->steps);
        free(cost->evaluations);
        free(cost);
    }
}

double cell_cost_reading(const struct cell_cost *cost, double bytes) {
    return cost->reading * bytes;
}

/* ---- the data to measure on ---- */

static struct dataset_settings small_dataset(const struct cell *cell) {
    struct dataset_settings settings = *settings_dataset(&cell->settings);
    settings.train = settings.test = TRAJECTORIES;
    settings.validation = 0;
    return settings;
}

/* Opens them, made where no cell before has. */
static enum status open_data(struct dataset **out, struct cell_cost *cost, const struct cell *cell) {
    struct dataset_settings settings = small_dataset(cell);
    char *path = data_file_path(cost->folder, cell->environment, &settings);
    enum status status = STATUS_OK;
    if (!file_exists(path)) {
        status = data_file_make(path, cell->environment, &settings, &cost->effort);
    }
    double begun = timer_now();
    if (status == STATUS_OK) {
        status = dataset_open(out, path);
    }
    if (status == STATUS_OK && cost->reading == 0.0) {
        cost->reading = (timer_now() - begun) / (2.0 * TRAJECTORIES * settings.frames * IMAGE_VALUES);
    }
    free(path);
    return status;
}

/* ---- steps ---- */

/* Seconds of a step from `step` on; `*horizon` is its horizon. */
static enum status time_steps(struct trainer *trainer, int step, double *seconds, int *horizon) {
    struct training_figures figures;
    trainer_set_steps(trainer, step);
    enum status status = trainer_step(trainer, &figures);
    double begun = timer_now(), passed = 0.0;
    int count = 0;
    while (status == STATUS_OK && count < MOST_STEPS && (count < LEAST_STEPS || passed < STEP_SECONDS)) {
        trainer_set_steps(trainer, step);
        status = trainer_step(trainer, &figures);
        passed = timer_now() - begun;
        count++;
    }
    *seconds = passed / count;
    *horizon = figures.horizon;
    return status;
}

static enum status measure_steps(struct step_cost *out, struct cell_cost *cost, const struct cell *cell,
                                 const struct dataset *dataset) {
    const struct training_job job = {
        .folder = cost->folder,
        .kind = cell->model,
        .model = settings_model(&cell->settings),
        .training = *settings_training(&cell->settings),
        .dataset = dataset,
        .seed = cell->seed,
        .threads = cost->effort.threads,
        .quiet = true,
    };
    struct trainer *trainer;
    enum status status = training_check(&job);
    if (status != STATUS_OK) {
        return status;
    }
    trainer_create(&trainer, &job);
    status = time_steps(trainer, 0, &out->first, &out->first_horizon);
    if (status == STATUS_OK) {
        status = time_steps(trainer, job.training.horizon_steps, &out->full, &out->horizon);
    }
    trainer_free(trainer);
    return status;
}

static void identify(char out[SHA256_TEXT], const struct cell *cell) {
    struct identity *identity;
    struct lines settings = {0};
    identity_begin(&identity);
    identity_add(identity, "model", cell->model->name);
    remake_list_settings(&settings, &cell->settings);
    for (size_t i = 0; i < settings.count; i++) {
        if (strncmp(settings.line[i], "model.", 6) == 0 || strncmp(settings.line[i], "training.", 9) == 0) {
            identity_add(identity, "setting", settings.line[i]);
        }
    }
    lines_free(&settings);
    identity_end(identity, out);
}

/* ---- evaluations ---- */

static int width_of_latents(const struct cell *cell) {
    const struct model_latent *latent = cell->model->latent;
    return latent == NULL ? 0 : latent->width(settings_model(&cell->settings));
}

static bool has_setting(const struct cell *cell, const char *group, const char *name) {
    return settings_find(&cell->settings, group, name, NULL) != NULL;
}

/* Seconds of a run of the cell with one training step and so many windows, without the training; one after
 * another in the run folder `number`. */
static enum status time_evaluation(struct cell_cost *cost, const struct cell *cell, size_t number,
                                   int windows, double *seconds, struct table_cell *made) {
    struct lines settings = {0};
    char *folder = text_format("%s/run-%zu", cost->folder, number);
    remake_list_settings(&settings, &cell->settings);
    lines_add(&settings, "dataset.train=%d", TRAJECTORIES);
    lines_add(&settings, "dataset.test=%d", TRAJECTORIES);
    lines_add(&settings, "evaluation.windows=%d", windows);
    if (has_setting(cell, "training", "steps")) {
        lines_add(&settings, "training.steps=1");
    }
    if (has_setting(cell, "evaluation", "symetric_batches")) {
        lines_add(&settings, "evaluation.symetric_batches=1");
    }
    const struct remake job = {cell->environment, cell->model, cell->seed, &settings, folder,
                               cost->folder,      cost->effort};
    double begun = timer_now();
    enum status status = remake_run(&job, made);
    *seconds = timer_now() - begun;
    lines_free(&settings);
    free(folder);
    return status;
}

static const struct evaluation_cost *find_relative(const struct cell_cost *cost,
                                                   const struct evaluation_cost *wanted, bool same_states) {
    for (size_t i = 0; i < cost->evaluation_count; i++) {
        const struct evaluation_cost *found = &cost->evaluations[i];
        if (found->task == wanted->task && found->latents == wanted->latents &&
            (!same_states || found->states == wanted->states)) {
            return found;
        }
    }
    return NULL;
}

/* The fixed part and that of a window; the run folder is there. */
static enum status measure_windows(struct evaluation_cost *out, struct cell_cost *cost,
                                   const struct cell *cell, double few, double batch) {
    struct table_cell made;
    int windows = settings_evaluation(&cell->settings)->windows;
    int many = windows < MANY_WINDOWS ? windows : MANY_WINDOWS;
    double seconds = batch;
    enum status status = STATUS_OK;
    if (many > BATCH_WINDOWS) {
        status = time_evaluation(cost, cell, cost->runs, many, &seconds, &made);
        out->window = fmax(0.0, (seconds - batch) / (many - BATCH_WINDOWS));
    }
    out->fixed = fmax(0.0, few - FEW_WINDOWS * out->window);
    return status;
}

/* `few`: seconds of the first evaluation, of FEW_WINDOWS. */
static enum status measure_evaluation(struct evaluation_cost *out, struct cell_cost *cost,
                                      const struct cell *cell, double few) {
    const struct evaluation_cost *relative = find_relative(cost, out, false);
    struct table_cell made;
    double seconds;
    enum status status = time_evaluation(cost, cell, cost->runs, BATCH_WINDOWS, &seconds, &made);
    if (status == STATUS_OK && relative == NULL) {
        status = measure_windows(out, cost, cell, few, seconds);
    } else if (status == STATUS_OK) {
        out->fixed = relative->fixed;
        out->window = relative->window;
    }
    if (has_setting(cell, "evaluation", "symetric_batches")) {
        out->batch = fmax(0.0, seconds - out->fixed - BATCH_WINDOWS * out->window);
    }
    return status;
}

static double evaluation_seconds(const struct evaluation_cost *evaluation, const struct cell *cell) {
    int windows = settings_evaluation(&cell->settings)->windows;
    double batches = 0.0;
    void *values = NULL;
    const struct field *field = settings_find(&cell->settings, "evaluation", "symetric_batches", &values);
    if (field != NULL) {
        int wanted = *(const int *)((const char *)values + field->offset), most = windows / BATCH_WINDOWS;
        batches = wanted < most ? wanted : most;
    }
    return evaluation->fixed + windows * evaluation->window + batches * evaluation->batch;
}

/* ---- a cell ---- */

/* One step and a small evaluation in a run folder of its own. `*few` are the seconds of the evaluation. */
static enum status run_once(struct step_cost *out, struct cell_cost *cost, const struct cell *cell,
                            double *few) {
    struct table_cell made = {0};
    char *folder = text_format("%s/run-%zu", cost->folder, ++cost->runs);
    enum status status = time_evaluation(cost, cell, cost->runs, FEW_WINDOWS, few, &made);
    *few = fmax(0.0, *few - made.seconds);
    out->fit = cell->model->fit == NULL ? 0.0 : made.seconds / TRAJECTORIES;
    out->bytes = scratch_size(folder);
    free(folder);
    return status;
}

static const struct step_cost *find_steps(const struct cell_cost *cost, const char *identity) {
    for (size_t i = 0; i < cost->step_count; i++) {
        if (strcmp(cost->steps[i].identity, identity) == 0) {
            return &cost->steps[i];
        }
    }
    return NULL;
}

static void keep(struct cell_cost *cost, const struct step_cost *step,
                 const struct evaluation_cost *evaluation) {
    if (find_steps(cost, step->identity) == NULL) {
        cost->steps = memory_resize(cost->steps, cost->step_count + 1, sizeof *cost->steps);
        cost->steps[cost->step_count++] = *step;
    }
    if (find_relative(cost, evaluation, true) == NULL) {
        cost->evaluations =
            memory_resize(cost->evaluations, cost->evaluation_count + 1, sizeof *cost->evaluations);
        cost->evaluations[cost->evaluation_count++] = *evaluation;
    }
}

/* Fills what is not known of either. */
static enum status measure(struct step_cost *step, struct evaluation_cost *evaluation, struct cell_cost *cost,
                           const struct cell *cell) {
    const struct step_cost *known_step = find_steps(cost, step->identity);
    const struct evaluation_cost *known = find_relative(cost, evaluation, true);
    struct dataset *dataset = NULL;
    double few = 0.0;
    enum status status = STATUS_OK;
    if (known_step == NULL || known == NULL) {
        status = open_data(&dataset, cost, cell);
    }
    if (status == STATUS_OK && known_step == NULL && cell->model->loss != NULL) {
        status = measure_steps(step, cost, cell, dataset);
    }
    dataset_close(dataset);
    if (status == STATUS_OK && (known_step == NULL || known == NULL)) {
        status = run_once(step, cost, cell, &few);
    }
    if (status == STATUS_OK && known == NULL) {
        status = measure_evaluation(evaluation, cost, cell, few);
    }
    if (known_step != NULL) {
        *step = *known_step;
    }
    if (known != NULL) {
        *evaluation = *known;
    }
    return status;
}

/* Of the steps that a run folder does not have yet. */
static double training_seconds(const struct step_cost *step, const struct cell *cell) {
    const struct training_settings *training = settings_training(&cell->settings);
    int done = 0;
    double spent, sum = step->fit * settings_dataset(&cell->settings)->train;
    if (training == NULL || step->horizon == 0) {
        return sum;
    }
    (void)training_progress(cell->folder, &done, &spent);
    double slope = step->horizon > step->first_horizon
                       ? (step->full - step->first) / (step->horizon - step->first_horizon)
                       : 0.0;
    for (int i = done; i < training->steps; i++) {
        sum += step->full + slope * (schedule_horizon(training, i, step->horizon) - step->horizon);
    }
    return sum;
}

static double folder_bytes(const struct step_cost *step, const struct cell *cell) {
    const struct training_settings *training = settings_training(&cell->settings);
    double lines = training == NULL ? 0.0 : (double)training->steps / training->log_every;
    return step->bytes + lines * LOG_BYTES + settings_evaluation(&cell->settings)->windows * WINDOW_BYTES;
}

enum status cell_cost_of(struct cell_cost *cost, const struct cell *cell, double *training,
                         double *evaluation, double *bytes) {
    struct step_cost step = {.bytes = 0.0};
    struct evaluation_cost judged = {
        .task = task_find(cell->model),
        .latents = width_of_latents(cell),
        .states = cell->environment->dynamics->state_size,
    };
    identify(step.identity, cell);
    enum status status = measure(&step, &judged, cost, cell);
    if (status == STATUS_OK) {
        keep(cost, &step, &judged);
        *training = training_seconds(&step, cell);
        *evaluation = evaluation_seconds(&judged, cell);
        *bytes = folder_bytes(&step, cell);
    }
    return status;
}
