/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulators/trajectory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "integrators/gsl_solver.h"
#include "support/memory.h"

struct trajectory_runner {
    const struct simulator *simulator;
    const double *parameters; /* of the trajectory being followed */
    struct gsl_solver *solver;
    struct ode ode;
    int frames;
    double dt;
    double *states; /* [T][D] */
};

/* The field with friction, and behind the state the power that friction takes: the solver integrates it to
 * the work W with the same error control. */
static void evaluate(const void *context, const double *state, double *rate) {
    const struct trajectory_runner *runner = context;
    const struct simulator *simulator = runner->simulator;
    simulator_full_field(simulator, runner->parameters, state, rate);
    if (simulator->friction != 0.0) {
        rate[simulator->dynamics->state_size] = simulator_dissipation(simulator, runner->parameters, state);
    }
}

/* Whether the closed form, which knows no friction, describes the environment. */
static bool has_solution(const struct simulator *simulator) {
    return simulator->dynamics->solution != NULL && simulator->friction == 0.0;
}

void trajectory_runner_create(struct trajectory_runner **out, const struct simulator *simulator, int frames,
                              double dt) {
    struct trajectory_runner *runner = memory_alloc(1, sizeof *runner);
    int state_size = simulator->dynamics->state_size;
    runner->simulator = simulator;
    runner->frames = frames;
    runner->dt = dt;
    runner->states = memory_alloc((size_t)frames * (size_t)state_size, sizeof *runner->states);
    runner->ode = (struct ode){.context = runner, .field = evaluate};
    if (!has_solution(simulator)) {
        gsl_solver_create(&runner->solver, state_size + (simulator->friction != 0.0));
    }
    *out = runner;
}

void trajectory_runner_free(struct trajectory_runner *runner) {
    if (runner != NULL) {
        gsl_solver_free(runner->solver);
        free(runner->states);
        free(runner);
    }
}

/* Takes `state` (and the work behind it, where there is friction) from time (step - 1) / checks to
 * step / checks frames. */
static enum status advance(struct trajectory_runner *runner, const struct trajectory_setup *setup, int step,
                           int checks, double *state) {
    double time = (double)step * runner->dt / (double)checks;
    if (runner->solver != NULL) {
        return gsl_solver_advance(runner->solver, time, state);
    }
    runner->simulator->dynamics->solution(setup->parameters, setup->state, time, state);
    return STATUS_OK;
}

static double energy_balance(const struct simulator *simulator, const double *parameters,
                             const double *state) {
    double work = simulator->friction != 0.0 ? state[simulator->dynamics->state_size] : 0.0;
    return simulator_energy(simulator, parameters, state) + work;
}

/* Keeps the state of a frame and its energy error. */
static void keep_frame(struct trajectory_runner *runner, int frame, const double *state, double first_energy,
                       struct trajectory *out) {
    size_t state_size = (size_t)runner->simulator->dynamics->state_size;
    memcpy(&runner->states[(size_t)frame * state_size], state, state_size * sizeof *state);
    double error = fabs(energy_balance(runner->simulator, out->setup.parameters, state) - first_energy);
    /* Not fmax: a nan must stay. */
    out->energy_error = error <= out->energy_error ? out->energy_error : error;
}

enum status trajectory_follow(struct trajectory_runner *runner, const struct trajectory_setup *setup,
                              struct trajectory *out, bool *stays) {
    const struct simulator *simulator = runner->simulator;
    double state[SIMULATOR_MAX_STATE + 1] = {0.0};
    memcpy(state, setup->state, sizeof setup->state);
    *out = (struct trajectory){.setup = *setup, .states = runner->states};
    runner->parameters = setup->parameters;
    if (runner->solver != NULL) {
        gsl_solver_start(runner->solver, &runner->ode, state);
    }
    double first_energy = energy_balance(simulator, setup->parameters, state);
    keep_frame(runner, 0, state, first_energy, out);
    int checks = simulator->may_leave_canvas ? TRAJECTORY_CHECKS_PER_FRAME : 1;
    *stays = !simulator->may_leave_canvas || simulator_on_canvas(simulator, setup->parameters, state);
    for (int step = 1; *stays && step <= (runner->frames - 1) * checks; step++) {
        enum status status = advance(runner, setup, step, checks, state);
        if (status != STATUS_OK) {
            return status;
        }
        if (simulator->may_leave_canvas) {
            *stays = simulator_on_canvas(simulator, setup->parameters, state);
        }
        if (step % checks == 0) {
            keep_frame(runner, step / checks, state, first_energy, out);
        }
    }
    return STATUS_OK;
}

enum status trajectory_run(struct trajectory_runner *runner, uint64_t seed, const char *purpose,
                           uint64_t index, struct trajectory *out) {
    for (uint32_t attempt = 0; attempt < TRAJECTORY_MAX_ATTEMPTS; attempt++) {
        struct random_stream random = random_stream(seed, purpose, index, attempt);
        struct trajectory_setup setup;
        bool stays;
        simulator_sample(runner->simulator, &random, &setup);
        enum status status = trajectory_follow(runner, &setup, out, &stays);
        if (status != STATUS_OK) {
            return status;
        }
        if (stays) {
            simulator_sample_look(runner->simulator, &random, &out->setup);
            out->attempts = (int)attempt + 1;
            return STATUS_OK;
        }
    }
    return status_fail(STATUS_DATA, "none of %d trajectories stays on the canvas", TRAJECTORY_MAX_ATTEMPTS);
}
