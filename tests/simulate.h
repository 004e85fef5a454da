/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of the environments share: running one, and judging frequencies.
 */
#ifndef HAMBENCH_TESTS_SIMULATE_H
#define HAMBENCH_TESTS_SIMULATE_H

#include <string.h>

#include "simulators/trajectory.h"
#include "tests/harness.h"

/* A plan with the shortest stages that may be asked for: nothing is at equilibrium. */
static inline struct simulator_plan short_plan(const struct simulator *simulator, int frames, double dt) {
    struct simulator_plan plan = simulator_plan_default(simulator);
    for (int i = 0; i < simulator_option_count(simulator); i++) {
        plan.options[i] = simulator->options[i].low;
    }
    plan.frames = frames;
    plan.dt = dt;
    return plan;
}

/* A runner for that plan. */
static inline struct trajectory_runner *runner_for(const struct simulator *simulator, int frames, double dt) {
    struct trajectory_runner *runner = NULL;
    struct simulator_plan plan = short_plan(simulator, frames, dt);
    CU_ASSERT_EQUAL_FATAL(simulator_plan_check(&plan), STATUS_OK);
    trajectory_runner_create(&runner, &plan);
    return runner;
}

/* The state after `frames` - 1 intervals of `dt`. `end` may be `start`. */
static inline void follow(const struct simulator *simulator, const double *parameters, const double *start,
                          double dt, int frames, double *end) {
    struct trajectory_runner *runner = runner_for(simulator, frames, dt);
    struct trajectory trajectory;
    struct trajectory_setup setup = {0};
    bool stays;
    size_t size = (size_t)simulator->dynamics->state_size;
    memcpy(setup.parameters, parameters, (size_t)simulator_value_count(simulator) * sizeof *parameters);
    memcpy(setup.state, start, size * sizeof *start);
    CU_ASSERT_EQUAL(trajectory_follow(runner, &setup, &trajectory, &stays), STATUS_OK);
    CU_ASSERT(stays);
    memcpy(end, &trajectory.states[(size_t)(frames - 1) * size], size * sizeof *end);
    trajectory_runner_free(runner);
}

/* A setup with its look, as it is drawn: not prepared and not looked at whether it stays on the canvas. */
static inline struct trajectory_setup sample(const struct simulator *simulator, uint64_t index) {
    struct random_stream random = random_stream(7, "test", index, 0);
    struct trajectory_setup setup;
    simulator_sample(simulator, &random, &setup);
    simulator_sample_look(simulator, &random, &setup);
    return setup;
}

/* Chi-square of `counts` against equal frequencies. */
static inline double chi_square(const int *counts, int cells, int draws) {
    double expected = (double)draws / (double)cells, sum = 0.0;
    for (int i = 0; i < cells; i++) {
        sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    return sum;
}

#endif
