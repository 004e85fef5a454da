/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reference trajectories: DOP853 at tolerance 3e-14, confirmed by RK4 with step 1/8000 to 6e-11 or better.
 */
#include <math.h>

#include "tests/simulate.h"

static const double PI = 3.14159265358979323846;

static const double plain[5] = {0.5, 0.5, 1.0, 1.0, 3.0}, start[4] = {1.0, -0.8, 1.2, 1.5};

static const struct simulator *find(const char *name) {
    const struct simulator *simulator = simulator_find(name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(simulator);
    return simulator;
}

static void check_state(const double *actual, const double *expected, double tolerance) {
    for (int i = 0; i < 4; i++) {
        CHECK_NEAR(actual[i], expected[i], tolerance);
    }
}

/* Observed: 5e-11, half of the last digit given. */
static void field_and_energy_are_the_worked_ones(void) {
    static const double expected[4] = {1.581625523, 3.3593486318, -5.1115519266, 3.6631731085};
    double field[4];
    simulator_field(find("double_pendulum"), plain, start, field);
    check_state(field, expected, 1e-9);
    CHECK_NEAR(simulator_energy(find("double_pendulum"), plain, start), 0.8025198060, 1e-10);
}

/* Observed: 5e-11, half of the last digit given, also at t = 12.75. */
static void trajectories_are_the_reference_ones(void) {
    static const struct {
        int frames;
        double end[4], tolerance;
    } cases[] = {
        {21, {0.3182122235, 2.9698387612, -1.2539089406, 1.4738406123}, 1e-9},
        {101, {-0.8672222834, 16.7540094425, -0.1460056301, 1.3427788634}, 1e-9},
        {256, {1.6390815711, 20.8024561727, 0.2624298092, 0.1720661585}, 1e-9},
    };
    double end[4];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        follow(find("double_pendulum"), plain, start, 0.05, cases[i].frames, end);
        check_state(end, cases[i].end, cases[i].tolerance);
    }
    static const double other[5] = {0.45, 0.55, 0.8, 0.9, 3.1};
    static const double expected[4] = {-1.0569562755, 5.8663941429, -1.2547437725, -1.1048591848};
    follow(find("double_pendulum_colors_friction"), other, start, 0.05, 101, end);
    check_state(end, expected, 1e-9);
}

/* Observed: 2e-12. */
static void it_has_its_symmetries(void) {
    const struct simulator *simulator = find("double_pendulum_colors");
    static const double parameters[5] = {0.45, 0.55, 0.8, 0.9, 3.1};
    double end[4], mirrored[4], shifted[4], back[4];
    follow(simulator, parameters, start, 0.05, 61, end);
    for (int i = 0; i < 4; i++) {
        mirrored[i] = -start[i];
        shifted[i] = start[i] + (i == 0 ? 2.0 * PI : i == 1 ? -4.0 * PI : 0.0);
        back[i] = i < 2 ? end[i] : -end[i];
    }
    follow(simulator, parameters, mirrored, 0.05, 61, mirrored);
    follow(simulator, parameters, shifted, 0.05, 61, shifted);
    follow(simulator, parameters, back, 0.05, 61, back);
    for (int i = 0; i < 4; i++) {
        CHECK_NEAR(mirrored[i], -end[i], 1e-9);
        CHECK_NEAR(shifted[i], end[i] + (i == 0 ? 2.0 * PI : i == 1 ? -4.0 * PI : 0.0), 1e-9);
        CHECK_NEAR(back[i], i < 2 ? start[i] : -start[i], 1e-9);
    }
}

/* p1 + p2 is the angular momentum about the pivot. Observed: 5e-15. */
static void angular_momentum_changes_by_the_torque_of_gravity(void) {
    static const double weightless[5] = {0.45, 0.55, 0.8, 0.9, 0.0};
    double end[4], field[4];
    follow(find("double_pendulum_colors"), weightless, start, 0.05, 256, end);
    CHECK_NEAR(end[2] + end[3], start[2] + start[3], 1e-11);
    for (uint64_t index = 0; index < 100; index++) {
        struct trajectory_setup setup = sample(find("double_pendulum_colors"), index);
        const double *c = setup.parameters, *x = setup.state;
        double torque = -(c[0] + c[1]) * c[4] * c[2] * sin(x[0]) - c[1] * c[4] * c[3] * sin(x[1]);
        simulator_field(find("double_pendulum_colors"), c, x, field);
        CHECK_NEAR(field[2] + field[3], torque, 1e-12);
    }
}

/* J^T Omega J = Omega for the Jacobian J of the flow over one unit of time. Observed: 7e-9, of the central
 * differences. */
static void the_flow_is_symplectic(void) {
    static const double h = 1e-4;
    double jacobian[4][4];
    for (int j = 0; j < 4; j++) {
        double plus[4], minus[4];
        memcpy(plus, start, sizeof plus);
        memcpy(minus, start, sizeof minus);
        plus[j] += h;
        minus[j] -= h;
        follow(find("double_pendulum"), plain, plus, 0.05, 21, plus);
        follow(find("double_pendulum"), plain, minus, 0.05, 21, minus);
        for (int i = 0; i < 4; i++) {
            jacobian[i][j] = (plus[i] - minus[i]) / (2.0 * h);
        }
    }
    for (int a = 0; a < 4; a++) {
        for (int b = 0; b < 4; b++) {
            double form = 0.0;
            for (int i = 0; i < 2; i++) {
                form += jacobian[i][a] * jacobian[2 + i][b] - jacobian[2 + i][a] * jacobian[i][b];
            }
            CHECK_NEAR(form, b == a + 2 ? 1.0 : a == b + 2 ? -1.0 : 0.0, 1e-6);
        }
    }
}

/* Radii of both pairs within the annulus; E r^2 = 3.3233 and 3.625; the tolerance is five standard errors. */
static void both_pendulums_start_in_the_annulus(void) {
    static const struct {
        const char *name;
        double low, high, mean_square;
    } cases[] = {{"double_pendulum", 1.3, 2.3, 3.3233333}, {"double_pendulum_colors", 1.0, 2.5, 3.625}};
    enum { DRAWS = 20000 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int body = 0; body < 2; body++) {
            double sum = 0.0, sum_squares = 0.0;
            for (uint64_t index = 0; index < DRAWS; index++) {
                struct trajectory_setup setup = sample(find(cases[i].name), index);
                double square =
                    setup.state[body] * setup.state[body] + setup.state[2 + body] * setup.state[2 + body];
                CU_ASSERT(sqrt(square) > cases[i].low - 1e-12 && sqrt(square) < cases[i].high + 1e-12);
                sum += square;
                sum_squares += square * square;
            }
            double mean = sum / DRAWS, error = sqrt((sum_squares / DRAWS - mean * mean) / DRAWS);
            CHECK_NEAR(mean, cases[i].mean_square, 5.0 * error);
        }
    }
}

int main(void) {
    static const struct test tests[] = {
        TEST(field_and_energy_are_the_worked_ones),
        TEST(trajectories_are_the_reference_ones),
        TEST(it_has_its_symmetries),
        TEST(angular_momentum_changes_by_the_torque_of_gravity),
        TEST(the_flow_is_symplectic),
        TEST(both_pendulums_start_in_the_annulus),
    };
    return tests_run("double_pendulum", tests, sizeof tests / sizeof *tests);
}
