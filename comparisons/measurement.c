/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "comparisons/measurement.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "problems/integration.h"
#include "support/text.h"

#define FIGURE(NAME, MEMBER, UNIT, BETTER, HELP)                                                             \
    {                                                                                                        \
        .name = (NAME), .type = FIELD_REAL, .unit = (UNIT), .help = (HELP),                                  \
        .offset = offsetof(struct measurement, MEMBER), .better = (BETTER)                                   \
    }

const struct field measurement_fields[] = {
    FIGURE("step", step, "time", FIELD_NEUTRAL, "step, a mean where the method chose it"),
    FIGURE("evaluations", evaluations, "", FIELD_LOWER, "evaluations of the right-hand side"),
    FIGURE("steps", steps, "", FIELD_NEUTRAL, "steps taken"),
    FIGURE("rejected", rejected, "", FIELD_LOWER, "steps taken in vain"),
    FIGURE("seconds", seconds, "s", FIELD_LOWER, "time of stepping, the fastest repetition"),
    FIGURE("state_error", state_error, "", FIELD_LOWER, "relative error of the state at the horizon"),
    FIGURE("phase_error", phase_error, "rad", FIELD_LOWER, "error of the phase at the horizon"),
    FIGURE("energy_error", energy_error, "", FIELD_LOWER, "largest relative error of the energy"),
    FIGURE("momentum_error", momentum_error, "", FIELD_LOWER, "the same of the momentum"),
    FIGURE("angular_momentum_error", angular_momentum_error, "", FIELD_LOWER,
           "the same of the angular momentum"),
    FIGURE("return_error", return_error, "", FIELD_LOWER, "relative error of the state, there and back"),
    FIGURE("symplecticity_defect", symplecticity_defect, "", FIELD_LOWER,
           "how far the Jacobian is from a symplectic one"),
    FIGURE("drift_slope", drift.slope, "", FIELD_LOWER, "exponent with which the energy error grows"),
    FIGURE("drift_slope_error", drift.error, "", FIELD_LOWER, "one standard error of it"),
};
const size_t measurement_fields_count = sizeof measurement_fields / sizeof *measurement_fields;

double *measurement_value(struct measurement *measurement, const struct field *field) {
    void *value = (char *)measurement + field->offset;
    return value;
}

static const char *const state_names[] = {
    [MEASUREMENT_MISSING] = "missing",         [MEASUREMENT_DONE] = "done",
    [MEASUREMENT_FAILED] = "failed",           [MEASUREMENT_NOT_APPLICABLE] = "not applicable",
    [MEASUREMENT_OVER_BUDGET] = "over budget",
};
enum { STATES = sizeof state_names / sizeof *state_names };

const char *measurement_state_name(enum measurement_state state) {
    return state_names[state];
}

enum measurement_state measurement_state_find(const char *name) {
    for (int i = 0; i < STATES; i++) {
        if (strcmp(state_names[i], name) == 0) {
            return (enum measurement_state)i;
        }
    }
    return MEASUREMENT_MISSING;
}

/* Below it an energy error is rounding: it says nothing about the method. */
static const double ROUNDING = 1e-13;

/* Above it the energy has nothing to do with that of the beginning any more; that it stays there is no merit.
 */
static const double LOST = 0.3;

/* Errors that stay, those that add up at random, those that add up, and those that do worse. */
enum { ROUNDING_ONLY, BOUNDED, RANDOM, DRIFTING, RUNNING_AWAY, GONE };
const char *const measurement_drift_names[] = {
    [ROUNDING_ONLY] = "rounding only",
    [BOUNDED] = "bounded",
    [RANDOM] = "grows like √t",
    [DRIFTING] = "drifts",
    [RUNNING_AWAY] = "runs away",
    [GONE] = "lost",
    NULL,
};

const char *measurement_drift_name(const struct measurement *measurement) {
    double slope = measurement->drift.slope;
    if (measurement->energy_error > LOST) {
        return measurement_drift_names[GONE];
    }
    if (measurement->energy_error < ROUNDING) {
        return measurement_drift_names[ROUNDING_ONLY];
    }
    if (isnan(slope)) {
        return "-";
    }
    int word = slope < 0.25 ? BOUNDED : slope < 0.75 ? RANDOM : slope < 1.25 ? DRIFTING : RUNNING_AWAY;
    return measurement_drift_names[word];
}

void measurement_add_slope(struct text *out, double slope) {
    text_add(out, "%.2f", fabs(slope) < 0.005 ? 0.0 : slope);
}

/* Of the last two decades; a stretch that ends before two periods is shorter than one. */
static bool is_fitted(const struct measurement_sample *sample, double end) {
    return sample->time >= end / 100.0 && sample->time >= 2.0 && sample->energy_error > 0.0 &&
           isfinite(sample->energy_error);
}

struct measurement_drift measurement_fit_drift(const struct measurement_sample *samples, int count) {
    const struct measurement_drift unknown = {NAN, NAN};
    double n = 0, sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0, sum_yy = 0;
    double end = count > 0 ? samples[count - 1].time : 0.0;
    for (int i = 0; i < count; i++) {
        if (!is_fitted(&samples[i], end)) {
            continue;
        }
        double x = log(samples[i].time);
        double y = log(samples[i].energy_error);
        n++;
        sum_x += x;
        sum_y += y;
        sum_xx += x * x;
        sum_xy += x * y;
        sum_yy += y * y;
    }
    double spread = sum_xx - sum_x * sum_x / n;
    if (n < 4 || !(spread > 0) || end < MEASUREMENT_GROWTH_PERIODS * (1.0 - 1e-9)) {
        return unknown;
    }
    double covariance = sum_xy - sum_x * sum_y / n;
    double slope = covariance / spread;
    double residual = fmax(0, sum_yy - sum_y * sum_y / n - slope * covariance);
    return (struct measurement_drift){slope, sqrt(residual / (n - 2) / spread)};
}

static double rung_of(const struct comparison *comparison, struct measurement_place place) {
    return comparison_ladder(comparison, place.contender)->values[place.rung];
}

char *measurement_key(const struct comparison *comparison, struct measurement_place place) {
    const struct comparison_contender *contender = &comparison->contenders[place.contender];
    const struct comparison_settings *settings = &comparison->settings;
    return text_format("%s %s %s=%.17g horizon=%.17g return=%d repetitions=%d samples=%d budget=%.17g",
                       comparison->problems[place.problem]->name, contender->integrator->name,
                       contender->by_tolerance ? "tolerance" : "steps", rung_of(comparison, place),
                       comparison->horizons.values[place.horizon], place.horizon == 0, settings->repetitions,
                       settings->samples, settings->budget);
}

static void clear(struct measurement *out) {
    *out = (struct measurement){0};
    for (size_t i = 0; i < measurement_fields_count; i++) {
        *measurement_value(out, &measurement_fields[i]) = NAN;
    }
}

/* Evaluations that a fixed step takes at the least; of explicit methods exactly. */
static int step_evaluations(const struct integrator *integrator) {
    if (!integrator_is_composition(integrator)) {
        return integrator->stages > 0 ? integrator->stages : 1;
    }
    int kicks = 0;
    for (int i = 0; i < integrator->stages; i++) {
        kicks += integrator->kick[i] != 0;
    }
    /* Where a step ends as the next one begins they share a force. */
    bool shares = integrator->kick[0] != 0 && integrator->drift[integrator->stages - 1] == 0;
    return kicks - shares;
}

bool measurement_predict(struct measurement *out, const struct comparison *comparison,
                         struct measurement_place place) {
    const struct comparison_contender *contender = &comparison->contenders[place.contender];
    clear(out);
    if (comparison_refuses(comparison, place.problem, place.contender, out->reason, sizeof out->reason)) {
        out->state = MEASUREMENT_NOT_APPLICABLE;
        return true;
    }
    double evaluations = comparison->horizons.values[place.horizon] * rung_of(comparison, place) *
                         step_evaluations(contender->integrator);
    if (!contender->by_tolerance && evaluations > comparison->settings.budget) {
        out->state = MEASUREMENT_OVER_BUDGET;
        (void)snprintf(out->reason, sizeof out->reason, "needs at least %.2g evaluations", evaluations);
        return true;
    }
    return false;
}

static struct integration_request make_request(const struct comparison *comparison,
                                               struct measurement_place place) {
    const struct comparison_contender *contender = &comparison->contenders[place.contender];
    const struct problem *problem = comparison->problems[place.problem];
    double rung = rung_of(comparison, place);
    return (struct integration_request){
        .problem = problem,
        .integrator = contender->integrator,
        .step = contender->by_tolerance ? 0 : problem->period / rung,
        .tolerance = contender->by_tolerance ? rung : 0,
        .time = comparison->horizons.values[place.horizon] * problem->period,
        .most_evaluations = (long)comparison->settings.budget,
    };
}

static void copy_samples(struct measurement *out, const struct integration_result *result, double period) {
    for (int i = 0; i < result->sample_count && i < MEASUREMENT_MAX_SAMPLES; i++) {
        out->samples[out->sample_count++] = (struct measurement_sample){
            .time = result->samples[i].time / period,
            .energy_error = result->samples[i].energy_error,
        };
    }
    out->drift = measurement_fit_drift(out->samples, out->sample_count);
}

static void copy_result(struct measurement *out, const struct integration_request *request,
                        const struct integration_result *result) {
    out->state = *result->failure == '\0' ? MEASUREMENT_DONE : MEASUREMENT_FAILED;
    if (out->state == MEASUREMENT_FAILED && result->evaluations >= request->most_evaluations) {
        out->state = MEASUREMENT_OVER_BUDGET;
    }
    (void)snprintf(out->reason, sizeof out->reason, "%s", result->failure);
    out->step = result->step;
    out->evaluations = (double)result->evaluations;
    out->steps = (double)result->steps;
    out->rejected = (double)result->rejected;
    out->seconds = result->seconds;
    out->state_error = result->state_error;
    out->phase_error = result->phase_error;
    out->energy_error = result->energy_error;
    out->momentum_error = result->momentum_error;
    out->angular_momentum_error = result->angular_momentum_error;
    out->return_error = result->return_error;
    out->symplecticity_defect = result->symplecticity_defect;
    copy_samples(out, result, request->problem->period);
}

/* Runs that take this long are not repeated: an interruption changes their time by little. */
static const double LONG_RUN = 0.1;

/* Runs again, for the time only. */
static enum status repeat(struct measurement *out, const struct integration_request *request, int times) {
    enum status status = STATUS_OK;
    for (int i = 0; i < times && out->seconds < LONG_RUN && status == STATUS_OK; i++) {
        struct integration_result result = {0};
        status = integration_run(&result, request);
        if (status == STATUS_OK) {
            out->seconds = fmin(out->seconds, result.seconds);
            integration_result_clear(&result);
        }
    }
    return status;
}

enum status measurement_make(struct measurement *out, const struct comparison *comparison,
                             struct measurement_place place, const struct problem_reference *reference) {
    clear(out);
    struct integration_request plain = make_request(comparison, place);
    struct integration_request request = plain;
    plain.time_only = true;
    request.reference = reference;
    request.samples = comparison->settings.samples;
    request.samples_by_log = true;
    request.wants_return = place.horizon == 0;
    request.wants_jacobian = place.horizon == 0;
    struct integration_result result = {0};
    enum status status = integration_run(&result, &request);
    if (status != STATUS_OK) {
        return status;
    }
    copy_result(out, &request, &result);
    integration_result_clear(&result);
    return out->state == MEASUREMENT_DONE ? repeat(out, &plain, comparison->settings.repetitions - 1)
                                          : status;
}
