/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reference trajectories: DOP853 at tolerance 3e-14, confirmed by RK4 with step 1/8000 to 6e-11 or better.
 */
#include <math.h>

#include "tests/simulate.h"

static const struct simulator *find(const char *name) {
    const struct simulator *simulator = simulator_find(name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(simulator);
    return simulator;
}

/* The start of two bodies at (X, Y) and opposite. */
static void start_at(double x, double y, double *state) {
    double scale = 2.0 * pow(x * x + y * y, 0.75);
    const double start[8] = {x, y, -x, -y, y / scale, -x / scale, -y / scale, x / scale};
    memcpy(state, start, sizeof start);
}

/* Observed: 5e-11, half of the last digit given. */
static void trajectories_are_the_reference_ones(void) {
    static const double plain[3] = {1.0, 1.0, 1.0}, other[3] = {0.8, 1.4, 1.2};
    static const struct {
        const char *name;
        const double *parameters;
        int frames;
        double q[4], p[2];
    } cases[] = {
        {"two_body",
         plain,
         101,
         {1.3612312804, -0.6301185613, -1.3612312804, 0.6301185613},
         {-0.1714965503, -0.3704802288}},
        {"two_body",
         plain,
         256,
         {-1.2390379924, -0.8454494978, 1.2390379924, 0.8454494978},
         {-0.2301022081, 0.3372234282}},
        {"two_body_colors",
         other,
         101,
         {0.6891041278, -1.2867463048, -0.7794880731, 0.2209978884},
         {-0.5205261798, -0.2995552790}},
        {"two_body_colors",
         other,
         256,
         {0.2885462244, 1.4613117507, -0.5505978425, -1.3493210004},
         {0.4149817621, -0.0695751086}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double state[8];
        start_at(0.9, 1.2, state);
        CHECK_NEAR(state[4], 0.3265986324, 1e-10);
        CHECK_NEAR(state[5], -0.2449489743, 1e-10);
        follow(find(cases[i].name), cases[i].parameters, state, 0.05, cases[i].frames, state);
        for (int k = 0; k < 4; k++) {
            CHECK_NEAR(state[k], cases[i].q[k], 1e-9);
        }
        for (int k = 0; k < 2; k++) {
            CHECK_NEAR(state[4 + k], cases[i].p[k], 1e-9);
            CHECK_NEAR(state[6 + k], -cases[i].p[k], 1e-9);
        }
    }
}

/* Coordinates from the range, opposite bodies, momenta at right angles and of the size 1 / (2 sqrt(r)). */
static void two_bodies_start_as_they_should(void) {
    for (uint64_t index = 0; index < 1000; index++) {
        struct trajectory_setup setup = sample(find("two_body_colors"), index);
        const double *q = setup.state, *p = &setup.state[4];
        double r = hypot(q[0], q[1]);
        CU_ASSERT(q[0] >= 0.5 && q[0] <= 1.5 && q[1] >= 0.5 && q[1] <= 1.5);
        for (int k = 0; k < 2; k++) {
            CU_ASSERT(q[2 + k] == -q[k] && p[2 + k] == -p[k]);
        }
        CHECK_NEAR(q[0] * p[0] + q[1] * p[1], 0.0, 1e-15);
        CHECK_NEAR(hypot(p[0], p[1]), 0.5 / sqrt(r), 1e-15);
        CU_ASSERT(q[0] * p[1] - q[1] * p[0] < 0.0); /* clockwise */
    }
}

/* Unit masses circle: the distance stays 2 r, the angle moves by 1 / (2 r^(3/2)) t, the energy is -1 / (4 r).
 * Observed: 1e-14. */
static void unit_masses_move_on_circles(void) {
    struct trajectory_runner *runner = runner_for(find("two_body"), 256, 0.05);
    for (uint64_t index = 0; index < 20; index++) {
        struct trajectory trajectory;
        CHECK_OK(trajectory_run(runner, 3, "test", index, &trajectory));
        const double *first = trajectory.setup.state;
        double r = hypot(first[0], first[1]), angle = atan2(first[1], first[0]);
        CHECK_NEAR(simulator_energy(find("two_body"), trajectory.setup.parameters, first), -0.25 / r, 1e-15);
        for (int frame = 0; frame < 256; frame++) {
            const double *q = &trajectory.states[8 * frame];
            double turned = angle - 0.05 * frame / (2.0 * pow(r, 1.5));
            CHECK_NEAR(q[0], r * cos(turned), 1e-11);
            CHECK_NEAR(q[1], r * sin(turned), 1e-11);
            CHECK_NEAR(q[2], -q[0], 1e-13);
            CHECK_NEAR(hypot(q[0] - q[2], q[1] - q[3]), 2.0 * r, 1e-11);
        }
    }
    trajectory_runner_free(runner);
}

/* The Laplace-Runge-Lenz vector of the relative motion, divided by kappa: of length eccentricity. */
static void runge_lenz(const double *parameters, const double *state, double out[2]) {
    double m1 = parameters[0], m2 = parameters[1], kappa = parameters[2] * m1 * m2;
    double mu = m1 * m2 / (m1 + m2), x = state[0] - state[2], y = state[1] - state[3];
    double px = mu * (state[4] / m1 - state[6] / m2), py = mu * (state[5] / m1 - state[7] / m2);
    double momentum = x * py - y * px, r = hypot(x, y);
    out[0] = py * momentum / (mu * kappa) - x / r;
    out[1] = -px * momentum / (mu * kappa) - y / r;
}

/* Conserved beside energy and momenta: the centre of mass and the Runge-Lenz vector, whose length is
 * |rho - 1| with rho = (m1 + m2) / (2 g (m1 m2)^2). Observed: 1e-14. */
static void kepler_orbits_keep_their_shape(void) {
    const struct simulator *simulator = find("two_body_colors");
    struct trajectory_runner *runner = runner_for(simulator, 256, 0.05);
    for (uint64_t index = 0; index < 50; index++) {
        struct trajectory trajectory;
        CHECK_OK(trajectory_run(runner, 3, "test", index, &trajectory));
        const double *c = trajectory.setup.parameters, *first = trajectory.setup.state;
        double vector[2], now[2], r = hypot(first[0], first[1]);
        double rho = (c[0] + c[1]) / (2.0 * c[2] * c[0] * c[0] * c[1] * c[1]);
        runge_lenz(c, first, vector);
        CHECK_NEAR(hypot(vector[0], vector[1]), fabs(rho - 1.0), 1e-12);
        CHECK_NEAR(first[0] * first[5] - first[1] * first[4] + first[2] * first[7] - first[3] * first[6],
                   -sqrt(r), 1e-14);
        for (int frame = 0; frame < 256; frame++) {
            const double *x = &trajectory.states[8 * frame];
            runge_lenz(c, x, now);
            CHECK_NEAR(now[0], vector[0], 1e-9);
            CHECK_NEAR(now[1], vector[1], 1e-9);
            for (int k = 0; k < 2; k++) {
                double center = (c[0] * x[k] + c[1] * x[2 + k]) / (c[0] + c[1]);
                CHECK_NEAR(center, first[k] * (c[0] - c[1]) / (c[0] + c[1]), 1e-11);
                CU_ASSERT(fabs(x[k]) <= 5.0 && fabs(x[2 + k]) <= 5.0);
            }
        }
    }
    trajectory_runner_free(runner);
}

/* 79 % of the draws stay on the canvas for 256 frames, which shifts the mean mass to 1.064 and g to 1.028.
 * The tolerances are four standard errors. */
static void as_many_draws_are_rejected_as_should(void) {
    enum { KEPT = 1500 };
    struct trajectory_runner *runner = runner_for(find("two_body_colors"), 256, 0.05);
    double masses = 0.0, gravity = 0.0;
    int attempts = 0;
    for (uint64_t index = 0; index < KEPT; index++) {
        struct trajectory trajectory;
        CHECK_OK(trajectory_run(runner, 5, "test", index, &trajectory));
        attempts += trajectory.attempts;
        masses += (trajectory.setup.parameters[0] + trajectory.setup.parameters[1]) / 2.0;
        gravity += trajectory.setup.parameters[2];
    }
    CHECK_NEAR((double)KEPT / attempts, 0.79, 4.0 * sqrt(0.79 * 0.21 * 0.79 / KEPT));
    CHECK_NEAR(masses / KEPT, 1.064, 4.0 * sqrt(1.0 / 24.0 / KEPT));
    CHECK_NEAR(gravity / KEPT, 1.028, 4.0 * sqrt(1.0 / 12.0 / KEPT));
    trajectory_runner_free(runner);
}

/* 30 ordered pairs of six colours, 2 of two: chi-square beyond which 1 in 10000 lies with 29 and 1 degrees of
 * freedom. The two colours of a plain set are swapped at random, too. */
static void colours_are_ordered_pairs(void) {
    enum { DRAWS = 12000 };
    static const struct {
        const char *name;
        int colors;
        double limit;
    } cases[] = {{"two_body_colors", 6, 65.0}, {"two_body", 2, 15.2}, {"double_pendulum", 2, 15.2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int counts[36] = {0}, used[36], cells = 0, colors = cases[i].colors;
        for (uint64_t index = 0; index < DRAWS; index++) {
            struct trajectory_setup setup = sample(find(cases[i].name), index);
            counts[setup.color_index[0] * colors + setup.color_index[1]]++;
        }
        for (int pair = 0; pair < colors * colors; pair++) {
            if (pair / colors == pair % colors) {
                CU_ASSERT_EQUAL(counts[pair], 0);
            } else {
                used[cells++] = counts[pair];
            }
        }
        CU_ASSERT(chi_square(used, cells, DRAWS) < cases[i].limit);
    }
}

/* Three unit masses at rest relative to each other turn with angular speed 3^(-1/4) r^(-3/2) (Lagrange).
 * Observed: 8e-15; the triangle is unstable. */
static void an_undisturbed_triangle_turns_as_a_whole(void) {
    static const double parameters[4] = {1.0, 1.0, 1.0, 1.0};
    const double radius = 1.1, speed = pow(3.0, -0.25) / sqrt(radius), turn = 2.0 * acos(-1.0) / 3.0;
    double state[12];
    for (int i = 0; i < 3; i++) {
        state[2 * i] = radius * cos(turn * i);
        state[2 * i + 1] = radius * sin(turn * i);
        state[6 + 2 * i] = speed * sin(turn * i);
        state[6 + 2 * i + 1] = -speed * cos(turn * i);
    }
    follow(find("three_body"), parameters, state, 0.05, 101, state);
    for (int i = 0; i < 3; i++) {
        double angle = turn * i - speed / radius * 5.0;
        CHECK_NEAR(state[2 * i], radius * cos(angle), 1e-9);
        CHECK_NEAR(state[2 * i + 1], radius * sin(angle), 1e-9);
    }
}

static void three_bodies_start_on_a_triangle_without_drift(void) {
    for (uint64_t index = 0; index < 500; index++) {
        struct trajectory_setup setup = sample(find("three_body"), index);
        const double *q = setup.state, *p = &setup.state[6];
        double r = hypot(q[0], q[1]), side = sqrt(3.0) * r, circle = pow(3.0, -0.25) / sqrt(r);
        CU_ASSERT(r > 0.9 - 1e-12 && r < 1.2 + 1e-12);
        CHECK_NEAR(hypot(q[0] - q[2], q[1] - q[3]), side, 1e-14);
        CHECK_NEAR(hypot(q[2] - q[4], q[3] - q[5]), side, 1e-14);
        CHECK_NEAR(hypot(q[4] - q[0], q[5] - q[1]), side, 1e-14);
        CHECK_NEAR(p[0] + p[2] + p[4], 0.0, 1e-15);
        CHECK_NEAR(p[1] + p[3] + p[5], 0.0, 1e-15);
        /* 0.2 of the speed at most, and less the mean of the three. */
        CHECK_NEAR(p[0], circle * q[1] / r, 0.34 * circle);
        CHECK_NEAR(p[1], -circle * q[0] / r, 0.34 * circle);
    }
}

int main(void) {
    static const struct test tests[] = {
        TEST(trajectories_are_the_reference_ones),
        TEST(two_bodies_start_as_they_should),
        TEST(unit_masses_move_on_circles),
        TEST(kepler_orbits_keep_their_shape),
        TEST(as_many_draws_are_rejected_as_should),
        TEST(colours_are_ordered_pairs),
        TEST(an_undisturbed_triangle_turns_as_a_whole),
        TEST(three_bodies_start_on_a_triangle_without_drift),
    };
    return tests_run("n_body", tests, sizeof tests / sizeof *tests);
}
