/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/interval.h"

#include <math.h>
#include <stdlib.h>

#include "support/memory.h"
#include "support/random.h"

static const double CONFIDENCE = 0.95;
enum { FEW_RUNS = 12, MANY_RUNS = 1000, DRAWS = 2000 };

static struct statistics_interval interval_of_runs(const double *means, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(means[i])) {
            return (struct statistics_interval){NAN, NAN};
        }
    }
    if (count < 2) {
        return (struct statistics_interval){NAN, NAN};
    }
    if (count < FEW_RUNS || count > MANY_RUNS) {
        return statistics_t_interval(means, count, CONFIDENCE);
    }
    struct random_stream random = random_stream(0, "bootstrap of test windows", 0, 0);
    return statistics_bootstrap_interval(means, count, CONFIDENCE, DRAWS, &random);
}

struct statistics_interval interval_of_mean(const struct rollout *rollout, const double *samples) {
    size_t runs = (size_t)rollout->runs;
    double *means = memory_alloc(runs, sizeof *means);
    int *counts = memory_alloc(runs, sizeof *counts);
    for (int i = 0; i < rollout->windows; i++) {
        means[rollout->window[i].run] += samples[i];
        counts[rollout->window[i].run]++;
    }
    for (size_t r = 0; r < runs; r++) {
        means[r] /= counts[r];
    }
    struct statistics_interval interval = interval_of_runs(means, runs);
    free(means);
    free(counts);
    return interval;
}
