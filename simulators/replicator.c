/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two players of a zero-sum matrix game whose mixed strategies follow the replicator dynamics:
 *     dx_i/dt = x_i ((A y)_i - x.A y),   dy_j/dt = y_j ((B^T x)_j - y.B^T x),   B = -A.
 *
 * State: x_1 .. x_n of the row player, then y_1 .. y_n of the column player; each strategy sums to 1. No
 * parameters. Conserved, because rows and columns of A sum to zero: V = sum ln x_i + sum ln y_j. (Hofbauer,
 * Sigmund, "Evolutionary games and population dynamics", 1998, chapter 11; A as in OpenSpiel.)
 *
 * Orbits pass close to the faces of the simplex. They are integrated as logarithms of ratios,
 * u_i = ln(x_i / x_n), which keep their precision there and make every strategy positive with sum 1:
 *     du_i/dt = (A y)_i - (A y)_n.
 *
 * Functions take the game; REPLICATOR_SYSTEM makes the functions of one game out of them.
 */
#include <math.h>

#include "simulators/registry.h"
#include "support/elementary.h"

enum { MAX_ACTIONS = 3 };

struct game {
    int actions;
    double unusual;                          /* V below which 1 % of the uniform starts lie */
    double payoff[MAX_ACTIONS][MAX_ACTIONS]; /* of the row player; the column player gets the negative */
};

static const struct game matching_pennies = {2, -8.2, {{1, -1}, {-1, 1}}};
static const struct game rock_paper_scissors = {3, -14.4, {{0, -1, 1}, {1, 0, -1}, {-1, 1, 0}}};

/* What each action earns: A y for the row player, -A^T x for the column player. */
static void earnings(const struct game *game, const double *x, const double *y, double *rows,
                     double *columns) {
    for (int i = 0; i < game->actions; i++) {
        rows[i] = columns[i] = 0.0;
        for (int j = 0; j < game->actions; j++) {
            rows[i] += game->payoff[i][j] * y[j];
            columns[i] -= game->payoff[j][i] * x[j];
        }
    }
}

/* dx/dt of one player. */
static void replicate(int actions, const double *x, const double *earned, double *dx_dt) {
    double mean = 0.0;
    for (int i = 0; i < actions; i++) {
        mean += x[i] * earned[i];
    }
    for (int i = 0; i < actions; i++) {
        dx_dt[i] = x[i] * (earned[i] - mean);
    }
}

static void field(const struct game *game, const double *state, double *dx_dt) {
    int n = game->actions;
    double rows[MAX_ACTIONS], columns[MAX_ACTIONS];
    earnings(game, state, &state[n], rows, columns);
    replicate(n, state, rows, dx_dt);
    replicate(n, &state[n], columns, &dx_dt[n]);
}

static void log_ratios(int n, const double *x, double *u) {
    for (int i = 0; i + 1 < n; i++) {
        u[i] = elementary_log(x[i] / x[n - 1]);
    }
}

/* The strategy of the given ratios; scaled by the largest, so that nothing overflows. */
static void strategy(int n, const double *u, double *x) {
    double largest = 0.0, sum = 0.0;
    for (int i = 0; i + 1 < n; i++) {
        largest = fmax(largest, u[i]);
    }
    for (int i = 0; i < n; i++) {
        x[i] = elementary_exp((i + 1 < n ? u[i] : 0.0) - largest);
        sum += x[i];
    }
    for (int i = 0; i < n; i++) {
        x[i] /= sum;
    }
}

static void enter(const struct game *game, const double *state, double *z) {
    int n = game->actions;
    log_ratios(n, state, z);
    log_ratios(n, &state[n], &z[n - 1]);
}

static void leave(const struct game *game, const double *z, double *state) {
    int n = game->actions;
    strategy(n, z, state);
    strategy(n, &z[n - 1], &state[n]);
}

static void chart_field(const struct game *game, const double *z, double *dz_dt) {
    int n = game->actions;
    double state[2 * MAX_ACTIONS], rows[MAX_ACTIONS], columns[MAX_ACTIONS];
    leave(game, z, state);
    earnings(game, state, &state[n], rows, columns);
    for (int i = 0; i + 1 < n; i++) {
        dz_dt[i] = rows[i] - rows[n - 1];
        dz_dt[n - 1 + i] = columns[i] - columns[n - 1];
    }
}

static double sum_of_logs(const struct game *game, const double *state) {
    double sum = 0.0;
    for (int i = 0; i < 2 * game->actions; i++) {
        sum += elementary_log(state[i]);
    }
    return sum;
}

static double total(int n, const double *x) {
    double sum = 0.0;
    for (int i = 0; i < n; i++) {
        sum += x[i];
    }
    return sum;
}

/* Uniform on the simplex: the gaps between sorted uniform numbers. */
static void sample_strategy(int n, struct random_stream *random, double *x) {
    double cut[MAX_ACTIONS + 1] = {0.0};
    for (int i = 1; i < n; i++) {
        double value = random_uniform(random);
        int place = i;
        for (; place > 1 && cut[place - 1] > value; place--) {
            cut[place] = cut[place - 1];
        }
        cut[place] = value;
    }
    cut[n] = 1.0;
    for (int i = 0; i < n; i++) {
        x[i] = cut[i + 1] - cut[i];
    }
}

/* The picture is the matrix of joint probabilities x_i y_j in grey, in square blocks. When their side does
 * not divide that of the image, the last row and column of blocks are cut. */
static void draw(const struct game *game, const double *state, uint8_t image[IMAGE_VALUES]) {
    int n = game->actions, side = (IMAGE_SIDE + n - 1) / n;
    for (int row = 0; row < IMAGE_SIDE; row++) {
        for (int column = 0; column < IMAGE_SIDE; column++) {
            double probability = state[row / side] * state[n + column / side];
            for (int c = 0; c < IMAGE_CHANNELS; c++) {
                *image++ = (uint8_t)(255.0 * probability);
            }
        }
    }
}

/* The functions of a game, as `struct dynamics` takes them. */
#define REPLICATOR_SYSTEM(game, n)                                                                           \
    static void game##_sample(const struct simulator *simulator, const double *parameters,                   \
                              struct random_stream *random, double *state) {                                 \
        (void)simulator;                                                                                     \
        (void)parameters;                                                                                    \
        sample_strategy(n, random, state);                                                                   \
        sample_strategy(n, random, &state[n]);                                                               \
    }                                                                                                        \
    static void game##_field(const double *parameters, const double *state, double *dx_dt) {                 \
        (void)parameters;                                                                                    \
        field(&(game), state, dx_dt);                                                                        \
    }                                                                                                        \
    static void game##_enter(const double *state, double *z) {                                               \
        enter(&(game), state, z);                                                                            \
    }                                                                                                        \
    static void game##_leave(const double *z, double *state) {                                               \
        leave(&(game), z, state);                                                                            \
    }                                                                                                        \
    static void game##_chart_field(const double *parameters, const double *z, double *dz_dt) {               \
        (void)parameters;                                                                                    \
        chart_field(&(game), z, dz_dt);                                                                      \
    }                                                                                                        \
    static double game##_sum_of_logs(const double *parameters, const double *state) {                        \
        (void)parameters;                                                                                    \
        return sum_of_logs(&(game), state);                                                                  \
    }                                                                                                        \
    static double game##_row_total(const double *parameters, const double *state) {                          \
        (void)parameters;                                                                                    \
        return total(n, state);                                                                              \
    }                                                                                                        \
    static double game##_column_total(const double *parameters, const double *state) {                       \
        (void)parameters;                                                                                    \
        return total(n, &state[n]);                                                                          \
    }                                                                                                        \
    static bool game##_is_beyond(const struct simulator *trained, const double *parameters,                  \
                                 const double *state) {                                                      \
        (void)trained;                                                                                       \
        (void)parameters;                                                                                    \
        return sum_of_logs(&(game), state) < (game).unusual;                                                 \
    }                                                                                                        \
    static void game##_draw(const struct simulator *simulator, const struct trajectory_setup *setup,         \
                            const double *state, uint8_t image[IMAGE_VALUES]) {                              \
        (void)simulator;                                                                                     \
        (void)setup;                                                                                         \
        draw(&(game), state, image);                                                                         \
    }                                                                                                        \
    static const struct simulator_chart game##_chart = {                                                     \
        .size = 2 * ((n)-1),                                                                                 \
        .enter = game##_enter,                                                                               \
        .leave = game##_leave,                                                                               \
        .field = game##_chart_field,                                                                         \
    };

#define REPLICATOR_DYNAMICS(game, n)                                                                         \
    .motion = "dx_i/dt = x_i ((A y)_i - x.A y), dy_j/dt = y_j (y.A^T x - (A^T x)_j)",                        \
    .state = "row player's strategy x_1, ..., then column player's strategy y_1, ...",                       \
    .start = "both strategies independent and uniform on the simplex",                                       \
    .picture = "the matrix x_i y_j in grey, in blocks of ceil(32 / n) pixels, first row at the top",         \
    .conserved = "V = sum of the logarithms of all components; the sum of each strategy",                    \
    .state_size = 2 * (n), .top_down = true,                                                                 \
    .invariants =                                                                                            \
        {                                                                                                    \
            {"sum_of_logs", "sum of ln x_i and ln y_j", game##_sum_of_logs, 1e-9},                           \
            {"row_total", "sum of x_i", game##_row_total, 1e-12},                                            \
            {"column_total", "sum of y_j", game##_column_total, 1e-12},                                      \
    },                                                                                                       \
    .sample_state = game##_sample, .is_beyond = game##_is_beyond,                                            \
    .beyond_rule = "V below that of 99 % of the training starts", .field = game##_field,                     \
    .chart = &game##_chart, .draw = game##_draw

REPLICATOR_SYSTEM(matching_pennies, 2)
REPLICATOR_SYSTEM(rock_paper_scissors, 3)

/* The last probability of each player is what the others leave. */
static const int pennies_independent[] = {0, 2};
static const int scissors_independent[] = {0, 1, 3, 4};

static const struct dynamics matching_pennies_dynamics = {
    .title = "matching pennies",
    .page = "games",
    .equation = "A = [1 -1; -1 1]",
    .independent = pennies_independent,
    .independent_count = 2,
    REPLICATOR_DYNAMICS(matching_pennies, 2),
};

static const struct dynamics rock_paper_scissors_dynamics = {
    .title = "rock-paper-scissors",
    .page = "games",
    .equation = "A = [0 -1 1; 1 0 -1; -1 1 0]",
    .independent = scissors_independent,
    .independent_count = 4,
    REPLICATOR_DYNAMICS(rock_paper_scissors, 3),
};

#define REFERENCE "Botev et al., Which priors matter? (2021), multi_agent/"

const struct simulator matching_pennies_simulator = {
    .name = "matching_pennies",
    .summary = "replicator dynamics of matching pennies",
    .reference = REFERENCE "matching_pennies",
    .dynamics = &matching_pennies_dynamics,
    .dt = 0.1,
    SIMULATOR_DEFAULTS,
};

const struct simulator matching_pennies_long_trajectory_simulator = {
    .name = "matching_pennies_long_trajectory",
    .summary = "the test set of matching_pennies for long predictions",
    .reference = REFERENCE "matching_pennies_long_trajectory",
    .dynamics = &matching_pennies_dynamics,
    .dt = 0.1,
    SIMULATOR_LONG_DEFAULTS,
};

const struct simulator rock_paper_scissors_simulator = {
    .name = "rock_paper_scissors",
    .summary = "replicator dynamics of rock-paper-scissors",
    .reference = REFERENCE "rock_paper_scissors",
    .dynamics = &rock_paper_scissors_dynamics,
    .dt = 0.1,
    SIMULATOR_DEFAULTS,
};

const struct simulator rock_paper_scissors_long_trajectory_simulator = {
    .name = "rock_paper_scissors_long_trajectory",
    .summary = "the test set of rock_paper_scissors for long predictions",
    .reference = REFERENCE "rock_paper_scissors_long_trajectory",
    .dynamics = &rock_paper_scissors_dynamics,
    .dt = 0.1,
    SIMULATOR_LONG_DEFAULTS,
};
