/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/rollout.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "drawing/film_strip.h"
#include "integrators/integrator.h"
#include "models/window_plan.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/progress.h"

/* Windows that are predicted at once. Fixed, so that a window's neighbours, and with them the order of any
 * sum inside the model, are the same for every number of threads. */
enum { BATCH = 16 };

/* Frames that published tables call the reconstruction: the 60 targets of models that see five frames and
 * predict. Others reconstruct what they have seen. (Higgins et al. 2021) */
enum { PUBLISHED_TARGETS = 60 };

/* What a number of a posterior must be to say something, in the programs of the papers. */
static const real INFORMATIVE_VARIANCE = (real)0.5;
static const double INFORMATIVE_MEAN = 0.1;

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
    struct rollout_way *way;
    bool back;  /* predicted backward */
    int placed; /* frame of the test window where the model's own begins */
    int origin; /* frame of the model's own window where predictions begin to count */
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
        dataset_read_window(scratch->job->dataset, scratch->rollout->split, place,
                            rest < BLOCK ? rest : BLOCK, block->images);
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

/* A frame of the model's own window, counted from the origin in the direction of the prediction. */
static int time_of(const struct scratch *scratch, int frame) {
    return scratch->back ? scratch->origin - frame : frame - scratch->origin;
}

static void take_image(void *context, int sequence, int frame, const real *image) {
    struct scratch *scratch = context;
    struct rollout *rollout = scratch->rollout;
    int window = scratch->begin + sequence, t = time_of(scratch, frame);
    real truth[IMAGE_VALUES];
    if (t < 0) {
        return;
    }
    read_image(scratch, sequence, frame, truth);
    for (int e = 0; e < IMAGE_ERRORS; e++) {
        scratch->way->error[e][(size_t)window * (size_t)rollout->frames + (size_t)t] =
            image_errors[e]->frame(image, truth);
    }
    rollout_films_keep(&scratch->way->films, window, t, image);
    if (scratch->back) {
        return;
    }
    rollout_films_keep(&rollout->true_films, window, t, truth);
    if (t < rollout->trained) {
        add_pixels(scratch->sums, truth);
    }
    keep_film(&rollout->film, window, t, truth, image);
}

static void take_latent(void *context, int sequence, int frame, const real *state, double energy) {
    struct scratch *scratch = context;
    struct rollout *rollout = scratch->rollout;
    int t = time_of(scratch, frame);
    if (t < 0) {
        return;
    }
    size_t row = (size_t)(scratch->begin + sequence) * (size_t)rollout->frames + (size_t)t;
    if (scratch->way->energy != NULL) {
        scratch->way->energy[row] = energy;
    }
    if (rollout->latents != NULL && !scratch->back) {
        size_t width = (size_t)rollout->latent_width;
        memcpy(rollout->latents + row * width, state, width * sizeof *state);
    }
}

/* KL(N(m, v) | N(0, 1)) = (m^2 + v - 1 - ln v) / 2, summed over the numbers. */
static double divergence_of(const struct model_posterior *posterior) {
    double sum = 0;
    for (int i = 0; i < posterior->width; i++) {
        double mean = (double)posterior->means[i], variance = (double)posterior->variances[i];
        sum += 0.5 * (mean * mean + variance - 1 - log(variance));
    }
    return sum;
}

static int count_informative(const struct model_posterior *posterior) {
    int count = 0;
    for (int i = 0; i < posterior->width; i++) {
        count += posterior->variances[i] < INFORMATIVE_VARIANCE &&
                 fabs((double)posterior->means[i]) > INFORMATIVE_MEAN;
    }
    return count;
}

static void take_posterior(void *context, int sequence, const struct model_posterior *posterior) {
    struct scratch *scratch = context;
    struct rollout *rollout = scratch->rollout;
    size_t window = (size_t)(scratch->begin + sequence), width = (size_t)rollout->latent_width;
    if (scratch->back) {
        return;
    }
    rollout->divergence[window] = divergence_of(posterior);
    rollout->informative[window] = count_informative(posterior);
    if (posterior->is_state && rollout->latent_variance != NULL) {
        memcpy(rollout->latent_variance + window * width, posterior->variances,
               width * sizeof *posterior->variances);
    }
}

/* Where the model's own window lies, and which of its frames are asked for. */
static void place_model(struct scratch *scratch, bool back) {
    struct rollout *rollout = scratch->rollout;
    struct window_plan plan = scratch->job->model->kind->video->plan(scratch->job->model->settings);
    scratch->back = back;
    scratch->way = back ? &rollout->backward : &rollout->forward;
    scratch->origin = back ? plan.inference - 1 - plan.origin : plan.origin;
    scratch->placed = (back ? rollout->frames - 1 : rollout->history) - scratch->origin;
}

struct model_clock rollout_clock(const struct evaluation_settings *settings, const struct model *model) {
    const struct integrator *integrator =
        integrator_find(settings->integrator); /* none is called "trained" */
    struct model_clock clock = model->kind->latent->clock(model->settings);
    clock.integrator = integrator != NULL ? integrator : clock.integrator;
    return clock;
}

/* Starts [B][D] of the placed windows: the mean of the states that are inferred from the frames that are seen
 * and, each a frame farther from what is predicted, from others, and followed to the start. */
static void find_starts(struct scratch *scratch, int batch, real *starts) {
    const struct evaluation_job *job = scratch->job;
    const struct model_latent *latent = job->model->kind->latent;
    int count = job->settings.start_windows, placed = scratch->placed;
    size_t width = (size_t)latent->width(job->model->settings), rows = (size_t)batch;
    struct model_clock clock = rollout_clock(&job->settings, job->model);
    struct model_examples examples = {.image = read_image, .context = scratch};
    real *inferred = memory_alloc(rows * width, sizeof *inferred);
    real *states = memory_alloc(rows * (size_t)count * width, sizeof *states);
    real *energies = memory_alloc(rows * (size_t)count, sizeof *energies);
    clock.frame *= scratch->back ? -1 : 1;
    for (int k = 0; k < count; k++) {
        scratch->placed = placed + (scratch->back ? k : -k);
        latent->infer(job->model, scratch->workspace, &examples, batch, inferred);
        latent->unroll(job->model, scratch->workspace, &clock, inferred, batch, k, states,
                       latent->has_energy ? energies : NULL);
        for (size_t b = 0; b < rows; b++) {
            const real *end = states + (b * (size_t)(k + 1) + (size_t)k) * width;
            for (size_t i = 0; i < width; i++) {
                starts[b * width + i] += end[i] / (real)count;
            }
        }
    }
    scratch->placed = placed;
    free(inferred);
    free(states);
    free(energies);
}

static void predict_batch(struct scratch *scratch, int begin, bool back) {
    const struct rollout *rollout = scratch->rollout;
    const struct evaluation_job *job = scratch->job;
    scratch->begin = begin;
    place_model(scratch, back);
    for (int b = 0; b < BATCH; b++) {
        scratch->truth[b].first = -1;
    }
    struct model_prediction request = {
        .examples = {.image = read_image, .context = scratch},
        .batch = rollout->windows - begin < BATCH ? rollout->windows - begin : BATCH,
        .first = back ? scratch->origin - (rollout->frames - 1) : scratch->origin,
        .count = rollout->frames,
        .integrator = integrator_find(job->settings.integrator), /* none is called "trained" */
    };
    const struct model_latent *latent = job->model->kind->latent;
    real *starts = NULL;
    if (latent != NULL && latent->infer != NULL && job->settings.start_windows > 1) {
        starts =
            memory_alloc((size_t)request.batch * (size_t)latent->width(job->model->settings), sizeof *starts);
        find_starts(scratch, request.batch, starts);
        request.starts = starts;
    }
    bool latents = scratch->way->energy != NULL || rollout->latents != NULL;
    struct model_sink sink = {.image = take_image,
                              .latent = latents ? take_latent : NULL,
                              .posterior = take_posterior,
                              .context = scratch};
    job->model->kind->video->predict(job->model, scratch->workspace, &request, &sink);
    free(starts);
}

/* States of the batch from the frames around each look: the model's own window is moved there. */
static void infer_batch(struct scratch *scratch, int begin) {
    const struct rollout *rollout = scratch->rollout;
    const struct model *model = scratch->job->model;
    struct window_plan plan = model->kind->video->plan(model->settings);
    struct model_examples examples = {.image = read_image, .context = scratch};
    int batch = rollout->windows - begin < BATCH ? rollout->windows - begin : BATCH;
    place_model(scratch, false);
    int placed = scratch->placed - (plan.state - plan.origin);
    for (int l = 0; l < ROLLOUT_LOOKS; l++) {
        if (rollout->look[l] >= 0) {
            size_t row = (size_t)l * (size_t)rollout->windows + (size_t)begin;
            scratch->placed = placed + rollout->look[l];
            model->kind->latent->infer(model, scratch->workspace, &examples, batch,
                                       rollout->inferred + row * (size_t)rollout->latent_width);
        }
    }
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
    struct scratch scratch = {
        .rollout = rollout,
        .job = job,
        .workspace = model_workspace_create(),
        .sums = memory_alloc(1, sizeof *scratch.sums),
        .truth = memory_alloc(BATCH, sizeof *scratch.truth),
        .length = windows_length(&job->settings),
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
            predict_batch(&scratch, i * BATCH, false);
            if (rollout->inferred != NULL) {
                infer_batch(&scratch, i * BATCH);
            }
            if (rollout->backward.error[0] != NULL) {
                predict_batch(&scratch, i * BATCH, true);
            }
#pragma omp critical
            progress_update(&progress, ++done, "");
        }
#pragma omp critical
        add_sums(total, scratch.sums);
        free_scratch(&scratch);
    }
    progress_end(&progress);
    rollout->variance = variance_of(total, (double)rollout->windows * rollout->trained);
    free(total);
}

/* ---- what is true ---- */

static void read_window_truth(struct rollout *rollout, int i, const struct dataset *dataset) {
    struct dataset_window place = rollout->window[i].place;
    int first = rollout_origin(rollout, i);
    size_t frames = (size_t)rollout->frames;
    for (int t = 0; t < rollout->frames; t++) {
        rollout->true_energy[(size_t)i * frames + (size_t)t] =
            dataset_energy(dataset, rollout->split, place.trajectory, first + t);
    }
    if (rollout->states != NULL) {
        size_t size = (size_t)rollout->state_size, count = (size_t)rollout->parameter_count;
        const double *states = dataset_states(dataset, rollout->split, place.trajectory);
        memcpy(rollout->states + (size_t)i * frames * size, states + (size_t)first * size,
               frames * size * sizeof *states);
        memcpy(rollout->parameters + (size_t)i * count,
               dataset_parameters(dataset, rollout->split, place.trajectory), count * sizeof(double));
    }
}

static void read_truth(struct rollout *rollout, const struct dataset *dataset) {
    for (int i = 0; i < rollout->windows; i++) {
        read_window_truth(rollout, i, dataset);
        const double *parameters =
            dataset_parameters(dataset, rollout->split, rollout->window[i].place.trajectory);
        rollout->energy_unit +=
            simulator_energy_scale(dataset_simulator(dataset), parameters) / rollout->windows;
    }
}

static void measure_films(struct rollout *rollout, const struct dataset *dataset) {
    struct rollout_films *const films[] = {&rollout->forward.films, &rollout->backward.films,
                                           &rollout->true_films};
    const struct trajectory_setup *setups[ROLLOUT_FILMED];
    for (int i = 0; i < rollout->true_films.count; i++) {
        setups[i] = dataset_setup(dataset, rollout->split, rollout->window[i].place.trajectory);
    }
    for (size_t k = 0; k < sizeof films / sizeof *films; k++) {
        if (films[k]->count > 0) {
            rollout_films_measure(films[k], rollout->simulator, setups, rollout->dt, rollout->threads);
        }
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

static double *all_nan(size_t count) {
    double *values = memory_alloc(count, sizeof *values);
    for (size_t i = 0; i < count; i++) {
        values[i] = NAN;
    }
    return values;
}

static void create_way(struct rollout_way *way, size_t values, bool energy) {
    for (int e = 0; e < IMAGE_ERRORS; e++) {
        way->error[e] = memory_alloc(values, sizeof(double));
    }
    way->energy = energy ? memory_alloc(values, sizeof(double)) : NULL;
}

static void create_latents(struct rollout *out, int width) {
    size_t windows = (size_t)out->windows;
    out->latent_width = width;
    out->latents = memory_alloc(windows * (size_t)out->frames * (size_t)width, sizeof(real));
    out->latent_variance = memory_alloc(windows * (size_t)width, sizeof(real));
    for (size_t i = 0; i < windows * (size_t)width; i++) {
        out->latent_variance[i] = NAN;
    }
}

static void create_looks(struct rollout *out, const struct window_plan *plan) {
    int behind = plan->inference - 1 - plan->state, first = plan->state - plan->origin;
    const int wanted[ROLLOUT_LOOKS] = {out->reconstruction - 1, out->frames - 1};
    for (int l = 0; l < ROLLOUT_LOOKS; l++) {
        int last = out->frames - 1 - behind;
        out->look[l] = wanted[l] < last ? wanted[l] : last;
        out->look[l] = out->look[l] > first ? out->look[l] : -1; /* the first one is where it begins */
    }
    out->inferred =
        memory_alloc((size_t)ROLLOUT_LOOKS * (size_t)out->windows * (size_t)out->latent_width, sizeof(real));
}

static void create_films(struct rollout *out) {
    rollout_films_create(&out->forward.films, out->windows, out->frames);
    rollout_films_create(&out->true_films, out->windows, out->frames);
    if (out->backward.error[0] != NULL) {
        rollout_films_create(&out->backward.films, out->windows, out->frames);
    }
}

static void create_arrays(struct rollout *out, const struct evaluation_job *job, unsigned needs) {
    const struct model_kind *kind = job->model->kind;
    const struct simulator *simulator = dataset_simulator(job->dataset);
    size_t values = (size_t)out->windows * (size_t)out->frames;
    bool energy = kind->latent != NULL && kind->latent->has_energy;
    create_way(&out->forward, values, energy);
    if (kind->video->reversible && strcmp(job->settings.directions, EVALUATION_BOTH) == 0) {
        create_way(&out->backward, values, energy);
    }
    out->true_energy = memory_alloc(values, sizeof(double));
    out->divergence = all_nan((size_t)out->windows);
    out->informative = all_nan((size_t)out->windows);
    if (kind->latent != NULL && (needs & ROLLOUT_LATENTS) != 0) {
        struct window_plan plan = kind->video->plan(job->model->settings);
        create_latents(out, kind->latent->width(job->model->settings));
        if (kind->latent->infer != NULL) {
            create_looks(out, &plan);
        }
    }
    if ((needs & ROLLOUT_FILMS) != 0 && film_energy_exists(simulator)) {
        create_films(out);
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
static int pieces_of(const struct dataset *dataset, enum dataset_split split) {
    int trajectories = dataset_info(dataset)->trajectories[split], pieces = 1;
    while (pieces < trajectories && dataset_run(dataset, split, pieces) == 0) {
        pieces++;
    }
    return pieces;
}

static int count_runs(const struct rollout *rollout, const struct dataset *dataset) {
    int runs = dataset_run_count(dataset, rollout->split);
    return runs < rollout->windows ? runs : rollout->windows;
}

enum status rollout_place(struct rollout *out, const struct evaluation_job *job, int windows, int length) {
    enum dataset_split split = evaluation_split(&job->settings);
    *out = (struct rollout){
        .threads = job->threads,
        .simulator = dataset_simulator(job->dataset),
        .dt = dataset_info(job->dataset)->dt,
        .windows = windows,
        .split = split,
        .pieces = pieces_of(job->dataset, split),
        .window = memory_alloc((size_t)windows, sizeof *out->window),
    };
    out->runs = count_runs(out, job->dataset);
    return windows_draw(out->window, windows, length, dataset_info(job->dataset), split, out->pieces,
                        job->window_seed);
}

enum status rollout_run(struct rollout *out, const struct evaluation_job *job, unsigned needs) {
    const struct evaluation_settings *settings = &job->settings;
    assert(settings->windows > 0 && settings->reconstruction_frames > 0);
    enum status status = rollout_place(out, job, settings->windows, windows_length(settings));
    if (status != STATUS_OK) {
        return status;
    }
    struct window_plan plan = job->model->kind->video->plan(job->model->settings);
    out->history = settings->history_frames;
    out->frames = settings->reconstruction_frames + settings->extrapolation_frames;
    out->reconstruction = settings->reconstruction_frames;
    int trained = window_plan_reconstruction(&plan);
    out->trained = trained < out->reconstruction ? trained : out->reconstruction;
    out->published = plan.origin == plan.inference - 1 ? PUBLISHED_TARGETS : plan.inference;
    create_arrays(out, job, needs);
    predict_all(out, job);
    read_truth(out, job->dataset);
    measure_films(out, job->dataset);
    return interrupt_requested()
               ? status_fail(STATUS_INTERRUPTED, "evaluation interrupted; nothing was written")
               : STATUS_OK;
}

static void free_way(struct rollout_way *way) {
    for (int e = 0; e < IMAGE_ERRORS; e++) {
        free(way->error[e]);
    }
    free(way->energy);
    rollout_films_free(&way->films);
}

void rollout_free(struct rollout *rollout) {
    free(rollout->window);
    free_way(&rollout->forward);
    free_way(&rollout->backward);
    free(rollout->true_energy);
    free(rollout->states);
    free(rollout->parameters);
    free(rollout->latents);
    free(rollout->inferred);
    free(rollout->latent_variance);
    free(rollout->divergence);
    rollout_films_free(&rollout->true_films);
    free(rollout->informative);
    free(rollout->film.truth);
    free(rollout->film.predictions);
    *rollout = (struct rollout){0};
}

int rollout_origin(const struct rollout *rollout, int i) {
    return rollout->window[i].place.start + rollout->history;
}

int rollout_frame(const struct rollout *rollout, const struct rollout_way *way, int i, int t) {
    int start = rollout->window[i].place.start;
    return way == &rollout->backward ? start + rollout->frames - 1 - t : start + rollout->history + t;
}

double rollout_error(const struct rollout *rollout, const struct rollout_way *way,
                     const struct image_error *error, int window, int begin, int end) {
    const double *errors = way->error[image_error_index(error)];
    int from = window < 0 ? 0 : window;
    int to = window < 0 ? rollout->windows : window + 1;
    double sum = 0;
    for (int i = from; i < to; i++) {
        for (int t = begin; t < end; t++) {
            sum += errors == NULL ? NAN : errors[(long)i * rollout->frames + t];
        }
    }
    return begin < end ? sum / ((double)(to - from) * (end - begin)) : NAN;
}
