/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/bench.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datasets/generate.h"
#include "engine/kernels.h"
#include "support/memory.h"
#include "support/statistics.h"
#include "support/text.h"
#include "support/timer.h"

#define ADDRESS(name) &name##_benchmark,
const struct benchmark *const benchmarks[] = {BENCHMARK_LIST(ADDRESS) NULL};

const struct benchmark *benchmark_find(const char *name) {
    for (const struct benchmark *const *b = benchmarks; *b != NULL; b++) {
        if (strcmp((*b)->name, name) == 0) {
            return *b;
        }
    }
    return NULL;
}

enum { MAX_REPETITIONS = 1000 };

/* Linux keeps the peak of the resident set as VmHWM and starts it anew when asked so. */
static void reset_peak(void) {
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (file != NULL) {
        (void)fputs("5", file);
        (void)fclose(file);
    }
}

static double read_peak_mib(void) {
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    long kib = 0;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "VmHWM: %ld", &kib) == 1) {
            break;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return (double)kib / 1024.0;
}

struct bench_times bench_measure(void (*work)(void *context), void *context, double seconds) {
    double times[MAX_REPETITIONS];
    int count = 0;
    reset_peak();
    work(context);
    double begun = timer_now();
    while (count < MAX_REPETITIONS && (count < 3 || timer_now() - begun < seconds)) {
        double start = timer_now();
        work(context);
        times[count++] = timer_now() - start;
    }
    return (struct bench_times){
        .median = statistics_median(times, (size_t)count),
        .fastest = statistics_quantile(times, (size_t)count, 0.0),
        .slowest = statistics_quantile(times, (size_t)count, 1.0),
        .repetitions = count,
        .peak_mib = read_peak_mib(),
    };
}

/* ---- the ceiling ---- */

enum { SGEMM_SIDE = 1024, MAX_THREADS = 256 };

struct sgemm {
    int threads;
    real *blocks; /* three matrices for each thread */
};

static void multiply_everywhere(void *context) {
    const struct sgemm *sgemm = context;
    const size_t size = (size_t)SGEMM_SIDE * SGEMM_SIDE;
    struct kernel_matmul shape = {.m = SGEMM_SIDE, .n = SGEMM_SIDE, .k = SGEMM_SIDE};
#pragma omp parallel num_threads(sgemm->threads)
    {
        real *own = sgemm->blocks + 3 * size * (size_t)omp_get_thread_num();
        kernels_current()->matmul(&shape, own, own + size, own + 2 * size);
    }
}

double bench_sgemm(int threads) {
    static double known[MAX_THREADS];
    if (threads < MAX_THREADS && known[threads] > 0.0) {
        return known[threads];
    }
    const size_t size = (size_t)SGEMM_SIDE * SGEMM_SIDE;
    struct sgemm sgemm = {.threads = threads,
                          .blocks = memory_alloc(3 * size * (size_t)threads, sizeof(real))};
    for (size_t i = 0; i < 3 * size * (size_t)threads; i++) {
        sgemm.blocks[i] = (real)(i % 17) - 8;
    }
    struct bench_times times = bench_measure(multiply_everywhere, &sgemm, 0.5);
    free(sgemm.blocks);
    double rate = 2e-9 * threads * (double)SGEMM_SIDE * SGEMM_SIDE * SGEMM_SIDE / times.median;
    if (threads < MAX_THREADS) {
        known[threads] = rate;
    }
    return rate;
}

char *bench_file(void) {
    const char *parent = getenv("TMPDIR");
    return text_format("%s/hambench-bench-%ld.h5", parent == NULL ? "/tmp" : parent, (long)getpid());
}

enum status bench_dataset(struct dataset **out, int train, int frames) {
    char *path = bench_file();
    struct generate_request request = {
        .simulator = simulator_find("mass_spring"),
        .path = path,
        .train = train,
        .test = train,
        .frames = frames,
        .dt = 0.05,
        .effort = {.threads = effort_processors(), .quiet = true},
    };
    enum status status = dataset_generate(&request);
    if (status == STATUS_OK) {
        status = dataset_open(out, path);
        (void)unlink(path);
    }
    free(path);
    return status;
}
