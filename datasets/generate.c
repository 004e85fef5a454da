/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/generate.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "datasets/dataset_writer.h"
#include "datasets/forecast.h"
#include "datasets/maker.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "support/lock.h"
#include "support/memory.h"
#include "support/progress.h"
#include "support/text.h"

/* Work that is expected to take longer is announced. */
static const double LONG_SECONDS = 5.0;

/* Where many trajectories are cut from each run, this many runs are followed at the same time. Their
 * trajectories are stored in turn, so the number is part of what the bytes of a file depend on. */
enum { RUNS_AT_ONCE = 16 };

/* A thread that is ahead goes on with its next trajectory while the last one waits for those before it. */
enum { SLOTS_PER_THREAD = 2 };

/* A trajectory: where it belongs, and the runner that makes it. */
struct place {
    enum dataset_split split;
    int index; /* -1 where a run has no such piece */
    int runner;
};

/* Room for one trajectory between its making and its storing. */
struct slot {
    struct maker maker;
    struct place place;
    bool made;
    enum status status; /* of the making, with its detail */
    char *detail;
};

struct generation {
    const struct generate_request *request;
    struct dataset_info info;
    struct simulator_plan plan;
    char purposes[DATASET_SPLITS][GENERATE_PURPOSE_SIZE];
    int pieces;                         /* trajectories of a run */
    struct trajectory_runner **runners; /* one for each thread, or for each run at once */
    struct slot *slots;
    int slot_count;
    struct dataset_writer *writer;
    struct progress progress;
    struct lock *lock;  /* of the file */
    long written;       /* trajectories */
    enum status status; /* of the first trajectory that failed, with its detail */
    char *detail;
};

/* The trajectories of some runs, numbered in the order in which they are stored. Those from `stored` to
 * `next` are being made or wait for those before them; trajectory i has the slot i modulo `slots`. */
struct group {
    struct generation *generation;
    int first_run;
    int runs;
    int slots; /* that are used: not more than runs, so that no two of them are pieces of one run */
    long count;
    pthread_mutex_t lock;
    pthread_cond_t moved; /* `stored` has grown */
    long next;
    long stored;
    bool writing; /* a thread is at it */
};

/* --- which trajectory is made when ---------------------------------------------------------------------- */

/* Runs of a split: the last one may be cut short. */
static int runs_of(const struct generation *generation, int split) {
    return (generation->info.trajectories[split] + generation->pieces - 1) / generation->pieces;
}

/* Piece `piece` of run `run`, runs being numbered through all splits. */
static struct place place_piece(const struct generation *generation, int run, int piece) {
    int split = 0, first = 0; /* run of the split */
    while (run - first >= runs_of(generation, split)) {
        first += runs_of(generation, split++);
    }
    struct place place = {
        .split = (enum dataset_split)split,
        .index = (run - first) * generation->pieces + piece,
        .runner = run % RUNS_AT_ONCE,
    };
    if (place.index >= generation->info.trajectories[split]) {
        place.index = -1;
    }
    return place;
}

/* --- making them ---------------------------------------------------------------------------------------- */

static void make_trajectory(struct generation *generation, struct slot *slot) {
    struct place place = slot->place;
    slot->status = interrupt_requested() ? STATUS_INTERRUPTED
                                         : maker_run(&slot->maker, generation->runners[place.runner],
                                                     generation->purposes[place.split], place.index);
    if (slot->status == STATUS_INTERRUPTED) {
        (void)status_fail(slot->status, "%s: interrupted, nothing was kept", generation->request->path);
    }
    if (slot->status != STATUS_OK) {
        slot->detail = memory_copy_string(status_detail());
    }
}

/* Stores a trajectory that could be made. */
static enum status store(struct generation *generation, const struct slot *slot) {
    if (slot->status != STATUS_OK) {
        return status_fail(slot->status, "%s", slot->detail);
    }
    if (slot->place.index < 0) {
        return STATUS_OK;
    }
    progress_update(&generation->progress, ++generation->written, "");
    lock_heartbeat(generation->lock);
    return dataset_writer_put(generation->writer, slot->place.split, slot->place.index, &slot->maker.row,
                              slot->maker.series);
}

/* Stores what is next, as far as it is made, unless another thread is at it; after the first failure nothing
 * more. Holds the lock, but not while it writes. */
static void store_ready(struct group *group) {
    struct generation *generation = group->generation;
    if (group->writing) {
        return;
    }
    group->writing = true;
    for (;;) {
        struct slot *slot = &generation->slots[group->stored % group->slots];
        if (group->stored == group->next || !slot->made) {
            break;
        }
        bool go_on = generation->status == STATUS_OK;
        (void)pthread_mutex_unlock(&group->lock);
        enum status status = go_on ? store(generation, slot) : STATUS_OK;
        (void)pthread_mutex_lock(&group->lock);
        if (status != STATUS_OK) {
            generation->status = status;
            generation->detail = memory_copy_string(status_detail());
        }
        free(slot->detail);
        slot->detail = NULL;
        slot->made = false;
        group->stored++;
        (void)pthread_cond_broadcast(&group->moved);
    }
    group->writing = false;
}

/* Takes trajectories to make until there are none, or one has failed. */
static void work(struct group *group) {
    struct generation *generation = group->generation;
    (void)pthread_mutex_lock(&group->lock);
    while (group->next < group->count && generation->status == STATUS_OK) {
        if (group->next - group->stored == group->slots) {
            (void)pthread_cond_wait(&group->moved, &group->lock);
            continue;
        }
        long number = group->next++;
        struct slot *slot = &generation->slots[number % group->slots];
        (void)pthread_mutex_unlock(&group->lock);
        slot->place = place_piece(generation, group->first_run + (int)(number % group->runs),
                                  (int)(number / group->runs));
        slot->status = STATUS_OK;
        if (generation->pieces == 1) {
            slot->place.runner = omp_get_thread_num();
        }
        if (slot->place.index >= 0) {
            make_trajectory(generation, slot);
        }
        (void)pthread_mutex_lock(&group->lock);
        slot->made = true;
        store_ready(group);
    }
    (void)pthread_mutex_unlock(&group->lock);
}

/* Makes all pieces of `runs` runs. The trajectories are made in parallel and stored one after the other in a
 * fixed order by whichever thread has made the next one, while others are being made: memory holds a few per
 * thread, and the bytes of the file do not depend on the number of threads. */
static void make_group(struct generation *generation, int first_run, int runs) {
    struct group group = {
        .generation = generation,
        .first_run = first_run,
        .runs = runs,
        .slots = runs < generation->slot_count ? runs : generation->slot_count,
        .count = (long)runs * generation->pieces,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .moved = PTHREAD_COND_INITIALIZER,
    };
#pragma omp parallel num_threads(generation->request->effort.threads)
    work(&group);
}

/* Trajectories of their own are one group of runs; of longer runs there is a limited number at once. */
static void make_all(struct generation *generation) {
    int runs = 0;
    for (int split = 0; split < DATASET_SPLITS; split++) {
        runs += runs_of(generation, split);
    }
    int size = generation->pieces == 1 ? runs : RUNS_AT_ONCE;
    for (int first = 0; first < runs; first += size) {
        make_group(generation, first, runs - first < size ? runs - first : size);
    }
}

static enum status run_makers(struct generation *generation) {
    const struct generate_request *request = generation->request;
    const struct dataset_info *info = &generation->info;
    int runners = generation->pieces == 1 ? request->effort.threads : RUNS_AT_ONCE;
    generation->slot_count = SLOTS_PER_THREAD * request->effort.threads;
    generation->slots = memory_alloc((size_t)generation->slot_count, sizeof *generation->slots);
    generation->runners = memory_alloc((size_t)runners, sizeof(struct trajectory_runner *));
    for (int i = 0; i < generation->slot_count; i++) {
        maker_create(&generation->slots[i].maker, request->simulator, info);
    }
    for (int i = 0; i < runners; i++) {
        trajectory_runner_create(&generation->runners[i], &generation->plan);
    }
    generation->progress =
        progress_begin(request->simulator->name, 0, dataset_layout_trajectories(info), request->effort.quiet);
    make_all(generation);
    progress_end(&generation->progress);
    for (int i = 0; i < runners; i++) {
        trajectory_runner_free(generation->runners[i]);
    }
    for (int i = 0; i < generation->slot_count; i++) {
        maker_free(&generation->slots[i].maker);
    }
    free(generation->runners);
    free(generation->slots);
    enum status status = generation->status;
    if (status != STATUS_OK) {
        status = status_fail(status, "%s", generation->detail);
    }
    free(generation->detail);
    return status;
}

/* Makes the whole file under the name `part`. */
static enum status write_file(const struct generate_request *request, const struct dataset_info *info,
                              const char *part, struct lock *lock) {
    struct generation generation = {
        .request = request, .info = *info, .plan = generate_plan(request), .lock = lock};
    generation.pieces = simulator_plan_pieces(&generation.plan);
    for (int split = 0; split < DATASET_SPLITS; split++) {
        generate_purpose(generation.purposes[split], request->simulator, split);
    }
    enum status status =
        dataset_writer_create(&generation.writer, part, request->path, request->simulator, info);
    if (status != STATUS_OK) {
        return status;
    }
    status = run_makers(&generation);
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
    if (status == STATUS_OK && !(forecast.seconds < LONG_SECONDS)) {
        char *line = forecast_format(&forecast, request);
        effort_report(&request->effort, "%s", line);
        free(line);
    }
    return status;
}

/* Makes the file; the caller holds its lock. */
static enum status make_file(const struct generate_request *request, const struct dataset_info *info,
                             struct lock *lock) {
    char *part;
    enum status status = look_ahead(request, info);
    if (status == STATUS_OK) {
        status = file_temporary(&part, request->path);
    }
    if (status != STATUS_OK) {
        return status;
    }
    status = write_file(request, info, part, lock);
    return file_settle(part, request->path, status);
}

/* Whether the file is there and is what would be made. */
static bool is_made(const char *path, const struct dataset_info *info) {
    struct dataset *dataset = NULL;
    if (!file_exists(path) || dataset_open_within(&dataset, path, 0) != STATUS_OK) {
        return false;
    }
    bool equal = dataset_layout_equal(dataset_info(dataset), info);
    dataset_close(dataset);
    return equal;
}

/* What waiting for another process that makes the same file has to tell. */
struct waiting {
    const struct generate_request *request;
    bool waited;
};

static void announce_waiting(void *context, const char *line) {
    struct waiting *waiting = context;
    waiting->waited = true;
    effort_report(&waiting->request->effort, "%s", line);
}

/* Whoever has the lock is the only one who makes this file: temporaries that are there are of processes that
 * were killed. */
static void remove_left(const char *path, const struct lock *lock) {
    if (lock_is_exclusive(lock)) {
        char *folder = file_folder(path);
        file_remove_temporaries(folder, file_base_name(path));
        free(folder);
    }
}

static enum status generate_locked(const struct generate_request *request, const struct dataset_info *info) {
    struct waiting waiting = {.request = request};
    struct lock_wait wait = {request->path, "is being made", announce_waiting, &waiting};
    struct lock *lock;
    char *path = text_format("%s.lock", request->path);
    enum status status = lock_wait(&lock, path, &wait);
    free(path);
    if (status != STATUS_OK) {
        return status;
    }
    remove_left(request->path, lock);
    if (!(request->keep || waiting.waited) || !is_made(request->path, info)) {
        status = make_file(request, info, lock);
    }
    lock_release(lock);
    return status;
}

enum status dataset_generate(const struct generate_request *request) {
    assert(request->train >= 0 && request->test >= 0 && request->validation >= 0 && request->frames > 0 &&
           request->effort.threads > 0);
    struct dataset_info info = generate_plan_info(request);
    struct simulator_plan plan = generate_plan(request);
    enum status status = simulator_plan_check(&plan);
    if (status == STATUS_OK) {
        status = check_target(request->path);
    }
    return status == STATUS_OK ? generate_locked(request, &info) : status;
}
