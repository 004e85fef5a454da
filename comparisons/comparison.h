/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A comparison of integrators: problems x contenders x rungs of a ladder x horizons. docs/integrators.md
 * describes the file that asks for one.
 */
#ifndef HAMBENCH_COMPARISONS_COMPARISON_H
#define HAMBENCH_COMPARISONS_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>

#include "integrators/integrator.h"
#include "problems/problem.h"
#include "support/schema.h"
#include "support/status.h"

struct comparison_settings {
    int repetitions;   /* of short runs; the fastest gives the time */
    int samples;       /* energy errors along a run, equally far apart in log t */
    double budget;     /* evaluations; runs that need more are left out */
    double drift_work; /* evaluations per period at which energy errors are compared */
};

/* They stand at the top of a file, without a group. */
extern const struct schema comparison_schema;

/* An integrator in one of its two ways of stepping. */
struct comparison_contender {
    const struct integrator *integrator;
    bool by_tolerance; /* chooses its steps; otherwise they are fixed */
    bool forced;       /* could choose its steps but shall not */
    char *label;       /* "dopri5", or "dopri5 fixed" where it could choose but shall not */
};

/* A list of numbers in the order of the file. */
struct comparison_numbers {
    double *values;
    size_t count;
};

struct comparison {
    char *name; /* of the file, without folder and ending */
    char *title;
    struct problem **problems;
    size_t problem_count;
    struct comparison_contender *contenders;
    size_t contender_count;
    struct comparison_numbers steps;      /* per period: the ladder of fixed steps */
    struct comparison_numbers tolerances; /* the ladder of those that choose */
    struct comparison_numbers horizons;   /* periods */
    struct comparison_numbers accuracies; /* errors at which work is compared */
    struct comparison_settings settings;
};

/* Reads and checks a file, and on top of it the `assignments` ("key=value", the value as in the file).
 * STATUS_IO; STATUS_DATA with file:line:column; STATUS_USAGE for an assignment. The caller frees `*out`. */
enum status comparison_read(struct comparison **out, const char *path, const char *const *assignments,
                            size_t count);
void comparison_free(struct comparison *comparison);

/* The ladder that the contender climbs. */
const struct comparison_numbers *comparison_ladder(const struct comparison *comparison, size_t contender);

/* Why the contender cannot run on the problem, in `reason` [size]; false when it can. */
bool comparison_refuses(const struct comparison *comparison, size_t problem, size_t contender, char *reason,
                        size_t size);

#endif
