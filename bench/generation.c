/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making a dataset: simulate, render, compress, write.
 */
#include <stdlib.h>
#include <unistd.h>

#include "bench/bench.h"
#include "datasets/generate.h"

enum { TRAJECTORIES = 64 };

struct work {
    struct generate_request request;
    enum status status;
};

static void generate(void *context) {
    struct work *work = context;
    if (work->status == STATUS_OK) {
        work->status = dataset_generate(&work->request);
    }
}

static enum status run(const struct bench_request *request) {
    char *path = bench_file();
    struct work work = {.request = {.simulator = simulator_find("pendulum"),
                                    .path = path,
                                    .train = TRAJECTORIES / 2,
                                    .test = TRAJECTORIES / 2,
                                    .frames = 256,
                                    .dt = 0.05,
                                    .effort = {.quiet = true}}};
    for (int threads = 1; work.status == STATUS_OK && threads <= request->threads; threads *= 2) {
        work.request.effort.threads = threads;
        struct bench_times times = bench_measure(generate, &work, request->seconds / 4);
        if (work.status != STATUS_OK) {
            break;
        }
        request->report(request->context, &(struct bench_line){
                                              .benchmark = "generation",
                                              .name = "pendulum with stored images, 256 frames",
                                              .threads = threads,
                                              .times = times,
                                              .rate = TRAJECTORIES / times.median,
                                              .unit = "trajectories/s",
                                          });
    }
    (void)unlink(path);
    free(path);
    return work.status;
}

const struct benchmark generation_benchmark = {
    .name = "generation",
    .summary = "a dataset file of the pendulum",
    .run = run,
};
