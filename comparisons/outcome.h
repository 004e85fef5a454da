/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All results of a comparison: a measurement for each cell, a reference for each problem and horizon.
 */
#ifndef HAMBENCH_COMPARISONS_OUTCOME_H
#define HAMBENCH_COMPARISONS_OUTCOME_H

#include "comparisons/measurement.h"

enum { OUTCOME_METHOD_NAME = 64 };

/* What errors over one horizon of a problem are measured against. */
struct outcome_reference {
    enum measurement_state state; /* NOT_APPLICABLE: the motion is chaotic and the horizon long */
    char reason[MEASUREMENT_REASON];
    char first[OUTCOME_METHOD_NAME]; /* the method of the reference, and the one it was checked by */
    char second[OUTCOME_METHOD_NAME];
    double disagreement;                /* of the two, relative; nan when there is no reference */
    double position[PROBLEM_MAX_STATE]; /* the state at the horizon */
};

struct outcome {
    const struct comparison *comparison;  /* not owned */
    size_t rungs;                         /* of the longer ladder */
    size_t count;                         /* of `cells`, those beyond the end of a ladder included */
    struct measurement *cells;            /* [problem][contender][horizon][rung] */
    struct outcome_reference *references; /* [problem][horizon] */
};

/* With everything missing. The caller frees `*out`; the comparison must outlive it. */
void outcome_create(struct outcome **out, const struct comparison *comparison);
void outcome_free(struct outcome *outcome);

struct measurement *outcome_cell(const struct outcome *outcome, struct measurement_place place);
struct outcome_reference *outcome_reference(const struct outcome *outcome, size_t problem, size_t horizon);

/* The place of cell `index` of `cells`; false when the contender's ladder is shorter than that. */
bool outcome_place(const struct outcome *outcome, size_t index, struct measurement_place *out);

#endif
