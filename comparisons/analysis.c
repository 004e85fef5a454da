/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "comparisons/analysis.h"

#include <math.h>

/* A reference is good enough for an accuracy that is larger than its uncertainty by this factor. */
static const double RESOLUTION = 3;

double analysis_state_error(const struct measurement *measurement) {
    return measurement->state_error;
}

double analysis_energy_error(const struct measurement *measurement) {
    return measurement->energy_error;
}

double analysis_evaluations(const struct measurement *measurement) {
    return measurement->evaluations;
}

double analysis_seconds(const struct measurement *measurement) {
    return measurement->seconds;
}

static size_t rungs_of(const struct analysis_ladder *ladder) {
    return comparison_ladder(ladder->outcome->comparison, ladder->contender)->count;
}

static const struct measurement *rung_of(const struct analysis_ladder *ladder, size_t rung) {
    struct measurement_place place = {
        .problem = ladder->problem,
        .contender = ladder->contender,
        .horizon = ladder->horizon,
        .rung = rung,
    };
    return outcome_cell(ladder->outcome, place);
}

static bool is_accurate(const struct measurement *cell, double accuracy,
                        double (*error)(const struct measurement *)) {
    return cell->state == MEASUREMENT_DONE && error(cell) <= accuracy;
}

/* Where the line through (error, cost) of the two cells meets `accuracy`, in logarithms. */
static double interpolate(const struct measurement *coarse, const struct measurement *fine, double accuracy,
                          double (*error)(const struct measurement *),
                          double (*cost)(const struct measurement *)) {
    double fine_error = fmax(error(fine), 1e-300);
    double part = log(accuracy / fine_error) / log(error(coarse) / fine_error);
    return exp((1 - part) * log(cost(fine)) + part * log(cost(coarse)));
}

struct analysis_work analysis_work(const struct analysis_ladder *ladder, double accuracy,
                                   double (*error)(const struct measurement *),
                                   double (*cost)(const struct measurement *)) {
    size_t count = rungs_of(ladder);
    for (size_t i = 0; i < count; i++) {
        const struct measurement *cell = rung_of(ladder, i);
        const struct measurement *next = i + 1 < count ? rung_of(ladder, i + 1) : cell;
        bool confirmed = next->state != MEASUREMENT_DONE || is_accurate(next, accuracy, error);
        if (!is_accurate(cell, accuracy, error) || !confirmed) {
            continue;
        }
        const struct measurement *before = i > 0 ? rung_of(ladder, i - 1) : NULL;
        bool between = before != NULL && before->state == MEASUREMENT_DONE && error(before) > accuracy &&
                       cost(before) < cost(cell);
        return (struct analysis_work){
            .value = between ? interpolate(before, cell, accuracy, error, cost) : cost(cell),
            .at_most = i == 0,
        };
    }
    return (struct analysis_work){.value = NAN};
}

const struct measurement *analysis_equal_work(const struct analysis_ladder *ladder, size_t *rung) {
    const struct comparison *comparison = ladder->outcome->comparison;
    double wanted = comparison->settings.drift_work * comparison->horizons.values[ladder->horizon];
    const struct measurement *best = NULL;
    double smallest = INFINITY;
    for (size_t i = 0; i < rungs_of(ladder); i++) {
        const struct measurement *cell = rung_of(ladder, i);
        double distance = fabs(log(cell->evaluations / wanted));
        if (cell->state == MEASUREMENT_DONE && distance < smallest) {
            smallest = distance;
            best = cell;
            *rung = i;
        }
    }
    return best;
}

bool analysis_resolves(const struct outcome *outcome, size_t problem, size_t horizon, double accuracy) {
    return accuracy >= RESOLUTION * outcome_reference(outcome, problem, horizon)->disagreement;
}

enum measurement_state analysis_state(const struct analysis_ladder *ladder, const char **reason) {
    const struct measurement *first = rung_of(ladder, 0);
    for (size_t i = 0; i < rungs_of(ladder); i++) {
        if (rung_of(ladder, i)->state == MEASUREMENT_DONE) {
            *reason = "";
            return MEASUREMENT_DONE;
        }
    }
    *reason = first->reason;
    return first->state;
}
