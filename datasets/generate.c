/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/generate.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "datasets/dataset_writer.h"
#include "datasets/forecast.h"
#include "datasets/maker.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/progress.h"
#include "support/provenance.h"
#include "support/text.h"

/* Work that is expected to take longer is announced. */
static const double LONG_SECONDS = 5.0;

/* Where many trajectories are cut from each run, this many runs are followed at the same time. Their
 * trajectories are stored in turn, so the number is part of what the bytes of a file depend on. */
enum { RUNS_AT_ONCE = 16 };

struct generation {
    const struct generate_request *request;
    struct simulator_plan plan;
    char purposes[DATASET_SPLITS][GENERATE_PURPOSE_SIZE];
    int pieces;                         /* trajectories of a run */
    struct trajectory_runner **runners; /* one for each thread, or for each run at once */
    struct maker *makers;               /* one for each thread */
    struct dataset_writer *writer;
    struct progress progress;
    long stored;         /* trajectories */
    atomic_bool stopped; /* the remaining trajectories are not made */
    enum status status;  /* of the first trajectory that failed, with its detail */
    char *detail;
};

struct simulator_plan generate_plan(const struct generate_request *request) {
    struct simulator_plan plan = simulator_plan_default(request->simulator);
    plan.frames = request->frames;
    plan.dt = request->dt;
    if (request->options != NULL) {
        memcpy(plan.options, request->options, sizeof plan.options);
    }
    return plan;
}

void generate_purpose(char out[GENERATE_PURPOSE_SIZE], const struct simulator *simulator, int split) {
    (void)snprintf(out, GENERATE_PURPOSE_SIZE, "%s/%s", simulator->name, dataset_split_names[split]);
}

static struct dataset_info describe(const struct generate_request *request) {
    struct simulator_plan plan = generate_plan(request);
    struct dataset_info info = {
        .trajectories = {[DATASET_TRAIN] = request->train, [DATASET_TEST] = request->test},
        .frames = request->frames,
        .state_size = request->simulator->dynamics->state_size,
        .dt = request->dt,
        .stored_images = !request->without_images,
        .seed = request->seed,
    };
    memcpy(info.options, plan.options, sizeof info.options);
    (void)snprintf(info.environment, sizeof info.environment, "%s", request->simulator->name);
    (void)snprintf(info.generator, sizeof info.generator, "hambench %s", provenance_version());
    return info;
}

/* --- which trajectory is made when ---------------------------------------------------------------------- */

/* A trajectory, and the runner that makes it. */
struct place {
    enum dataset_split split;
    int index; /* -1 where a run has no such piece */
    int runner;
};

/* Runs of a split: the last one may be cut short. */
static int runs_of(const struct generation *generation, int trajectories) {
    return (trajectories + generation->pieces - 1) / generation->pieces;
}

/* Piece `piece` of run `run`, runs being numbered through both splits. */
static struct place place_piece(const struct generation *generation, int run, int piece) {
    const struct generate_request *request = generation->request;
    int train_runs = runs_of(generation, request->train);
    bool train = run < train_runs;
    struct place place = {
        .split = train ? DATASET_TRAIN : DATASET_TEST,
        .index = (train ? run : run - train_runs) * generation->pieces + piece,
        .runner = run % RUNS_AT_ONCE,
    };
    if (place.index >= (train ? request->train : request->test)) {
        place.index = -1;
    }
    return place;
}

/* --- making them ---------------------------------------------------------------------------------------- */

static enum status make_trajectory(struct generation *generation, struct place place) {
    if (interrupt_requested()) {
        return STATUS_INTERRUPTED;
    }
    return maker_run(&generation->makers[omp_get_thread_num()], generation->runners[place.runner],
                     generation->purposes[place.split], place.index);
}

/* Stores a trajectory, or remembers why there is none. Runs in the order of the numbers. */
static void conclude(struct generation *generation, struct place place, enum status status) {
    if (generation->status != STATUS_OK) {
        return;
    }
    const struct maker *maker = &generation->makers[omp_get_thread_num()];
    if (status == STATUS_OK) {
        status = dataset_writer_put(generation->writer, place.split, place.index, &maker->row, maker->series);
        progress_update(&generation->progress, ++generation->stored, "");
    }
    if (status == STATUS_INTERRUPTED) {
        status = status_fail(status, "%s: interrupted, nothing was kept", generation->request->path);
    }
    if (status != STATUS_OK) {
        generation->status = status;
        generation->detail = memory_copy_string(status_detail());
        atomic_store(&generation->stopped, true);
    }
}

/* Makes `count` pieces of each of `runs` runs. The trajectories are made in parallel and stored one after the
 * other in a fixed order, while the next ones are being made: memory holds one trajectory per thread, and the
 * bytes of the file do not depend on the number of threads.
 *
 * There are no more threads than runs, so that a thread which is to make the next piece of a run finds the
 * piece before it done: of `runs` trajectories on end no two are of one run, and while one of them is not
 * stored no thread gets further. */
static void make_group(struct generation *generation, int first_run, int runs, int count) {
    int threads = generation->request->threads < runs ? generation->request->threads : runs;
#pragma omp parallel for ordered schedule(dynamic, 1) num_threads(threads)
    for (long number = 0; number < (long)runs * count; number++) {
        struct place place = place_piece(generation, first_run + (int)(number % runs), (int)(number / runs));
        if (generation->pieces == 1) {
            place.runner = omp_get_thread_num();
        }
        bool wanted = place.index >= 0 && !atomic_load(&generation->stopped);
        enum status made = wanted ? make_trajectory(generation, place) : STATUS_OK;
#pragma omp ordered
        {
            if (wanted) {
                conclude(generation, place, made);
            }
        }
    }
}

/* Trajectories of their own are one group of runs; of longer runs there is a limited number at once. */
static void make_all(struct generation *generation) {
    const struct generate_request *request = generation->request;
    int runs = runs_of(generation, request->train) + runs_of(generation, request->test);
    int size = generation->pieces == 1 ? runs : RUNS_AT_ONCE;
    for (int first = 0; first < runs; first += size) {
        make_group(generation, first, runs - first < size ? runs - first : size, generation->pieces);
    }
}

static enum status run_makers(struct generation *generation, const struct dataset_info *info) {
    const struct generate_request *request = generation->request;
    int runners = generation->pieces == 1 ? request->threads : RUNS_AT_ONCE;
    generation->makers = memory_alloc((size_t)request->threads, sizeof *generation->makers);
    generation->runners = memory_alloc((size_t)runners, sizeof(struct trajectory_runner *));
    for (int i = 0; i < request->threads; i++) {
        maker_create(&generation->makers[i], request->simulator, info);
    }
    for (int i = 0; i < runners; i++) {
        trajectory_runner_create(&generation->runners[i], &generation->plan);
    }
    generation->progress =
        progress_begin(request->simulator->name, 0, request->train + request->test, request->quiet);
    make_all(generation);
    progress_end(&generation->progress);
    for (int i = 0; i < runners; i++) {
        trajectory_runner_free(generation->runners[i]);
    }
    for (int i = 0; i < request->threads; i++) {
        maker_free(&generation->makers[i]);
    }
    free(generation->runners);
    free(generation->makers);
    enum status status = generation->status;
    if (status != STATUS_OK) {
        status = status_fail(status, "%s", generation->detail);
    }
    free(generation->detail);
    return status;
}

/* Makes the whole file under the name `part`. */
static enum status write_file(const struct generate_request *request, const struct dataset_info *info,
                              const char *part) {
    struct generation generation = {.request = request, .plan = generate_plan(request)};
    generation.pieces = simulator_plan_pieces(&generation.plan);
    for (int split = 0; split < DATASET_SPLITS; split++) {
        generate_purpose(generation.purposes[split], request->simulator, split);
    }
    enum status status = dataset_writer_create(&generation.writer, part, request->simulator, info);
    if (status != STATUS_OK) {
        return status;
    }
    status = run_makers(&generation, info);
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
    return file_make_parent(path);
}

/* Says how much it will be, and refuses what the disk cannot hold. */
static enum status look_ahead(const struct generate_request *request, const struct dataset_info *info) {
    struct forecast forecast;
    enum status status = forecast_make(&forecast, request, info);
    if (status == STATUS_INTERRUPTED) {
        return status_fail(status, "%s: interrupted, nothing was kept", request->path);
    }
    if (status == STATUS_OK) {
        status = forecast_check_disk(&forecast, request->path);
    }
    if (status == STATUS_OK && request->announce != NULL && !(forecast.seconds < LONG_SECONDS)) {
        char *line = forecast_format(&forecast, request);
        request->announce(request->context, line);
        free(line);
    }
    return status;
}

enum status dataset_generate(const struct generate_request *request) {
    assert(request->train >= 0 && request->test >= 0 && request->frames > 0 && request->threads > 0);
    struct dataset_info info = describe(request);
    struct simulator_plan plan = generate_plan(request);
    enum status status = simulator_plan_check(&plan);
    if (status == STATUS_OK) {
        status = check_target(request->path);
    }
    if (status == STATUS_OK) {
        status = look_ahead(request, &info);
    }
    if (status != STATUS_OK) {
        return status;
    }
    char *part = text_format("%s.part", request->path);
    status = write_file(request, &info, part);
    if (status == STATUS_OK) {
        status = file_publish(part, request->path);
    } else {
        (void)unlink(part);
    }
    free(part);
    return status;
}
