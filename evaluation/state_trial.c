/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/state_trial.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/energy.h"
#include "integrators/stepper.h"
#include "models/state_motion.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/progress.h"

/* Windows that are followed side by side. Fixed, so that a window has the same neighbours for every number of
 * threads. */
enum { BATCH = 16 };

static const struct field fields[] = {
    SETTING(
        "state_windows", FIELD_INTEGER, "256", 1, 1e6, NULL, "windows",
        "at most so many of evaluation.windows are followed by models of true states, for 1000 frames each",
        offsetof(struct state_trial_settings, windows)),
};

const struct schema state_trial_schema = SCHEMA("evaluation", fields, struct state_trial_settings, NULL);

static const struct model_states *states_of(const struct evaluation_job *job) {
    return job->model->kind->states;
}

static size_t values_of(const struct state_trial *trial) {
    return (size_t)trial->places.frames * (size_t)trial->width;
}

/* ---- what is true ---- */

/* True states of the trajectory of window i from its origin on. */
static const double *window_truth(const struct state_trial *trial, const struct evaluation_job *job, int i) {
    const double *states =
        dataset_states(job->dataset, trial->places.split, trial->places.window[i].place.trajectory);
    return states + (size_t)rollout_origin(&trial->places, i) * (size_t)trial->width;
}

static const double *window_parameters(const struct state_trial *trial, const struct evaluation_job *job,
                                       int i) {
    return dataset_parameters(job->dataset, trial->places.split, trial->places.window[i].place.trajectory);
}

/* Two passes: positions may be far from 0. */
static void measure_spread(struct state_trial *trial) {
    size_t width = (size_t)trial->width, rows = (size_t)trial->places.windows * (size_t)trial->places.frames;
    for (size_t i = 0; i < width; i++) {
        double mean = 0, variance = 0;
        for (size_t row = 0; row < rows; row++) {
            mean += trial->truth[row * width + i] / (double)rows;
        }
        for (size_t row = 0; row < rows; row++) {
            double deviation = trial->truth[row * width + i] - mean;
            variance += deviation * deviation / (double)rows;
        }
        trial->spread[i] = sqrt(variance);
    }
}

static void read_truth(struct state_trial *trial, const struct evaluation_job *job) {
    const struct simulator *simulator = dataset_simulator(job->dataset);
    int windows = trial->places.windows;
    for (int i = 0; i < windows; i++) {
        memcpy(trial->truth + (size_t)i * values_of(trial), window_truth(trial, job, i),
               values_of(trial) * sizeof *trial->truth);
        trial->energy_unit += simulator_energy_scale(simulator, window_parameters(trial, job, i)) / windows;
    }
    measure_spread(trial);
}

static void read_stored_energy(struct state_trial *trial, const struct evaluation_job *job) {
    int frames = dataset_info(job->dataset)->frames;
    for (int i = 0; i < trial->places.windows && i < STATE_TRIAL_KEPT; i++) {
        int origin = rollout_origin(&trial->places, i);
        int trajectory = trial->places.window[i].place.trajectory;
        for (int t = 0; t < STATE_TRIAL_SAMPLES; t++) {
            trial->stored_energy[i * STATE_TRIAL_SAMPLES + t] =
                origin + t < frames
                    ? dataset_energy(job->dataset, trial->places.split, trajectory, origin + t)
                    : NAN;
        }
    }
}

/* ---- the model ---- */

/* What one thread needs for a batch. */
struct scratch {
    struct state_trial *trial;
    const struct evaluation_job *job;
    struct model_workspace *workspace;
    int begin, count; /* windows of the batch */
    double *x;        /* [count][S] */
};

static bool is_finite(const double *x, int count) {
    for (int i = 0; i < count; i++) {
        if (!isfinite(x[i])) {
            return false;
        }
    }
    return true;
}

static void take_energies(struct scratch *scratch, int t) {
    struct state_trial *trial = scratch->trial;
    const struct simulator *simulator = dataset_simulator(scratch->job->dataset);
    double learned[BATCH];
    if (trial->energy != NULL) {
        states_of(scratch->job)
            ->energy(scratch->job->model, scratch->workspace, scratch->x, scratch->count, learned);
    }
    for (int b = 0; b < scratch->count; b++) {
        int window = scratch->begin + b;
        const double *x = scratch->x + (long)b * trial->width;
        long at = (long)window * STATE_TRIAL_SAMPLES + t;
        bool finite = is_finite(x, trial->width);
        if (trial->energy != NULL) {
            trial->energy[at] = finite ? learned[b] : NAN;
        }
        if (trial->true_energy != NULL) {
            trial->true_energy[at] =
                finite ? simulator_energy(simulator, window_parameters(trial, scratch->job, window), x) : NAN;
        }
    }
}

static void take_frame(struct scratch *scratch, int t) {
    struct state_trial *trial = scratch->trial;
    size_t width = (size_t)trial->width;
    for (int b = 0; b < scratch->count && t < trial->places.frames; b++) {
        memcpy(trial->states + (size_t)(scratch->begin + b) * values_of(trial) + (size_t)t * width,
               scratch->x + (size_t)b * width, width * sizeof *scratch->x);
    }
    if (t < STATE_TRIAL_SAMPLES && (trial->energy != NULL || trial->true_energy != NULL)) {
        take_energies(scratch, t);
    }
}

static int last_frame(const struct state_trial *trial) {
    bool energies = trial->energy != NULL || trial->true_energy != NULL;
    int last = trial->places.frames - 1;
    return energies && last < STATE_TRIAL_LONG ? STATE_TRIAL_LONG : last;
}

static void follow_batch(struct scratch *scratch) {
    struct state_trial *trial = scratch->trial;
    size_t width = (size_t)trial->width;
    struct state_motion motion = {
        .model = scratch->job->model, .workspace = scratch->workspace, .count = scratch->count};
    struct system system = state_motion_system(&motion);
    struct stepper *stepper;
    enum status status = stepper_create(&stepper, integrator_find(STATE_MOTION_METHOD), &system);
    assert(status == STATUS_OK);
    (void)status;
    for (int b = 0; b < scratch->count; b++) {
        memcpy(scratch->x + (size_t)b * width, trial->truth + (size_t)(scratch->begin + b) * values_of(trial),
               width * sizeof *scratch->x);
    }
    stepper_start(stepper, scratch->x);
    take_frame(scratch, 0);
    for (int t = 1; t <= last_frame(trial) && !interrupt_requested(); t++) {
        /* Takes steps of a given size whatever the field is: cannot fail. */
        (void)stepper_advance(stepper, trial->dt / STATE_MOTION_STEPS, STATE_MOTION_STEPS, scratch->x);
        take_frame(scratch, t);
    }
    stepper_free(stepper);
}

/* ---- errors ---- */

static double error_of(const struct state_trial *trial, const double *x, const double *truth) {
    double sum = 0;
    int counted = 0;
    for (int i = 0; i < trial->width; i++) {
        if (trial->spread[i] > 0) {
            double error = (x[i] - truth[i]) / trial->spread[i];
            sum += error * error;
            counted++;
        }
    }
    double error = counted == 0 ? 0 : sqrt(sum / counted);
    return error < STATE_TRIAL_WORST ? error : STATE_TRIAL_WORST;
}

static void measure_errors(struct state_trial *trial) {
    long rows = (long)trial->places.windows * trial->places.frames;
    for (long row = 0; row < rows; row++) {
        trial->error[row] =
            error_of(trial, trial->states + row * trial->width, trial->truth + row * trial->width);
    }
}

/* ---- the field ---- */

/* The true field at the states of all windows, [windows][frames][S]. */
static double *read_rates(const struct state_trial *trial, const struct evaluation_job *job) {
    const struct rollout *places = &trial->places;
    size_t width = (size_t)trial->width;
    double *rates = memory_alloc((size_t)places->windows * values_of(trial), sizeof *rates);
    for (int i = 0; i < places->windows; i++) {
        for (int t = 0; t < places->frames; t++) {
            dataset_derivative(job->dataset, places->split, places->window[i].place.trajectory,
                               rollout_origin(places, i) + t,
                               rates + (size_t)i * values_of(trial) + (size_t)t * width);
        }
    }
    return rates;
}

/* Mean square of each number of the rates over all windows, [S]. */
static double *mean_squares(const struct state_trial *trial, const double *rates) {
    size_t width = (size_t)trial->width, values = (size_t)trial->places.windows * values_of(trial);
    double *squares = memory_alloc(width, sizeof *squares);
    for (size_t i = 0; i < values; i++) {
        squares[i % width] += rates[i] * rates[i] * (double)width / (double)values;
    }
    return squares;
}

/* Of one window: root of the ratio of two sums over its frames, so that a field that is 1 % too large is 0.01
 * off in each. Numbers count relative to their mean square. */
static double field_error(const struct state_trial *trial, const double *rates, const double *learned,
                          const double *squares) {
    double difference = 0, size = 0;
    for (size_t i = 0; i < values_of(trial); i++) {
        double unit = squares[i % (size_t)trial->width];
        if (unit > 0) {
            difference += (learned[i] - rates[i]) * (learned[i] - rates[i]) / unit;
            size += rates[i] * rates[i] / unit;
        }
    }
    double error = sqrt(difference / size);
    return size > 0 ? (error < STATE_TRIAL_WORST ? error : STATE_TRIAL_WORST) : NAN;
}

static void measure_fields(struct state_trial *trial, const struct evaluation_job *job) {
    double *rates = read_rates(trial, job), *squares = mean_squares(trial, rates);
#pragma omp parallel num_threads(job->threads > 0 ? job->threads : 1)
    {
        omp_set_num_threads(1);
        struct model_workspace *workspace = model_workspace_create();
        double *learned = memory_alloc(values_of(trial), sizeof *learned);
#pragma omp for schedule(dynamic)
        for (int i = 0; i < trial->places.windows; i++) {
            size_t row = (size_t)i * values_of(trial);
            states_of(job)->field(job->model, workspace, trial->truth + row, trial->places.frames, learned);
            trial->field_error[i] = field_error(trial, rates + row, learned, squares);
        }
        free(learned);
        model_workspace_free(workspace);
    }
    free(rates);
    free(squares);
}

/* ---- the whole ---- */

static void follow_all(struct state_trial *trial, const struct evaluation_job *job) {
    int windows = trial->places.windows, batches = (windows + BATCH - 1) / BATCH, done = 0;
    int threads = job->threads < batches ? job->threads : batches;
    struct progress progress = progress_begin("evaluate", 0, batches, job->quiet);
#pragma omp parallel num_threads(threads > 0 ? threads : 1)
    {
        /* The kernels of one batch stay on its thread. */
        omp_set_num_threads(1);
        struct scratch scratch = {
            .trial = trial,
            .job = job,
            .workspace = model_workspace_create(),
            .x = memory_alloc(BATCH * (size_t)trial->width, sizeof(double)),
        };
#pragma omp for schedule(dynamic)
        for (int i = 0; i < batches; i++) {
            scratch.begin = i * BATCH;
            scratch.count = windows - scratch.begin < BATCH ? windows - scratch.begin : BATCH;
            follow_batch(&scratch);
#pragma omp critical
            progress_update(&progress, ++done, "");
        }
        free(scratch.x);
        model_workspace_free(scratch.workspace);
    }
    progress_end(&progress);
}

static void create_arrays(struct state_trial *out, const struct evaluation_job *job) {
    size_t windows = (size_t)out->places.windows, values = windows * values_of(out);
    size_t samples = windows * STATE_TRIAL_SAMPLES;
    out->truth = memory_alloc(values, sizeof *out->truth);
    out->states = memory_alloc(values, sizeof *out->states);
    out->spread = memory_alloc((size_t)out->width, sizeof *out->spread);
    out->error = memory_alloc(windows * (size_t)out->places.frames, sizeof *out->error);
    if (simulator_has_energy(dataset_simulator(job->dataset))) {
        out->true_energy = memory_alloc(samples, sizeof *out->true_energy);
        out->stored_energy =
            memory_alloc((size_t)STATE_TRIAL_KEPT * STATE_TRIAL_SAMPLES, sizeof *out->stored_energy);
    }
    if (states_of(job)->energy != NULL) {
        out->energy = memory_alloc(samples, sizeof *out->energy);
    }
    if (dataset_simulator(job->dataset)->dynamics->field != NULL) {
        out->field_error = memory_alloc(windows, sizeof *out->field_error);
    }
}

static enum status place(struct state_trial *out, const struct evaluation_job *job, int most) {
    const struct evaluation_settings *settings = &job->settings;
    int windows = settings->windows < most ? settings->windows : most;
    enum status status = rollout_place(&out->places, job, windows, windows_length(settings));
    out->places.history = settings->history_frames;
    out->places.reconstruction = settings->reconstruction_frames;
    out->places.frames = settings->reconstruction_frames + settings->extrapolation_frames;
    return status;
}

enum status state_trial_run(struct state_trial *out, const struct evaluation_job *job,
                            const struct state_trial_settings *settings) {
    const struct dataset_info *info = dataset_info(job->dataset);
    *out = (struct state_trial){
        .width = states_of(job)->width(job->model->settings),
        .dt = info->dt,
        .friction = dataset_simulator(job->dataset)->friction,
    };
    if (out->width != info->state_size) {
        return status_fail(STATUS_DATA, "%s: the model is for states of %d numbers, those of %s have %d",
                           job->model->kind->name, out->width, info->environment, info->state_size);
    }
    enum status status = place(out, job, settings->windows);
    if (status != STATUS_OK) {
        return status;
    }
    create_arrays(out, job);
    read_truth(out, job);
    if (out->stored_energy != NULL) {
        read_stored_energy(out, job);
    }
    follow_all(out, job);
    measure_errors(out);
    if (out->field_error != NULL) {
        measure_fields(out, job);
    }
    return interrupt_requested()
               ? status_fail(STATUS_INTERRUPTED, "evaluation interrupted; nothing was written")
               : STATUS_OK;
}

void state_trial_free(struct state_trial *trial) {
    rollout_free(&trial->places);
    free(trial->truth);
    free(trial->states);
    free(trial->spread);
    free(trial->error);
    free(trial->true_energy);
    free(trial->energy);
    free(trial->stored_energy);
    free(trial->field_error);
    *trial = (struct state_trial){0};
}
