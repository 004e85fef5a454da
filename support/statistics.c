/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/statistics.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

/* A second pass takes back what rounding did to the first. */
double statistics_mean(const double *values, size_t count) {
    double sum = 0.0, rest = 0.0;
    for (size_t i = 0; i < count; i++) {
        sum += values[i];
    }
    double mean = sum / (double)count; /* nan of no values */
    for (size_t i = 0; i < count && isfinite(mean); i++) {
        rest += values[i] - mean;
    }
    return isfinite(mean) ? mean + rest / (double)count : mean;
}

double statistics_deviation(const double *values, size_t count) {
    if (count < 2) {
        return NAN;
    }
    double mean = statistics_mean(values, count), squares = 0.0;
    for (size_t i = 0; i < count; i++) {
        squares += (values[i] - mean) * (values[i] - mean);
    }
    return sqrt(squares / (double)(count - 1));
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A sorted copy, released with `free`; NULL when there is nothing to sort, or a nan among it. */
static double *sort(const double *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (isnan(values[i])) {
            return NULL;
        }
    }
    if (count == 0) {
        return NULL;
    }
    double *sorted = memory_alloc(count, sizeof *sorted);
    memcpy(sorted, values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare);
    return sorted;
}

static double sorted_quantile(const double *sorted, size_t count, double fraction) {
    double rank = fraction * (double)(count - 1);
    size_t below = (size_t)rank;
    double part = rank - (double)below;
    /* Beside an infinite neighbour that has no part in it the value is the value. */
    return part == 0.0 || sorted[below] == sorted[below + 1]
               ? sorted[below]
               : sorted[below] * (1.0 - part) + sorted[below + 1] * part;
}

double statistics_quantile(const double *values, size_t count, double fraction) {
    assert(fraction >= 0.0 && fraction <= 1.0);
    double *sorted = sort(values, count);
    if (sorted == NULL) {
        return NAN;
    }
    double quantile = sorted_quantile(sorted, count, fraction);
    free(sorted);
    return quantile;
}

double statistics_median(const double *values, size_t count) {
    return statistics_quantile(values, count, 0.5);
}

static bool can_have_interval(const double *values, size_t count, double confidence) {
    assert(confidence > 0.0 && confidence < 1.0);
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) {
            return false;
        }
    }
    return count >= 2;
}

struct statistics_interval statistics_t_interval(const double *values, size_t count, double confidence) {
    if (!can_have_interval(values, count, confidence)) {
        return (struct statistics_interval){NAN, NAN};
    }
    double mean = statistics_mean(values, count);
    double error = statistics_deviation(values, count) / sqrt((double)count);
    double half = gsl_cdf_tdist_Pinv(0.5 + confidence / 2.0, (double)(count - 1)) * error;
    return (struct statistics_interval){mean - half, mean + half};
}

struct statistics_interval statistics_bootstrap_interval(const double *values, size_t count,
                                                         double confidence, size_t draws,
                                                         struct random_stream *stream) {
    assert(draws > 0 && count <= UINT32_MAX);
    if (!can_have_interval(values, count, confidence)) {
        return (struct statistics_interval){NAN, NAN};
    }
    double *means = memory_alloc(draws, sizeof *means), *sample = memory_alloc(count, sizeof *sample);
    for (size_t i = 0; i < draws; i++) {
        for (size_t j = 0; j < count; j++) {
            sample[j] = values[random_below(stream, (uint32_t)count)];
        }
        means[i] = statistics_mean(sample, count);
    }
    qsort(means, draws, sizeof *means, compare);
    struct statistics_interval interval = {
        sorted_quantile(means, draws, 0.5 - confidence / 2.0),
        sorted_quantile(means, draws, 0.5 + confidence / 2.0),
    };
    free(means);
    free(sample);
    return interval;
}

/* ---- summaries ---- */

bool statistics_all_positive(const double *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!(values[i] > 0.0) || isinf(values[i])) {
            return false;
        }
    }
    return true;
}

static struct statistics_interval exponential(struct statistics_interval interval) {
    return (struct statistics_interval){exp(interval.low), exp(interval.high)};
}

struct statistics_summary statistics_summarise(const double *values, size_t count, bool geometric,
                                               size_t draws) {
    static const double confidence = 0.95;
    assert(!geometric || statistics_all_positive(values, count));
    double *terms = memory_alloc(count, sizeof *terms);
    for (size_t i = 0; i < count; i++) {
        terms[i] = geometric ? log(values[i]) : values[i];
    }
    struct statistics_summary out = {
        .count = count,
        .geometric = geometric,
        .mean = statistics_mean(terms, count),
        .deviation = statistics_deviation(terms, count),
        .interval = {NAN, NAN},
        .bootstrap = {NAN, NAN},
    };
    if (count >= STATISTICS_LEAST) {
        out.interval = statistics_t_interval(terms, count, confidence);
    }
    if (count >= STATISTICS_LEAST && draws > 0) {
        struct random_stream stream = random_stream(0, "bootstrap of runs", 0, 0);
        out.bootstrap = statistics_bootstrap_interval(terms, count, confidence, draws, &stream);
    }
    if (geometric) {
        out.mean = exp(out.mean);
        out.interval = exponential(out.interval);
        out.bootstrap = exponential(out.bootstrap);
    }
    free(terms);
    return out;
}
