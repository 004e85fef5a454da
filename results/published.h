/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Published reference numbers: the records of results/published.csv, put into the program when it is built.
 * results/README.md says where each comes from and how to read its unit.
 */
#ifndef HAMBENCH_RESULTS_PUBLISHED_H
#define HAMBENCH_RESULTS_PUBLISHED_H

#include <stdbool.h>

enum published_comparable { PUBLISHED_NO, PUBLISHED_PARTLY, PUBLISHED_YES };

/* "not", "partly", "fully" */
extern const char *const published_comparable_words[];

struct published_value {
    const char *environment; /* as in simulators/ and experiment files; NULL: of other data */
    const char *model;       /* as printed: "HGN" */
    const char *figure;      /* as the metrics call it: "reconstruction_l2_norm" */
    double value;            /* with its scale in it; nan: no value is known */
    double spread;           /* as printed behind it; nan without */
    bool unit_printed;       /* whether the source gives the scale; where not it is inferred */
    const char *protocol;    /* data, frames and split, as far as they are known */
    const char *source;
    enum published_comparable comparable; /* with what this program measures */
    const char *why;                      /* it is, or is not */
};

/* In the order of the file; ended by an entry without a model. */
extern const struct published_value published_values[];

/* The record of an environment, a model and a figure; NULL where there is none. Its value may be unknown. */
const struct published_value *published_find(const char *environment, const char *model, const char *figure);

#endif
