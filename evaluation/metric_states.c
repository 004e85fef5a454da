/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How far a learned field on true states leads from the true trajectory, and what becomes of the energy on
 * the way.
 */
#include <math.h>
#include <stdlib.h>

#include "evaluation/energy.h"
#include "evaluation/metric.h"
#include "evaluation/state_trial.h"
#include "support/memory.h"

enum { ERROR, EXTRAPOLATION, VALID_FRAMES, VALID_TIME, TRUE_DRIFT, DRIFT, FIELD, ROWS };

/* The samples of a row and, as its figure, their mean. */
static void add_samples(struct metric_values *out, int row, int windows, const double *samples) {
    double sum = 0;
    for (int i = 0; i < windows; i++) {
        out->samples[row * windows + i] = samples[i];
        sum += samples[i];
    }
    out->figures[row] = sum / windows;
}

/* ---- errors ---- */

static double mean_of(const double *errors, int begin, int end) {
    double sum = 0;
    for (int t = begin; t < end; t++) {
        sum += errors[t];
    }
    return sum / (end - begin);
}

/* The state at the origin is given: it is not counted. */
static void add_errors(const struct state_trial *trial, int row, int begin, double *samples,
                       struct metric_values *out) {
    int frames = trial->places.frames;
    begin = begin < 1 ? 1 : begin;
    if (begin >= frames) {
        return;
    }
    for (int i = 0; i < trial->places.windows; i++) {
        samples[i] = mean_of(trial->error + (long)i * frames, begin, frames);
    }
    add_samples(out, row, trial->places.windows, samples);
}

static void add_valid(const struct state_trial *trial, int row, double unit, double *samples,
                      struct metric_values *out) {
    int frames = trial->places.frames;
    for (int i = 0; i < trial->places.windows; i++) {
        int t = 0;
        while (t < frames && trial->error[(long)i * frames + t] <= STATE_TRIAL_VALID) {
            t++;
        }
        samples[i] = t * unit;
    }
    add_samples(out, row, trial->places.windows, samples);
}

/* ---- energies ---- */

static void add_drift(const struct state_trial *trial, int row, const double *energies, double scale,
                      double *samples, struct metric_values *out) {
    if (energies == NULL || !(scale > 0)) {
        return;
    }
    for (int i = 0; i < trial->places.windows; i++) {
        double change =
            energy_largest_change(energies + (long)i * STATE_TRIAL_SAMPLES, STATE_TRIAL_SAMPLES) / scale;
        samples[i] = change < STATE_TRIAL_WORST ? change : STATE_TRIAL_WORST;
    }
    add_samples(out, row, trial->places.windows, samples);
}

/* ---- what is to be known ---- */

static int count_lost(const struct state_trial *trial) {
    int lost = 0;
    for (int i = 0; i < trial->places.windows; i++) {
        const double *errors = trial->error + (long)i * trial->places.frames;
        int t = 0;
        while (t < trial->places.frames && errors[t] < STATE_TRIAL_WORST) {
            t++;
        }
        lost += t < trial->places.frames;
    }
    return lost;
}

static int count_worst(const double *samples, int count) {
    int worst = 0;
    for (int i = 0; i < count; i++) {
        worst += samples[i] >= STATE_TRIAL_WORST;
    }
    return worst;
}

static void add_notes(const struct state_trial *trial, struct metric_values *out) {
    int windows = trial->places.windows, lost = count_lost(trial);
    int drifted = count_worst(out->samples + TRUE_DRIFT * windows, windows);
    if (lost > 0) {
        lines_add(
            out->notes,
            "states: %d of %d rollouts go astray within the window; errors count as at most %g times the "
            "spread of the states",
            lost, windows, STATE_TRIAL_WORST);
    }
    if (drifted > 0) {
        lines_add(out->notes,
                  "states: the energy of %d of %d rollouts goes astray within %d frames; drifts count as at "
                  "most %g",
                  drifted, windows, STATE_TRIAL_LONG, STATE_TRIAL_WORST);
    }
    if (trial->friction > 0) {
        lines_add(out->notes, "states: the trajectories have friction, so their true energy falls as well: a "
                              "drift is no error of the model; the true field of field_error is the "
                              "conservative one, without friction");
    }
}

static void compute(const struct state_trial *trial, const void *settings, struct metric_values *out) {
    (void)settings;
    const struct rollout *places = &trial->places;
    double *samples = memory_alloc((size_t)places->windows, sizeof *samples);
    double true_scale = isfinite(trial->energy_unit) || trial->true_energy == NULL
                            ? trial->energy_unit
                            : energy_spread(trial->true_energy, STATE_TRIAL_SAMPLES, places);
    double scale = trial->energy == NULL ? NAN : energy_spread(trial->energy, STATE_TRIAL_SAMPLES, places);
    add_errors(trial, ERROR, 0, samples, out);
    add_errors(trial, EXTRAPOLATION, places->reconstruction, samples, out);
    add_valid(trial, VALID_FRAMES, 1, samples, out);
    add_valid(trial, VALID_TIME, trial->dt, samples, out);
    add_drift(trial, TRUE_DRIFT, trial->true_energy, true_scale, samples, out);
    add_drift(trial, DRIFT, trial->energy, scale, samples, out);
    if (trial->field_error != NULL) {
        add_samples(out, FIELD, places->windows, trial->field_error);
    }
    add_notes(trial, out);
    free(samples);
}

static const struct field rows[ROWS] = {
    [ERROR] = {.name = "state_error",
               .title = "state error",
               .unit = "",
               .better = FIELD_LOWER,
               .format = "%.2e",
               .help = "root mean square over the numbers of a state of their errors, each relative to its "
                       "spread over the test windows, mean over all frames after the origin"},
    [EXTRAPOLATION] = {.name = "state_error_extrapolation",
                       .title = "state error, extrapolation",
                       .unit = "",
                       .better = FIELD_LOWER,
                       .format = "%.2e",
                       .help = "the same over the frames of the extrapolation"},
    [VALID_FRAMES] = {.name = "valid_prediction_frames",
                      .title = "valid frames of states",
                      .unit = "frames",
                      .better = FIELD_HIGHER,
                      .format = "%.1f",
                      .help =
                          "the first frame after the origin whose state error exceeds 0.4; all frames of the "
                          "window where none does: longer windows may have higher ones"},
    [VALID_TIME] = {.name = "valid_prediction_time",
                    .title = "valid prediction time",
                    .unit = "of the environment",
                    .better = FIELD_HIGHER,
                    .format = "%.3g",
                    .help = "the same as time: at most that of all frames of the window"},
    [TRUE_DRIFT] = {.name = "true_energy_drift_1000",
                    .title = "true energy drift, 1000 frames",
                    .unit = "",
                    .better = FIELD_LOWER,
                    .format = "%.1e",
                    .help =
                        "largest change of the environment's energy along 1000 predicted frames, mean over "
                        "the windows, relative to the system's own unit of energy or its spread over them"},
    [DRIFT] = {.name = "learned_energy_drift_1000",
               .title = "learned energy drift, 1000 frames",
               .unit = "",
               .better = FIELD_LOWER,
               .format = "%.1e",
               .help = "the same of the learned energy, relative to its spread over the windows"},
    [FIELD] = {.name = "field_error",
               .title = "field error",
               .unit = "",
               .better = FIELD_LOWER,
               .format = "%.2e",
               .help =
                   "root mean square error of the learned rates at the true states of a window, relative to "
                   "the true ones, without friction; mean over the windows"},
};

const struct metric states_metric = {
    .name = "states",
    .version = 1,
    .summary = "error of states that a learned field leads to, and drift of their energy",
    .rows = rows,
    .row_count = ROWS,
    .settings = &state_trial_schema,
    .compute_states = compute,
};
