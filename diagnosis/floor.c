/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diagnosis/floor.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/image_error.h"
#include "simulators/trajectory.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "support/progress.h"
#include "support/statistics.h"

/* A start that leaves the canvas is disturbed in another way, so often. */
enum { MOST_ATTEMPTS = 20 };

struct work {
    const struct floor_request *request;
    struct simulator_plan plan;
    struct trajectory_setup *setups; /* [trajectories] */
    bool *usable;                    /* [trajectories] */
    struct floor_result all;         /* of all trajectories */
    struct progress progress;
    long done;
    enum status status;
    int failed; /* the first trajectory that failed */
    char *detail;
};

/* Of each coordinate over the starts. */
static void measure_deviations(struct work *work) {
    const struct simulator *simulator = work->request->simulator;
    int size = simulator_coordinate_count(simulator), count = work->request->trajectories;
    double *values = memory_alloc((size_t)size * (size_t)count, sizeof *values), z[SIMULATOR_MAX_STATE];
    for (int i = 0; i < count; i++) {
        simulator_enter(simulator, work->setups[i].state, z);
        for (int k = 0; k < size; k++) {
            values[k * count + i] = z[k];
        }
    }
    work->all.state_size = size;
    for (int k = 0; k < size; k++) {
        work->all.deviation[k] = statistics_deviation(values + (size_t)k * (size_t)count, (size_t)count);
    }
    free(values);
}

/* ---- one trajectory ---- */

/* Of several trajectories that fail the first one is told, as far as it was begun. */
static void keep_failure(struct work *work, int index, enum status status) {
#pragma omp critical(floor)
    if (work->status == STATUS_OK || index < work->failed) {
        free(work->detail);
        work->status = status;
        work->failed = index;
        work->detail = memory_copy_string(status_detail());
    }
}

static void draw(const struct work *work, const struct trajectory_setup *setup, const double *state,
                 real *out) {
    uint8_t image[IMAGE_VALUES];
    simulator_draw(work->request->simulator, setup, state, image);
    for (int i = 0; i < IMAGE_VALUES; i++) {
        out[i] = (real)image[i] / 255;
    }
}

static struct trajectory_setup disturbed(const struct work *work, int index, int attempt, double amount) {
    const struct simulator *simulator = work->request->simulator;
    struct random_stream random =
        random_stream(work->request->seed, "floor/disturbance", (uint64_t)index, (uint32_t)attempt);
    struct trajectory_setup setup = work->setups[index];
    double z[SIMULATOR_MAX_STATE];
    simulator_enter(simulator, setup.state, z);
    for (int k = 0; k < work->all.state_size; k++) {
        z[k] += amount * work->all.deviation[k] * random_normal(&random);
    }
    simulator_leave(simulator, z, setup.state);
    return setup;
}

/* Errors of the trajectory that begins at `setup` against the true images [T][IMAGE_VALUES]. */
static enum status compare(struct work *work, struct trajectory_runner *runner, int index, int amount,
                           const struct trajectory_setup *setup, const real *truth, bool *stays) {
    const struct floor_request *request = work->request;
    int frames = request->frames, size = request->simulator->dynamics->state_size;
    size_t row = (size_t)amount * (size_t)request->trajectories + (size_t)index;
    struct trajectory trajectory;
    enum status status = trajectory_follow(runner, setup, &trajectory, stays);
    if (status != STATUS_OK || !*stays) {
        return status;
    }
    int valid = 0;
    for (int t = 0; t < frames; t++) {
        real image[IMAGE_VALUES];
        const real *target = truth + (size_t)t * IMAGE_VALUES;
        draw(work, setup, trajectory.states + (size_t)t * (size_t)size, image);
        work->all.mse[row * (size_t)frames + (size_t)t] = mse_error.frame(image, target);
        double relative = l2_norm_error.frame(image, target) * IMAGE_VALUES;
        valid += valid == t && relative <= request->threshold;
    }
    work->all.valid[row] = valid;
    return STATUS_OK;
}

static enum status follow(struct work *work, struct trajectory_runner *runner, real *truth, int index) {
    const struct floor_request *request = work->request;
    size_t size = (size_t)request->simulator->dynamics->state_size;
    struct trajectory trajectory;
    bool stays;
    enum status status = trajectory_follow(runner, &work->setups[index], &trajectory, &stays);
    if (status != STATUS_OK) {
        return status;
    }
    for (int t = 0; t < request->frames; t++) {
        draw(work, &work->setups[index], trajectory.states + (size_t)t * size,
             truth + (size_t)t * IMAGE_VALUES);
    }
    for (int attempt = 0; attempt < MOST_ATTEMPTS && !work->usable[index] && status == STATUS_OK; attempt++) {
        bool all_stay = true;
        for (int a = 0; a < request->amounts && all_stay && status == STATUS_OK; a++) {
            struct trajectory_setup setup = disturbed(work, index, attempt, request->amount[a]);
            status = compare(work, runner, index, a, &setup, truth, &all_stay);
        }
        work->usable[index] = all_stay && status == STATUS_OK;
    }
    return status;
}

/* ---- all of them ---- */

/* Trajectory `index` is the first one of its run. */
static enum status draw_start(struct work *work, struct trajectory_runner *runner, int index) {
    const struct simulator *simulator = work->request->simulator;
    char purpose[96];
    struct trajectory trajectory;
    uint64_t piece = (uint64_t)index * (uint64_t)simulator_plan_pieces(&work->plan);
    (void)snprintf(purpose, sizeof purpose, "%s/floor", simulator->name);
    enum status status = trajectory_run(runner, work->request->seed, purpose, piece, &trajectory);
    work->setups[index] = trajectory.setup;
    return status;
}

static bool goes_on(struct work *work) {
    bool ok;
#pragma omp critical(floor)
    {
        if (work->status == STATUS_OK && interrupt_requested()) {
            work->status = STATUS_INTERRUPTED;
        }
        ok = work->status == STATUS_OK;
    }
    return ok;
}

static void run_all(struct work *work, bool starts) {
    const struct floor_request *request = work->request;
#pragma omp parallel num_threads(request->effort.threads)
    {
        struct trajectory_runner *runner;
        trajectory_runner_create(&runner, &work->plan);
        real *truth = memory_alloc((size_t)request->frames * IMAGE_VALUES, sizeof *truth);
#pragma omp for schedule(dynamic)
        for (int i = 0; i < request->trajectories; i++) {
            enum status status = !goes_on(work) ? STATUS_OK
                                 : starts       ? draw_start(work, runner, i)
                                                : follow(work, runner, truth, i);
            if (status != STATUS_OK) {
                keep_failure(work, i, status);
            }
#pragma omp critical(floor)
            progress_update(&work->progress, ++work->done, "");
        }
        free(truth);
        trajectory_runner_free(runner);
    }
}

/* Leaves the trajectories that are usable, in their order. */
static void close_ranks(struct work *work) {
    struct floor_result *all = &work->all;
    size_t frames = (size_t)all->frames;
    int kept = 0, count = all->trajectories;
    for (int i = 0; i < count; i++) {
        kept += work->usable[i];
    }
    for (int a = 0, to = 0; a < all->amounts; a++) {
        for (int i = 0; i < count; i++) {
            int from = a * count + i;
            if (work->usable[i]) {
                memmove(all->mse + (size_t)to * frames, all->mse + (size_t)from * frames,
                        frames * sizeof *all->mse);
                all->valid[to] = all->valid[from];
                to++;
            }
        }
    }
    const struct dynamics *dynamics = work->request->simulator->dynamics;
    for (int i = 0, to = 0; i < count; i++) {
        if (work->usable[i]) {
            const struct trajectory_setup *setup = &work->setups[i];
            all->group[to++] =
                dynamics->groups == NULL ? 0 : dynamics->groups->find(setup->parameters, setup->state);
        }
    }
    all->left_out = count - kept;
    all->trajectories = kept;
}

static enum status check(const struct floor_request *request, const struct simulator_plan *plan) {
    const struct simulator *simulator = request->simulator;
    assert(request->trajectories >= 2 && request->trajectories <= FLOOR_MOST_TRAJECTORIES);
    assert(request->frames >= 2 && request->frames <= FLOOR_MOST_FRAMES);
    assert(request->amounts >= 1 && request->amounts <= FLOOR_MOST_AMOUNTS);
    if (simulator->dynamics->field == NULL) {
        return status_fail(STATUS_DATA,
                           "%s: its state alone does not determine how it moves: there is no start that "
                           "could be disturbed",
                           simulator->name);
    }
    double frames = (double)request->trajectories * request->frames * request->amounts;
    if (frames > FLOOR_MOST_COMPARED) {
        return status_fail(
            STATUS_DATA, "%s: %d trajectories of %d frames, %d times: expected at most %.0e frames",
            simulator->name, request->trajectories, request->frames, request->amounts, FLOOR_MOST_COMPARED);
    }
    return simulator_plan_check(plan);
}

void floor_result_clear(struct floor_result *result) {
    free(result->group);
    free(result->mse);
    free(result->valid);
    *result = (struct floor_result){0};
}

enum status floor_measure(struct floor_result *out, const struct floor_request *request) {
    struct work work = {.request = request, .plan = simulator_plan_default(request->simulator)};
    size_t count = (size_t)request->trajectories, rows = (size_t)request->amounts * count;
    simulator_plan_quick(&work.plan);
    work.plan.frames = request->frames;
    enum status status = check(request, &work.plan);
    if (status != STATUS_OK) {
        return status;
    }
    work.setups = memory_alloc(count, sizeof *work.setups);
    work.usable = memory_alloc(count, sizeof *work.usable);
    work.all = (struct floor_result){
        .trajectories = request->trajectories,
        .frames = request->frames,
        .amounts = request->amounts,
        .group = memory_alloc(count, sizeof *work.all.group),
        .mse = memory_alloc(rows * (size_t)request->frames, sizeof *work.all.mse),
        .valid = memory_alloc(rows, sizeof *work.all.valid),
    };
    work.progress = progress_begin(request->simulator->name, 0, 2 * (long)count, request->effort.quiet);
    run_all(&work, true);
    if (work.status == STATUS_OK) {
        measure_deviations(&work);
        run_all(&work, false);
    }
    progress_end(&work.progress);
    if (work.status == STATUS_OK) {
        close_ranks(&work);
        *out = work.all;
    } else {
        status = work.detail == NULL ? status_fail(work.status, "%s: interrupted", request->simulator->name)
                                     : status_fail(work.status, "%s, trajectory %d: %s",
                                                   request->simulator->name, work.failed, work.detail);
        floor_result_clear(&work.all);
    }
    free(work.detail);
    free(work.setups);
    free(work.usable);
    return status;
}

size_t floor_errors(const struct floor_result *result, int amount, int frame, int group, double *out) {
    size_t count = 0;
    for (int i = 0; i < result->trajectories; i++) {
        if (group < 0 || result->group[i] == group) {
            size_t row = (size_t)amount * (size_t)result->trajectories + (size_t)i;
            out[count++] = result->mse[row * (size_t)result->frames + (size_t)frame];
        }
    }
    return count;
}
