/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/generate.h"

#include <assert.h>
#include <errno.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "datasets/dataset_hdf5.h"
#include "simulators/trajectory.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/progress.h"
#include "support/provenance.h"
#include "support/text.h"

/* One thread's simulator and the trajectory that it has just made. */
struct worker {
    struct trajectory_runner *runner;
    struct trajectory trajectory;
    double *dx_dt;      /* [T][D] */
    double *dx_dt_full; /* [T][D], NULL without friction */
    uint8_t *images;    /* [T][32][32][3] */
};

struct generation {
    const struct generate_request *request;
    char purposes[DATASET_SPLITS][96]; /* of the random streams: "pendulum/train" */
    struct worker *workers;
    struct dataset_writer *writer;
    struct progress progress;
    atomic_bool stopped; /* the remaining trajectories are not made */
    enum status status;  /* of the first trajectory that failed, with its detail */
    char *detail;
};

static void worker_create(struct worker *worker, const struct generate_request *request) {
    const struct simulator *simulator = request->simulator;
    size_t frames = (size_t)request->frames;
    size_t values = frames * (size_t)simulator->dynamics->state_size;
    struct simulator_plan plan = simulator_plan_default(simulator);
    plan.frames = request->frames;
    plan.dt = request->dt;
    trajectory_runner_create(&worker->runner, &plan);
    worker->dx_dt = memory_alloc(values, sizeof *worker->dx_dt);
    worker->dx_dt_full = simulator->friction == 0.0 ? NULL : memory_alloc(values, sizeof *worker->dx_dt_full);
    worker->images = memory_alloc(frames, FRAME_BYTES);
}

static void worker_free(struct worker *worker) {
    trajectory_runner_free(worker->runner);
    free(worker->dx_dt);
    free(worker->dx_dt_full);
    free(worker->images);
}

/* The fields and the images of the trajectory that the worker holds. */
static void derive_frames(struct worker *worker, const struct generate_request *request) {
    const struct simulator *simulator = request->simulator;
    const struct trajectory_setup *setup = &worker->trajectory.setup;
    size_t state_size = (size_t)simulator->dynamics->state_size;
    for (size_t frame = 0; frame < (size_t)request->frames; frame++) {
        const double *state = &worker->trajectory.states[frame * state_size];
        simulator_field(simulator, setup->parameters, state, &worker->dx_dt[frame * state_size]);
        if (worker->dx_dt_full != NULL) {
            simulator_full_field(simulator, setup->parameters, state,
                                 &worker->dx_dt_full[frame * state_size]);
        }
        simulator_draw(simulator, setup, state, &worker->images[frame * FRAME_BYTES]);
    }
}

/* Trajectories are numbered through both splits; this is where number `number` belongs. */
static enum dataset_split locate(const struct generate_request *request, int number, int *index) {
    bool train = number < request->train;
    *index = train ? number : number - request->train;
    return train ? DATASET_TRAIN : DATASET_TEST;
}

static enum status make_trajectory(struct generation *generation, struct worker *worker, int number) {
    const struct generate_request *request = generation->request;
    int index;
    enum dataset_split split = locate(request, number, &index);
    if (interrupt_requested()) {
        return status_fail(STATUS_INTERRUPTED, "%s: interrupted, nothing was kept", request->path);
    }
    enum status status = trajectory_run(worker->runner, request->seed, generation->purposes[split],
                                        (uint64_t)index, &worker->trajectory);
    if (status != STATUS_OK) {
        return status_prefix(status, "%s, trajectory %d", generation->purposes[split], index);
    }
    derive_frames(worker, request);
    return STATUS_OK;
}

static enum status store_trajectory(struct generation *generation, const struct worker *worker, int number) {
    int index;
    enum dataset_split split = locate(generation->request, number, &index);
    struct dataset_record record = {
        .setup = &worker->trajectory.setup,
        .x = worker->trajectory.states,
        .dx_dt = worker->dx_dt,
        .dx_dt_full = worker->dx_dt_full,
        .images = worker->images,
        .energy_error = worker->trajectory.invariant_error[0],
    };
    enum status status = dataset_writer_put(generation->writer, split, index, &record);
    if (status == STATUS_OK) {
        progress_update(&generation->progress, number + 1, "");
    }
    return status;
}

/* Stores a trajectory, or remembers why there is none. Runs in the order of the numbers. */
static void conclude(struct generation *generation, const struct worker *worker, int number,
                     enum status made) {
    if (generation->status != STATUS_OK) {
        return;
    }
    enum status status = made == STATUS_OK ? store_trajectory(generation, worker, number) : made;
    if (status != STATUS_OK) {
        generation->status = status;
        generation->detail = memory_copy_string(status_detail());
        atomic_store(&generation->stopped, true);
    }
}

/* The trajectories are made in parallel and stored one after the other in the order of their numbers, while
 * the next ones are being made: memory holds one trajectory per thread, and the bytes of the file do not
 * depend on the number of threads. */
static void make_all(struct generation *generation) {
    const struct generate_request *request = generation->request;
    int total = request->train + request->test;
#pragma omp parallel for ordered schedule(dynamic, 1) num_threads(request->threads)
    for (int number = 0; number < total; number++) {
        struct worker *worker = &generation->workers[omp_get_thread_num()];
        enum status made = STATUS_OK;
        bool stopped = atomic_load(&generation->stopped);
        if (!stopped) {
            made = make_trajectory(generation, worker, number);
        }
#pragma omp ordered
        if (!stopped) {
            conclude(generation, worker, number, made);
        }
    }
}

static struct dataset_info describe(const struct generate_request *request) {
    struct dataset_info info = {
        .trajectories = {[DATASET_TRAIN] = request->train, [DATASET_TEST] = request->test},
        .frames = request->frames,
        .state_size = request->simulator->dynamics->state_size,
        .dt = request->dt,
        .seed = request->seed,
    };
    (void)snprintf(info.environment, sizeof info.environment, "%s", request->simulator->name);
    (void)snprintf(info.generator, sizeof info.generator, "hambench %s", provenance_version());
    return info;
}

static enum status run_workers(struct generation *generation) {
    const struct generate_request *request = generation->request;
    generation->workers = memory_alloc((size_t)request->threads, sizeof *generation->workers);
    for (int i = 0; i < request->threads; i++) {
        worker_create(&generation->workers[i], request);
    }
    generation->progress =
        progress_begin(request->simulator->name, 0, request->train + request->test, request->quiet);
    make_all(generation);
    progress_end(&generation->progress);
    for (int i = 0; i < request->threads; i++) {
        worker_free(&generation->workers[i]);
    }
    free(generation->workers);
    enum status status = generation->status;
    if (status != STATUS_OK) {
        status = status_fail(status, "%s", generation->detail);
    }
    free(generation->detail);
    return status;
}

/* Makes the whole file under the name `part`. */
static enum status write_file(const struct generate_request *request, const char *part) {
    struct generation generation = {.request = request};
    for (int split = 0; split < DATASET_SPLITS; split++) {
        (void)snprintf(generation.purposes[split], sizeof generation.purposes[split], "%s/%s",
                       request->simulator->name, split == DATASET_TRAIN ? "train" : "test");
    }
    struct dataset_info info = describe(request);
    enum status status = dataset_writer_create(&generation.writer, part, request->simulator, &info);
    if (status != STATUS_OK) {
        return status;
    }
    status = run_workers(&generation);
    if (status != STATUS_OK) {
        dataset_writer_abandon(generation.writer);
        return status;
    }
    return dataset_writer_finish(generation.writer);
}

/* A folder under the final name would be noticed only when all the work is done. */
static enum status check_target(const char *path) {
    struct stat info;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
        return status_fail(STATUS_IO, "%s: is a directory, expected a file", path);
    }
    return STATUS_OK;
}

enum status dataset_generate(const struct generate_request *request) {
    assert(request->train >= 0 && request->test >= 0 && request->frames > 0 && request->threads > 0);
    enum status status = check_target(request->path);
    if (status == STATUS_OK) {
        status = file_make_parent(request->path);
    }
    if (status != STATUS_OK) {
        return status;
    }
    char *part = text_format("%s.part", request->path);
    status = write_file(request, part);
    if (status == STATUS_OK) {
        status = file_publish(part, request->path);
    } else {
        (void)unlink(part);
    }
    free(part);
    return status;
}
