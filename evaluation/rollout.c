/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/rollout.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "models/window_plan.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/progress.h"

/* Windows that are predicted at once. Fixed, so that a window's neighbours, and with them the order of any
 * sum inside the model, are the same for every number of threads. */
enum { BATCH = 16 };

enum status rollout_draw_windows(struct dataset_window *out, int count, int length,
                                 const struct dataset_info *info, uint64_t seed) {
    int trajectories = info->trajectories[DATASET_TEST];
    if (trajectories < 1) {
        return status_fail(STATUS_DATA, "%s: the dataset has no test trajectories to evaluate on",
                           info->environment);
    }
    if (info->frames < length) {
        return status_fail(STATUS_DATA,
                           "%s: trajectories of %d frames are too short for evaluation windows of %d frames",
                           info->environment, info->frames, length);
    }
    for (int i = 0; i < count; i++) {
        struct random_stream random = random_stream(seed, "evaluate", (uint64_t)i, 0);
        out[i].trajectory = i % trajectories;
        out[i].start = (int)random_below(&random, (uint32_t)(info->frames - length + 1));
    }
    return STATUS_OK;
}

/* What one thread needs for a batch. */
struct scratch {
    struct model_workspace *workspace;
    real *images;      /* [BATCH][length][H][W][C] */
    real *predictions; /* [BATCH][frames][H][W][C] */
    real *energies;    /* [BATCH][frames], or NULL */
    int first, frames; /* of the rollout */
};

static struct scratch scratch_create(const struct rollout *rollout) {
    size_t frames = (size_t)BATCH * (size_t)rollout->frames;
    return (struct scratch){
        .workspace = model_workspace_create(),
        .images = memory_alloc((size_t)BATCH * (size_t)rollout->length * IMAGE_VALUES, sizeof(real)),
        .predictions = memory_alloc(frames * IMAGE_VALUES, sizeof(real)),
        .energies = rollout->energy == NULL ? NULL : memory_alloc(frames, sizeof(real)),
        .first = rollout->first,
        .frames = rollout->frames,
    };
}

static void scratch_free(struct scratch *scratch) {
    model_workspace_free(scratch->workspace);
    free(scratch->images);
    free(scratch->predictions);
    free(scratch->energies);
}

static void take_image(void *context, int sequence, int frame, const real *image) {
    const struct scratch *scratch = context;
    size_t row = (size_t)sequence * (size_t)scratch->frames + (size_t)(frame - scratch->first);
    memcpy(scratch->predictions + row * IMAGE_VALUES, image, IMAGE_VALUES * sizeof *image);
}

static void take_latent(void *context, int sequence, int frame, const real *state, double energy) {
    const struct scratch *scratch = context;
    (void)state;
    scratch->energies[sequence * scratch->frames + frame - scratch->first] = (real)energy;
}

/* Takes what is needed of window `i` from its images [frames][H][W][C] and energies [frames]. */
static void keep_window(struct rollout *rollout, int i, const real *truth, const real *predictions,
                        const real *energies) {
    size_t frames = (size_t)rollout->frames;
    size_t row = (size_t)i * frames;
    for (size_t t = 0; t < frames; t++) {
        for (int m = 0; m < METRICS; m++) {
            rollout->error[m][row + t] =
                metrics[m]->frame(predictions + t * IMAGE_VALUES, truth + t * IMAGE_VALUES);
        }
        if (rollout->energy != NULL) {
            rollout->energy[row + t] = (double)energies[t];
        }
    }
    if (i < rollout->kept) {
        memcpy(rollout->truth + row * IMAGE_VALUES, truth, frames * IMAGE_VALUES * sizeof *truth);
        memcpy(rollout->predictions + row * IMAGE_VALUES, predictions,
               frames * IMAGE_VALUES * sizeof *predictions);
    }
}

static void predict_batch(struct rollout *rollout, const struct evaluation_job *job, struct scratch *scratch,
                          int begin) {
    int size = rollout->windows - begin < BATCH ? rollout->windows - begin : BATCH;
    size_t length = (size_t)rollout->length * IMAGE_VALUES;
    size_t frames = (size_t)rollout->frames;
    for (int b = 0; b < size; b++) {
        dataset_read_window(job->dataset, DATASET_TEST, rollout->window[begin + b], rollout->length,
                            scratch->images + (size_t)b * length);
    }
    struct window_array windows = {.images = scratch->images, .length = rollout->length};
    struct model_prediction request = {.examples = window_array_examples(&windows),
                                       .batch = size,
                                       .first = rollout->first,
                                       .count = rollout->frames};
    struct model_sink sink = {
        .image = take_image, .latent = scratch->energies == NULL ? NULL : take_latent, .context = scratch};
    job->model->kind->video->predict(job->model, scratch->workspace, &request, &sink);
    for (int b = 0; b < size; b++) {
        size_t row = (size_t)b * frames;
        keep_window(rollout, begin + b,
                    scratch->images + (size_t)b * length + (size_t)rollout->first * IMAGE_VALUES,
                    scratch->predictions + row * IMAGE_VALUES,
                    scratch->energies == NULL ? NULL : scratch->energies + row);
    }
}

static void predict_all(struct rollout *rollout, const struct evaluation_job *job) {
    int batches = (rollout->windows + BATCH - 1) / BATCH;
    int threads = job->threads < batches ? job->threads : batches;
    int done = 0;
    struct progress progress = progress_begin("evaluate", 0, batches, job->quiet);
#pragma omp parallel num_threads(threads > 0 ? threads : 1)
    {
        /* The kernels of one batch stay on its thread. */
        omp_set_num_threads(1);
        struct scratch scratch = scratch_create(rollout);
#pragma omp for schedule(dynamic)
        for (int i = 0; i < batches; i++) {
            if (interrupt_requested()) {
                continue;
            }
            predict_batch(rollout, job, &scratch, i * BATCH);
#pragma omp critical
            progress_update(&progress, ++done, "");
        }
        scratch_free(&scratch);
    }
    progress_end(&progress);
}

static void read_true_energy(struct rollout *rollout, const struct dataset *dataset) {
    for (int i = 0; i < rollout->windows; i++) {
        for (int t = 0; t < rollout->frames; t++) {
            rollout->true_energy[(long)i * rollout->frames + t] =
                dataset_energy(dataset, DATASET_TEST, rollout->window[i].trajectory,
                               rollout->window[i].start + rollout->first + t);
        }
    }
}

enum status rollout_run(struct rollout *out, const struct evaluation_job *job) {
    assert(job->settings.windows > 0 && job->settings.extrapolation_frames >= 0);
    struct window_plan plan = job->model->kind->video->plan(job->model->settings);
    int training_window = plan.length;
    int length = training_window + job->settings.extrapolation_frames;
    int first = plan.origin;
    int windows = job->settings.windows;
    assert(first >= 0 && first < training_window);
    *out = (struct rollout){
        .windows = windows,
        .length = length,
        .first = first,
        .frames = length - first,
        .train_frames = training_window - first,
        .kept = windows < ROLLOUT_KEPT ? windows : ROLLOUT_KEPT,
        .window = memory_alloc((size_t)windows, sizeof *out->window),
    };
    enum status status =
        rollout_draw_windows(out->window, windows, length, dataset_info(job->dataset), job->seed);
    if (status != STATUS_OK) {
        return status;
    }
    size_t values = (size_t)windows * (size_t)out->frames;
    size_t pixels = (size_t)out->kept * (size_t)out->frames * IMAGE_VALUES;
    for (int m = 0; m < METRICS; m++) {
        out->error[m] = memory_alloc(values, sizeof(double));
    }
    out->energy = job->model->kind->latent != NULL && job->model->kind->latent->has_energy
                      ? memory_alloc(values, sizeof(double))
                      : NULL;
    out->true_energy = memory_alloc(values, sizeof(double));
    out->truth = memory_alloc(pixels, sizeof(real));
    out->predictions = memory_alloc(pixels, sizeof(real));
    predict_all(out, job);
    if (interrupt_requested()) {
        return status_fail(STATUS_INTERRUPTED, "evaluation interrupted; nothing was written");
    }
    read_true_energy(out, job->dataset);
    return STATUS_OK;
}

void rollout_free(struct rollout *rollout) {
    free(rollout->window);
    for (int m = 0; m < METRICS; m++) {
        free(rollout->error[m]);
    }
    free(rollout->energy);
    free(rollout->true_energy);
    free(rollout->truth);
    free(rollout->predictions);
    *rollout = (struct rollout){0};
}

struct evaluation_error rollout_error(const struct rollout *rollout, int window, int begin, int end) {
    int from = window < 0 ? 0 : window;
    int to = window < 0 ? rollout->windows : window + 1;
    struct evaluation_error error = {.mse = NAN, .l2_norm = NAN};
    for (int m = 0; m < METRICS && begin < end; m++) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            for (int t = begin; t < end; t++) {
                sum += rollout->error[m][(long)i * rollout->frames + t];
            }
        }
        *metric_field(metrics[m], &error) = sum / ((double)(to - from) * (end - begin));
    }
    return error;
}
