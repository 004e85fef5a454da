/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "support/memory.h"
#include "support/statistics.h"
#include "tests/harness.h"

static const double sample[] = {0.31, -1.2, 4.75, 2.2, 0.05, 3.3, -0.8};
enum { COUNT = sizeof sample / sizeof *sample };

/* The values are those of numpy 1.24 and scipy 1.10. */
static void moments_and_quantiles_are_those_of_scipy(void) {
    CHECK_NEAR(statistics_mean(sample, COUNT), 1.23, 1e-15);
    CHECK_NEAR(statistics_deviation(sample, COUNT), 2.2316212342898454, 1e-15);
    CU_ASSERT_EQUAL(statistics_median(sample, COUNT), 0.31);
    CU_ASSERT_EQUAL(statistics_quantile(sample, COUNT, 0.0), -1.2);
    CHECK_NEAR(statistics_quantile(sample, COUNT, 0.1), -0.96, 1e-15);
    CHECK_NEAR(statistics_quantile(sample, COUNT, 0.25), -0.375, 1e-15);
    CHECK_NEAR(statistics_quantile(sample, COUNT, 0.9), 3.88, 1e-15);
    CU_ASSERT_EQUAL(statistics_quantile(sample, COUNT, 1.0), 4.75);
    CU_ASSERT_EQUAL(statistics_median(sample, 2), (0.31 - 1.2) / 2); /* of an even number: between the two */
}

static void check_interval(struct statistics_interval interval, double low, double high, double tolerance) {
    CHECK_NEAR(interval.low, low, tolerance);
    CHECK_NEAR(interval.high, high, tolerance);
}

/* The quantile of the GSL is iterated to nine digits: seen are 2e-9 and less. */
static void t_intervals_are_those_of_scipy(void) {
    check_interval(statistics_t_interval(sample, COUNT, 0.90), -0.4090211572957483, 2.869021157295748, 4e-9);
    check_interval(statistics_t_interval(sample, COUNT, 0.95), -0.8339054084042856, 3.2939054084042856, 4e-9);
    check_interval(statistics_t_interval(sample, COUNT, 0.99), -1.897117451436034, 4.357117451436034, 4e-9);
    /* Two values: t is the tangent of 0.475 pi, s / sqrt(2) half their distance. */
    double two[] = {3.0, 1.0}, half = tan(0.475 * acos(-1.0));
    check_interval(statistics_t_interval(two, 2, 0.95), 2.0 - half, 2.0 + half, 1e-12);
}

/* 19 of 20 intervals hold the mean. Seen: 0.9507 of 20000; one standard deviation of it is 0.0015. */
static void t_intervals_hold_the_mean_as_often_as_they_say(void) {
    enum { TRIALS = 20000, SIZE = 5 };
    struct random_stream stream = random_stream(3, "coverage", 0, 0);
    int held = 0;
    for (int i = 0; i < TRIALS; i++) {
        double values[SIZE];
        for (int j = 0; j < SIZE; j++) {
            values[j] = 10.0 + 2.0 * random_normal(&stream);
        }
        struct statistics_interval interval = statistics_t_interval(values, SIZE, 0.95);
        held += interval.low <= 10.0 && interval.high >= 10.0;
    }
    CHECK_NEAR(held / (double)TRIALS, 0.95, 0.006);
}

/* scipy.stats.bootstrap, method="percentile", 10^6 resamples: (-0.2229, 2.8157); of 10^4 the ends of four
 * seeds lie within 0.022 of each other. */
static void bootstrap_intervals_are_those_of_scipy(void) {
    struct random_stream stream = random_stream(1, "bootstrap", 0, 0), again = stream;
    struct statistics_interval interval = statistics_bootstrap_interval(sample, COUNT, 0.95, 200000, &stream);
    check_interval(interval, -0.2229, 2.8157, 0.02);
    struct statistics_interval same = statistics_bootstrap_interval(sample, COUNT, 0.95, 200000, &again);
    CU_ASSERT(same.low == interval.low && same.high == interval.high);
}

/* Many values of any shape: mean -+ 1.96 s / sqrt(n). Exponential ones: s = 1. Seen: off by 0.0011. */
static void bootstrap_of_many_values_agrees_with_the_central_limit(void) {
    enum { SIZE = 4000 };
    struct random_stream stream = random_stream(2, "bootstrap", 0, 0);
    double *values = memory_alloc(SIZE, sizeof *values);
    for (int i = 0; i < SIZE; i++) {
        values[i] = -log(1.0 - random_uniform(&stream));
    }
    double mean = statistics_mean(values, SIZE);
    double half = 1.959964 * statistics_deviation(values, SIZE) / sqrt(SIZE);
    check_interval(statistics_bootstrap_interval(values, SIZE, 0.95, 4000, &stream), mean - half, mean + half,
                   0.003);
    free(values);
}

/* A sum of values near 1e9 loses the digits in which they differ. */
static void rounding_does_not_eat_small_differences(void) {
    enum { SIZE = 1000 };
    double values[SIZE];
    for (int i = 0; i < SIZE; i++) {
        values[i] = 1e9 + (i % 2 == 0 ? 1e-6 : -1e-6);
    }
    CHECK_NEAR(statistics_mean(values, SIZE), 1e9, 0.0);
    CHECK_NEAR(statistics_deviation(values, SIZE), 1e-6 * sqrt(SIZE / (SIZE - 1.0)), 5e-8);
}

static bool is_nan_interval(struct statistics_interval interval) {
    return isnan(interval.low) && isnan(interval.high);
}

static void what_a_sample_cannot_say_is_nan(void) {
    struct random_stream stream = random_stream(1, "bootstrap", 0, 0);
    double bad[] = {1.0, NAN, 2.0}, endless[] = {INFINITY, 1.0, 2.0};
    CU_ASSERT(isnan(statistics_mean(sample, 0)) && isnan(statistics_median(sample, 0)));
    CU_ASSERT_EQUAL(statistics_mean(sample, 1), 0.31);
    CU_ASSERT_EQUAL(statistics_median(sample, 1), 0.31);
    CU_ASSERT(isnan(statistics_deviation(sample, 1)));
    CU_ASSERT(is_nan_interval(statistics_t_interval(sample, 1, 0.95)));
    CU_ASSERT(is_nan_interval(statistics_bootstrap_interval(sample, 1, 0.95, 100, &stream)));
    CU_ASSERT(isnan(statistics_mean(bad, 3)) && isnan(statistics_median(bad, 3)));
    CU_ASSERT(is_nan_interval(statistics_t_interval(bad, 3, 0.95)));
    CU_ASSERT_EQUAL(statistics_mean(endless, 3), INFINITY);
    CU_ASSERT_EQUAL(statistics_median(endless, 3), 2.0);
    CU_ASSERT_EQUAL(statistics_quantile(endless, 3, 0.75), INFINITY);
    CU_ASSERT(is_nan_interval(statistics_bootstrap_interval(endless, 3, 0.95, 100, &stream)));
}

/* Ratios 2, 2.5, 3, 2.8, 3.4: statistics of Python 3.11 and the t of 4 degrees of freedom, 2.7764451052.
 * Seen: 2e-13. */
static void summaries_of_ratios_are_of_their_logarithms(void) {
    const double ratios[] = {2.0, 2.5, 3.0, 2.8, 3.4};
    struct statistics_summary summary = statistics_summarise(ratios, 5, true, STATISTICS_DRAWS);
    CHECK_NEAR(summary.mean, exp(0.9922890099810968), 1e-14);
    CHECK_NEAR(summary.deviation, 0.20096376208243089, 1e-15);
    CHECK_NEAR(log(summary.interval.high), 1.2418184783026363, 1e-9);
    CHECK_NEAR(log(summary.interval.low), 2 * 0.9922890099810968 - 1.2418184783026363, 1e-9);
    /* Within the sample, and narrower than by t: five are few for the bootstrap. */
    CU_ASSERT(summary.bootstrap.low > summary.interval.low && summary.bootstrap.low > 2.0);
    CU_ASSERT(summary.bootstrap.high < summary.interval.high && summary.bootstrap.high < 3.4);
    summary = statistics_summarise(ratios, 5, false, STATISTICS_DRAWS);
    CHECK_NEAR(summary.mean, 2.74, 1e-15);
    struct statistics_summary again = statistics_summarise(ratios, 5, false, STATISTICS_DRAWS);
    CU_ASSERT(is_nan_interval(statistics_summarise(ratios, 5, false, 0).bootstrap));
    CU_ASSERT(again.bootstrap.low == summary.bootstrap.low && again.bootstrap.high == summary.bootstrap.high);
}

static void two_values_claim_no_interval(void) {
    const double values[] = {2.0, 8.0};
    struct statistics_summary summary = statistics_summarise(values, 2, true, STATISTICS_DRAWS);
    CHECK_NEAR(summary.mean, 4.0, 1e-15);
    CHECK_NEAR(summary.deviation, log(4.0) / sqrt(2.0), 1e-15);
    CU_ASSERT(is_nan_interval(summary.interval) && is_nan_interval(summary.bootstrap));
    summary = statistics_summarise(values, 0, false, STATISTICS_DRAWS);
    CU_ASSERT(isnan(summary.mean) && is_nan_interval(summary.interval));
}

static void logarithms_take_positive_values(void) {
    CU_ASSERT_TRUE(statistics_all_positive((double[]){1e-300, 1e300}, 2));
    CU_ASSERT_FALSE(statistics_all_positive((double[]){1.0, 0.0}, 2));
    CU_ASSERT_FALSE(statistics_all_positive((double[]){1.0, NAN}, 2));
    CU_ASSERT_FALSE(statistics_all_positive((double[]){1.0, INFINITY}, 2));
}

int main(void) {
    static const struct test tests[] = {
        TEST(moments_and_quantiles_are_those_of_scipy),
        TEST(t_intervals_are_those_of_scipy),
        TEST(t_intervals_hold_the_mean_as_often_as_they_say),
        TEST(bootstrap_intervals_are_those_of_scipy),
        TEST(bootstrap_of_many_values_agrees_with_the_central_limit),
        TEST(rounding_does_not_eat_small_differences),
        TEST(what_a_sample_cannot_say_is_nan),
        TEST(summaries_of_ratios_are_of_their_logarithms),
        TEST(two_values_claim_no_interval),
        TEST(logarithms_take_positive_values),
    };
    return tests_run("statistics", tests, sizeof tests / sizeof *tests);
}
