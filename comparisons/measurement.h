/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The cells of a comparison and what was measured in them. A cell is one contender on one problem, at one
 * rung of its ladder, over one horizon.
 */
#ifndef HAMBENCH_COMPARISONS_MEASUREMENT_H
#define HAMBENCH_COMPARISONS_MEASUREMENT_H

#include "comparisons/comparison.h"
#include "support/schema.h"

enum { MEASUREMENT_MAX_SAMPLES = 200, MEASUREMENT_REASON = 192 };

enum measurement_state {
    MEASUREMENT_MISSING,        /* not yet made */
    MEASUREMENT_DONE,           /* the run went through */
    MEASUREMENT_FAILED,         /* it did not; `reason` says why and where */
    MEASUREMENT_NOT_APPLICABLE, /* the contender cannot run on the problem; `reason` says why */
    MEASUREMENT_OVER_BUDGET,    /* needs more evaluations than allowed */
};

/* Which cell: indices into the comparison, and into the contender's ladder. */
struct measurement_place {
    size_t problem;
    size_t contender;
    size_t rung;
    size_t horizon;
};

/* The largest relative energy error in the stretch of the run that ends at `time` (periods). */
struct measurement_sample {
    double time;
    double energy_error;
};

/* How the energy error grows: error ~ time^slope, fitted over the last two decades of time. */
struct measurement_drift {
    double slope; /* nan: too few samples */
    double error; /* one standard error of the slope */
};

/* Errors and defects are relative, nan for what there is not. */
struct measurement {
    enum measurement_state state;
    char reason[MEASUREMENT_REASON];
    double step;        /* time units of the problem; a mean where the method chose */
    double evaluations; /* counts, whole numbers */
    double steps;
    double rejected;
    double seconds;      /* of stepping alone, the fastest repetition */
    double state_error;  /* at the horizon */
    double phase_error;  /* radians */
    double energy_error; /* largest along the run; so are momentum and angular momentum */
    double momentum_error;
    double angular_momentum_error;
    double return_error; /* there and back; over the shortest horizon only */
    double symplecticity_defect;
    struct measurement_drift drift;
    int sample_count;
    struct measurement_sample samples[MEASUREMENT_MAX_SAMPLES];
};

/* The numbers of a measurement, each described by a row: their names in files, units and meanings. */
extern const struct field measurement_fields[];
extern const size_t measurement_fields_count;
double *measurement_value(struct measurement *measurement, const struct field *field);

/* "done", "failed", "not applicable", "over budget" and back; MEASUREMENT_MISSING for another word. */
const char *measurement_state_name(enum measurement_state state);
enum measurement_state measurement_state_find(const char *name);

/* The word for how the energy error grows, one of measurement_drift_names (ended by NULL), or "-". */
extern const char *const measurement_drift_names[];
const char *measurement_drift_name(const struct measurement *measurement);

/* Adds a slope: "0.98"; "0.00" also where rounding leaves only the sign. */
void measurement_add_slope(struct text *out, double slope);

/* Over fewer periods the energy error of a bounded method may still be on its way to its bound, and that of a
 * drifting one not yet clear of its oscillation: nothing is said about growth. */
#define MEASUREMENT_GROWTH_PERIODS 1000.0

/* Slope of log(error) against log(time) over the samples of the last two decades of time, of those whose
 * stretches are whole periods. Unknown (nan) when the run is shorter than MEASUREMENT_GROWTH_PERIODS. */
struct measurement_drift measurement_fit_drift(const struct measurement_sample *samples, int count);

/* What identifies a cell and all that its result depends on, as one line of text without quotes; released
 * with `free`. */
char *measurement_key(const struct comparison *comparison, struct measurement_place place);

/* Whether the cell can be known without a run (not applicable, over budget); then `out` is filled. */
bool measurement_predict(struct measurement *out, const struct comparison *comparison,
                         struct measurement_place place);

/* Makes the runs of the cell. `reference` may be NULL. STATUS_INTERRUPTED, STATUS_DATA. */
enum status measurement_make(struct measurement *out, const struct comparison *comparison,
                             struct measurement_place place, const struct problem_reference *reference);

#endif
