/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/rollout.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "drawing/film_strip.h"
#include "integrators/integrator.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/progress.h"

/* Windows that are predicted at once. Fixed, so that a window's neighbours, and with them the order of any
 * sum inside the model, are the same for every number of threads. */
enum { BATCH = 16 };

/* Sums over the true frames of pixel values 0 .. 255: integers, so their order doesn't matter. */
struct pixel_sums {
    uint64_t sum[IMAGE_VALUES], squares[IMAGE_VALUES];
};

/* True frames are read a few at a time: each sequence has its block, and a dataset on the disk reads the
 * frames of one trajectory together. */
enum { BLOCK = 16 };
struct block {
    int first;    /* of a test window; -1 for none */
    real *images; /* [BLOCK][H][W][C] */
};

/* What one thread needs for a batch. */
struct scratch {
    struct rollout *rollout;
    const struct evaluation_job *job;
    struct model_workspace *workspace;
    struct pixel_sums *sums;
    struct block *truth; /* [BATCH] */
    int length;          /* of a test window */
    int begin;           /* first window of the batch */
    int placed;          /* frame of the test window where the model's own begins */
    int origin;          /* frame of the model's own window */
};

/* model_examples.image: frames count from the start of the model's own window. */
static void read_image(const void *context, int sequence, int frame, real *out) {
    const struct scratch *scratch = context;
    struct block *block = &scratch->truth[sequence];
    int at = scratch->placed + frame, first = at - at % BLOCK;
    if (block->first != first) {
        struct dataset_window place = scratch->rollout->window[scratch->begin + sequence].place;
        int rest = scratch->length - first;
        place.start += first;
        dataset_read_window(scratch->job->dataset, DATASET_TEST, place, rest < BLOCK ? rest : BLOCK,
                            block->images);
        block->first = first;
    }
    memcpy(out, block->images + (size_t)(at - first) * IMAGE_VALUES, IMAGE_VALUES * sizeof *out);
}

static void add_pixels(struct pixel_sums *sums, const real *image) {
    for (int i = 0; i < IMAGE_VALUES; i++) {
        uint64_t value = (uint64_t)lrint((double)image[i] * 255);
        sums->sum[i] += value;
        sums->squares[i] += value * value;
    }
}

static void keep_film(struct rollout_film *film, int window, int t, const real *truth,
                      const real *prediction) {
    if (window < film->windows && t % film->stride == 0) {
        size_t at = ((size_t)window * (size_t)film->columns + (size_t)(t / film->stride)) * IMAGE_VALUES;
        memcpy(film->truth + at, truth, IMAGE_VALUES * sizeof *truth);
        memcpy(film->predictions + at, prediction, IMAGE_VALUES * sizeof *prediction);
    }
}

/* A frame before the origin: counts when no model has seen it. */
static void take_backward(struct scratch *scratch, int sequence, int frame, const real *image) {
    const struct rollout *rollout = scratch->rollout;
    int t = frame - scratch->origin + rollout->history + rollout->backward;
    real truth[IMAGE_VALUES];
    if (t >= rollout->backward) {
        return;
    }
    read_image(scratch, sequence, frame, truth);
    for (int e = 0; e < IMAGE_ERRORS; e++) {
        size_t row = (size_t)(scratch->begin + sequence) * (size_t)rollout->backward;
        rollout->backward_error[e][row + (size_t)t] = image_errors[e]->frame(image, truth);
    }
}

static void take_image(void *context, int sequence, int frame, const real *image) {
    struct scratch *scratch = context;
    struct rollout *rollout = scratch->rollout;
    int window = scratch->begin + sequence, t = frame - scratch->origin;
    real truth[IMAGE_VALUES];
    if (t < 0) {
        take_backward(scratch, sequence, frame, image);
        return;
    }
    read_image(scratch, sequence, frame, truth);
    for (int e = 0; e < IMAGE_ERRORS; e++) {
        rollout->error[e][(size_t)window * (size_t)rollout->frames + (size_t)t] =
            image_errors[e]->frame(image, truth);
    }
    if (t < rollout->reconstruction) {
        add_pixels(scratch->sums, truth);
    }
    keep_film(&rollout->film, window, t, truth, image);
}

static void take_latent(void *context, int sequence, int frame, const real *state, double energy) {
    struct scratch *scratch = context;
    struct rollout *rollout = scratch->rollout;
    if (frame < scratch->origin) {
        return;
    }
    size_t row =
        (size_t)(scratch->begin + sequence) * (size_t)rollout->frames + (size_t)(frame - scratch->origin);
    if (rollout->energy != NULL) {
        rollout->energy[row] = energy;
    }
    if (rollout->latents != NULL) {
        size_t width = (size_t)rollout->latent_width;
        memcpy(rollout->latents + row * width, state, width * sizeof *state);
    }
}

static void take_variance(void *context, int sequence, const real *variances) {
    struct scratch *scratch = context;
    size_t width = (size_t)scratch->rollout->latent_width;
    memcpy(scratch->rollout->latent_variance + (size_t)(scratch->begin + sequence) * width, variances,
           width * sizeof *variances);
}

static void predict_batch(struct scratch *scratch, int begin) {
    const struct rollout *rollout = scratch->rollout;
    const struct evaluation_job *job = scratch->job;
    scratch->begin = begin;
    for (int b = 0; b < BATCH; b++) {
        scratch->truth[b].first = -1;
    }
    int before = rollout->backward > 0 ? rollout->history + rollout->backward : 0;
    struct model_prediction request = {
        .examples = {.image = read_image, .context = scratch},
        .batch = rollout->windows - begin < BATCH ? rollout->windows - begin : BATCH,
        .first = scratch->origin - before,
        .count = before + rollout->frames,
        .integrator = integrator_find(job->settings.integrator), /* none is called "trained" */
    };
    bool latents = rollout->energy != NULL || rollout->latents != NULL;
    struct model_sink sink = {.image = take_image,
                              .latent = latents ? take_latent : NULL,
                              .variance = rollout->latents != NULL ? take_variance : NULL,
                              .context = scratch};
    job->model->kind->video->predict(job->model, scratch->workspace, &request, &sink);
}

static void add_sums(struct pixel_sums *total, const struct pixel_sums *part) {
    for (int i = 0; i < IMAGE_VALUES; i++) {
        total->sum[i] += part->sum[i];
        total->squares[i] += part->squares[i];
    }
}

static double variance_of(const struct pixel_sums *sums, double count) {
    double variance = 0;
    for (int i = 0; i < IMAGE_VALUES; i++) {
        double mean = (double)sums->sum[i] / count;
        variance += ((double)sums->squares[i] / count - mean * mean) / (255.0 * 255.0) / IMAGE_VALUES;
    }
    return variance > 0 ? variance : 0; /* rounding of nothing */
}

static struct scratch create_scratch(struct rollout *rollout, const struct evaluation_job *job) {
    struct window_plan plan = job->model->kind->video->plan(job->model->settings);
    struct scratch scratch = {
        .rollout = rollout,
        .job = job,
        .workspace = model_workspace_create(),
        .sums = memory_alloc(1, sizeof *scratch.sums),
        .truth = memory_alloc(BATCH, sizeof *scratch.truth),
        .length = windows_length(&job->settings),
        .placed = rollout->lead + rollout->history - plan.origin,
        .origin = plan.origin,
    };
    for (int b = 0; b < BATCH; b++) {
        scratch.truth[b].images = memory_alloc((size_t)BLOCK * IMAGE_VALUES, sizeof(real));
    }
    return scratch;
}

static void free_scratch(struct scratch *scratch) {
    for (int b = 0; b < BATCH; b++) {
        free(scratch->truth[b].images);
    }
    free(scratch->truth);
    free(scratch->sums);
    model_workspace_free(scratch->workspace);
}

static void predict_all(struct rollout *rollout, const struct evaluation_job *job) {
    int batches = (rollout->windows + BATCH - 1) / BATCH;
    int threads = job->threads < batches ? job->threads : batches;
    int done = 0;
    struct pixel_sums *total = memory_alloc(1, sizeof *total);
    struct progress progress = progress_begin("evaluate", 0, batches, job->quiet);
#pragma omp parallel num_threads(threads > 0 ? threads : 1)
    {
        /* The kernels of one batch stay on its thread. */
        omp_set_num_threads(1);
        struct scratch scratch = create_scratch(rollout, job);
#pragma omp for schedule(dynamic)
        for (int i = 0; i < batches; i++) {
            if (interrupt_requested()) {
                continue;
            }
            predict_batch(&scratch, i * BATCH);
#pragma omp critical
            progress_update(&progress, ++done, "");
        }
#pragma omp critical
        add_sums(total, scratch.sums);
        free_scratch(&scratch);
    }
    progress_end(&progress);
    rollout->variance = variance_of(total, (double)rollout->windows * rollout->reconstruction);
    free(total);
}

/* ---- what is true ---- */

static void read_window_truth(struct rollout *rollout, int i, const struct dataset *dataset) {
    struct dataset_window place = rollout->window[i].place;
    int first = rollout_origin(rollout, i);
    size_t frames = (size_t)rollout->frames;
    for (int t = 0; t < rollout->frames; t++) {
        rollout->true_energy[(size_t)i * frames + (size_t)t] =
            dataset_energy(dataset, DATASET_TEST, place.trajectory, first + t);
    }
    if (rollout->states != NULL) {
        size_t size = (size_t)rollout->state_size, count = (size_t)rollout->parameter_count;
        const double *states = dataset_states(dataset, DATASET_TEST, place.trajectory);
        memcpy(rollout->states + (size_t)i * frames * size, states + (size_t)first * size,
               frames * size * sizeof *states);
        memcpy(rollout->parameters + (size_t)i * count,
               dataset_parameters(dataset, DATASET_TEST, place.trajectory), count * sizeof(double));
    }
}

static void read_truth(struct rollout *rollout, const struct dataset *dataset) {
    for (int i = 0; i < rollout->windows; i++) {
        read_window_truth(rollout, i, dataset);
        const double *parameters =
            dataset_parameters(dataset, DATASET_TEST, rollout->window[i].place.trajectory);
        rollout->energy_unit +=
            simulator_energy_scale(dataset_simulator(dataset), parameters) / rollout->windows;
    }
}

/* ---- the whole ---- */

static struct rollout_film create_film(const struct rollout *rollout) {
    struct film_strip strip = {.frames = rollout->frames};
    struct rollout_film film = {
        .windows = rollout->windows < ROLLOUT_KEPT ? rollout->windows : ROLLOUT_KEPT,
        .columns = film_strip_columns(&strip),
        .stride = film_strip_stride(&strip),
    };
    size_t pixels = (size_t)film.windows * (size_t)film.columns * IMAGE_VALUES;
    film.truth = memory_alloc(pixels, sizeof(real));
    film.predictions = memory_alloc(pixels, sizeof(real));
    return film;
}

static void create_arrays(struct rollout *out, const struct evaluation_job *job, unsigned needs) {
    const struct model_latent *latent = job->model->kind->latent;
    const struct simulator *simulator = dataset_simulator(job->dataset);
    size_t values = (size_t)out->windows * (size_t)out->frames;
    for (int e = 0; e < IMAGE_ERRORS; e++) {
        out->error[e] = memory_alloc(values, sizeof(double));
    }
    for (int e = 0; e < IMAGE_ERRORS && out->backward > 0; e++) {
        out->backward_error[e] = memory_alloc((size_t)out->windows * (size_t)out->backward, sizeof(double));
    }
    out->true_energy = memory_alloc(values, sizeof(double));
    if (latent != NULL && latent->has_energy) {
        out->energy = memory_alloc(values, sizeof(double));
    }
    if (latent != NULL && (needs & ROLLOUT_LATENTS) != 0) {
        out->latent_width = latent->width(job->model->settings);
        size_t width = (size_t)out->latent_width;
        out->latents = memory_alloc(values * width, sizeof(real));
        out->latent_variance = memory_alloc((size_t)out->windows * width, sizeof(real));
        for (size_t i = 0; i < (size_t)out->windows * width; i++) {
            out->latent_variance[i] = NAN;
        }
    }
    if ((needs & ROLLOUT_STATES) != 0) {
        out->state_size = dataset_info(job->dataset)->state_size;
        out->parameter_count = simulator_value_count(simulator);
        out->states = memory_alloc(values * (size_t)out->state_size, sizeof(double));
        out->parameters = memory_alloc((size_t)out->windows * (size_t)out->parameter_count, sizeof(double));
    }
    out->film = create_film(out);
}

/* Consecutive trajectories that are cut from one run. */
static int pieces_of(const struct dataset *dataset) {
    int trajectories = dataset_info(dataset)->trajectories[DATASET_TEST], pieces = 1;
    while (pieces < trajectories && dataset_run(dataset, DATASET_TEST, pieces) == 0) {
        pieces++;
    }
    return pieces;
}

static int count_runs(const struct rollout *rollout, const struct dataset *dataset) {
    int runs = dataset_run_count(dataset, DATASET_TEST);
    return runs < rollout->windows ? runs : rollout->windows;
}

enum status rollout_place(struct rollout *out, const struct evaluation_job *job, int windows, int length) {
    *out = (struct rollout){
        .threads = job->threads,
        .simulator = dataset_simulator(job->dataset),
        .dt = dataset_info(job->dataset)->dt,
        .windows = windows,
        .pieces = pieces_of(job->dataset),
        .window = memory_alloc((size_t)windows, sizeof *out->window),
    };
    out->runs = count_runs(out, job->dataset);
    return windows_draw(out->window, windows, length, dataset_info(job->dataset), out->pieces,
                        job->window_seed);
}

enum status rollout_run(struct rollout *out, const struct evaluation_job *job, unsigned needs) {
    const struct evaluation_settings *settings = &job->settings;
    assert(settings->windows > 0 && settings->reconstruction_frames > 0);
    enum status status = rollout_place(out, job, settings->windows, windows_length(settings));
    if (status != STATUS_OK) {
        return status;
    }
    out->lead = windows_backward(settings);
    out->backward = job->model->kind->video->reversible ? windows_backward(settings) : 0;
    out->history = settings->history_frames;
    out->frames = settings->reconstruction_frames + settings->extrapolation_frames;
    out->reconstruction = settings->reconstruction_frames;
    create_arrays(out, job, needs);
    predict_all(out, job);
    if (interrupt_requested()) {
        return status_fail(STATUS_INTERRUPTED, "evaluation interrupted; nothing was written");
    }
    read_truth(out, job->dataset);
    return STATUS_OK;
}

void rollout_free(struct rollout *rollout) {
    free(rollout->window);
    for (int e = 0; e < IMAGE_ERRORS; e++) {
        free(rollout->error[e]);
        free(rollout->backward_error[e]);
    }
    free(rollout->energy);
    free(rollout->true_energy);
    free(rollout->states);
    free(rollout->parameters);
    free(rollout->latents);
    free(rollout->latent_variance);
    free(rollout->film.truth);
    free(rollout->film.predictions);
    *rollout = (struct rollout){0};
}

int rollout_origin(const struct rollout *rollout, int i) {
    return rollout->window[i].place.start + rollout->lead + rollout->history;
}

/* `errors` [windows][frames] */
static double mean_error(const struct rollout *rollout, const double *errors, int frames, int window,
                         int begin, int end) {
    int from = window < 0 ? 0 : window;
    int to = window < 0 ? rollout->windows : window + 1;
    double sum = 0;
    for (int i = from; i < to; i++) {
        for (int t = begin; t < end; t++) {
            sum += errors[(long)i * frames + t];
        }
    }
    return begin < end ? sum / ((double)(to - from) * (end - begin)) : NAN;
}

double rollout_error(const struct rollout *rollout, const struct image_error *error, int window, int begin,
                     int end) {
    return mean_error(rollout, rollout->error[image_error_index(error)], rollout->frames, window, begin, end);
}

double rollout_backward_error(const struct rollout *rollout, const struct image_error *error, int window) {
    return mean_error(rollout, rollout->backward_error[image_error_index(error)], rollout->backward, window,
                      0, rollout->backward);
}
