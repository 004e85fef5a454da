/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Speed of making datasets with images, one JSON line per figure: in memory (simulated and drawn, what
 * bench/peer/scipy_generate.py does as well) and as a file (with fingerprints, deflate and all), on one and
 * on two threads; and the largest memory for two numbers of trajectories. "bench_generate ENVIRONMENT"
 * measures another environment than the pendulum.
 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "datasets/generate.h"
#include "simulators/trajectory.h"
#include "support/json_text.h"
#include "support/memory.h"
#include "support/statistics.h"
#include "support/text.h"
#include "support/timer.h"

enum {
    ROUNDS = 5,        /* one and two threads in turn; medians are printed */
    MEMORY_FRAMES = 64 /* of the trajectories that memory is measured with */
};

static const double ROUND_SECONDS = 0.4;

static enum status generate(const struct simulator *simulator, const char *path, int count, int frames,
                            int threads) {
    struct simulator_plan plan = simulator_plan_default(simulator);
    simulator_plan_quick(&plan);
    struct generate_request request = {
        .simulator = simulator,
        .path = path,
        .train = count,
        .frames = frames,
        .dt = simulator->dt,
        .options = plan.options,
        .effort = {.threads = threads, .quiet = true},
    };
    return dataset_generate(&request);
}

static void fail(void) {
    (void)fprintf(stderr, "bench_generate: %s\n", status_detail());
    exit(EXIT_FAILURE);
}

/* Trajectories per second, simulated and drawn and not kept. */
static double make_in_memory(const struct simulator *simulator, int threads, int count) {
    struct simulator_plan plan = simulator_plan_default(simulator);
    simulator_plan_quick(&plan);
    double begun = timer_now();
#pragma omp parallel num_threads(threads)
    {
        struct trajectory_runner *runner;
        struct trajectory trajectory;
        uint8_t image[IMAGE_VALUES];
        trajectory_runner_create(&runner, &plan);
#pragma omp for schedule(static)
        for (int i = 0; i < count; i++) {
            if (trajectory_run(runner, 1, "bench", (uint64_t)i, &trajectory) != STATUS_OK) {
                fail();
            }
            for (int frame = 0; frame < plan.frames; frame++) {
                simulator_draw(simulator, &trajectory.setup,
                               &trajectory.states[frame * simulator->dynamics->state_size], image);
            }
        }
        trajectory_runner_free(runner);
    }
    return count / (timer_now() - begun);
}

/* Trajectories per second into a file. */
static double make_file(const struct simulator *simulator, int threads, int count) {
    char *path = text_format("%s/bench-generate-%ld.h5", getenv("TMPDIR") == NULL ? "/tmp" : getenv("TMPDIR"),
                             (long)getpid());
    double begun = timer_now();
    if (generate(simulator, path, count, simulator->frames, threads) != STATUS_OK) {
        fail();
    }
    double rate = count / (timer_now() - begun);
    (void)unlink(path);
    free(path);
    return rate;
}

static void measure(const char *name, const struct simulator *simulator,
                    double (*make)(const struct simulator *simulator, int threads, int count)) {
    double one[ROUNDS], two[ROUNDS], scaling[ROUNDS];
    int count = 1 + (int)(make(simulator, 1, 16) * ROUND_SECONDS);
    for (int i = 0; i < ROUNDS; i++) {
        one[i] = make(simulator, 1, count);
        two[i] = make(simulator, 2, 2 * count);
        scaling[i] = two[i] / one[i];
    }
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "bench", name);
    json_text_string(&json, "environment", simulator->name);
    json_text_number(&json, "trajectories_per_second", statistics_median(one, ROUNDS));
    json_text_number(&json, "trajectories_per_second_2_threads", statistics_median(two, ROUNDS));
    json_text_number(&json, "scaling_to_2_threads", statistics_median(scaling, ROUNDS));
    json_text_close(&json, '}');
    (void)printf("%s\n", text.data);
    (void)fflush(stdout);
    text_free(&text);
}

/* In a process of its own, before this one has started threads: its memory is that of one generation. */
static void measure_memory(const struct simulator *simulator, int count) {
    pid_t child = fork();
    if (child == 0) {
        char *path = text_format("/tmp/bench-generate-%ld.h5", (long)getpid());
        enum status status = generate(simulator, path, count, MEMORY_FRAMES, 2);
        (void)unlink(path);
        _exit(status == STATUS_OK ? 0 : 1);
    }
    int result = 0;
    struct rusage usage;
    if (wait4(child, &result, 0, &usage) != child || result != 0) {
        (void)fprintf(stderr, "bench_generate: no memory figure\n");
        exit(EXIT_FAILURE);
    }
    (void)printf("{\"bench\": \"generate_memory\", \"environment\": \"%s\", \"trajectories\": %d, "
                 "\"peak_mebibytes\": %.1f}\n",
                 simulator->name, count, (double)usage.ru_maxrss / 1024.0);
    (void)fflush(stdout);
}

int main(int count, char **arguments) {
    const struct simulator *simulator = simulator_find(count > 1 ? arguments[1] : "pendulum");
    if (simulator == NULL) {
        (void)fprintf(stderr, "usage: bench_generate [ENVIRONMENT]\n");
        return EXIT_FAILURE;
    }
    measure_memory(simulator, 1000);
    measure_memory(simulator, 20000);
    measure("simulate_and_draw", simulator, make_in_memory);
    measure("generate_file", simulator, make_file);
    return EXIT_SUCCESS;
}
