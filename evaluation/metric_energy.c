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

#include "evaluation/energy.h"
#include "evaluation/metric.h"

/* Below so many runs a spread is a poor scale. */
enum { ENOUGH_RUNS = 10 };

/* H is computed in single precision, with an error of a few units in the last place at either frame. */
static const double ROUNDINGS = 4;

enum { DRIFT, DRIFT_FLOOR, SCALE, TRUE_DRIFT, TRUE_SCALE, ROWS };

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

static void compute(const struct rollout *rollout, const void *settings, struct metric_values *out) {
    (void)settings;
    bool own = isfinite(rollout->energy_unit);
    double true_scale =
        own ? rollout->energy_unit : energy_spread(rollout->true_energy, rollout->frames, rollout);
    out->figures[TRUE_SCALE] = true_scale;
    add_drift(rollout, rollout->true_energy, true_scale, TRUE_DRIFT, out);
    if (rollout->energy != NULL) {
        double scale = energy_spread(rollout->energy, rollout->frames, rollout);
        double size = mean_size(rollout->energy, rollout->windows, rollout->frames);
        out->figures[SCALE] = scale;
        out->figures[DRIFT_FLOOR] = scale > 0 ? ROUNDINGS * (double)FLT_EPSILON * size / scale : NAN;
        add_drift(rollout, rollout->energy, scale, DRIFT, out);
    }
    if (rollout->pieces > 1 && rollout->runs < ENOUGH_RUNS && (rollout->energy != NULL || !own)) {
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
    .version = 2,
    .summary = "largest change of the energy along a rollout, relative to its spread over trajectories",
    .rows = rows,
    .row_count = ROWS,
    .compute = compute,
};
