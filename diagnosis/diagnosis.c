/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diagnosis/diagnosis.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "diagnosis/latent_map.h"
#include "evaluation/image_error.h"
#include "evaluation/rollout.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/progress.h"
#include "support/statistics.h"

/* Frames whose states are inferred together. */
enum { TOGETHER = 16 };

/* What is kept of the windows, of K times each. */
struct work {
    const struct diagnosis_request *request;
    const struct model_latent *latent;
    struct model_clock clock;
    struct window_plan plan;
    struct rollout placed;                    /* the windows */
    int frames, count;                        /* followed; K */
    int width, numbers;                       /* D; of a true state */
    real *encoded;                            /* [windows][K][D] */
    real *followed;                           /* [windows][K][D] */
    real *motion;                             /* [windows][K][D]: of the encoded states, in one frame */
    real *renewed;                            /* [windows][K][D]: the encoded states one stride later */
    double *encoded_energy, *followed_energy; /* [windows][K] */
    double *error, *decoded;                  /* [windows][K] */
    double *states;                           /* [windows][K][numbers] */
    int *runs;                                /* [windows][K] */
    int *group;                               /* [windows] */
    double *distance, *encoded_distance;      /* [windows][K], from the nearest in other runs */
    double *squares, *encoded_squares;        /* [windows][K][numbers], errors of the states read off */
    struct progress progress;
    long done;
};

/* Windows are looked at, and then their states are read off. */
static void tell_progress(struct work *work) {
    if (!interrupt_requested()) {
#pragma omp critical(diagnosis)
        progress_update(&work->progress, ++work->done, "");
    }
}

/* ---- a window ---- */

/* One thread's. */
struct scratch {
    struct work *work;
    struct model_workspace *workspace;
    real *images;   /* [length][H][W][C] of the window */
    real *states;   /* [frames + 1][D], or [TOGETHER][stride + 1][D] */
    real *energies; /* of these */
    int window;
    int first;      /* the first time of those that are inferred or decoded together */
    double *errors; /* of the images that are taken, [K] */
};

/* model_examples.image: `sequence` is the example at the time first + sequence. */
static void read_image(const void *context, int sequence, int frame, real *out) {
    const struct scratch *scratch = context;
    size_t at = (size_t)((scratch->first + sequence) * scratch->work->request->stride + frame);
    memcpy(out, scratch->images + at * IMAGE_VALUES, IMAGE_VALUES * sizeof *out);
}

static void take_image(void *context, int row, const real *image) {
    const struct scratch *scratch = context;
    int frame = row * scratch->work->request->stride + scratch->work->plan.state;
    scratch->errors[row] = mse_error.frame(image, scratch->images + (size_t)frame * IMAGE_VALUES);
}

/* The encoded states of the window, how they move, where they are a stride later, and their energies. */
static void encode(struct scratch *scratch) {
    const struct work *work = scratch->work;
    const struct model *model = work->request->model;
    size_t width = (size_t)work->width, base = (size_t)scratch->window * (size_t)work->count;
    int stride = work->request->stride;
    struct model_examples examples = {.image = read_image, .context = scratch};
    for (int first = 0; first < work->count; first += TOGETHER) {
        int batch = work->count - first < TOGETHER ? work->count - first : TOGETHER;
        real *encoded = work->encoded + (base + (size_t)first) * width;
        scratch->first = first;
        work->latent->infer(model, scratch->workspace, &examples, batch, encoded);
        work->latent->unroll(model, scratch->workspace, &work->clock, encoded, batch, stride, scratch->states,
                             work->latent->has_energy ? scratch->energies : NULL);
        for (int k = 0; k < batch; k++) {
            size_t at = base + (size_t)(first + k), row = (size_t)k * (size_t)(stride + 1);
            const real *walk = scratch->states + row * width;
            for (size_t i = 0; i < width; i++) {
                work->motion[at * width + i] = walk[width + i] - walk[i];
                work->renewed[at * width + i] = walk[(size_t)stride * width + i];
            }
            work->encoded_energy[at] =
                work->latent->has_energy ? (double)scratch->energies[row] : (double)NAN;
        }
    }
}

/* The states that are followed from the first encoded one. */
static void follow(struct scratch *scratch) {
    const struct work *work = scratch->work;
    size_t width = (size_t)work->width, base = (size_t)scratch->window * (size_t)work->count;
    bool energy = work->latent->has_energy;
    work->latent->unroll(work->request->model, scratch->workspace, &work->clock, work->encoded + base * width,
                         1, work->frames, scratch->states, energy ? scratch->energies : NULL);
    for (int k = 0; k < work->count; k++) {
        size_t at = base + (size_t)k, frame = (size_t)(k * work->request->stride);
        memcpy(work->followed + at * width, scratch->states + frame * width, width * sizeof(real));
        work->followed_energy[at] = energy ? (double)scratch->energies[frame] : (double)NAN;
    }
}

static void read_truth(struct scratch *scratch) {
    const struct work *work = scratch->work;
    const struct simulator *simulator = work->placed.simulator;
    const struct test_window *window = &work->placed.window[scratch->window];
    const struct dataset *dataset = work->request->dataset;
    int size = dataset_info(dataset)->state_size, trajectory = window->place.trajectory;
    int origin = window->place.start + work->plan.state;
    const double *states = dataset_states(dataset, work->placed.split, trajectory);
    const double *parameters = dataset_parameters(dataset, work->placed.split, trajectory);
    for (int k = 0; k < work->count; k++) {
        size_t at = (size_t)scratch->window * (size_t)work->count + (size_t)k;
        latent_map_state(simulator, parameters,
                         states + (size_t)(origin + k * work->request->stride) * (size_t)size,
                         work->states + at * (size_t)work->numbers);
        work->runs[at] = window->run;
    }
    const struct simulator_groups *groups = simulator->dynamics->groups;
    work->group[scratch->window] =
        groups == NULL ? 0 : groups->find(parameters, states + (size_t)origin * (size_t)size);
}

static void look_at_window(struct scratch *scratch, int window) {
    const struct work *work = scratch->work;
    const struct model *model = work->request->model;
    size_t base = (size_t)window * (size_t)work->count, width = (size_t)work->width;
    scratch->window = window;
    dataset_read_window(work->request->dataset, work->placed.split, work->placed.window[window].place,
                        work->frames + work->plan.inference, scratch->images);
    read_truth(scratch);
    encode(scratch);
    follow(scratch);
    scratch->errors = work->decoded + base;
    work->latent->decode(model, scratch->workspace, work->encoded + base * width, work->count, take_image,
                         scratch);
    scratch->errors = work->error + base;
    work->latent->decode(model, scratch->workspace, work->followed + base * width, work->count, take_image,
                         scratch);
}

static void look_at_all(struct work *work) {
    const struct diagnosis_request *request = work->request;
    int length = work->frames + work->plan.inference, walk = TOGETHER * (request->stride + 1);
    size_t rows = (size_t)(work->frames + 1 > walk ? work->frames + 1 : walk);
#pragma omp parallel num_threads(request->effort.threads)
    {
        struct scratch scratch = {
            .work = work,
            .workspace = model_workspace_create(),
            .images = memory_alloc((size_t)length * IMAGE_VALUES, sizeof(real)),
            .states = memory_alloc(rows * (size_t)work->width, sizeof(real)),
            .energies = memory_alloc(rows, sizeof(real)),
        };
#pragma omp for schedule(dynamic)
        for (int i = 0; i < request->windows; i++) {
            if (!interrupt_requested()) {
                look_at_window(&scratch, i);
            }
            tell_progress(work);
        }
        free(scratch.images);
        free(scratch.states);
        free(scratch.energies);
        model_workspace_free(scratch.workspace);
    }
}

/* ---- what the encoded states say ---- */

static struct latent_map map_of(const struct work *work) {
    return (struct latent_map){
        .count = (size_t)work->request->windows * (size_t)work->count,
        .width = work->width,
        .numbers = work->numbers,
        .latents = work->encoded,
        .states = work->states,
        .runs = work->runs,
    };
}

/* Reads the true state of point `at` off the latent state there; puts its squared errors [numbers]. Returns
 * the distance from the nearest point. */
static double read_off(const struct work *work, const struct latent_map *map, const real *latents, long at,
                       double *squares) {
    double read[LATENT_MAP_MOST_NUMBERS];
    long numbers = work->numbers;
    double distance = latent_map_find(map, latents + at * work->width, work->runs[at], read);
    for (long j = 0; j < numbers; j++) {
        double error = read[j] - work->states[at * numbers + j];
        squares[at * numbers + j] = error * error;
    }
    return distance;
}

static void read_states_off(struct work *work, const struct latent_map *map) {
    const struct diagnosis_request *request = work->request;
#pragma omp parallel for schedule(dynamic) num_threads(request->effort.threads)
    for (int w = 0; w < request->windows; w++) {
        for (long at = (long)w * work->count; at < (long)(w + 1) * work->count && !interrupt_requested();
             at++) {
            work->distance[at] = read_off(work, map, work->followed, at, work->squares);
            work->encoded_distance[at] = read_off(work, map, work->encoded, at, work->encoded_squares);
        }
        tell_progress(work);
    }
}

/* 1 - mean squared error / variance, the mean over the numbers of a state that vary. `time` -1: at all. */
static double explained(const struct work *work, const double *squares, int time) {
    int windows = work->request->windows, varying = 0;
    double sum = 0.0;
    for (int j = 0; j < work->numbers; j++) {
        double mean = 0.0, variance = 0.0, error = 0.0;
        long all = (long)windows * work->count, used = 0;
        for (long i = 0; i < all; i++) {
            mean += work->states[i * work->numbers + j] / (double)all;
        }
        for (long i = 0; i < all; i++) {
            double difference = work->states[i * work->numbers + j] - mean;
            variance += difference * difference / (double)all;
            if (time < 0 || i % work->count == time) {
                error += squares[i * work->numbers + j];
                used++;
            }
        }
        if (variance > 1e-12) {
            sum += 1.0 - error / (double)used / variance;
            varying++;
        }
    }
    return varying == 0 ? (double)NAN : sum / varying;
}

/* ---- at one time ---- */

static double column_mean(const struct work *work, const double *values, int time, int group) {
    double sum = 0.0;
    int count = 0;
    for (int w = 0; w < work->request->windows; w++) {
        if (group < 0 || work->group[w] == group) {
            sum += values[w * work->count + time];
            count++;
        }
    }
    return count == 0 ? (double)NAN : sum / count;
}

/* z - e, of all windows: its squared length, and what of it lies along the motion. */
static void measure_gap(const struct work *work, int time, double spread, struct diagnosis_point *out) {
    size_t width = (size_t)work->width;
    double gap = 0.0, along = 0.0, phase = 0.0, renewed = 0.0;
    int windows = work->request->windows;
    for (int w = 0; w < windows; w++) {
        size_t at = (size_t)(w * work->count + time) * width;
        double length = 0.0, product = 0.0, speed = 0.0;
        for (size_t i = 0; i < width; i++) {
            double difference = (double)work->followed[at + i] - (double)work->encoded[at + i];
            length += difference * difference;
            product += difference * (double)work->motion[at + i];
            speed += (double)work->motion[at + i] * (double)work->motion[at + i];
            if (time > 0) {
                double miss = (double)work->renewed[at - width + i] - (double)work->encoded[at + i];
                renewed += miss * miss;
            }
        }
        gap += length;
        if (speed > 0.0) {
            along += product * product / speed;
            phase += product * product / (speed * speed);
        }
    }
    double unit = (double)windows * work->width * spread * spread;
    out->gap = sqrt(gap / unit);
    out->renewed = time == 0 ? (double)NAN : sqrt(renewed / unit);
    out->along = gap > 0.0 ? along / gap : 0.0;
    out->phase = sqrt(phase / windows);
}

static double energy_difference(const struct work *work, int time, double scale) {
    double sum = 0.0;
    int windows = work->request->windows;
    for (int w = 0; w < windows; w++) {
        double difference =
            work->followed_energy[w * work->count + time] - work->encoded_energy[w * work->count + time];
        sum += difference * difference;
    }
    return sqrt(sum / windows) / scale;
}

static double median_distance(const struct work *work, int time, double unit, double *values) {
    int windows = work->request->windows;
    for (int w = 0; w < windows; w++) {
        values[w] = work->distance[w * work->count + time];
    }
    return statistics_median(values, (size_t)windows) / unit;
}

static void summarise(struct work *work, struct diagnosis *out) {
    const struct simulator *simulator = work->placed.simulator;
    struct latent_map map = map_of(work);
    read_states_off(work, &map);
    int windows = work->request->windows;
    *out = (struct diagnosis){
        .windows = windows,
        .runs = work->placed.runs,
        .trained = work->plan.length - 1 - work->plan.state,
        .stride = work->request->stride,
        .count = work->count,
        .points = memory_alloc((size_t)work->count, sizeof *out->points),
        .width = work->width,
        .dimension = latent_map_dimension(&map),
        .spread = latent_map_spread(&map),
        .state_size = dataset_info(work->request->dataset)->state_size,
        .explained = explained(work, work->encoded_squares, -1),
        .groups = simulator->dynamics->groups,
    };
    for (int w = 0; w < windows; w++) {
        out->group_count[work->group[w]]++;
    }
    double *values = memory_alloc(map.count, sizeof *values);
    memcpy(values, work->encoded_distance, map.count * sizeof *values);
    double unit = statistics_median(values, map.count);
    double scale = statistics_deviation(work->encoded_energy, map.count);
    for (int k = 0; k < work->count; k++) {
        struct diagnosis_point *point = &out->points[k];
        point->frame = k * work->request->stride;
        point->error = column_mean(work, work->error, k, -1);
        point->decoded = column_mean(work, work->decoded, k, -1);
        for (int g = 0; g < SIMULATOR_MAX_GROUPS; g++) {
            point->group[g] = column_mean(work, work->error, k, g);
        }
        measure_gap(work, k, out->spread, point);
        point->energy = work->latent->has_energy ? energy_difference(work, k, scale) : (double)NAN;
        point->explained = explained(work, work->squares, k);
        point->distance = median_distance(work, k, unit, values);
    }
    free(values);
}

/* ---- all of it ---- */

static void create_arrays(struct work *work) {
    size_t windows = (size_t)work->request->windows, all = windows * (size_t)work->count;
    size_t values = all * (size_t)work->width, numbers = all * (size_t)work->numbers;
    work->encoded = memory_alloc(values, sizeof(real));
    work->followed = memory_alloc(values, sizeof(real));
    work->motion = memory_alloc(values, sizeof(real));
    work->renewed = memory_alloc(values, sizeof(real));
    work->encoded_energy = memory_alloc(all, sizeof(double));
    work->followed_energy = memory_alloc(all, sizeof(double));
    work->error = memory_alloc(all, sizeof(double));
    work->decoded = memory_alloc(all, sizeof(double));
    work->distance = memory_alloc(all, sizeof(double));
    work->encoded_distance = memory_alloc(all, sizeof(double));
    work->states = memory_alloc(numbers, sizeof(double));
    work->squares = memory_alloc(numbers, sizeof(double));
    work->encoded_squares = memory_alloc(numbers, sizeof(double));
    work->runs = memory_alloc(all, sizeof(int));
    work->group = memory_alloc(windows, sizeof(int));
}

static void clear(struct work *work) {
    void *blocks[] = {work->encoded,  work->followed,         work->motion,  work->renewed,
                      work->error,    work->encoded_energy,   work->decoded, work->followed_energy,
                      work->distance, work->encoded_distance, work->states,  work->squares,
                      work->runs,     work->encoded_squares,  work->group};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        free(blocks[i]);
    }
    rollout_free(&work->placed);
}

enum status diagnosis_check(const struct diagnosis_request *request) {
    const struct model_kind *kind = request->model->kind;
    const struct model_latent *latent = kind->latent;
    if (kind->video == NULL || latent == NULL || latent->infer == NULL || latent->decode == NULL) {
        return status_fail(STATUS_DATA,
                           "%s: it has no latent states that are inferred from frames and decoded by "
                           "themselves: there is nothing to compare",
                           kind->name);
    }
    return STATUS_OK;
}

/* Frames to follow: those that are asked for, or that fit, a multiple of the stride. */
static enum status choose_length(struct work *work) {
    const struct diagnosis_request *request = work->request;
    int there = dataset_info(request->dataset)->frames - work->plan.inference;
    int frames = request->frames == 0 ? there : request->frames;
    if (frames > there || frames < request->stride) {
        return status_fail(
            STATUS_DATA,
            "%d frames to follow behind the %d that are seen, in strides of %d, do not fit into "
            "trajectories of %d",
            frames, work->plan.inference, request->stride, dataset_info(request->dataset)->frames);
    }
    work->count = frames / request->stride + 1;
    work->frames = (work->count - 1) * request->stride;
    if ((long)work->count * request->windows > DIAGNOSIS_MOST_LOOKS) {
        return status_fail(
            STATUS_DATA,
            "%d windows with %d looks each: expected at most %d looks in all, as each is compared "
            "with all others",
            request->windows, work->count, DIAGNOSIS_MOST_LOOKS);
    }
    return STATUS_OK;
}

enum status diagnosis_run(struct diagnosis *out, const struct diagnosis_request *request) {
    const struct model *model = request->model;
    struct work work = {
        .request = request,
        .latent = model->kind->latent,
        .clock = rollout_clock(&request->settings, model),
        .plan = model->kind->video->plan(model->settings),
        .width = model->kind->latent->width(model->settings),
        .numbers = latent_map_numbers(dataset_simulator(request->dataset)),
    };
    const struct evaluation_job job = {.model = model,
                                       .dataset = request->dataset,
                                       .settings = request->settings,
                                       .window_seed = request->window_seed,
                                       .threads = request->effort.threads};
    assert(request->windows >= 2 && request->stride >= 1);
    enum status status = choose_length(&work);
    if (status == STATUS_OK) {
        status = rollout_place(&work.placed, &job, request->windows, work.frames + work.plan.inference);
    }
    if (status == STATUS_OK) {
        create_arrays(&work);
        work.progress = progress_begin("diagnose", 0, 2L * request->windows, request->effort.quiet);
        look_at_all(&work);
        status = dataset_status(request->dataset);
    }
    if (status == STATUS_OK) {
        summarise(&work, out);
    }
    progress_end(&work.progress);
    clear(&work);
    if (status == STATUS_OK && interrupt_requested()) {
        diagnosis_clear(out);
        status = status_fail(STATUS_INTERRUPTED, "interrupted; nothing was written");
    }
    return status;
}

void diagnosis_clear(struct diagnosis *diagnosis) {
    free(diagnosis->points);
    *diagnosis = (struct diagnosis){0};
}
