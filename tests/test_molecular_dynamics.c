/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <signal.h>

#include "support/interrupt.h"
#include "tests/simulate.h"

enum { BOX };

static const struct simulator *find(const char *name) {
    const struct simulator *simulator = simulator_find(name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(simulator);
    return simulator;
}

/* A plan with these stages. */
static struct simulator_plan plan_with(const char *name, double preparation, double production) {
    struct simulator_plan plan = simulator_plan_default(find(name));
    plan.options[0] = plan.options[1] = plan.options[2] = preparation;
    plan.options[3] = production;
    CHECK_OK(simulator_plan_check(&plan));
    return plan;
}

static double kinetic(const double *state, int count) {
    double sum = 0.0;
    for (int i = 2 * count; i < 4 * count; i++) {
        sum += 0.5 * state[i] * state[i];
    }
    return sum;
}

/* The sum over all pairs within the cutoff of the plain potential, not shifted. */
static double potential(const double *parameters, const double *state, int count) {
    double sum = 0.0, box = parameters[BOX];
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < i; j++) {
            double x = remainder(state[2 * i] - state[2 * j], box);
            double y = remainder(state[2 * i + 1] - state[2 * j + 1], box), r = hypot(x, y);
            sum += r < box / 2.0 ? 4.0 * (pow(r, -12.0) - pow(r, -6.0)) : 0.0;
        }
    }
    return sum;
}

/* Observed: 2e-15 beside the digits given. */
static void forces_are_the_worked_ones(void) {
    static const double parameters[3] = {10.0, 0.658, 1.0};
    static const double state[16] = {-4.9, 0.0, -4.5, 1.1, 4.2, 0.3, 1.5, -3.0};
    static const double expected[8] = {58.003810737,  -17.468002827, -1.4967462052,   -2.2136366658,
                                       -56.508028984, 19.680605171,  9.6445201637e-4, 1.0343212405e-3};
    const struct simulator *simulator = find("molecular_dynamics_4");
    double field[16], sum[2] = {0.0, 0.0};
    simulator_field(simulator, parameters, state, field);
    for (int i = 0; i < 8; i++) {
        CHECK_NEAR(field[8 + i], expected[i], 1e-9 * fabs(expected[i]) + 1e-13);
        CU_ASSERT(field[i] == 0.0);
        sum[i % 2] += field[8 + i];
    }
    CHECK_NEAR(sum[0], 0.0, 1e-13);
    CHECK_NEAR(sum[1], 0.0, 1e-13);
    CHECK_NEAR(potential(parameters, state, 4), 0.796843530832, 1e-11);
}

/* The conserved energy lifts each pair within the cutoff by -u(r_c) = 2.5598e-4. */
static void energy_is_shifted_to_zero_at_the_cutoff(void) {
    static const double parameters[3] = {10.0, 0.658, 1.0};
    double state[16] = {-4.9, 0.0, -4.5, 1.1, 4.2, 0.3, 1.5, -3.0, 1.0};
    int pairs = 0;
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < i; j++) {
            pairs += hypot(remainder(state[2 * i] - state[2 * j], 10.0),
                           remainder(state[2 * i + 1] - state[2 * j + 1], 10.0)) < 5.0;
        }
    }
    CU_ASSERT(pairs > 0 && pairs < 6);
    double energy = simulator_energy(find("molecular_dynamics_4"), parameters, state);
    CHECK_NEAR(energy - 0.5 - potential(parameters, state, 4), 2.5598e-4 * pairs, 1e-7);
    /* Two of the particles at a distance just below and just above r_c, the others out of reach of both. */
    double edge[2];
    for (int side = 0; side < 2; side++) {
        double apart[16] = {0.0, 0.0, 4.99999999 + 0.00000002 * side, 0.0, 2.5, 4.9, -2.5, -4.9};
        edge[side] = simulator_energy(find("molecular_dynamics_4"), parameters, apart);
    }
    CHECK_NEAR(edge[0], edge[1], 1e-10);
}

/* Flipping the velocities takes every particle back where it came from: 40 frames of 25 steps each way.
 * Observed: 2e-13. */
static void steps_are_reversible(void) {
    const struct simulator *simulator = find("molecular_dynamics_16");
    struct simulator_plan plan = plan_with("molecular_dynamics_16", 2e4, 1.0);
    struct trajectory_runner *runner;
    struct trajectory trajectory;
    bool stays;
    plan.frames = 41;
    trajectory_runner_create(&runner, &plan);
    CHECK_OK(trajectory_run(runner, 3, "test", 0, &trajectory));
    struct trajectory_setup first = trajectory.setup, back = trajectory.setup;
    for (int i = 0; i < 64; i++) {
        back.state[i] = trajectory.states[40 * 64 + i] * (i < 32 ? 1.0 : -1.0);
    }
    CHECK_OK(trajectory_follow(runner, &back, &trajectory, &stays));
    for (int i = 0; i < 64; i++) {
        double difference = trajectory.states[40 * 64 + i] - first.state[i] * (i < 32 ? 1.0 : -1.0);
        CHECK_NEAR(i < 32 ? remainder(difference, simulator->parameters[BOX].low) : difference, 0.0, 1e-11);
    }
    trajectory_runner_free(runner);
}

/* Positions in [-L/2, L/2), no drift, dx_dt = (v, f). */
static void states_are_what_they_say(void) {
    const char *names[] = {"molecular_dynamics_4", "molecular_dynamics_16"};
    for (size_t n = 0; n < 2; n++) {
        struct simulator_plan plan = plan_with(names[n], 2e3, 1.0);
        int size = find(names[n])->dynamics->state_size, half = size / 2;
        double edge = plan.simulator->parameters[BOX].low / 2.0;
        struct trajectory_runner *runner;
        struct trajectory trajectory;
        trajectory_runner_create(&runner, &plan);
        CHECK_OK(trajectory_run(runner, 3, "test", 0, &trajectory));
        for (int frame = 0; frame < plan.frames; frame++) {
            const double *x = &trajectory.states[frame * size], *dx_dt = &trajectory.dx_dt[frame * size];
            double drift[2] = {0.0, 0.0};
            for (int i = 0; i < half; i++) {
                CU_ASSERT(x[i] >= -edge && x[i] < edge);
                CU_ASSERT(dx_dt[i] == x[half + i]);
                drift[i % 2] += x[half + i];
            }
            CHECK_NEAR(drift[0], 0.0, 1e-11);
            CHECK_NEAR(drift[1], 0.0, 1e-11);
        }
        trajectory_runner_free(runner);
    }
}

/* Pieces follow one another as if the run were one long trajectory; a runner that starts at a late piece
 * comes to the same bits. */
static void pieces_of_a_run_join(void) {
    struct simulator_plan plan = plan_with("molecular_dynamics_16", 2e3, 4 * 20 * 25), whole = plan;
    struct trajectory_runner *pieces, *late, *one;
    struct trajectory trajectory, other;
    plan.frames = 20;
    whole.frames = 80;
    CU_ASSERT_EQUAL(simulator_plan_pieces(&plan), 4);
    CU_ASSERT_EQUAL(simulator_plan_pieces(&whole), 1);
    trajectory_runner_create(&pieces, &plan);
    trajectory_runner_create(&late, &plan);
    trajectory_runner_create(&one, &whole);
    CHECK_OK(trajectory_run(one, 3, "test", 1, &other));
    for (uint64_t piece = 0; piece < 4; piece++) {
        CHECK_OK(trajectory_run(pieces, 3, "test", 4 + piece, &trajectory));
        CU_ASSERT(memcmp(trajectory.states, &other.states[piece * 20 * 64], sizeof(double[20][64])) == 0);
        CU_ASSERT(memcmp(trajectory.setup.state, trajectory.states, sizeof(double[64])) == 0);
    }
    CHECK_OK(trajectory_run(late, 3, "test", 6, &trajectory));
    CU_ASSERT(memcmp(trajectory.states, &other.states[2 * 20 * 64], sizeof(double[20][64])) == 0);
    CHECK_OK(trajectory_run(late, 3, "test", 5, &trajectory)); /* backwards */
    CU_ASSERT(memcmp(trajectory.states, &other.states[20 * 64], sizeof(double[20][64])) == 0);
    CHECK_OK(trajectory_run(late, 3, "test", 8, &trajectory)); /* the next run */
    CU_ASSERT(trajectory.states[0] != other.states[0]);
    trajectory_runner_free(pieces);
    trajectory_runner_free(late);
    trajectory_runner_free(one);
}

/* Means over `runs` runs of the temperature 2 K / (2 N - 2), the total energy and the potential per particle.
 */
static void average(const char *name, double preparation, int runs, double out[3]) {
    struct simulator_plan plan = plan_with(name, preparation, 1.0);
    int count = plan.simulator->dynamics->bodies, frames = 1000;
    struct trajectory_runner *runner;
    plan.frames = frames;
    trajectory_runner_create(&runner, &plan);
    out[0] = out[1] = out[2] = 0.0;
    for (int run = 0; run < runs; run++) {
        struct trajectory trajectory;
        CHECK_OK(trajectory_run(runner, 11, "test", (uint64_t)run, &trajectory));
        for (int frame = 0; frame < frames; frame++) {
            const double *x = &trajectory.states[(long)frame * 4 * count];
            double k = kinetic(x, count) / (runs * frames);
            double u = potential(trajectory.setup.parameters, x, count) / (runs * frames);
            out[0] += k / (count - 1);
            out[1] += k + u;
            out[2] += u / count;
        }
    }
    trajectory_runner_free(runner);
}

/* The scale of the energy is the mean kinetic energy: over the runs below, within a tenth. */
static void energies_have_a_scale(void) {
    double mean[3];
    for (int i = 0; i < 2; i++) {
        const struct simulator *simulator = find(i == 0 ? "molecular_dynamics_4" : "molecular_dynamics_16");
        const double temperature = i == 0 ? 1.0 : 0.5, parameters[] = {10.0, 0.3, temperature};
        int count = simulator->dynamics->bodies;
        double scale = simulator_energy_scale(simulator, parameters);
        CHECK_NEAR(scale, i == 0 ? 3.0 : 7.5, 1e-12);
        average(simulator->name, 2e4, 6, mean);
        CHECK_NEAR(mean[0] * (count - 1) / scale, 1.0, 0.15); /* seen: 0.03 */
    }
    CU_ASSERT(isnan(simulator_energy_scale(find("pendulum"), NULL)));
}

/* References from an independent program over 500 000 steps: N = 16: <E> = -29.1, <U> / N = -2.29, T within
 * 0.01 of 0.5; N = 4: <E> = 2.6, <U> / N = -0.08, T 0.95 to 1. With the short stages here runs scatter by
 * 0.007, 0.17, 0.005 and 0.07, 0.12, 0.03 in T, E and U / N; the tolerances are four standard errors of the
 * mean and what the references leave open. */
static void short_runs_come_to_equilibrium(void) {
    double mean[3];
    average("molecular_dynamics_16", 5e4, 12, mean);
    CHECK_NEAR(mean[0], 0.5, 0.015);
    CHECK_NEAR(mean[1], -29.1, 0.3);
    CHECK_NEAR(mean[2], -2.29, 0.015);
    average("molecular_dynamics_4", 1e5, 24, mean);
    CHECK_NEAR(mean[0], 0.97, 0.07);
    CHECK_NEAR(mean[1], 2.6, 0.15);
    CHECK_NEAR(mean[2], -0.08, 0.025);
}

static void plans_that_cannot_be_kept_are_refused(void) {
    struct simulator_plan plan = simulator_plan_default(find("molecular_dynamics_4"));
    CHECK_OK(simulator_plan_check(&plan));
    CU_ASSERT_EQUAL(simulator_plan_pieces(&plan), 78); /* 500 000 steps, 256 frames of 25 steps each */
    plan.dt = 0.004;                                   /* the pace of the published source */
    CHECK_OK(simulator_plan_check(&plan));
    plan.dt = 0.051;
    CU_ASSERT_EQUAL(simulator_plan_check(&plan), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "multiple of the step 0.002"));
    plan = simulator_plan_default(find("molecular_dynamics_4"));
    plan.options[1] = 10.0;
    CU_ASSERT_EQUAL(simulator_plan_check(&plan), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "nve_steps is 10"));
}

static void preparation_stops_when_interrupted(void) {
    struct simulator_plan plan = simulator_plan_default(find("molecular_dynamics_16"));
    struct trajectory_runner *runner;
    struct trajectory trajectory;
    trajectory_runner_create(&runner, &plan);
    interrupt_install();
    CU_ASSERT_EQUAL(raise(SIGINT), 0);
    CU_ASSERT_EQUAL(trajectory_run(runner, 3, "test", 0, &trajectory), STATUS_INTERRUPTED);
    trajectory_runner_free(runner);
}

int main(void) {
    static const struct test tests[] = {
        TEST(forces_are_the_worked_ones),
        TEST(energy_is_shifted_to_zero_at_the_cutoff),
        TEST(steps_are_reversible),
        TEST(states_are_what_they_say),
        TEST(pieces_of_a_run_join),
        TEST(energies_have_a_scale),
        TEST(short_runs_come_to_equilibrium),
        TEST(plans_that_cannot_be_kept_are_refused),
        TEST(preparation_stops_when_interrupted), /* the last: the request stays */
    };
    return tests_run("molecular_dynamics", tests, sizeof tests / sizeof *tests);
}
