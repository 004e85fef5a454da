/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "support/json.h"
#include "support/timer.h"

enum { MAX_REPETITIONS = 1000 };

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct bench_times bench_measure(void (*work)(void *context), void *context, double seconds) {
    double times[MAX_REPETITIONS];
    int count = 0;
    work(context);
    double begun = timer_now();
    while (count < MAX_REPETITIONS && (count < 3 || timer_now() - begun < seconds)) {
        double start = timer_now();
        work(context);
        times[count++] = timer_now() - start;
    }
    qsort(times, (size_t)count, sizeof *times, compare);
    return (struct bench_times){
        .median = times[count / 2], .fastest = times[0], .slowest = times[count - 1], .repetitions = count};
}

void bench_print(const char *name, struct bench_times times, double rate, const char *unit, int threads) {
    struct text line = {0};
    struct json json = {.out = &line};
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "bench", name);
    json_write_integer(&json, "threads", threads);
    text_add(&line, ", \"median_ms\": %.4g, \"fastest_ms\": %.4g, \"slowest_ms\": %.4g, \"repetitions\": %d",
             1e3 * times.median, 1e3 * times.fastest, 1e3 * times.slowest, times.repetitions);
    if (rate > 0.0) {
        text_add(&line, ", \"rate\": %.4g", rate);
        json_write_string(&json, "unit", unit);
    }
    json_write_close(&json, '}');
    (void)puts(line.data);
    (void)fflush(stdout);
    text_free(&line);
}

double bench_peak_mib(void) {
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024.0;
}
