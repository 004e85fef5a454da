/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Speed of simulation and rendering on one thread, one JSON line per figure, with the largest invariant error
 * met on the way.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "simulators/render_discs.h"
#include "simulators/trajectory.h"
#include "support/json_text.h"
#include "support/text.h"
#include "support/timer.h"

/* Each figure is measured at least so long. */
static const double SECONDS = 0.25;

static void begin_line(struct json_text *json, const char *bench, const char *environment) {
    json_text_open(json, NULL, '{');
    json_text_string(json, "bench", bench);
    json_text_string(json, "environment", environment);
}

static void print_line(struct json_text *json) {
    json_text_close(json, '}');
    (void)printf("%s\n", json->out->data);
    (void)fflush(stdout);
    text_free(json->out);
}

/* Trajectories of default length, from the draw to fields and invariants, without images. Runs that several
 * trajectories are cut from are made by the quick protocol. */
static void bench_trajectories(const struct simulator *simulator) {
    struct simulator_plan plan = simulator_plan_default(simulator);
    struct trajectory_runner *runner;
    struct trajectory trajectory;
    double worst[SIMULATOR_MAX_INVARIANTS] = {0.0};
    long count = 0, attempts = 0;
    simulator_plan_quick(&plan);
    trajectory_runner_create(&runner, &plan);
    double start = timer_now();
    while (timer_now() - start < SECONDS || count < simulator_plan_pieces(&plan)) {
        if (trajectory_run(runner, 1, "bench", (uint64_t)count, &trajectory) != STATUS_OK) {
            (void)fprintf(stderr, "%s: %s\n", simulator->name, status_detail());
            exit(EXIT_FAILURE);
        }
        for (int i = 0; i < simulator_invariant_count(simulator); i++) {
            worst[i] = fmax(worst[i], trajectory.invariant_error[i]);
        }
        attempts += trajectory.attempts;
        count++;
    }
    struct text text = {0};
    struct json_text json = {.out = &text};
    begin_line(&json, "simulate", simulator->name);
    json_text_number(&json, "trajectories_per_second", (double)count / (timer_now() - start));
    json_text_number(&json, "draws_per_trajectory", (double)attempts / (double)count);
    for (int i = 0; i < simulator_invariant_count(simulator); i++) {
        json_text_number(&json, simulator->dynamics->invariants[i].name, worst[i]);
    }
    print_line(&json);
    trajectory_runner_free(runner);
}

/* Frames of one trajectory, again and again. */
static void bench_frames(const struct simulator *simulator) {
    struct simulator_plan plan = simulator_plan_default(simulator);
    struct trajectory_runner *runner;
    struct trajectory trajectory;
    uint8_t image[IMAGE_VALUES];
    long count = 0;
    simulator_plan_quick(&plan);
    trajectory_runner_create(&runner, &plan);
    if (trajectory_run(runner, 1, "bench", 0, &trajectory) != STATUS_OK) {
        exit(EXIT_FAILURE);
    }
    double start = timer_now();
    while (timer_now() - start < SECONDS) {
        for (int frame = 0; frame < plan.frames; frame++, count++) {
            simulator_draw(simulator, &trajectory.setup,
                           &trajectory.states[(long)frame * simulator->dynamics->state_size], image);
        }
    }
    struct text text = {0};
    struct json_text json = {.out = &text};
    begin_line(&json, "render", simulator->name);
    json_text_number(&json, "frames_per_second", (double)count / (timer_now() - start));
    print_line(&json);
    trajectory_runner_free(runner);
}

/* Seconds for an image of `count` discs, by the full evaluation or by the one that skips far pixels. */
static double time_discs(const struct render_disc *discs, int count, bool skip) {
    double values[IMAGE_VALUES];
    uint8_t image[IMAGE_VALUES];
    long images = 0;
    double start = timer_now();
    while (timer_now() - start < SECONDS) {
        for (int i = 0; i < 100; i++, images++) {
            if (skip) {
                render_discs_bytes(discs, count, image);
            } else {
                render_discs_values(discs, count, values);
            }
        }
    }
    return (timer_now() - start) / (double)images;
}

static void bench_skipping(void) {
    struct render_disc disc = {.x = 0.4, .y = 0.6, .radius = 0.1426};
    double full = time_discs(&disc, 1, false), skipping = time_discs(&disc, 1, true);
    struct text text = {0};
    struct json_text json = {.out = &text};
    begin_line(&json, "far pixels skipped", "pendulum");
    json_text_number(&json, "seconds_full", full);
    json_text_number(&json, "seconds", skipping);
    json_text_number(&json, "ratio", full / skipping);
    print_line(&json);
}

/* Steps of the isolated system at equilibrium. */
static void bench_steps(const char *name) {
    const struct simulator *simulator = simulator_find(name);
    struct simulator_plan plan = simulator_plan_default(simulator);
    struct trajectory_runner *runner;
    struct trajectory trajectory;
    long frames = 0;
    bool stays;
    simulator_plan_quick(&plan);
    trajectory_runner_create(&runner, &plan);
    if (trajectory_run(runner, 1, "bench", 0, &trajectory) != STATUS_OK) {
        exit(EXIT_FAILURE);
    }
    struct trajectory_setup setup = trajectory.setup;
    double start = timer_now();
    while (timer_now() - start < SECONDS) {
        (void)trajectory_follow(runner, &setup, &trajectory, &stays);
        frames += plan.frames - 1;
    }
    struct text text = {0};
    struct json_text json = {.out = &text};
    begin_line(&json, "molecular dynamics", name);
    json_text_number(&json, "steps_per_second", (double)frames * plan.dt / 0.002 / (timer_now() - start));
    print_line(&json);
    trajectory_runner_free(runner);
}

int main(void) {
    for (const struct simulator *const *simulator = simulators; *simulator != NULL; simulator++) {
        if ((*simulator)->train > 0) { /* the test sets for long predictions are the same systems */
            bench_trajectories(*simulator);
            bench_frames(*simulator);
        }
    }
    bench_skipping();
    bench_steps("molecular_dynamics_4");
    bench_steps("molecular_dynamics_16");
    return 0;
}
