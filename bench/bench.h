/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Timing for the bench programs: repeat, take the median, print one JSON line.
 */
#ifndef HAMBENCH_BENCH_BENCH_H
#define HAMBENCH_BENCH_BENCH_H

#include <stdint.h>

/* Seconds of the middle, fastest and slowest of the repetitions. */
struct bench_times {
    double median, fastest, slowest;
    int repetitions;
};

/* Calls `work` once to warm up, then at least three times and until `seconds` have passed. */
struct bench_times bench_measure(void (*work)(void *context), void *context, double seconds);

/* Prints {"bench": NAME, "median_ms": .., "fastest_ms": .., "slowest_ms": .., "repetitions": ..} with up to
 * two figures behind it: a rate (in `unit`, at the median; 0 leaves it out) and the threads. */
void bench_print(const char *name, struct bench_times times, double rate, const char *unit, int threads);

/* Largest resident set of the process so far, in MiB. */
double bench_peak_mib(void);

#endif
