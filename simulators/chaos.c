/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulators/chaos.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "integrators/lyapunov.h"
#include "simulators/trajectory.h"
#include "support/memory.h"
#include "support/progress.h"

/* The disturbance is brought back to its length after this many frames. Particles that leave a periodic
 * square are put back into it then: after one, in which they don't come far. */
enum { INTERVAL_FRAMES = 20 };

enum { ALIGNMENT_FRAMES = 100 };

/* Where nothing else ends the motion: trajectories of datasets. */
static const double LONG_TRAJECTORIES = 10.0;

/* Of a trajectory: how often progress is told. */
enum { STRETCHES = 20 };

/* --- an environment as a flow --- */

struct motion {
    const struct simulator *simulator;
    const double *parameters;
};

static void field(const void *context, const double *x, double *rate) {
    const struct motion *motion = context;
    const struct simulator_chart *chart = motion->simulator->dynamics->chart;
    if (chart != NULL) {
        chart->field(motion->parameters, x, rate);
    } else {
        simulator_full_field(motion->simulator, motion->parameters, x, rate);
    }
}

static void wrap(const void *context, double *x) {
    const struct motion *motion = context;
    motion->simulator->dynamics->wrap(motion->parameters, x);
}

static struct lyapunov_flow flow_of(const struct motion *motion) {
    const struct dynamics *dynamics = motion->simulator->dynamics;
    return (struct lyapunov_flow){
        .size = simulator_coordinate_count(motion->simulator),
        .context = motion,
        .field = field,
        .wrap = dynamics->wrap == NULL ? NULL : wrap,
    };
}

static double longest_interval(const struct simulator *simulator) {
    return simulator->dt * (simulator->dynamics->wrap == NULL ? INTERVAL_FRAMES : 1);
}

/* --- the work --- */

struct work {
    const struct chaos_request *request;
    struct simulator_plan plan;
    double interval;
    long count;     /* of intervals, even */
    long alignment; /* intervals before them */
    double *exponents;
    double *halves[2]; /* [trajectories] */
    struct progress progress;
    long done; /* stretches */
    enum status status;
    int failed; /* the first trajectory that failed */
    char *detail;
};

/* What one thread follows trajectories with. */
struct follower {
    struct work *work;
    struct trajectory_runner *runner;
    struct lyapunov *lyapunov;
    struct motion motion;
};

static bool is_stopped(const struct work *work) {
    bool stopped;
#pragma omp critical(chaos)
    stopped = work->status != STATUS_OK;
    return stopped;
}

static void tell_progress(struct work *work) {
#pragma omp critical(chaos)
    progress_update(&work->progress, ++work->done, "");
}

/* Of several trajectories that fail the first one is told, as far as it was begun. */
static void keep_failure(struct work *work, int index, enum status status) {
#pragma omp critical(chaos)
    if (work->status == STATUS_OK || index < work->failed) {
        free(work->detail);
        work->status = status;
        work->failed = index;
        work->detail = memory_copy_string(status_detail());
    }
}

/* The growth over half of a trajectory, in stretches. */
static enum status follow_half(struct follower *follower, double *growth) {
    struct work *work = follower->work;
    long half = work->count / 2;
    enum status status = STATUS_OK;
    *growth = 0.0;
    for (long i = 0; i < STRETCHES / 2 && status == STATUS_OK; i++) {
        double part;
        long first = half * i / (STRETCHES / 2), end = half * (i + 1) / (STRETCHES / 2);
        status = lyapunov_advance(follower->lyapunov, work->interval, end - first, &part);
        *growth += part;
        tell_progress(work);
    }
    return status;
}

/* Trajectory `index` is the first one of its run. */
static enum status draw_start(struct follower *follower, int index, struct trajectory_setup *setup) {
    const struct work *work = follower->work;
    const struct simulator *simulator = work->plan.simulator;
    struct trajectory trajectory;
    char purpose[96];
    uint64_t piece = (uint64_t)index * (uint64_t)simulator_plan_pieces(&work->plan);
    (void)snprintf(purpose, sizeof purpose, "%s/lyapunov", simulator->name);
    enum status status = trajectory_run(follower->runner, work->request->seed, purpose, piece, &trajectory);
    *setup = trajectory.setup;
    return status;
}

static void start(struct follower *follower, int index, const struct trajectory_setup *setup) {
    const struct chaos_request *request = follower->work->request;
    struct random_stream random = random_stream(request->seed, "lyapunov/direction", (uint64_t)index, 0);
    double z[SIMULATOR_MAX_STATE];
    follower->motion.parameters = setup->parameters;
    simulator_enter(request->simulator, setup->state, z);
    lyapunov_start(follower->lyapunov, z, &random);
}

static enum status follow(struct follower *follower, int index) {
    struct work *work = follower->work;
    struct trajectory_setup setup;
    double growth[2] = {0.0, 0.0};
    enum status status = draw_start(follower, index, &setup);
    if (status != STATUS_OK) {
        return status;
    }
    start(follower, index, &setup);
    status = lyapunov_align(follower->lyapunov, longest_interval(work->plan.simulator), work->alignment);
    for (int half = 0; half < 2 && status == STATUS_OK; half++) {
        status = follow_half(follower, &growth[half]);
        work->halves[half][index] = growth[half] / (work->interval * (double)(work->count / 2));
    }
    work->exponents[index] = (growth[0] + growth[1]) / (work->interval * (double)work->count);
    return status;
}

static void follow_all(struct work *work) {
    int trajectories = work->request->trajectories;
#pragma omp parallel num_threads(work->request->effort.threads)
    {
        struct follower follower = {.work = work, .motion = {.simulator = work->plan.simulator}};
        struct lyapunov_flow flow = flow_of(&follower.motion);
        trajectory_runner_create(&follower.runner, &work->plan);
        lyapunov_create(&follower.lyapunov, &flow);
#pragma omp for schedule(dynamic)
        for (int i = 0; i < trajectories; i++) {
            enum status status = is_stopped(work) ? STATUS_OK : follow(&follower, i);
            if (status != STATUS_OK) {
                keep_failure(work, i, status);
            }
        }
        lyapunov_free(follower.lyapunov);
        trajectory_runner_free(follower.runner);
    }
}

/* --- the result --- */

static void summarise(struct chaos_result *out, const struct work *work) {
    size_t count = (size_t)work->request->trajectories;
    *out = (struct chaos_result){
        .trajectories = work->request->trajectories,
        .time = work->interval * (double)work->count,
        .exponents = work->exponents,
        .mean = statistics_mean(work->exponents, count),
        .interval = statistics_t_interval(work->exponents, count, 0.95),
        .deviation = statistics_deviation(work->exponents, count),
        .halves = {statistics_mean(work->halves[0], count), statistics_mean(work->halves[1], count)},
    };
}

void chaos_result_clear(struct chaos_result *result) {
    free(result->exponents);
    *result = (struct chaos_result){0};
}

static bool is_transient(const struct simulator *simulator) {
    return simulator->friction != 0.0 || simulator->may_leave_canvas;
}

double chaos_default_time(const struct simulator *simulator) {
    double time = (double)(simulator->frames - 1) * simulator->dt;
    return is_transient(simulator) ? time : LONG_TRAJECTORIES * time;
}

static enum status check(const struct chaos_request *request) {
    const struct simulator *simulator = request->simulator;
    double frames = request->time / simulator->dt;
    assert(request->trajectories >= 2 && request->trajectories <= CHAOS_MOST_TRAJECTORIES);
    if (simulator->dynamics->field == NULL) {
        return status_fail(STATUS_DATA,
                           "%s: its state alone does not determine how it moves: there is no field whose "
                           "disturbances could be followed",
                           simulator->name);
    }
    if (!(request->time >= simulator->dt)) {
        return status_fail(STATUS_DATA, "%s: a time of %g: expected at least a frame, %g", simulator->name,
                           request->time, simulator->dt);
    }
    if (!(frames * request->trajectories <= CHAOS_MOST_FRAMES)) {
        return status_fail(STATUS_DATA, "%s: %d trajectories of %g frames: expected at most %g frames in all",
                           simulator->name, request->trajectories, frames, CHAOS_MOST_FRAMES);
    }
    return STATUS_OK;
}

/* The time in an even number of equal intervals. */
static void plan_intervals(struct work *work) {
    const struct chaos_request *request = work->request;
    double longest = longest_interval(request->simulator);
    work->count = 2 * (long)fmax(1.0, ceil(request->time / (2.0 * longest) - 1e-9));
    work->interval = request->time / (double)work->count;
    work->alignment = (long)ceil(ALIGNMENT_FRAMES * request->simulator->dt / longest - 1e-9);
}

enum status chaos_measure(struct chaos_result *out, const struct chaos_request *request) {
    enum status status = check(request);
    if (status != STATUS_OK) {
        return status;
    }
    size_t count = (size_t)request->trajectories;
    struct work work = {.request = request, .plan = simulator_plan_default(request->simulator)};
    simulator_plan_quick(&work.plan);
    plan_intervals(&work);
    work.exponents = memory_alloc(count, sizeof *work.exponents);
    work.halves[0] = memory_alloc(count, sizeof *work.halves[0]);
    work.halves[1] = memory_alloc(count, sizeof *work.halves[1]);
    work.progress =
        progress_begin(request->simulator->name, 0, (long)count * STRETCHES, request->effort.quiet);
    follow_all(&work);
    progress_end(&work.progress);
    if (work.status == STATUS_OK) {
        summarise(out, &work);
    } else {
        status = status_fail(work.status, "%s, trajectory %d: %s", request->simulator->name, work.failed,
                             work.detail);
        free(work.exponents);
    }
    free(work.detail);
    free(work.halves[0]);
    free(work.halves[1]);
    return status;
}
