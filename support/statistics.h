/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Figures of a sample: where it lies, how far it spreads, and how well its mean is known.
 *
 * `values` [count] are in any order and are not changed. What a sample is too small for, or cannot say
 * because a value is nan, is nan.
 */
#ifndef HAMBENCH_SUPPORT_STATISTICS_H
#define HAMBENCH_SUPPORT_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

#include "support/random.h"

/* The arithmetic mean; of at least one value. */
double statistics_mean(const double *values, size_t count);

/* The standard deviation of the population that the sample is of (divisor count - 1); of at least two. */
double statistics_deviation(const double *values, size_t count);

/* The value below which a part `fraction` in [0, 1] of the sample lies: linear between the order statistics
 * of rank 1 + fraction (count - 1) (type 7 of Hyndman and Fan, The American Statistician 50:361, 1996); of at
 * least one. Values may be infinite. */
double statistics_quantile(const double *values, size_t count, double fraction);

/* The quantile of 1/2. */
double statistics_median(const double *values, size_t count);

struct statistics_interval {
    double low;
    double high;
};

/* The interval that holds the mean of a normal population with probability `confidence` (0.95): mean -+ t s /
 * sqrt(count), t the quantile (1 + confidence) / 2 of Student's distribution with count - 1 degrees of
 * freedom. For few independent runs (seeds). Of at least two values, all finite. */
struct statistics_interval statistics_t_interval(const double *values, size_t count, double confidence);

/* The same for a population of any shape: the quantiles (1 -+ confidence) / 2 of the means of `draws` samples
 * drawn from the values with replacement (percentile bootstrap: Efron and Tibshirani, An Introduction to the
 * Bootstrap, 1993, chapter 13). For many independent values (windows); too narrow for fewer than some ten.
 * The stream decides the draws. Of at least two values, all finite; count below 2^32. */
struct statistics_interval statistics_bootstrap_interval(const double *values, size_t count,
                                                         double confidence, size_t draws,
                                                         struct random_stream *stream);

/* From so many values on a sample has an interval: two determine a spread, but hardly. */
enum { STATISTICS_LEAST = 3 };

/* What is known of a quantity from independent runs. */
struct statistics_summary {
    size_t count;
    bool geometric;                       /* of the logarithms */
    double mean;                          /* nan of no values; geometric: exp of the mean of the logarithms */
    double deviation;                     /* of the values, or of their natural logarithms; nan of one */
    struct statistics_interval interval;  /* 95 % by Student's t; nan of fewer than STATISTICS_LEAST */
    struct statistics_interval bootstrap; /* 95 % by the bootstrap, if asked for; the same */
};

/* Sums up `values`, all finite. With `geometric`, which takes values above 0, everything is computed from
 * their logarithms: for quantities that spread over decades and whose ratios mean something. The bootstrap
 * has `draws` samples; 0 leaves it out. The same values give the same bits. */
struct statistics_summary statistics_summarise(const double *values, size_t count, bool geometric,
                                               size_t draws);

enum { STATISTICS_DRAWS = 2000 };

/* Whether all of them are finite and above 0, so that they have logarithms. */
bool statistics_all_positive(const double *values, size_t count);

#endif
