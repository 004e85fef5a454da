/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shifted environments: that they lie where no training set does, and are seen by the same camera.
 */
#include <math.h>

#include "simulators/shift.h"
#include "tests/simulate.h"

static const struct simulator *find(const char *name) {
    const struct simulator *simulator = simulator_find(name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(simulator);
    return simulator;
}

/* Which way a set is shifted: to higher or lower values of its energy or of what takes its place. */
struct direction {
    const char *name;
    double sign;
    bool absolute; /* further away from 0, whether the system is bound or not */
};

static const struct direction directions[] = {
    {"mass_spring", -1, false},
    {"mass_spring_colors", 1, false},
    {"mass_spring_colors_friction", 1, false},
    {"pendulum", 1, false},
    {"pendulum_colors", 1, false},
    {"pendulum_colors_friction", 1, false},
    {"double_pendulum", 1, false},
    {"double_pendulum_colors", 1, false},
    {"double_pendulum_colors_friction", 1, false},
    {"two_body", 1, true},
    {"two_body_colors", 1, true},
    {"three_body", 1, false},
    {"matching_pennies", -1, false},
    {"rock_paper_scissors", -1, false},
    {"mass_spring_long_trajectory", -1, false},
    {"mass_spring_colors_long_trajectory", 1, false},
    {"pendulum_long_trajectory", 1, false},
    {"pendulum_colors_long_trajectory", 1, false},
    {"matching_pennies_long_trajectory", -1, false},
    {"rock_paper_scissors_long_trajectory", -1, false},
};

/* How far a state lies in that direction. */
static double distance(const struct direction *direction, const struct simulator *simulator,
                       const double *parameters, const double *state) {
    double value = simulator->dynamics->invariants[0].value(parameters, state);
    return direction->sign * (direction->absolute ? fabs(value) : value);
}

/* The share of training starts, at the parameters of shifted ones, that lie as far out as those. */
static double overlap(const struct direction *direction) {
    enum { SHIFTED = 100, TRAINED = 100 };
    const struct simulator *trained = find(direction->name);
    const struct simulator *shifted = simulator_shifted(trained, SIMULATOR_SHIFT_ENERGY);
    int further = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(shifted);
    for (uint64_t i = 0; i < SHIFTED; i++) {
        struct trajectory_setup setup = sample(shifted, i);
        struct random_stream random = random_stream(3, "trained", i, 0);
        double reached = distance(direction, shifted, setup.parameters, setup.state);
        for (int k = 0; k < TRAINED; k++) {
            double state[SIMULATOR_MAX_STATE];
            trained->dynamics->sample_state(trained, setup.parameters, &random, state);
            further += distance(direction, trained, setup.parameters, state) >= reached;
        }
    }
    return (double)further / (SHIFTED * TRAINED);
}

/* Observed: 0 everywhere but for double pendulums (0.0004 and 0.0009), three bodies (0.003) and games (0.004
 * and 0.006), whose training starts have long tails. */
static void energies_are_beyond_those_of_training(void) {
    for (size_t i = 0; i < sizeof directions / sizeof *directions; i++) {
        CHECK_NEAR(overlap(&directions[i]), 0.0, 0.01);
    }
}

/* Mean energy over prepared runs, and how far they scatter. */
static void measure_runs(const struct simulator *simulator, double *mean, double *deviation) {
    enum { RUNS = 6 };
    struct simulator_plan plan = short_plan(simulator, 2, simulator->dt);
    double sum = 0.0, squares = 0.0;
    plan.options[0] = 4e4; /* steps with the thermostat */
    for (uint64_t run = 0; run < RUNS; run++) {
        struct random_stream random = random_stream(5, "run", run, 0);
        struct trajectory_setup setup;
        simulator_sample(simulator, &random, &setup);
        CHECK_OK_FATAL(simulator->dynamics->prepare(&plan, setup.parameters, &random, setup.state));
        double energy = simulator_energy(simulator, setup.parameters, setup.state);
        sum += energy / RUNS;
        squares += energy * energy / RUNS;
    }
    *mean = sum;
    *deviation = sqrt(fmax(squares - sum * sum, 0.0));
}

/* Observed: 0.86 with scatters of 0.19 and 0.07 for 4 particles, 2.9 with 0.18 and 0.23 for 16. */
static void hotter_particles_have_more_energy(void) {
    static const char *const names[] = {"molecular_dynamics_4", "molecular_dynamics_16"};
    for (int i = 0; i < 2; i++) {
        double cold, hot, scatter[2];
        measure_runs(find(names[i]), &cold, &scatter[0]);
        measure_runs(simulator_shifted(find(names[i]), SIMULATOR_SHIFT_ENERGY), &hot, &scatter[1]);
        CU_ASSERT(hot - cold > 2.0 * (scatter[0] + scatter[1]));
    }
}

static double parameter(const struct simulator *simulator, const struct trajectory_setup *setup,
                        const char *name) {
    int index = 0;
    while (strcmp(simulator->parameters[index].name, name) != 0) {
        index++;
    }
    return setup->parameters[simulator_parameter_first(simulator, index)];
}

static void cameras_turn_faster(void) {
    static const char *const names[] = {"room_circle", "room_circle_fast", "room_spiral", "room_spiral_fast"};
    for (int i = 0; i < 4; i++) {
        const struct simulator *trained = find(names[i]);
        const struct simulator *shifted = simulator_shifted(trained, SIMULATOR_SHIFT_ENERGY);
        struct trajectory_setup slow = sample(trained, 1), fast = sample(shifted, 1);
        CHECK_NEAR(parameter(shifted, &fast, "speed"), 1.5 * parameter(trained, &slow, "speed"), 1e-12);
    }
}

/* Whether the ranges meet at most in a point. */
static bool is_apart(const struct simulator_parameter *a, const struct simulator_parameter *b) {
    return a->high <= b->low || a->low >= b->high;
}

static void parameters_are_outside_of_their_ranges(void) {
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        const struct simulator *shifted = simulator_shifted(*entry, SIMULATOR_SHIFT_PARAMETERS);
        int changed = 0;
        for (int i = 0; shifted != NULL && i < simulator_parameter_count(shifted); i++) {
            const struct simulator_parameter *now = &shifted->parameters[i],
                                             *before = &(*entry)->parameters[i];
            bool same = now->low == before->low && now->high == before->high;
            CU_ASSERT_STRING_EQUAL(now->name, before->name);
            CU_ASSERT(same || is_apart(now, before));
            changed += !same;
        }
        CU_ASSERT((changed > 0) == (simulator_parameter_count(*entry) > 0));
    }
}

static void starts_of_shifted_parameters_are_those_of_training(void) {
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        const struct simulator *shifted = simulator_shifted(*entry, SIMULATOR_SHIFT_PARAMETERS);
        if (shifted != NULL) {
            CU_ASSERT_EQUAL(shifted->radius_low, (*entry)->radius_low);
            CU_ASSERT_EQUAL(shifted->radius_high, (*entry)->radius_high);
        }
    }
}

/* The same physical trajectory in coarser films. */
static void longer_time_steps_leave_all_else_as_it_is(void) {
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        const struct simulator *shifted = simulator_shifted(*entry, SIMULATOR_SHIFT_DT);
        struct trajectory_setup before = sample(*entry, 5), now = sample(shifted, 5);
        CU_ASSERT_EQUAL(memcmp(&before, &now, sizeof now), 0);
        CHECK_NEAR(shifted->dt / (*entry)->dt, 1.5, 0.021); /* molecular dynamics: whole steps, 1.52 */
    }
    CU_ASSERT_EQUAL(simulator_shifted(find("pendulum"), SIMULATOR_SHIFT_DT)->dt, 0.075);
}

/* How far the disc that reaches furthest is beyond the border of the picture, its whole for `whole`. */
static double overhang(const struct simulator *simulator, const struct trajectory *trajectory, int frames,
                       bool whole) {
    double furthest = -INFINITY, canvas = simulator_canvas(simulator);
    for (int t = 0; t < frames; t++) {
        struct simulator_disc discs[SIMULATOR_MAX_BODIES];
        simulator->dynamics->place(trajectory->setup.parameters,
                                   &trajectory->states[(size_t)t * (size_t)simulator->dynamics->state_size],
                                   discs);
        for (int i = 0; i < simulator->dynamics->bodies; i++) {
            double x = fabs(discs[i].x + trajectory->setup.offset[0]);
            double y = fabs(discs[i].y + trajectory->setup.offset[1]);
            furthest = fmax(furthest, fmax(x, y) + (whole ? discs[i].radius : 0.0) - canvas);
        }
    }
    return furthest;
}

/* Discs stay on the picture where they do in training, elsewhere their centres do. Observed: pendulums reach
 * the border to 1e-6, as in training. */
static void nothing_leaves_the_picture(void) {
    enum { FRAMES = 40, TRAJECTORIES = 8 };
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        bool whole = !(*entry)->may_leave_canvas && (*entry)->dynamics->pieces == NULL;
        for (int shift = 1; simulator_has_discs(*entry) && shift < SIMULATOR_SHIFTS; shift++) {
            const struct simulator *shifted = simulator_shifted(*entry, (enum simulator_shift)shift);
            struct trajectory_runner *runner = runner_for(shifted, FRAMES, shifted->dt);
            CU_ASSERT_EQUAL(simulator_canvas(shifted), simulator_canvas(*entry));
            for (uint64_t i = 0; i < (whole ? TRAJECTORIES : 2); i++) {
                struct trajectory trajectory;
                CHECK_OK_FATAL(trajectory_run(runner, 9, "shift", i, &trajectory));
                CU_ASSERT(overhang(shifted, &trajectory, FRAMES, whole) < 1e-9);
            }
            trajectory_runner_free(runner);
        }
    }
}

/* Largest sums of offset, place and radius: the draw itself, without waiting for an unlucky one. */
static void offsets_leave_room_for_larger_amplitudes(void) {
    const struct simulator *shifted = simulator_shifted(find("mass_spring_colors"), SIMULATOR_SHIFT_ENERGY);
    double highest = 0.0;
    for (uint64_t i = 0; i < 4000; i++) {
        highest = fmax(highest, fabs(sample(shifted, i).offset[1]));
    }
    /* 0.4 half-sizes, less the quarter by which the amplitude is larger: 0.37568. */
    CHECK_NEAR(highest, 0.4 * (1.0 + sqrt(1.0 / 3.14159265358979323846)) - 0.25, 1e-3);
    CU_ASSERT(highest < 0.4 * (1.0 + sqrt(1.0 / 3.14159265358979323846)) - 0.25);
}

static void invariants_hold_in_shifted_sets(void) {
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        for (int shift = 1; shift < SIMULATOR_SHIFTS && (*entry)->train > 0; shift++) {
            const struct simulator *shifted = simulator_shifted(*entry, (enum simulator_shift)shift);
            if (shifted == NULL) {
                continue;
            }
            struct trajectory trajectory;
            struct trajectory_runner *runner = runner_for(shifted, shifted->frames, shifted->dt);
            for (uint64_t i = 0; i < 2; i++) {
                CHECK_OK_FATAL(trajectory_run(runner, 1, "invariants", i, &trajectory));
                for (int k = 0; k < simulator_invariant_count(shifted); k++) {
                    CU_ASSERT(trajectory.invariant_error[k] <= shifted->dynamics->invariants[k].tolerance);
                }
            }
            trajectory_runner_free(runner);
        }
    }
}

static void shifted_environments_are_made_once(void) {
    const struct simulator *pendulum = find("pendulum");
    const struct simulator *found[64] = {NULL};
#pragma omp parallel for num_threads(8)
    for (int i = 0; i < 64; i++) {
        found[i] = simulator_shifted(pendulum, SIMULATOR_SHIFT_ENERGY);
    }
    for (int i = 0; i < 64; i++) {
        CU_ASSERT_PTR_EQUAL(found[i], found[0]);
    }
    CU_ASSERT_PTR_EQUAL(simulator_shifted(pendulum, SIMULATOR_SHIFT_NONE), pendulum);
    CU_ASSERT_PTR_EQUAL(simulator_shifted(found[0], SIMULATOR_SHIFT_ENERGY), found[0]);
    CU_ASSERT_PTR_EQUAL(simulator_shifted(found[0], SIMULATOR_SHIFT_NONE), pendulum);
    CU_ASSERT_STRING_EQUAL(found[0]->name, "pendulum");
    CU_ASSERT_EQUAL(found[0]->train, 0);
    CU_ASSERT_EQUAL(found[0]->test, pendulum->test);
}

static void a_shift_that_is_missing_is_said_in_one_line(void) {
    const struct simulator *shifted;
    CHECK_FAILS(simulator_shift_get(&shifted, find("matching_pennies"), SIMULATOR_SHIFT_PARAMETERS),
                STATUS_DATA, "matching_pennies: has no shift 'parameters': it has no parameters");
    CHECK_OK(simulator_shift_get(&shifted, find("pendulum"), SIMULATOR_SHIFT_PARAMETERS));
    CU_ASSERT_EQUAL(shifted->parameters[0].low, 0.6);
    for (int shift = 0; shift < SIMULATOR_SHIFTS; shift++) {
        CU_ASSERT_EQUAL(simulator_shift_find(simulator_shift_names[shift]), shift);
    }
    CU_ASSERT_EQUAL(simulator_shift_find("mass"), SIMULATOR_SHIFTS);
}

int main(void) {
    static const struct test tests[] = {
        TEST(energies_are_beyond_those_of_training),
        TEST(hotter_particles_have_more_energy),
        TEST(cameras_turn_faster),
        TEST(parameters_are_outside_of_their_ranges),
        TEST(starts_of_shifted_parameters_are_those_of_training),
        TEST(longer_time_steps_leave_all_else_as_it_is),
        TEST(nothing_leaves_the_picture),
        TEST(offsets_leave_room_for_larger_amplitudes),
        TEST(invariants_hold_in_shifted_sets),
        TEST(shifted_environments_are_made_once),
        TEST(a_shift_that_is_missing_is_said_in_one_line),
    };
    return tests_run("shift", tests, sizeof tests / sizeof *tests);
}
