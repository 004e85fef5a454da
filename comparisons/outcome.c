/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "comparisons/outcome.h"

#include <math.h>
#include <stdlib.h>

#include "support/memory.h"

void outcome_create(struct outcome **out, const struct comparison *comparison) {
    struct outcome *outcome = memory_alloc(1, sizeof *outcome);
    size_t steps = comparison->steps.count;
    size_t tolerances = comparison->tolerances.count;
    size_t horizons = comparison->horizons.count;
    outcome->comparison = comparison;
    outcome->rungs = steps > tolerances ? steps : tolerances;
    outcome->count = comparison->problem_count * comparison->contender_count * horizons * outcome->rungs;
    outcome->cells = memory_alloc(outcome->count, sizeof *outcome->cells);
    outcome->references = memory_alloc(comparison->problem_count * horizons, sizeof *outcome->references);
    for (size_t i = 0; i < comparison->problem_count * horizons; i++) {
        outcome->references[i].disagreement = NAN;
    }
    *out = outcome;
}

void outcome_free(struct outcome *outcome) {
    if (outcome != NULL) {
        free(outcome->cells);
        free(outcome->references);
        free(outcome);
    }
}

struct measurement *outcome_cell(const struct outcome *outcome, struct measurement_place place) {
    const struct comparison *comparison = outcome->comparison;
    size_t index = place.problem * comparison->contender_count + place.contender;
    index = index * comparison->horizons.count + place.horizon;
    return &outcome->cells[index * outcome->rungs + place.rung];
}

struct outcome_reference *outcome_reference(const struct outcome *outcome, size_t problem, size_t horizon) {
    return &outcome->references[problem * outcome->comparison->horizons.count + horizon];
}

bool outcome_place(const struct outcome *outcome, size_t index, struct measurement_place *out) {
    const struct comparison *comparison = outcome->comparison;
    size_t horizons = comparison->horizons.count;
    size_t pair = index / outcome->rungs / horizons;
    *out = (struct measurement_place){
        .problem = pair / comparison->contender_count,
        .contender = pair % comparison->contender_count,
        .rung = index % outcome->rungs,
        .horizon = index / outcome->rungs % horizons,
    };
    return out->rung < comparison_ladder(comparison, out->contender)->count;
}
