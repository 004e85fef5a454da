/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every environment keeps, by walking the list; and the springs and pendulums.
 *
 * Reference trajectories: DOP853 at tolerance 3e-14, confirmed by RK4 with step 1/8000 to 6e-11 or better.
 */
#include <math.h>

#include "tests/simulate.h"

static const double PI = 3.14159265358979323846;

/* Observed: 5e-11, half of the last digit given. */
static void trajectories_are_the_reference_ones(void) {
    static const struct {
        const char *name;
        double parameters[3], start[2], time, end[2];
    } cases[] = {
        {"mass_spring", {2.0, 0.5}, {0.3, -0.4}, 0.05, {0.2585678829, -0.4279516911}},
        {"mass_spring", {2.0, 0.5}, {0.3, -0.4}, 5.0, {-0.0341130144, 0.4988349449}},
        {"mass_spring", {2.0, 0.5}, {0.3, -0.4}, 12.75, {0.1363711920, -0.4810435510}},
        {"mass_spring_colors_friction", {2.0, 0.4}, {0.3, -0.4}, 1.0, {-0.4984478349, 0.0414333566}},
        {"mass_spring_colors_friction", {2.0, 0.4}, {0.3, -0.4}, 12.75, {-0.0878007284, 0.2015748786}},
        {"pendulum", {0.5, 3.0, 1.0}, {1.5, 1.0}, 0.05, {1.5962536992, 0.9250471682}},
        {"pendulum", {0.5, 3.0, 1.0}, {1.5, 1.0}, 5.0, {1.0361078646, 1.2877320025}},
        {"pendulum", {0.5, 3.0, 1.0}, {1.5, 1.0}, 12.75, {-0.8953951625, -1.3534067699}},
        {"pendulum_colors_friction", {0.8, 3.5, 0.7}, {-1.2, 1.1}, 1.0, {1.6611419951, 0.4135686395}},
        {"pendulum_colors_friction", {0.8, 3.5, 0.7}, {-1.2, 1.1}, 12.75, {-0.2153329158, 0.6548222731}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double end[2];
        int frames = 1 + (int)lround(cases[i].time / 0.05);
        follow(simulator_find(cases[i].name), cases[i].parameters, cases[i].start, 0.05, frames, end);
        CHECK_NEAR(end[0], cases[i].end[0], 1e-9);
        CHECK_NEAR(end[1], cases[i].end[1], 1e-9);
    }
}

/* Observed: 1e-14. */
static void friction_spring_follows_its_closed_form(void) {
    const struct simulator *simulator = simulator_find("mass_spring_colors_friction");
    static const double start[2] = {-0.7, 0.35};
    for (double m = 0.2; m < 1.0; m += 0.2) {
        double k = 2.0, damping = simulator->friction / (2.0 * m), w = sqrt(k / m - damping * damping);
        double parameters[2] = {k, m}, end[2], v = start[1] / m, t = 7.5;
        follow(simulator, parameters, start, 0.05, 151, end);
        double decay = exp(-damping * t), c = cos(w * t), s = sin(w * t);
        CHECK_NEAR(end[0], decay * (start[0] * c + (v + damping * start[0]) / w * s), 1e-12);
        CHECK_NEAR(end[1], m * decay * (v * c - (damping * v + k * start[0] / m) / w * s), 1e-12);
    }
}

static bool is_told(const char *text) {
    return text != NULL && *text != '\0' && strchr(text, '\n') == NULL;
}

static void every_simulator_is_complete_and_found_by_its_name(void) {
    int count = 0;
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++, count++) {
        const struct simulator *simulator = *entry;
        const struct dynamics *dynamics = simulator->dynamics;
        CU_ASSERT_PTR_EQUAL(simulator_find(simulator->name), simulator);
        CU_ASSERT(is_told(simulator->summary) && is_told(simulator->reference));
        CU_ASSERT(is_told(dynamics->page) && is_told(dynamics->title) && is_told(dynamics->equation) &&
                  is_told(dynamics->motion));
        CU_ASSERT(is_told(dynamics->state) && is_told(dynamics->start) && is_told(dynamics->picture));
        CU_ASSERT(is_told(dynamics->conserved) && is_told(simulator_method(simulator)));
        CU_ASSERT(dynamics->state_size > 0 && dynamics->state_size <= SIMULATOR_MAX_STATE);
        CU_ASSERT(dynamics->bodies <= SIMULATOR_MAX_BODIES);
        CU_ASSERT(simulator_value_count(simulator) <= SIMULATOR_MAX_VALUES);
        CU_ASSERT(simulator_invariant_count(simulator) > 0);
        CU_ASSERT(!simulator_has_energy(simulator) || dynamics->invariants[0].value == dynamics->energy);
        CU_ASSERT(dynamics->field != NULL || dynamics->follow != NULL);
        CU_ASSERT(simulator_has_discs(simulator) == (simulator_canvas(simulator) > 0.0));
        CU_ASSERT(simulator->colors >= dynamics->bodies);
        CU_ASSERT(simulator->train >= 0 && simulator->test > 0);
        struct simulator_plan plan = simulator_plan_default(simulator);
        CHECK_OK(simulator_plan_check(&plan));
        simulator_plan_quick(&plan);
        CHECK_OK(simulator_plan_check(&plan));
    }
    CU_ASSERT(count >= 17 + 2 + 1 + 6); /* the suite, the fast rooms, three bodies, the long test sets */
    CU_ASSERT_PTR_NULL(simulator_find("pendolum"));
}

static void sets_for_long_predictions_are_their_parents_but_longer(void) {
    static const char *const parents[] = {"mass_spring",     "mass_spring_colors", "pendulum",
                                          "pendulum_colors", "matching_pennies",   "rock_paper_scissors"};
    for (size_t i = 0; i < sizeof parents / sizeof *parents; i++) {
        char name[64] = "";
        (void)strcat(strcat(name, parents[i]), "_long_trajectory");
        const struct simulator *parent = simulator_find(parents[i]), *child = simulator_find(name);
        CU_ASSERT_PTR_NOT_NULL_FATAL(child);
        CU_ASSERT(child->frames == 1000 && child->train == 0 && child->test == 100);
        CU_ASSERT(child->dt == parent->dt && child->dynamics == parent->dynamics);
        CU_ASSERT(memcmp(child->parameters, parent->parameters, sizeof child->parameters) == 0);
        CU_ASSERT(child->radius_low == parent->radius_low && child->radius_high == parent->radius_high);
        CU_ASSERT(child->colors == parent->colors && child->random_offset == parent->random_offset);
    }
}

static void plans_out_of_bounds_are_refused(void) {
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        struct simulator_plan plan = simulator_plan_default(*entry);
        plan.frames = 1;
        CU_ASSERT_EQUAL(simulator_plan_check(&plan), STATUS_DATA);
        CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), (*entry)->name));
        plan = simulator_plan_default(*entry);
        plan.dt = -plan.dt;
        CU_ASSERT_EQUAL(simulator_plan_check(&plan), STATUS_DATA);
        plan.dt = (double)NAN;
        CU_ASSERT_EQUAL(simulator_plan_check(&plan), STATUS_DATA);
    }
}

/* dx/dt = (dH/dp, -dH/dq) by central differences, in states along trajectories. Observed: 1e-8 relative for
 * the steep forces of molecular dynamics, 1e-10 elsewhere. */
static void check_gradient(const struct simulator *simulator, const double *parameters, double *state,
                           const double *field) {
    bool steep = simulator->dynamics->prepare != NULL;
    double h = steep ? 1e-6 : 1e-5, tolerance = steep ? 1e-7 : 2e-9;
    int size = simulator->dynamics->state_size, half = size / 2;
    for (int i = 0; i < size; i++) {
        double x = state[i];
        state[i] = x + h;
        double plus = simulator_energy(simulator, parameters, state);
        state[i] = x - h;
        double minus = simulator_energy(simulator, parameters, state);
        state[i] = x;
        double expected = i < half ? -field[half + i] : field[i - half];
        CHECK_NEAR((plus - minus) / (2.0 * h), expected, tolerance * (1.0 + fabs(expected)));
    }
}

static void every_field_is_the_symplectic_gradient_of_the_energy(void) {
    enum { FRAMES = 5 };
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        if (!simulator_has_energy(*entry)) {
            continue;
        }
        struct trajectory_runner *runner = runner_for(*entry, FRAMES, (*entry)->dt * 10.0);
        for (uint64_t index = 0; index < 10; index++) {
            struct trajectory trajectory;
            CHECK_OK(trajectory_run(runner, 3, "test", index, &trajectory));
            for (int frame = 0; frame < FRAMES; frame++) {
                int first = frame * (*entry)->dynamics->state_size;
                double state[SIMULATOR_MAX_STATE];
                memcpy(state, &trajectory.states[first],
                       (size_t)(*entry)->dynamics->state_size * sizeof *state);
                check_gradient(*entry, trajectory.setup.parameters, state, &trajectory.dx_dt[first]);
            }
        }
        trajectory_runner_free(runner);
    }
}

/* Over 500 trajectories of default length each (100 of the long ones), the largest errors are at least nine
 * times smaller than the tolerances in the tables, apart from four times for molecular_dynamics_4 and three
 * times for |P|. */
static void every_trajectory_keeps_its_invariants(void) {
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        struct trajectory_runner *runner = runner_for(*entry, (*entry)->frames, (*entry)->dt);
        for (uint64_t index = 0; index < 20; index++) {
            struct trajectory trajectory;
            CHECK_OK(trajectory_run(runner, 3, "test", index, &trajectory));
            for (int i = 0; i < simulator_invariant_count(*entry); i++) {
                CHECK_NEAR(trajectory.invariant_error[i], 0.0, (*entry)->dynamics->invariants[i].tolerance);
            }
            CU_ASSERT(trajectory.attempts == 1 || (*entry)->may_leave_canvas ||
                      trajectory.setup.rejected > 0);
        }
        trajectory_runner_free(runner);
    }
}

/* What a file holds can be made again from its first state: states and fields, to the bit. */
static void every_trajectory_can_be_followed_again(void) {
    enum { FRAMES = 64 };
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        struct trajectory_runner *runner = runner_for(*entry, FRAMES, (*entry)->dt);
        struct trajectory_runner *other = runner_for(*entry, FRAMES, (*entry)->dt);
        struct trajectory made, again;
        bool stays = false;
        size_t size = (size_t)(*entry)->dynamics->state_size, values = FRAMES * size;
        CHECK_OK(trajectory_run(runner, 3, "test", 1, &made));
        struct trajectory_setup setup = {0};
        memcpy(setup.parameters, made.setup.parameters, sizeof setup.parameters);
        memcpy(setup.state, made.states, size * sizeof *setup.state);
        CU_ASSERT(memcmp(made.setup.state, made.states, size * sizeof *made.states) == 0);
        CHECK_OK(trajectory_follow(other, &setup, &again, &stays));
        CU_ASSERT(stays);
        CU_ASSERT(memcmp(made.states, again.states, values * sizeof *made.states) == 0);
        CU_ASSERT(memcmp(made.dx_dt, again.dx_dt, values * sizeof *made.dx_dt) == 0);
        CU_ASSERT_EQUAL(made.dx_dt_full != NULL, (*entry)->friction > 0.0);
        for (size_t frame = 0; (*entry)->dynamics->field != NULL && frame < FRAMES; frame++) {
            double field[SIMULATOR_MAX_STATE];
            simulator_field(*entry, setup.parameters, &made.states[frame * size], field);
            CU_ASSERT(memcmp(field, &made.dx_dt[frame * size], size * sizeof *field) == 0);
        }
        trajectory_runner_free(runner);
        trajectory_runner_free(other);
    }
}

/* An image is a function of setup and state, and it moves with the trajectory. */
static void every_image_shows_the_state(void) {
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        struct trajectory_runner *runner = runner_for(*entry, (*entry)->frames, (*entry)->dt);
        struct trajectory trajectory;
        uint8_t first[IMAGE_VALUES], again[IMAGE_VALUES], last[IMAGE_VALUES];
        CHECK_OK(trajectory_run(runner, 3, "test", 1, &trajectory));
        const double *end = &trajectory.states[((*entry)->frames - 1) * (*entry)->dynamics->state_size];
        memset(again, 170, sizeof again);
        simulator_draw(*entry, &trajectory.setup, trajectory.states, first);
        simulator_draw(*entry, &trajectory.setup, end, last);
        simulator_draw(*entry, &trajectory.setup, trajectory.states, again);
        CU_ASSERT(memcmp(first, again, sizeof first) == 0);
        CU_ASSERT(memcmp(first, last, sizeof first) != 0);
        trajectory_runner_free(runner);
    }
}

/* Positions are those of the state up to whole periods, momenta those that belong to its velocities. Observed
 * 4e-16 and 1.3e-15. */
static void check_way_back(const struct simulator *simulator, const struct trajectory_setup *setup) {
    const struct dynamics *dynamics = simulator->dynamics;
    struct simulator_disc discs[SIMULATOR_MAX_BODIES];
    double q[SIMULATOR_MAX_STATE], state[SIMULATOR_MAX_STATE], dx_dt[SIMULATOR_MAX_STATE];
    int d = dynamics->state_size / 2;
    dynamics->place(setup->parameters, setup->state, discs);
    CHECK_NEAR(simulator_positions(simulator, setup->parameters, discs, q), 0.0, 1e-14);
    for (int i = 0; i < d; i++) {
        double period = dynamics->period == NULL ? INFINITY : dynamics->period(setup->parameters);
        double off = q[i] - setup->state[i];
        CHECK_NEAR(isfinite(period) ? remainder(off, period) : off, 0.0, 1e-14);
        state[i] = setup->state[i];
    }
    simulator_field(simulator, setup->parameters, setup->state, dx_dt);
    CU_ASSERT(simulator_momenta(simulator, setup->parameters, dx_dt, state));
    for (int i = d; i < 2 * d; i++) {
        CHECK_NEAR(state[i], setup->state[i], 1e-14);
    }
    /* A picture that no state has: never an error. */
    for (int k = 0; k < dynamics->bodies; k++) {
        discs[k].x = discs[k].y = 0.0;
    }
    CU_ASSERT(simulator_positions(simulator, setup->parameters, discs, q) >= 0.0);
}

static void every_state_is_found_from_its_discs_and_velocities(void) {
    int found = 0;
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        CU_ASSERT_EQUAL((*entry)->dynamics->positions != NULL, simulator_has_discs(*entry));
        for (uint64_t i = 0; i < 20 && (*entry)->dynamics->positions != NULL; i++, found++) {
            struct trajectory_setup setup = sample(*entry, i);
            check_way_back(*entry, &setup);
        }
    }
    CU_ASSERT(found >= 17 * 20);
}

/* A disc pulled off its circle is taken back along the radius, and the distance is told. */
static void discs_off_their_rods_are_told_of(void) {
    const double pendulum[] = {0.5, 3.0, 1.0}, both[] = {0.5, 0.5, 1.0, 1.0, 3.0};
    struct simulator_disc discs[2] = {{1.1 * sin(0.4), -1.1 * cos(0.4), 0.4}};
    double q[2];
    CHECK_NEAR(simulator_positions(simulator_find("pendulum"), pendulum, discs, q), 0.1, 1e-14);
    CHECK_NEAR(q[0], 0.4, 1e-14);
    discs[0] = (struct simulator_disc){sin(0.4), -cos(0.4), 0.4};
    discs[1] = (struct simulator_disc){sin(0.4) + 0.7 * sin(2.9), -cos(0.4) - 0.7 * cos(2.9), 0.4};
    CHECK_NEAR(simulator_positions(simulator_find("double_pendulum"), both, discs, q), 0.3, 1e-14);
    CHECK_NEAR(q[1], 2.9, 1e-14);
}

/* The field loses lambda times the velocity from each momentum, and the energy never grows. */
static void check_friction(const struct simulator *simulator, const struct trajectory *trajectory,
                           int frames) {
    const double *parameters = trajectory->setup.parameters;
    int size = simulator->dynamics->state_size, half = size / 2;
    double before = simulator_energy(simulator, parameters, trajectory->states);
    for (int frame = 1; frame < frames; frame++) {
        const double *state = &trajectory->states[frame * size];
        double energy = simulator_energy(simulator, parameters, state), power = 0.0;
        double field[SIMULATOR_MAX_STATE], full[SIMULATOR_MAX_STATE];
        CU_ASSERT(energy < before);
        before = energy;
        simulator_field(simulator, parameters, state, field);
        simulator_full_field(simulator, parameters, state, full);
        for (int i = 0; i < half; i++) {
            CHECK_NEAR(full[i], field[i], 0.0);
            CHECK_NEAR(full[half + i], field[half + i] - simulator->friction * field[i], 1e-15);
            CU_ASSERT(trajectory->dx_dt_full[frame * size + half + i] == full[half + i]);
            power += simulator->friction * field[i] * field[i];
        }
        CHECK_NEAR(simulator_dissipation(simulator, parameters, state), power, 1e-14);
    }
}

static void every_friction_takes_energy_as_it_says(void) {
    enum { FRAMES = 256 };
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        struct trajectory_runner *runner;
        struct trajectory trajectory;
        if ((*entry)->friction == 0.0) {
            continue;
        }
        runner = runner_for(*entry, FRAMES, 0.05);
        CHECK_OK(trajectory_run(runner, 3, "test", 0, &trajectory));
        check_friction(*entry, &trajectory, FRAMES);
        trajectory_runner_free(runner);
    }
}

/* Determinant of the flow over time t, by central differences of the final state. */
static double flow_determinant(const struct simulator *simulator, const double *parameters,
                               const double *start, int frames) {
    static const double h = 1e-4;
    double columns[2][2];
    for (int i = 0; i < 2; i++) {
        double plus[2] = {start[0], start[1]}, minus[2] = {start[0], start[1]};
        plus[i] += h;
        minus[i] -= h;
        follow(simulator, parameters, plus, 0.05, frames, plus);
        follow(simulator, parameters, minus, 0.05, frames, minus);
        columns[i][0] = (plus[0] - minus[0]) / (2.0 * h);
        columns[i][1] = (plus[1] - minus[1]) / (2.0 * h);
    }
    return columns[0][0] * columns[1][1] - columns[0][1] * columns[1][0];
}

/* exp(-lambda t / inertia), and 1 without friction. Observed: 4e-12 for the springs, 3e-9 for the pendulums.
 */
static void friction_contracts_phase_space(void) {
    static const double spring[2] = {2.0, 0.4}, pendulum[3] = {0.8, 3.5, 0.7};
    static const double start[2] = {0.5, 0.4};
    const double time = 4.0, inertia = 0.8 * 0.7 * 0.7;
    CHECK_NEAR(flow_determinant(simulator_find("mass_spring_colors"), spring, start, 81), 1.0, 1e-10);
    CHECK_NEAR(flow_determinant(simulator_find("mass_spring_colors_friction"), spring, start, 81),
               exp(-0.05 * time / 0.4), 1e-10);
    CHECK_NEAR(flow_determinant(simulator_find("pendulum_colors"), pendulum, start, 81), 1.0, 1e-7);
    CHECK_NEAR(flow_determinant(simulator_find("pendulum_colors_friction"), pendulum, start, 81),
               exp(-0.05 * time / inertia), 1e-7);
}

/* Means of r^2 over 40000 draws; the tolerance is five standard errors. */
static void annulus_has_the_right_moments(void) {
    static const struct {
        const char *name;
        double mean_square;
    } cases[] = {{"mass_spring", 0.37},
                 {"mass_spring_colors", 0.505},
                 {"pendulum", 3.3233333},
                 {"pendulum_colors", 3.49}};
    enum { DRAWS = 40000 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct simulator *simulator = simulator_find(cases[i].name);
        struct random_stream random = random_stream(1, "test", i, 0);
        double sum = 0.0, sum_squares = 0.0;
        for (int draw = 0; draw < DRAWS; draw++) {
            double point[2];
            simulator_sample_annulus(simulator, &random, point);
            double square = point[0] * point[0] + point[1] * point[1];
            CU_ASSERT(sqrt(square) > simulator->radius_low - 1e-12 &&
                      sqrt(square) < simulator->radius_high + 1e-12);
            sum += square;
            sum_squares += square * square;
        }
        double mean = sum / DRAWS, error = sqrt((sum_squares / DRAWS - mean * mean) / DRAWS);
        CHECK_NEAR(mean, cases[i].mean_square, 5.0 * error);
    }
}

static void directions_and_colours_are_uniform(void) {
    enum { DRAWS = 30000, SECTORS = 16 };
    const struct simulator *simulator = simulator_find("pendulum_colors");
    int sectors[SECTORS] = {0}, colors[6] = {0};
    for (int draw = 0; draw < DRAWS; draw++) {
        struct trajectory_setup setup = sample(simulator, (uint64_t)draw);
        double turn = atan2(setup.state[1], setup.state[0]) / (2.0 * PI) + 0.5;
        sectors[(int)(turn * SECTORS) % SECTORS]++;
        colors[setup.color_index[0]]++;
    }
    CU_ASSERT(chi_square(sectors, SECTORS, DRAWS) < 44.0); /* 1 in 10000 with 15 degrees of freedom */
    CU_ASSERT(chi_square(colors, 6, DRAWS) < 26.0);        /* the same with 5 */
}

static void check_parameters(const struct simulator *simulator, const struct trajectory_setup *setup) {
    for (int i = 0; i < simulator_parameter_count(simulator); i++) {
        const struct simulator_parameter *range = &simulator->parameters[i];
        const double *values = &setup->parameters[simulator_parameter_first(simulator, i)];
        for (int k = 0; k < simulator_parameter_width(simulator, i); k++) {
            CU_ASSERT(values[k] >= range->low && values[k] <= range->high);
        }
    }
}

static void parameters_and_offsets_are_in_their_ranges(void) {
    enum { DRAWS = 2000 };
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        const struct simulator *simulator = *entry;
        double reach = simulator->random_offset ? simulator_canvas(simulator) * 0.4 / 1.4 : 0.0;
        bool spring = strncmp(simulator->name, "mass_spring", 11) == 0;
        double widest = 0.0, furthest = 0.0;
        for (uint64_t index = 0; index < DRAWS; index++) {
            struct trajectory_setup setup = sample(simulator, index);
            check_parameters(simulator, &setup);
            double x = setup.offset[0], y = setup.offset[1];
            double excess = spring ? x - y : 0.0; /* the shift of a spring to the right */
            CU_ASSERT(fabs(y) <= reach && excess >= 0.0 && excess <= (simulator->random_offset ? 1.0 : 0.0));
            CU_ASSERT(spring || fabs(x) <= reach);
            widest = fmax(widest, fabs(y));
            furthest = fmax(furthest, excess);
        }
        CU_ASSERT(widest >= 0.99 * reach);
        CU_ASSERT(furthest >= (spring && simulator->random_offset ? 0.99 : 0.0));
    }
}

static void canvas_sizes_are_the_published_ones(void) {
    static const struct {
        const char *name;
        double half;
    } cases[] = {{"mass_spring", 1.3989422804},
                 {"mass_spring_colors", 2.1898654170},
                 {"mass_spring_colors_friction", 2.1898654170},
                 {"pendulum", 1.3989422804},
                 {"pendulum_colors", 2.3673836185},
                 {"pendulum_colors_friction", 2.3673836185},
                 {"double_pendulum", 2.3989422804},
                 {"double_pendulum_colors", 3.4118271211},
                 {"double_pendulum_colors_friction", 3.4118271211},
                 {"two_body", 2.75},
                 {"two_body_colors", 5.0},
                 {"molecular_dynamics_4", 5.0},
                 {"molecular_dynamics_16", 2.2792115292}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_NEAR(simulator_canvas(simulator_find(cases[i].name)), cases[i].half, 1e-10);
    }
}

static void spring_amplitude_is_the_drawn_radius(void) {
    const struct simulator *simulator = simulator_find("mass_spring_colors");
    for (uint64_t index = 0; index < 500; index++) {
        struct random_stream random = random_stream(7, "test", index, 0);
        double point[2];
        struct trajectory_setup setup = sample(simulator, index);
        (void)random_uniform(&random); /* k */
        (void)random_uniform(&random); /* m */
        simulator_sample_annulus(simulator, &random, point);
        double energy = simulator_energy(simulator, setup.parameters, setup.state);
        CHECK_NEAR(energy, point[0] * point[0] + point[1] * point[1], 1e-14); /* k r^2 / 2, k = 2 */
    }
}

static void spring_returns_after_one_period(void) {
    static const double parameters[2] = {2.0, 0.5}, start[2] = {0.3, -0.4};
    double end[2];
    follow(simulator_find("mass_spring"), parameters, start, PI / 10.0, 11, end);
    CHECK_NEAR(end[0], start[0], 1e-14);
    CHECK_NEAR(end[1], start[1], 1e-14);
}

/* 4 sqrt(l/g) K(sin(A/2)) for A = 1.5, g = 3, l = 1, whatever the mass. Observed: 2e-10, from the digits of
 * the period. */
static void pendulum_swings_with_the_elliptic_period(void) {
    static const double start[2] = {1.5, 0.0};
    for (double m = 0.5; m < 1.5; m += 0.4) {
        double parameters[3] = {m, 3.0, 1.0}, end[2];
        follow(simulator_find("pendulum"), parameters, start, 4.2151563397 / 100.0, 101, end);
        CHECK_NEAR(end[0], start[0], 1e-9);
        CHECK_NEAR(end[1], start[1], 1e-9);
    }
}

/* Observed: 1e-12. */
static void pendulum_has_its_symmetries(void) {
    const struct simulator *simulator = simulator_find("pendulum_colors");
    static const double parameters[3] = {0.8, 3.5, 0.7}, start[2] = {1.7, 0.9};
    double end[2], mirrored[2] = {-start[0], -start[1]}, shifted[2] = {start[0] + 2.0 * PI, start[1]};
    follow(simulator, parameters, start, 0.05, 101, end);
    follow(simulator, parameters, mirrored, 0.05, 101, mirrored);
    follow(simulator, parameters, shifted, 0.05, 101, shifted);
    CHECK_NEAR(mirrored[0], -end[0], 1e-10);
    CHECK_NEAR(mirrored[1], -end[1], 1e-10);
    CHECK_NEAR(shifted[0], end[0] + 2.0 * PI, 1e-10);
    CHECK_NEAR(shifted[1], end[1], 1e-10);
    double back[2] = {end[0], -end[1]};
    follow(simulator, parameters, back, 0.05, 101, back);
    CHECK_NEAR(back[0], start[0], 1e-10);
    CHECK_NEAR(back[1], -start[1], 1e-10);
}

/* Initial states above the separatrix: 31.6 % and 20.6 %. The tolerance is four standard errors. */
static void as_many_pendulums_turn_over_as_should(void) {
    static const struct {
        const char *name;
        double fraction;
    } cases[] = {{"pendulum", 0.316}, {"pendulum_colors", 0.206}};
    enum { DRAWS = 20000 };
    for (size_t i = 0; i < 2; i++) {
        const struct simulator *simulator = simulator_find(cases[i].name);
        int turning = 0;
        for (uint64_t index = 0; index < DRAWS; index++) {
            struct trajectory_setup setup = sample(simulator, index);
            const double *mgl = setup.parameters;
            turning += simulator_energy(simulator, mgl, setup.state) > 2.0 * mgl[0] * mgl[1] * mgl[2];
        }
        CHECK_NEAR((double)turning / DRAWS, cases[i].fraction, 0.0131);
    }
}

static void trajectories_depend_on_seed_purpose_and_index_only(void) {
    const struct simulator *simulator = simulator_find("pendulum_colors_friction");
    struct trajectory_runner *used, *fresh;
    struct trajectory a, b;
    used = runner_for(simulator, 64, 0.05);
    fresh = runner_for(simulator, 64, 0.05);
    for (uint64_t index = 0; index <= 5; index++) {
        CHECK_OK(trajectory_run(used, 3, "test", index, &a));
    }
    CHECK_OK(trajectory_run(fresh, 3, "test", 5, &b));
    CU_ASSERT(memcmp(a.states, b.states, 64 * 2 * sizeof *a.states) == 0);
    CU_ASSERT(memcmp(&a.setup, &b.setup, sizeof a.setup) == 0);
    CHECK_OK(trajectory_run(fresh, 3, "test", 6, &b));
    CU_ASSERT(a.states[0] != b.states[0]);
    CHECK_OK(trajectory_run(fresh, 3, "tess", 5, &b));
    CU_ASSERT(a.states[0] != b.states[0]);
    CHECK_OK(trajectory_run(fresh, 4, "test", 5, &b));
    CU_ASSERT(a.states[0] != b.states[0]);
    trajectory_runner_free(used);
    trajectory_runner_free(fresh);
}

/* A canvas that only the quiet half of the pendulums stays on, and one that none does. */
static double narrow(const struct simulator *simulator) {
    (void)simulator;
    return 0.99;
}

static double nothing(const struct simulator *simulator) {
    (void)simulator;
    return 0.1;
}

static void trajectories_that_leave_the_canvas_are_drawn_again(void) {
    struct dynamics dynamics = *simulator_find("pendulum")->dynamics;
    struct simulator simulator = *simulator_find("pendulum");
    struct trajectory_runner *runner;
    struct trajectory trajectory;
    int attempts = 0;
    dynamics.half_size = narrow;
    simulator.dynamics = &dynamics;
    simulator.may_leave_canvas = true;
    /* l = 1: |x| <= 0.99 and |y| <= 0.99 exclude the lowest point, too. Frames are so far apart that most
     * crossings of it lie between them and are seen only on the finer grid. */
    simulator.parameters[2].low = simulator.parameters[2].high = 0.995;
    runner = runner_for(&simulator, 3, 0.2);
    for (uint64_t index = 0; index < 20; index++) {
        CHECK_OK(trajectory_run(runner, 3, "test", index, &trajectory));
        attempts += trajectory.attempts;
        for (int check = 0; check <= 2 * TRAJECTORY_CHECKS_PER_FRAME; check++) {
            double state[2];
            memcpy(state, trajectory.setup.state, sizeof state);
            if (check > 0) {
                follow(simulator_find("pendulum"), trajectory.setup.parameters, state, 0.02, check + 1,
                       state);
            }
            CU_ASSERT(simulator_on_canvas(&simulator, trajectory.setup.parameters, state));
        }
    }
    CU_ASSERT(attempts > 20);
    dynamics.half_size = nothing;
    CU_ASSERT_EQUAL(trajectory_run(runner, 3, "test", 0, &trajectory), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "stays on the canvas"));
    trajectory_runner_free(runner);
}

int main(void) {
    static const struct test tests[] = {
        TEST(trajectories_are_the_reference_ones),
        TEST(friction_spring_follows_its_closed_form),
        TEST(every_simulator_is_complete_and_found_by_its_name),
        TEST(every_field_is_the_symplectic_gradient_of_the_energy),
        TEST(sets_for_long_predictions_are_their_parents_but_longer),
        TEST(plans_out_of_bounds_are_refused),
        TEST(every_trajectory_keeps_its_invariants),
        TEST(every_trajectory_can_be_followed_again),
        TEST(every_image_shows_the_state),
        TEST(every_state_is_found_from_its_discs_and_velocities),
        TEST(discs_off_their_rods_are_told_of),
        TEST(every_friction_takes_energy_as_it_says),
        TEST(friction_contracts_phase_space),
        TEST(annulus_has_the_right_moments),
        TEST(directions_and_colours_are_uniform),
        TEST(parameters_and_offsets_are_in_their_ranges),
        TEST(canvas_sizes_are_the_published_ones),
        TEST(spring_amplitude_is_the_drawn_radius),
        TEST(spring_returns_after_one_period),
        TEST(pendulum_swings_with_the_elliptic_period),
        TEST(pendulum_has_its_symmetries),
        TEST(as_many_pendulums_turn_over_as_should),
        TEST(trajectories_depend_on_seed_purpose_and_index_only),
        TEST(trajectories_that_leave_the_canvas_are_drawn_again),
    };
    return tests_run("simulators", tests, sizeof tests / sizeof *tests);
}
