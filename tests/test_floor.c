/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What wrong starts alone cost, against a closed solution, and what is known of systems without computing it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnosis/floor.h"
#include "evaluation/image_error.h"
#include "evaluation/metric.h"
#include "simulators/trajectory.h"
#include "support/memory.h"
#include "support/statistics.h"
#include "tests/harness.h"

enum { SEED = 5 };

static struct floor_request request_of(const char *environment, int trajectories, int frames) {
    struct floor_request request = {
        .simulator = simulator_find(environment),
        .trajectories = trajectories,
        .frames = frames,
        .amounts = 2,
        .amount = {0.02, 0.04},
        .threshold = FLOOR_THRESHOLD,
        .seed = SEED,
        .effort = {.threads = 2, .quiet = true},
    };
    CU_ASSERT_PTR_NOT_NULL_FATAL(request.simulator);
    return request;
}

/* The caller clears the result. */
static struct floor_result measure(const struct floor_request *request) {
    struct floor_result result = {0};
    CHECK_OK_FATAL(floor_measure(&result, request));
    CU_ASSERT_EQUAL(result.trajectories + result.left_out, request->trajectories);
    return result;
}

static double mean_error(const struct floor_result *result, int amount, int frame, int group) {
    double *errors = memory_alloc((size_t)result->trajectories, sizeof *errors);
    size_t count = floor_errors(result, amount, frame, group, errors);
    CU_ASSERT_FATAL(count > 0);
    double mean = statistics_mean(errors, count);
    free(errors);
    return mean;
}

/* ---- a mass on a spring, by its closed solution ---- */

static void draw_solution(const struct simulator *simulator, const struct trajectory_setup *setup,
                          double time, real *out) {
    double state[SIMULATOR_MAX_STATE];
    uint8_t image[IMAGE_VALUES];
    simulator->dynamics->solution(setup->parameters, setup->state, time, state);
    simulator_draw(simulator, setup, state, image);
    for (int i = 0; i < IMAGE_VALUES; i++) {
        out[i] = (real)image[i] / 255;
    }
}

static void the_errors_are_those_of_the_closed_solution(void) {
    enum { TRAJECTORIES = 4, FRAMES = 20, SIZE = 2 };
    struct floor_request request = request_of("mass_spring", TRAJECTORIES, FRAMES);
    struct floor_result result = measure(&request);
    struct simulator_plan plan = simulator_plan_default(request.simulator);
    struct trajectory_runner *runner;
    struct trajectory_setup setups[TRAJECTORIES];
    double starts[SIZE][TRAJECTORIES];
    plan.frames = FRAMES;
    trajectory_runner_create(&runner, &plan);
    for (int i = 0; i < TRAJECTORIES; i++) {
        struct trajectory trajectory;
        CHECK_OK(trajectory_run(runner, SEED, "mass_spring/floor", (uint64_t)i, &trajectory));
        setups[i] = trajectory.setup;
        starts[0][i] = setups[i].state[0];
        starts[1][i] = setups[i].state[1];
    }
    CU_ASSERT_EQUAL_FATAL(result.state_size, SIZE);
    for (int k = 0; k < SIZE; k++) {
        CHECK_NEAR(result.deviation[k], statistics_deviation(starts[k], TRAJECTORIES), 1e-15);
    }
    for (int i = 0; i < TRAJECTORIES; i++) {
        struct random_stream random = random_stream(SEED, "floor/disturbance", (uint64_t)i, 0);
        struct trajectory_setup wrong = setups[i];
        wrong.state[0] += 0.04 * result.deviation[0] * random_normal(&random);
        wrong.state[1] += 0.04 * result.deviation[1] * random_normal(&random);
        for (int t = 0; t < FRAMES; t++) {
            real image[IMAGE_VALUES], target[IMAGE_VALUES];
            draw_solution(request.simulator, &wrong, t * plan.dt, image);
            draw_solution(request.simulator, &setups[i], t * plan.dt, target);
            CHECK_NEAR(result.mse[(TRAJECTORIES + i) * FRAMES + t], mse_error.frame(image, target), 1e-15);
        }
    }
    trajectory_runner_free(runner);
    floor_result_clear(&result);
}

/* Linear motion: an error never grows, and the image's is quadratic in it as long as it is small. */
static void errors_of_linear_motion_stay_and_are_quadratic(void) {
    struct floor_request request = request_of("mass_spring", 40, 200);
    struct floor_result result = measure(&request);
    double sum[2][2] = {{0}};
    for (int a = 0; a < 2; a++) {
        for (int t = 0; t < 200; t++) {
            sum[a][t / 100] += mean_error(&result, a, t, -1);
        }
    }
    CHECK_NEAR(sum[1][0] / sum[0][0], 4, 0.4);
    CHECK_NEAR(sum[0][1] / sum[0][0], 1, 0.15);
    CU_ASSERT_EQUAL(result.left_out, 0);
    floor_result_clear(&result);
}

/* ---- kinds of motion ---- */

static void near_the_separatrix_errors_grow_most(void) {
    enum { SWINGING, SEPARATRIX, TURNING };
    struct floor_request request = request_of("pendulum", 60, 100);
    request.amount[0] = 0.003;
    struct floor_result result = measure(&request);
    double near = mean_error(&result, 0, 80, SEPARATRIX);
    CU_ASSERT(near > 10 * mean_error(&result, 0, 80, SWINGING));
    CU_ASSERT(near > 2 * mean_error(&result, 0, 80, TURNING));
    CU_ASSERT(mean_error(&result, 0, 10, SEPARATRIX) < 1e-4);
    floor_result_clear(&result);
}

static void groups_are_told_by_the_energy(void) {
    const struct simulator *pendulum = simulator_find("pendulum_colors");
    const struct simulator_groups *groups = pendulum->dynamics->groups;
    const double parameters[] = {2, 3, 0.5}; /* 2 m g l = 6 */
    static const struct {
        double energy;
        int group;
    } cases[] = {{1, 0}, {5.39, 0}, {5.41, 1}, {6, 1}, {6.59, 1}, {6.61, 2}, {12, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double state[] = {0, sqrt(2 * 2 * 0.25 * cases[i].energy)}; /* p = sqrt(2 m l^2 H) at the bottom */
        CU_ASSERT_EQUAL(groups->find(parameters, state), cases[i].group);
    }
    CU_ASSERT_PTR_NULL(simulator_find("mass_spring")->dynamics->groups);
}

/* ---- what is left ---- */

static void valid_frames_end_at_the_first_bad_one(void) {
    struct floor_request request = request_of("pendulum", 20, 60);
    request.amount[0] = 0.1;
    struct floor_result tight = measure(&request);
    request.threshold = 1e9;
    struct floor_result loose = measure(&request);
    int some = 0;
    for (int i = 0; i < 20; i++) {
        CU_ASSERT_EQUAL(loose.valid[i], 60);
        some += tight.valid[i] > 0 && tight.valid[i] < 60;
        /* a frame that is still valid has a relative error of at most 0.025, and images a square below 1 */
        CU_ASSERT(tight.valid[i] == 0 || tight.mse[i * 60 + tight.valid[i] - 1] < 0.025);
    }
    CU_ASSERT(some > 3);
    floor_result_clear(&tight);
    floor_result_clear(&loose);
}

static void the_threshold_is_that_of_the_valid_prediction_time(void) {
    const struct field *threshold = schema_find(vpt_metric.settings, "vpt_threshold");
    CU_ASSERT_PTR_NOT_NULL_FATAL(threshold);
    CU_ASSERT_EQUAL(strtod(threshold->initial, NULL), FLOOR_THRESHOLD);
}

static void what_leaves_the_canvas_is_counted(void) {
    struct floor_request request = request_of("three_body", 20, 100);
    request.amounts = 1;
    request.amount[0] = 3;
    struct floor_result result = measure(&request);
    CU_ASSERT(result.left_out > 0);
    for (int i = 0; i < result.trajectories * 100; i++) {
        CU_ASSERT(result.mse[i] >= 0 && result.mse[i] < 1);
    }
    floor_result_clear(&result);
}

static void nothing_depends_on_the_number_of_threads(void) {
    static const char *const names[] = {"matching_pennies", "three_body", "molecular_dynamics_4"};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        struct floor_request request = request_of(names[n], 5, 20);
        request.effort.threads = 1;
        struct floor_result one = measure(&request);
        request.effort.threads = 3;
        struct floor_result three = measure(&request);
        CU_ASSERT_EQUAL_FATAL(one.trajectories, three.trajectories);
        size_t count = 2 * (size_t)one.trajectories;
        CU_ASSERT_EQUAL(memcmp(one.mse, three.mse, count * 20 * sizeof *one.mse), 0);
        CU_ASSERT_EQUAL(memcmp(one.valid, three.valid, count * sizeof *one.valid), 0);
        CU_ASSERT(mean_error(&one, 1, 0, -1) > 0);
        floor_result_clear(&one);
        floor_result_clear(&three);
    }
}

static void what_has_no_field_is_refused(void) {
    struct floor_request request = request_of("room_circle", 2, 20);
    struct floor_result result;
    CHECK_FAILS(floor_measure(&result, &request), STATUS_DATA, "room_circle: its state alone");
}

int main(void) {
    static const struct test tests[] = {
        TEST(the_errors_are_those_of_the_closed_solution),
        TEST(errors_of_linear_motion_stay_and_are_quadratic),
        TEST(near_the_separatrix_errors_grow_most),
        TEST(groups_are_told_by_the_energy),
        TEST(valid_frames_end_at_the_first_bad_one),
        TEST(the_threshold_is_that_of_the_valid_prediction_time),
        TEST(what_leaves_the_canvas_is_counted),
        TEST(nothing_depends_on_the_number_of_threads),
        TEST(what_has_no_field_is_refused),
    };
    return tests_run("floor", tests, sizeof tests / sizeof *tests);
}
