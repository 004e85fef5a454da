/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reference trajectories: DOP853 at tolerance 3e-14, confirmed by RK4 with step 1/8000 to 6e-11 or better.
 */
#include <math.h>

#include "tests/simulate.h"

static const double none[1] = {0.0};
static const double pennies[4] = {0.2, 0.8, 0.65, 0.35}, hands[6] = {0.2, 0.5, 0.3, 0.1, 0.6, 0.3};

static void check_values(const double *actual, const double *expected, int count, double tolerance) {
    for (int i = 0; i < count; i++) {
        CHECK_NEAR(actual[i], expected[i], tolerance);
    }
}

static void fields_are_the_worked_ones(void) {
    static const double for_pennies[4] = {0.096, -0.096, 0.273, -0.273};
    static const double for_hands[6] = {-0.058, -0.095, 0.153, -0.021, -0.066, 0.087};
    double field[6];
    simulator_field(simulator_find("matching_pennies"), none, pennies, field);
    check_values(field, for_pennies, 4, 1e-15);
    simulator_field(simulator_find("rock_paper_scissors"), none, hands, field);
    check_values(field, for_hands, 6, 1e-15);
}

/* Observed: 5e-11, half of the last digit given. */
static void trajectories_are_the_reference_ones(void) {
    static const double pennies_1[4] = {0.405279656, 0.594720344, 0.8146112472, 0.1853887528};
    static const double pennies_255[4] = {0.7363768827, 0.2636231173, 0.2500142257, 0.7499857743};
    static const double hands_1[6] = {0.1584607181, 0.3781933113, 0.4633459707,
                                      0.0964703661, 0.5018257209, 0.4017039130};
    static const double hands_255[6] = {0.1565772636, 0.4588848245, 0.3845379119,
                                        0.0974768706, 0.3952783887, 0.5072447407};
    double end[6];
    follow(simulator_find("matching_pennies"), none, pennies, 0.1, 11, end);
    check_values(end, pennies_1, 4, 1e-9);
    follow(simulator_find("matching_pennies"), none, pennies, 0.1, 256, end);
    check_values(end, pennies_255, 4, 1e-9);
    follow(simulator_find("rock_paper_scissors"), none, hands, 0.1, 11, end);
    check_values(end, hands_1, 6, 1e-9);
    follow(simulator_find("rock_paper_scissors"), none, hands, 0.1, 256, end);
    check_values(end, hands_255, 6, 1e-9);
}

/* The plain field in the strategies themselves, by RK4: what the logarithms are only a detour for. Observed:
 * 1e-13. */
static void logarithms_follow_the_same_field(void) {
    static const double h = 0.001;
    const struct simulator *simulator = simulator_find("rock_paper_scissors");
    double x[6], k[4][6], at[6], end[6];
    memcpy(x, hands, sizeof x);
    for (int step = 0; step < 5000; step++) {
        for (int stage = 0; stage < 4; stage++) {
            for (int i = 0; i < 6; i++) {
                at[i] = x[i] + (stage == 0 ? 0.0 : h * (stage == 3 ? 1.0 : 0.5) * k[stage - 1][i]);
            }
            simulator_field(simulator, none, at, k[stage]);
        }
        for (int i = 0; i < 6; i++) {
            x[i] += h / 6.0 * (k[0][i] + 2.0 * k[1][i] + 2.0 * k[2][i] + k[3][i]);
        }
    }
    follow(simulator, none, hands, 0.1, 51, end);
    check_values(end, x, 6, 1e-11);
}

/* Orbits that come within 1e-9 of a face of the simplex keep V, too. Observed: 1e-14. */
static void strategies_stay_on_the_simplex_near_its_faces(void) {
    static const double start[6] = {1e-9, 0.4, 0.6 - 1e-9, 0.3, 1e-7, 0.7 - 1e-7};
    const struct simulator *simulator = simulator_find("rock_paper_scissors");
    struct trajectory_runner *runner = runner_for(simulator, 256, 0.1);
    struct trajectory_setup setup = {0};
    struct trajectory trajectory;
    bool stays;
    memcpy(setup.state, start, sizeof start);
    CHECK_OK(trajectory_follow(runner, &setup, &trajectory, &stays));
    for (int i = 0; i < 256 * 6; i++) {
        CU_ASSERT(trajectory.states[i] > 0.0);
    }
    CU_ASSERT(trajectory.invariant_error[0] < 1e-11);
    CU_ASSERT(trajectory.invariant_error[1] < 1e-15 && trajectory.invariant_error[2] < 1e-15);
    trajectory_runner_free(runner);
}

/* What one player earns the other loses: x.(A y) + y.(B^T x) = 0. The mean earnings are in the field: with
 * x_i (e_i - mean) the ratio of two components gives e_i - e_j, and sum x_i e_i = mean. */
static void games_are_zero_sum(void) {
    static const double payoff[3][3] = {{0, -1, 1}, {1, 0, -1}, {-1, 1, 0}};
    double field[6], rows[3], columns[3], row_mean = 0.0, column_mean = 0.0;
    for (int i = 0; i < 3; i++) {
        rows[i] = columns[i] = 0.0;
        for (int j = 0; j < 3; j++) {
            rows[i] += payoff[i][j] * hands[3 + j];
            columns[i] -= payoff[j][i] * hands[j];
        }
        row_mean += hands[i] * rows[i];
        column_mean += hands[3 + i] * columns[i];
    }
    CHECK_NEAR(row_mean + column_mean, 0.0, 1e-16);
    simulator_field(simulator_find("rock_paper_scissors"), none, hands, field);
    for (int i = 0; i < 3; i++) {
        CHECK_NEAR(field[i], hands[i] * (rows[i] - row_mean), 1e-16);
        CHECK_NEAR(field[3 + i], hands[3 + i] * (columns[i] - column_mean), 1e-16);
    }
}

/* Renaming the actions of both players in a circle commutes with the flow. Observed: 2e-16. */
static void rock_paper_scissors_is_cyclic(void) {
    const struct simulator *simulator = simulator_find("rock_paper_scissors");
    double end[6], renamed[6];
    for (int i = 0; i < 6; i++) {
        renamed[i] = hands[i / 3 * 3 + (i + 1) % 3];
    }
    follow(simulator, none, hands, 0.1, 101, end);
    follow(simulator, none, renamed, 0.1, 101, renamed);
    for (int i = 0; i < 6; i++) {
        CHECK_NEAR(renamed[i], end[i / 3 * 3 + (i + 1) % 3], 1e-12);
    }
}

/* With u = ln(x_1 / x_2), v = ln(y_1 / y_2): H = 4 ln cosh(u/2) + 4 ln cosh(v/2) = -2 V - 8 ln 2. */
static void matching_pennies_has_a_hamiltonian(void) {
    const struct simulator *simulator = simulator_find("matching_pennies");
    const struct simulator_invariant *v = &simulator->dynamics->invariants[0];
    for (uint64_t index = 0; index < 100; index++) {
        struct trajectory_setup setup = sample(simulator, index);
        const double *x = setup.state;
        double field[4], u = log(x[0] / x[1]), w = log(x[2] / x[3]);
        double energy = 4.0 * log(cosh(u / 2.0)) + 4.0 * log(cosh(w / 2.0));
        CHECK_NEAR(energy, -2.0 * v->value(none, x) - 8.0 * log(2.0), 1e-12 * (1.0 + energy));
        simulator_field(simulator, none, x, field);
        CHECK_NEAR(field[0] / x[0] - field[1] / x[1], 2.0 * tanh(w / 2.0), 1e-14);
        CHECK_NEAR(field[2] / x[2] - field[3] / x[3], -2.0 * tanh(u / 2.0), 1e-14);
    }
}

/* Small circles around the mixed equilibrium return after 2 pi and 2 pi sqrt(3). Observed: 1e-11, the next
 * order in the size of the circle. */
static void games_circle_the_equilibrium_at_their_frequency(void) {
    const double period = 2.0 * acos(-1.0), e = 1e-5;
    const double two[4] = {0.5 + e, 0.5 - e, 0.5, 0.5};
    const double three[6] = {1.0 / 3.0 + e, 1.0 / 3.0 - e, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0};
    double end[6];
    follow(simulator_find("matching_pennies"), none, two, period / 100.0, 101, end);
    check_values(end, two, 4, 1e-9);
    follow(simulator_find("rock_paper_scissors"), none, three, sqrt(3.0) * period / 100.0, 101, end);
    check_values(end, three, 6, 1e-9);
}

/* Flat on the simplex: each component of three has mean 1/3 and variance 1/18 and their six orders are
 * equally frequent, each component of two is uniform. Chi-square beyond which 1 in 10000 lies; four standard
 * errors. */
static void strategies_are_drawn_uniformly(void) {
    enum { DRAWS = 24000 };
    int order[8] = {0}, orders[6], count = 0, tenth[10] = {0};
    double mean = 0.0, square = 0.0;
    for (uint64_t index = 0; index < DRAWS; index++) {
        struct trajectory_setup three = sample(simulator_find("rock_paper_scissors"), index);
        struct trajectory_setup two = sample(simulator_find("matching_pennies"), index);
        const double *x = &three.state[3];
        order[(x[0] < x[1]) * 4 + (x[1] < x[2]) * 2 + (x[0] < x[2])]++;
        tenth[(int)(10.0 * two.state[2])]++;
        mean += x[2] / DRAWS;
        square += x[2] * x[2] / DRAWS;
    }
    for (int code = 0; code < 8; code++) {
        if (order[code] > 0 && count < 6) { /* two of the codes contradict themselves */
            orders[count++] = order[code];
        }
    }
    CU_ASSERT_EQUAL(count, 6);
    CU_ASSERT(chi_square(orders, 6, DRAWS) < 26.0);
    CU_ASSERT(chi_square(tenth, 10, DRAWS) < 33.8);
    CHECK_NEAR(mean, 1.0 / 3.0, 4.0 * sqrt(1.0 / 18.0 / DRAWS));
    CHECK_NEAR(square - mean * mean, 1.0 / 18.0, 0.002);
}

/* The pixel (row, column) is grey of one level. */
static int level(const uint8_t *image, int row, int column) {
    const uint8_t *pixel = &image[(row * IMAGE_SIDE + column) * IMAGE_CHANNELS];
    CU_ASSERT(pixel[0] == pixel[1] && pixel[1] == pixel[2]);
    return pixel[0];
}

static void images_are_the_worked_blocks(void) {
    static const int two[2][2] = {{33, 17}, {132, 71}};
    static const int three[3][3] = {{5, 30, 15}, {12, 76, 38}, {7, 45, 22}};
    struct trajectory_setup setup = {0};
    uint8_t image[IMAGE_VALUES];
    simulator_draw(simulator_find("matching_pennies"), &setup, pennies, image);
    for (int i = 0; i < IMAGE_SIDE * IMAGE_SIDE; i++) {
        int row = i / IMAGE_SIDE, column = i % IMAGE_SIDE;
        CU_ASSERT_EQUAL(level(image, row, column), two[row / 16][column / 16]);
    }
    simulator_draw(simulator_find("rock_paper_scissors"), &setup, hands, image);
    for (int i = 0; i < IMAGE_SIDE * IMAGE_SIDE; i++) {
        int row = i / IMAGE_SIDE, column = i % IMAGE_SIDE;
        CU_ASSERT_EQUAL(level(image, row, column), three[row / 11][column / 11]);
    }
}

int main(void) {
    static const struct test tests[] = {
        TEST(fields_are_the_worked_ones),
        TEST(trajectories_are_the_reference_ones),
        TEST(logarithms_follow_the_same_field),
        TEST(strategies_stay_on_the_simplex_near_its_faces),
        TEST(games_are_zero_sum),
        TEST(rock_paper_scissors_is_cyclic),
        TEST(matching_pennies_has_a_hamiltonian),
        TEST(games_circle_the_equilibrium_at_their_frequency),
        TEST(strategies_are_drawn_uniformly),
        TEST(images_are_the_worked_blocks),
    };
    return tests_run("replicator", tests, sizeof tests / sizeof *tests);
}
