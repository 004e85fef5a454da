/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Published reference numbers. results/README.md says where each comes from and how to read its unit.
 */
#ifndef HAMBENCH_RESULTS_PUBLISHED_H
#define HAMBENCH_RESULTS_PUBLISHED_H

#include <stdbool.h>

struct published_value {
    const char *environment; /* as in simulators/ and experiment files */
    double l2_norm;          /* reconstruction error, with the factor 1e-7 in it */
    bool unit_printed;       /* whether the listing gives the factor; where not it is inferred */
};

/* HGN on the SyMetric datasets, ended by an entry whose environment is NULL. */
extern const struct published_value published_hgn_values[];

/* The published HGN reconstruction error (l2_norm) of an environment; false where there is none. */
bool published_hgn(const char *environment, double *out);

#endif
