/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Lyapunov exponents of the environments: those in their tables are what is measured, and what is said
 * not to be chaotic is not.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "simulators/chaos.h"
#include "tests/harness.h"

/* The caller clears the result. */
static struct chaos_result measure(const char *name, int trajectories, double time) {
    struct chaos_request request = {
        .simulator = simulator_find(name),
        .trajectories = trajectories,
        .time = time,
        .seed = 11,
        .effort = {.threads = 2, .quiet = true},
    };
    struct chaos_result result = {0};
    CU_ASSERT_PTR_NOT_NULL_FATAL(request.simulator);
    CHECK_OK_FATAL(chaos_measure(&result, &request));
    return result;
}

/* Half the width of the interval that holds the mean. */
static double margin(const struct chaos_result *result) {
    return 0.5 * (result->interval.high - result->interval.low);
}

/* Short measurements of other trajectories than those of the tables. Two standard errors, which the margin
 * is, may be missed once in twenty: three must hold for every one of six, and a quarter of the value where
 * few trajectories leave a wide margin. */
static void the_tables_have_what_is_measured(void) {
    static const struct {
        const char *name;
        int trajectories;
        double time; /* 0: the default, where the motion is not the same later on */
    } cases[] = {
        {"double_pendulum", 60, 100},
        {"double_pendulum_colors", 60, 100},
        {"double_pendulum_colors_friction", 100, 0},
        {"three_body", 100, 0},
        {"molecular_dynamics_4", 16, 40},
        {"molecular_dynamics_16", 2, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct simulator *simulator = simulator_find(cases[i].name);
        double time = cases[i].time > 0 ? cases[i].time : chaos_default_time(simulator);
        struct chaos_result result = measure(cases[i].name, cases[i].trajectories, time);
        printf("\n    %-32s %.3f, margin %.3f; in the table %.3f", cases[i].name, result.mean,
               margin(&result), simulator->lyapunov);
        CU_ASSERT(simulator->lyapunov > 0);
        CHECK_NEAR(result.mean, simulator->lyapunov, fmin(1.5 * margin(&result), 0.25 * simulator->lyapunov));
        chaos_result_clear(&result);
    }
}

/* ---- what is not chaotic ---- */

/* The growth of neighbours with other periods: ln t / t at most, and less over the second half. */
static void regular_motion_is_not_chaotic(void) {
    static const char *const names[] = {"mass_spring", "pendulum", "pendulum_colors", "two_body",
                                        "matching_pennies"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct chaos_result result = measure(names[i], 8, 400);
        printf("\n    %-32s %.4f, second half %.4f", names[i], result.mean, result.halves[1]);
        CU_ASSERT(result.mean < 1.5 * log(400) / 400); /* 0.022 */
        CU_ASSERT(result.halves[1] < 0.75 * result.halves[0] + 1e-9);
        CU_ASSERT(simulator_find(names[i])->lyapunov == 0);
        chaos_result_clear(&result);
    }
}

/* Amplitudes decay with e^(-lambda t / (2 m)), m uniform between its bounds. */
static void friction_shrinks_disturbances_at_its_rate(void) {
    const struct simulator *simulator = simulator_find("mass_spring_colors_friction");
    double low = simulator->parameters[1].low, high = simulator->parameters[1].high;
    struct chaos_result result = measure(simulator->name, 400, 100);
    double expected = -0.5 * simulator->friction * log(high / low) / (high - low);
    CU_ASSERT_STRING_EQUAL(simulator->parameters[1].name, "m");
    CHECK_NEAR(result.mean, expected, 1.5 * margin(&result)); /* -0.0503; margin 0.0026 */
    CU_ASSERT(margin(&result) < 0.1 * fabs(expected));
    chaos_result_clear(&result);
}

/* ---- coordinates, threads, refusals ---- */

static void nothing_depends_on_the_number_of_threads(void) {
    static const char *const names[] = {"double_pendulum_colors", "molecular_dynamics_4"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct chaos_request request = {
            .simulator = simulator_find(names[i]), .trajectories = 5, .time = 3, .seed = 4};
        struct chaos_result results[2];
        for (int run = 0; run < 2; run++) {
            request.effort = (struct effort){.threads = 1 + 3 * run, .quiet = true};
            CHECK_OK_FATAL(chaos_measure(&results[run], &request));
        }
        CU_ASSERT(memcmp(results[0].exponents, results[1].exponents, 5 * sizeof(double)) == 0);
        CU_ASSERT(memcmp(&results[0].interval, &results[1].interval, sizeof results[0].interval) == 0);
        chaos_result_clear(&results[0]);
        chaos_result_clear(&results[1]);
    }
}

static void a_trajectory_does_not_depend_on_how_many_there_are(void) {
    struct chaos_result few = measure("double_pendulum", 3, 5), many = measure("double_pendulum", 9, 5);
    CU_ASSERT(memcmp(few.exponents, many.exponents, 3 * sizeof(double)) == 0);
    chaos_result_clear(&few);
    chaos_result_clear(&many);
}

static void figures_fit_together(void) {
    struct chaos_result result = measure("double_pendulum", 6, 12.3);
    double sum = 0;
    for (int i = 0; i < 6; i++) {
        sum += result.exponents[i];
    }
    CU_ASSERT(result.trajectories == 6);
    CHECK_NEAR(result.time, 12.3, 1e-12);
    CHECK_NEAR(result.mean, sum / 6, 1e-14);
    CHECK_NEAR(result.mean, (result.halves[0] + result.halves[1]) / 2, 1e-14);
    CU_ASSERT(result.interval.low < result.mean && result.mean < result.interval.high);
    chaos_result_clear(&result);
}

static void times_are_those_of_datasets_where_the_motion_ends(void) {
    CHECK_NEAR(chaos_default_time(simulator_find("three_body")), 12.75, 1e-12);
    CHECK_NEAR(chaos_default_time(simulator_find("double_pendulum_colors_friction")), 12.75, 1e-12);
    CHECK_NEAR(chaos_default_time(simulator_find("double_pendulum")), 127.5, 1e-12);
    CHECK_NEAR(chaos_default_time(simulator_find("rock_paper_scissors")), 255, 1e-12);
}

static void what_has_no_field_or_is_absurd_is_refused(void) {
    struct chaos_request request = {.trajectories = 2, .time = 10, .effort = {.threads = 1, .quiet = true}};
    struct chaos_result result;
    request.simulator = simulator_find("room_spiral");
    CHECK_FAILS(chaos_measure(&result, &request), STATUS_DATA, "room_spiral: its state alone");
    request.simulator = simulator_find("pendulum");
    request.time = 1e8;
    CHECK_FAILS(chaos_measure(&result, &request), STATUS_DATA, "2 trajectories of 2e+09 frames");
    request.time = NAN;
    CHECK_FAILS(chaos_measure(&result, &request), STATUS_DATA, "expected at least a frame");
}

int main(void) {
    static const struct test tests[] = {
        TEST(the_tables_have_what_is_measured),
        TEST(regular_motion_is_not_chaotic),
        TEST(friction_shrinks_disturbances_at_its_rate),
        TEST(nothing_depends_on_the_number_of_threads),
        TEST(a_trajectory_does_not_depend_on_how_many_there_are),
        TEST(figures_fit_together),
        TEST(times_are_those_of_datasets_where_the_motion_ends),
        TEST(what_has_no_field_or_is_absurd_is_refused),
    };
    return tests_run("chaos", tests, sizeof tests / sizeof *tests);
}
