/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Benchmarks: what is measured, and how a measurement is reported. A new benchmark is a file with its
 * `const struct benchmark NAME_benchmark` and a line in BENCHMARK_LIST.
 */
#ifndef HAMBENCH_BENCH_BENCH_H
#define HAMBENCH_BENCH_BENCH_H

#include "datasets/dataset.h"
#include "experiments/settings.h"
#include "support/status.h"

#define BENCHMARK_LIST(X)                                                                                    \
    X(kernels)                                                                                               \
    X(engine)                                                                                                \
    X(training)                                                                                              \
    X(rollout)                                                                                               \
    X(generation)                                                                                            \
    X(evaluation)

/* Seconds of the middle, fastest and slowest of the repetitions. */
struct bench_times {
    double median, fastest, slowest;
    int repetitions;
    double peak_mib; /* largest resident set of the process during them */
};

/* One measurement. */
struct bench_line {
    const char *benchmark; /* "training" */
    const char *name;      /* "hgn++, paper sizes, bf16" */
    int threads;
    struct bench_times times; /* of one repetition */
    double rate;              /* things a second at the median */
    const char *unit;         /* "GFLOP/s", "steps/s" */
    double work;              /* multiply-accumulates of one repetition; 0: not counted */
    double scratch_mib;       /* scratch memory of all threads; 0: not known */
    double ceiling;           /* rate of the best that this machine can do, measured in this run; 0: none */
};

struct bench_request {
    /* A single case in place of a benchmark's own choice: training of this kind with these settings. NULL:
     * none. */
    const struct model_kind *kind;
    const struct settings *settings;
    int threads;    /* at most */
    double seconds; /* for a long measurement; short ones take a fraction of it */
    void (*report)(void *context, const struct bench_line *line);
    void *context;
};

struct benchmark {
    const char *name;
    const char *summary;
    enum status (*run)(const struct bench_request *request);
};

#define BENCHMARK_DECLARE(name) extern const struct benchmark name##_benchmark;
BENCHMARK_LIST(BENCHMARK_DECLARE)
#undef BENCHMARK_DECLARE

/* All of them in the order of the list, ended by NULL. */
extern const struct benchmark *const benchmarks[];

/* The benchmark of that name, or NULL. */
const struct benchmark *benchmark_find(const char *name);

/* Calls `work` once to warm up, then at least three times and until `seconds` have passed, a thousand times
 * at most. */
struct bench_times bench_measure(void (*work)(void *context), void *context, double seconds);

/* A matrix product of 1024 x 1024 float32 on each of `threads` threads at once, in GFLOP/s together: the
 * ceiling that others are held against. Measured once for each number of threads. */
double bench_sgemm(int threads);

/* A path for a temporary file, in $TMPDIR or /tmp, released with `free`. */
char *bench_file(void);

/* A dataset of `train` trajectories of mass_spring, and as many for tests, with `frames` frames, in memory.
 * The caller closes it. STATUS_IO. */
struct dataset;
enum status bench_dataset(struct dataset **out, int train, int frames);

#endif
