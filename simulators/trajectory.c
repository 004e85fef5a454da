/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulators/trajectory.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "integrators/gsl_solver.h"
#include "support/memory.h"

/* The run of which the next trajectory may be a piece. */
struct run {
    uint64_t seed;
    char purpose[96];
    uint64_t index;
    int piece;                     /* that begins at `setup`; 0 for no run */
    struct trajectory_setup setup; /* with its look */
    int attempts;
};

struct trajectory_runner {
    struct simulator_plan plan;
    const double *parameters; /* of the trajectory being followed */
    struct gsl_solver *solver;
    struct ode ode;
    double *states;     /* [T][D] */
    double *dx_dt;      /* [T][D] */
    double *dx_dt_full; /* [T][D] */
    struct run run;
};

/* What the reference solver integrates: the state, or its coordinates in the chart, and behind them the work
 * that friction has done. */
enum { SOLVER_MAX_SIZE = SIMULATOR_MAX_STATE + 1 };

static int solver_size(const struct simulator *simulator) {
    const struct simulator_chart *chart = simulator->dynamics->chart;
    return (chart == NULL ? simulator->dynamics->state_size : chart->size) + (simulator->friction != 0.0);
}

/* The field with friction, and behind it the power that friction takes: the solver integrates it to the work
 * W with the same error control. */
static void evaluate(const void *context, const double *state, double *rate) {
    const struct trajectory_runner *runner = context;
    const struct simulator *simulator = runner->plan.simulator;
    if (simulator->dynamics->chart != NULL) {
        simulator->dynamics->chart->field(runner->parameters, state, rate);
        return;
    }
    simulator_full_field(simulator, runner->parameters, state, rate);
    if (simulator->friction != 0.0) {
        rate[simulator->dynamics->state_size] = simulator_dissipation(simulator, runner->parameters, state);
    }
}

void trajectory_runner_create(struct trajectory_runner **out, const struct simulator_plan *plan) {
    struct trajectory_runner *runner = memory_alloc(1, sizeof *runner);
    const struct simulator *simulator = plan->simulator;
    size_t values = (size_t)plan->frames * (size_t)simulator->dynamics->state_size;
    /* Friction acts on momenta, of which a chart knows nothing. */
    assert(simulator->friction == 0.0 || simulator->dynamics->chart == NULL);
    runner->plan = *plan;
    runner->states = memory_alloc(values, sizeof *runner->states);
    runner->dx_dt = memory_alloc(values, sizeof *runner->dx_dt);
    runner->dx_dt_full = simulator->friction == 0.0 ? NULL : memory_alloc(values, sizeof *runner->dx_dt_full);
    runner->ode = (struct ode){.context = runner, .field = evaluate};
    if (simulator_tolerance(simulator) > 0.0) {
        gsl_solver_create(&runner->solver, solver_size(simulator));
    }
    *out = runner;
}

void trajectory_runner_free(struct trajectory_runner *runner) {
    if (runner != NULL) {
        gsl_solver_free(runner->solver);
        free(runner->states);
        free(runner->dx_dt);
        free(runner->dx_dt_full);
        free(runner);
    }
}

static void start_solver(struct trajectory_runner *runner, const double *state) {
    const struct simulator *simulator = runner->plan.simulator;
    double z[SOLVER_MAX_SIZE] = {0.0};
    if (simulator->dynamics->chart != NULL) {
        simulator->dynamics->chart->enter(state, z);
    } else {
        memcpy(z, state, (size_t)simulator->dynamics->state_size * sizeof *z);
    }
    gsl_solver_start(runner->solver, &runner->ode, z);
}

/* The state at `time`, later than the one before, and the work that friction has done until then. */
static enum status advance(struct trajectory_runner *runner, const struct trajectory_setup *setup,
                           double time, double *state, double *work) {
    const struct simulator *simulator = runner->plan.simulator;
    const struct dynamics *dynamics = simulator->dynamics;
    double z[SOLVER_MAX_SIZE];
    if (runner->solver == NULL) {
        dynamics->solution(setup->parameters, setup->state, time, state);
        return STATUS_OK;
    }
    enum status status = gsl_solver_advance(runner->solver, time, z);
    if (status != STATUS_OK) {
        return status;
    }
    if (dynamics->chart != NULL) {
        dynamics->chart->leave(z, state);
    } else {
        memcpy(state, z, (size_t)dynamics->state_size * sizeof *state);
        *work = simulator->friction != 0.0 ? z[dynamics->state_size] : 0.0;
    }
    return STATUS_OK;
}

/* The invariants of a frame compared with those of the first one. */
static void check_frame(const struct simulator *simulator, const double *state, double work,
                        struct trajectory *out) {
    const double *parameters = out->setup.parameters;
    for (int i = 0; i < simulator_invariant_count(simulator); i++) {
        const struct simulator_invariant *invariant = &simulator->dynamics->invariants[i];
        double before = invariant->value(parameters, out->setup.state);
        double now = invariant->value(parameters, state) + (i == 0 ? work : 0.0);
        double error = fabs(now - before);
        /* Not fmax: a nan must stay. */
        out->invariant_error[i] = error <= out->invariant_error[i] ? out->invariant_error[i] : error;
    }
}

/* Keeps the state of a frame, its fields and its errors. */
static void keep_frame(struct trajectory_runner *runner, int frame, const double *state, double work,
                       struct trajectory *out) {
    const struct simulator *simulator = runner->plan.simulator;
    size_t size = (size_t)simulator->dynamics->state_size, first = (size_t)frame * size;
    memmove(&runner->states[first], state, size * sizeof *state);
    if (simulator->dynamics->field != NULL) {
        simulator_field(simulator, out->setup.parameters, state, &runner->dx_dt[first]);
    }
    if (runner->dx_dt_full != NULL) {
        simulator_full_field(simulator, out->setup.parameters, state, &runner->dx_dt_full[first]);
    }
    check_frame(simulator, state, work, out);
}

/* A system with a method of its own. */
static void follow_itself(struct trajectory_runner *runner, struct trajectory *out) {
    const struct dynamics *dynamics = runner->plan.simulator->dynamics;
    dynamics->follow(&runner->plan, &out->setup, runner->states, runner->dx_dt);
    for (int frame = 0; frame < runner->plan.frames; frame++) {
        keep_frame(runner, frame, &runner->states[(size_t)frame * (size_t)dynamics->state_size], 0.0, out);
    }
}

enum status trajectory_follow(struct trajectory_runner *runner, const struct trajectory_setup *setup,
                              struct trajectory *out, bool *stays) {
    const struct simulator *simulator = runner->plan.simulator;
    double state[SIMULATOR_MAX_STATE], work = 0.0;
    memcpy(state, setup->state, sizeof state);
    *out = (struct trajectory){
        .setup = *setup,
        .states = runner->states,
        .dx_dt = runner->dx_dt,
        .dx_dt_full = runner->dx_dt_full,
        .attempts = 1 + setup->rejected,
    };
    *stays = !simulator->may_leave_canvas || simulator_on_canvas(simulator, setup->parameters, state);
    if (simulator->dynamics->follow != NULL) {
        follow_itself(runner, out);
        return STATUS_OK;
    }
    runner->parameters = setup->parameters;
    if (runner->solver != NULL) {
        start_solver(runner, state);
    }
    keep_frame(runner, 0, state, 0.0, out);
    int checks = simulator->may_leave_canvas ? TRAJECTORY_CHECKS_PER_FRAME : 1;
    for (int step = 1; *stays && step <= (runner->plan.frames - 1) * checks; step++) {
        double time = (double)step * runner->plan.dt / (double)checks;
        enum status status = advance(runner, setup, time, state, &work);
        if (status != STATUS_OK) {
            return status;
        }
        if (simulator->may_leave_canvas) {
            *stays = simulator_on_canvas(simulator, setup->parameters, state);
        }
        if (step % checks == 0) {
            keep_frame(runner, step / checks, state, work, out);
        }
    }
    return STATUS_OK;
}

/* One draw: a setup, ready to begin, and its trajectory. */
static enum status attempt(struct trajectory_runner *runner, struct random_stream *random,
                           struct trajectory *out, bool *stays) {
    const struct simulator *simulator = runner->plan.simulator;
    const struct dynamics *dynamics = simulator->dynamics;
    struct trajectory_setup setup;
    enum status status = STATUS_OK;
    simulator_sample(simulator, random, &setup);
    if (dynamics->prepare != NULL) {
        status = dynamics->prepare(&runner->plan, setup.parameters, random, setup.state);
    }
    return status == STATUS_OK ? trajectory_follow(runner, &setup, out, stays) : status;
}

/* The first trajectory of run `index`. */
static enum status begin_run(struct trajectory_runner *runner, uint64_t seed, const char *purpose,
                             uint64_t index, struct trajectory *out) {
    for (uint32_t tried = 0; tried < TRAJECTORY_MAX_ATTEMPTS; tried++) {
        struct random_stream random = random_stream(seed, purpose, index, tried);
        bool stays;
        enum status status = attempt(runner, &random, out, &stays);
        if (status != STATUS_OK) {
            return status;
        }
        if (stays) {
            simulator_sample_look(runner->plan.simulator, &random, &out->setup);
            out->attempts += (int)tried;
            return STATUS_OK;
        }
    }
    return status_fail(STATUS_DATA, "none of %d trajectories stays on the canvas", TRAJECTORY_MAX_ATTEMPTS);
}

/* Keeps the state one frame behind the end of `trajectory`, where the next piece of its run begins. */
static void keep_end(struct trajectory_runner *runner, const struct trajectory *trajectory) {
    const struct dynamics *dynamics = runner->plan.simulator->dynamics;
    assert(dynamics->follow != NULL && dynamics->field != NULL);
    size_t size = (size_t)dynamics->state_size;
    struct simulator_plan interval = runner->plan;
    struct run *run = &runner->run;
    double states[2 * SIMULATOR_MAX_STATE];
    interval.frames = 2;
    run->attempts = trajectory->attempts;
    run->setup = trajectory->setup;
    memcpy(run->setup.state, &trajectory->states[((size_t)runner->plan.frames - 1) * size],
           size * sizeof *states);
    dynamics->follow(&interval, &run->setup, states, NULL);
    memcpy(run->setup.state, &states[size], size * sizeof *states);
    run->piece++;
}

/* The next piece of the runner's run. */
static enum status continue_run(struct trajectory_runner *runner, struct trajectory *out) {
    bool stays;
    enum status status = trajectory_follow(runner, &runner->run.setup, out, &stays);
    out->attempts = runner->run.attempts;
    return status;
}

static bool is_at(const struct run *run, uint64_t seed, const char *purpose, uint64_t index, int piece) {
    return run->piece > 0 && run->piece <= piece && run->seed == seed && run->index == index &&
           strcmp(run->purpose, purpose) == 0;
}

static void name_run(struct run *run, uint64_t seed, const char *purpose, uint64_t index) {
    *run = (struct run){.seed = seed, .index = index};
    assert(strlen(purpose) < sizeof run->purpose);
    (void)snprintf(run->purpose, sizeof run->purpose, "%s", purpose);
}

enum status trajectory_run(struct trajectory_runner *runner, uint64_t seed, const char *purpose,
                           uint64_t index, struct trajectory *out) {
    uint64_t pieces = (uint64_t)simulator_plan_pieces(&runner->plan);
    if (pieces == 1) {
        return begin_run(runner, seed, purpose, index, out);
    }
    int piece = (int)(index % pieces);
    if (!is_at(&runner->run, seed, purpose, index / pieces, piece)) {
        name_run(&runner->run, seed, purpose, index / pieces);
    }
    for (;;) {
        int reached = runner->run.piece;
        enum status status =
            reached == 0 ? begin_run(runner, seed, purpose, index / pieces, out) : continue_run(runner, out);
        if (status != STATUS_OK) {
            return status;
        }
        keep_end(runner, out);
        if (reached == piece) {
            return STATUS_OK;
        }
    }
}
