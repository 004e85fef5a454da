/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How well a learned energy is conserved along the model's own rollouts, and the true one along the true
 * frames: mean over the windows of max_t |H_t - H_0|, in units of how much the energy differs between
 * independent trajectories.
 *
 * Windows of one long run (molecular dynamics) all have its energy, so their spread is no scale: it takes
 * some runs, and the true energy of such systems is measured in their own unit (simulator_energy_scale).
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/energy.h"
#include "evaluation/metric.h"
#include "support/memory.h"

/* Below so many runs a spread is a poor scale. */
enum { ENOUGH_RUNS = 10 };

/* H is computed in single precision, with an error of a few units in the last place at either frame. */
static const double ROUNDINGS = 4;

enum { DRIFT, DRIFT_FLOOR, DRIFT_BACKWARD, SCALE, DEFICIT, LARGEST_DEFICIT, TRUE_DRIFT, TRUE_SCALE, ROWS };

static double mean_size(const double *energies, int windows, int frames) {
    double mean = 0;
    for (int i = 0; i < windows; i++) {
        mean += fabs(energies[(long)i * frames]) / windows;
    }
    return mean;
}

static void add_drift(const struct rollout *rollout, const double *energies, double scale, int row,
                      struct metric_values *out) {
    out->figures[row] = energy_drift(energies, rollout->windows, rollout->frames, scale);
    for (int i = 0; i < rollout->windows && scale > 0; i++) {
        out->samples[row * rollout->windows + i] =
            energy_largest_change(energies + (long)i * rollout->frames, rollout->frames) / scale;
    }
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sum over all ordered pairs of frames of |E_i - E_j|, divided by the number of pairs that are not ordered:
 * twice the mean gap, as the published program counts. In ascending order E_k is added k times and taken away
 * frames - 1 - k times for each pair of neighbours. `scratch` [frames]. */
static double mean_deficit(const double *energies, int frames, double *scratch) {
    double sum = 0;
    memcpy(scratch, energies, (size_t)frames * sizeof *scratch);
    qsort(scratch, (size_t)frames, sizeof *scratch, compare);
    for (int k = 0; k < frames; k++) {
        sum += (2.0 * k - (frames - 1)) * (scratch[k] - scratch[0]);
    }
    return frames > 1 ? 2 * sum / (0.5 * frames * (frames - 1)) : 0;
}

/* The papers' own figures of the learned energy, in its own unit. */
static void add_deficits(const struct rollout *rollout, struct metric_values *out) {
    int frames = rollout->frames;
    double *scratch = memory_alloc((size_t)frames, sizeof *scratch), sum = 0, largest = 0;
    for (int i = 0; i < rollout->windows; i++) {
        const double *energies = rollout->forward.energy + (long)i * frames;
        bool finite = isfinite(energy_largest_change(energies, frames));
        double deficit = finite ? mean_deficit(energies, frames, scratch) : NAN;
        double range = finite ? scratch[frames - 1] - scratch[0] : NAN;
        out->samples[DEFICIT * rollout->windows + i] = deficit;
        sum += deficit / rollout->windows;
        largest = range > largest || isnan(range) ? range : largest;
    }
    out->figures[DEFICIT] = sum;
    out->figures[LARGEST_DEFICIT] = largest;
    free(scratch);
}

static void compute(const struct rollout *rollout, const void *settings, struct metric_values *out) {
    (void)settings;
    bool own = isfinite(rollout->energy_unit);
    double true_scale =
        own ? rollout->energy_unit : energy_spread(rollout->true_energy, rollout->frames, rollout);
    out->figures[TRUE_SCALE] = true_scale;
    add_drift(rollout, rollout->true_energy, true_scale, TRUE_DRIFT, out);
    const double *energy = rollout->forward.energy;
    if (energy != NULL) {
        double scale = energy_spread(energy, rollout->frames, rollout);
        double size = mean_size(energy, rollout->windows, rollout->frames);
        out->figures[SCALE] = scale;
        out->figures[DRIFT_FLOOR] = scale > 0 ? ROUNDINGS * (double)FLT_EPSILON * size / scale : NAN;
        add_drift(rollout, energy, scale, DRIFT, out);
        add_deficits(rollout, out);
    }
    if (rollout->backward.energy != NULL) {
        double scale = energy_spread(rollout->backward.energy, rollout->frames, rollout);
        add_drift(rollout, rollout->backward.energy, scale, DRIFT_BACKWARD, out);
    }
    if (rollout->pieces > 1 && rollout->runs < ENOUGH_RUNS && (energy != NULL || !own)) {
        lines_add(out->notes, "energy: the test trajectories are cut from %d independent run%s: %s",
                  rollout->runs, rollout->runs == 1 ? "" : "s",
                  rollout->runs < ENERGY_LEAST_RUNS ? "too few for a scale of energy, there is no drift"
                                                    : "their spread is a poor scale of energy");
    }
}

static const struct field rows[ROWS] = {
    [DRIFT] = {.name = "energy_drift",
               .title = "energy drift",
               .unit = "",
               .better = FIELD_LOWER,
               .format = "%.3f",
               .help =
                   "largest change of the learned energy along a rollout, mean over the windows, relative "
                   "to its spread over the windows"},
    [DRIFT_FLOOR] = {.name = "energy_drift_floor",
                     .title = "floor of the energy drift",
                     .unit = "",
                     .better = FIELD_NEUTRAL,
                     .format = "%.1e",
                     .help = "what single precision leaves of the learned energy's drift: smaller ones are "
                             "rounding"},
    [DRIFT_BACKWARD] = {.name = "energy_drift_backward",
                        .title = "energy drift backward",
                        .unit = "",
                        .better = FIELD_LOWER,
                        .format = "%.3f",
                        .help = "the drift of the learned energy along rollouts back in time"},
    [DEFICIT] = {.name = "energy_deficit",
                 .title = "energy deficit",
                 .unit = "of the model",
                 .better = FIELD_NEUTRAL,
                 .format = "%.3g",
                 .help = "the published average deficit of the learned energy: twice its mean difference "
                         "between two frames of a rollout, mean over the windows; in the model's own unit, "
                         "so that models do not compare"},
    [LARGEST_DEFICIT] = {.name = "energy_largest_deficit",
                         .title = "largest energy deficit",
                         .unit = "of the model",
                         .better = FIELD_NEUTRAL,
                         .format = "%.3g",
                         .help = "the largest difference of the learned energy between two frames of a "
                                 "rollout, over all windows"},
    [SCALE] = {.name = "energy_scale",
               .title = "energy scale",
               .unit = "of the model",
               .better = FIELD_NEUTRAL,
               .format = "%.3g",
               .help = "spread of the learned energy over the windows"},
    [TRUE_DRIFT] = {.name = "energy_true_drift",
                    .title = "true energy drift",
                    .unit = "",
                    .better = FIELD_NEUTRAL,
                    .format = "%.1e",
                    .help = "the same of the true energy along the true frames: 0 without friction up to the "
                            "accuracy of the solver"},
    [TRUE_SCALE] = {.name = "energy_true_scale",
                    .title = "true energy scale",
                    .unit = "of the environment",
                    .better = FIELD_NEUTRAL,
                    .format = "%.3g",
                    .help = "what the true drift is measured in: the system's own unit of energy, or the "
                            "spread over the windows"},
};

const struct metric energy_metric = {
    .name = "energy",
    .version = 3,
    .summary = "largest change of the energy along a rollout, relative to its spread over trajectories",
    .rows = rows,
    .row_count = ROWS,
    .compute = compute,
};
