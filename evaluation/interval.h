/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How well the test windows determine a mean over them.
 */
#ifndef HAMBENCH_EVALUATION_INTERVAL_H
#define HAMBENCH_EVALUATION_INTERVAL_H

#include "evaluation/rollout.h"
#include "support/statistics.h"

/* The 95 % interval of the mean of `samples` [rollout->windows]. Windows of one run depend on each other, so
 * the means of runs are what is sampled: by Student's t where they are few (below 12), or so many that their
 * mean is normal anyway, otherwise by the bootstrap. nan for a single run, and where a sample is not finite.
 */
struct statistics_interval interval_of_mean(const struct rollout *rollout, const double *samples);

#endif
