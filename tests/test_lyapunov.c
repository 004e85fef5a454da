/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The largest Lyapunov exponent: of systems whose exponent is known, and of motion that is not chaotic.
 */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "integrators/lyapunov.h"
#include "support/interrupt.h"
#include "support/statistics.h"
#include "tests/harness.h"

/* ---- systems ---- */

/* Lorenz, "Deterministic nonperiodic flow", J. Atmos. Sci. 20 (1963) 130-141. */
static const double SIGMA = 10, RHO = 28, BETA = 8.0 / 3;

static void lorenz_field(const void *context, const double *x, double *rate) {
    (void)context;
    rate[0] = SIGMA * (x[1] - x[0]);
    rate[1] = x[0] * (RHO - x[2]) - x[1];
    rate[2] = x[0] * x[1] - BETA * x[2];
}

static void lorenz_derivative(const void *context, const double *x, const double *v, double *rate) {
    (void)context;
    rate[0] = SIGMA * (v[1] - v[0]);
    rate[1] = v[0] * (RHO - x[2]) - x[0] * v[2] - v[1];
    rate[2] = v[0] * x[1] + x[0] * v[1] - BETA * v[2];
}

/* A spiral that grows with e^(0.3 t), fed by a direction that decays, far from normal. */
static void spiral_field(const void *context, const double *x, double *rate) {
    (void)context;
    rate[0] = 0.3 * x[0] - 2 * x[1] + 50 * x[2];
    rate[1] = 2 * x[0] + 0.3 * x[1];
    rate[2] = -0.2 * x[2];
}

/* A harmonic oscillator of angular frequency `*context`. */
static void oscillator_field(const void *context, const double *x, double *rate) {
    double frequency = *(const double *)context;
    rate[0] = x[1];
    rate[1] = -frequency * frequency * x[0];
}

static void pendulum_field(const void *context, const double *x, double *rate) {
    (void)context;
    rate[0] = x[1];
    rate[1] = -sin(x[0]);
}

static void pendulum_derivative(const void *context, const double *x, const double *v, double *rate) {
    (void)context;
    rate[0] = v[1];
    rate[1] = -cos(x[0]) * v[0];
}

static void pendulum_wrap(const void *context, double *x) {
    (void)context;
    x[0] = remainder(x[0], 2 * M_PI);
}

/* Infinite at t = 1 / x. */
static void exploding_field(const void *context, const double *x, double *rate) {
    (void)context;
    rate[0] = x[0] * x[0];
}

/* A ball that falls into water: the force jumps at 0. */
static void water_field(const void *context, const double *x, double *rate) {
    (void)context;
    rate[0] = x[1];
    rate[1] = x[0] < 0 ? -0.5 : -1;
}

static const struct lyapunov_flow lorenz = {
    .size = 3, .field = lorenz_field, .derivative = lorenz_derivative};
static const struct lyapunov_flow spiral = {.size = 3, .field = spiral_field};
static const struct lyapunov_flow pendulum = {.size = 2, .field = pendulum_field};

/* ---- helpers ---- */

static struct lyapunov *start(const struct lyapunov_flow *flow, const double *state, uint64_t index) {
    struct random_stream random = random_stream(3, "test", index, 0);
    struct lyapunov *lyapunov;
    lyapunov_create(&lyapunov, flow);
    lyapunov_start(lyapunov, state, &random);
    return lyapunov;
}

/* The growth over the next `count` intervals. */
static double growth_over(struct lyapunov *lyapunov, double interval, long count) {
    double growth = NAN;
    CHECK_OK(lyapunov_advance(lyapunov, interval, count, &growth));
    return growth;
}

/* The growth from the start over the time. */
static double growth_of(const struct lyapunov_flow *flow, const double *state, double interval, long count) {
    struct lyapunov *lyapunov = start(flow, state, 0);
    double growth = growth_over(lyapunov, interval, count);
    lyapunov_free(lyapunov);
    return growth;
}

/* ---- exponents that are known ---- */

/* Exponents of `stretches` stretches, of as many trajectories, each after a transient of 20. */
static void lorenz_stretches(const struct lyapunov_flow *flow, long count, int stretches, double *out) {
    static const double INTERVAL = 0.5;
    for (int i = 0; i < stretches; i++) {
        double state[3] = {1 + 0.1 * i, -2 + 0.3 * i, 20 + i};
        struct lyapunov *lyapunov = start(flow, state, (uint64_t)i);
        (void)growth_over(lyapunov, INTERVAL, 40);
        out[i] = growth_over(lyapunov, INTERVAL, count) / (INTERVAL * (double)count);
        lyapunov_free(lyapunov);
    }
}

/* 0.90563, of 1e9 time units: Viswanath, "Lyapunov exponents from random Fibonacci sequences to the Lorenz
 * equations", thesis, Cornell, 1998; Sprott, "Chaos and time-series analysis", 2003, gives 0.9056. */
static void lorenz_has_the_exponent_of_the_literature(void) {
    enum { STRETCHES = 16 };
    double exponents[STRETCHES];
    lorenz_stretches(&lorenz, 400, STRETCHES, exponents);
    double mean = statistics_mean(exponents, STRETCHES);
    double error = statistics_deviation(exponents, STRETCHES) / sqrt(STRETCHES);
    printf("\n    Lorenz: %.5f, standard error %.5f", mean, error);
    CU_ASSERT(error < 0.005);
    CHECK_NEAR(mean, 0.90563, 3 * error);
}

/* The exponents of stretches scatter less the longer they are, at least as the square root. */
static void the_standard_error_falls_with_the_time(void) {
    enum { STRETCHES = 16 };
    double brief[STRETCHES], extended[STRETCHES];
    lorenz_stretches(&lorenz, 20, STRETCHES, brief);
    lorenz_stretches(&lorenz, 320, STRETCHES, extended);
    double ratio = statistics_deviation(brief, STRETCHES) / statistics_deviation(extended, STRETCHES);
    printf("\n    sixteen times the time: errors smaller by %.2f", ratio);
    CU_ASSERT(ratio > 2.5 && ratio < 20);
}

static void a_linear_system_grows_with_its_largest_eigenvalue(void) {
    static const double state[3] = {0, 0, 0};
    struct lyapunov *lyapunov = start(&spiral, state, 0);
    (void)growth_over(lyapunov, 1, 80); /* until what decays is forgotten */
    CHECK_NEAR(growth_over(lyapunov, M_PI, 10) / (10 * M_PI), 0.3, 1e-9);
    lyapunov_free(lyapunov);
}

/* ---- motion that is not chaotic ---- */

/* |v| goes round an ellipse with axes 1 : w, so that the growth stays within ln w of 0 and the exponent goes
 * to 0 as 1/t. */
static void a_neutral_flow_has_an_exponent_that_falls_as_one_over_time(void) {
    static const double frequency = 3, state[2] = {1, 0};
    const struct lyapunov_flow oscillator = {.size = 2, .context = &frequency, .field = oscillator_field};
    double largest = 0;
    for (long count = 10; count <= 10000; count *= 10) {
        double growth = growth_of(&oscillator, state, 0.7, count);
        CU_ASSERT(fabs(growth) <= log(3) + 1e-5);
        largest = fmax(largest, fabs(growth));
    }
    CU_ASSERT(largest > 0.1); /* an ellipse, indeed */
}

/* Neighbouring orbits have other periods: v grows as t, its logarithm as ln t. */
static void an_integrable_pendulum_grows_as_the_logarithm_of_time(void) {
    static const double state[2] = {1.5, 0.3};
    double tenth = growth_of(&pendulum, state, 1, 200), whole = growth_of(&pendulum, state, 1, 2000);
    CHECK_NEAR(whole - tenth, log(10), 0.3); /* v is measured at another phase: within 0.14 */
    CU_ASSERT(whole / 2000 < 5e-3);
}

/* ---- the derivative ---- */

/* The largest difference between the field's derivative and the difference quotient, relative to |Df v|. */
static double difference_error(const struct lyapunov_flow *exact, const double *state) {
    struct lyapunov_flow flow = *exact;
    double worst = 0;
    flow.derivative = NULL;
    for (int draw = 0; draw < 100; draw++) {
        struct random_stream random = random_stream(5, "direction", (uint64_t)draw, 0);
        double v[3], expected[3], actual[3], scratch[12], error = 0, norm = 0;
        for (int i = 0; i < flow.size; i++) {
            v[i] = 1e-4 * random_normal(&random);
        }
        lyapunov_derivative(exact, state, v, expected, scratch);
        lyapunov_derivative(&flow, state, v, actual, scratch);
        for (int i = 0; i < flow.size; i++) {
            error = fmax(error, fabs(actual[i] - expected[i]));
            norm = fmax(norm, fabs(expected[i]));
        }
        worst = fmax(worst, error / norm);
    }
    return worst;
}

static void the_difference_is_the_derivative_to_eleven_digits(void) {
    static const struct lyapunov_flow smooth = {
        .size = 2, .field = pendulum_field, .derivative = pendulum_derivative};
    static const double lorenz_state[3] = {-7.1, 3.2, 25}, pendulum_state[2] = {1.1, -0.4};
    double error = difference_error(&lorenz, lorenz_state);
    printf("\n    difference: %.1e (Lorenz), %.1e (pendulum)", error,
           difference_error(&smooth, pendulum_state));
    CU_ASSERT(error < 2e-10); /* |f| is 200 times |Df v| / |v| where v is along an axis */
    CU_ASSERT(difference_error(&smooth, pendulum_state) < 2e-11);
}

static void exponents_with_the_difference_are_those_with_the_derivative(void) {
    struct lyapunov_flow difference = lorenz;
    static const double state[3] = {-7.1, 3.2, 25};
    difference.derivative = NULL;
    CHECK_NEAR(growth_of(&difference, state, 0.5, 20), growth_of(&lorenz, state, 0.5, 20), 1e-6);
}

/* Past the jump of the force the disturbance has jumped by it: dv = [f] dx / velocity (Müller, "Calculation
 * of Lyapunov exponents for dynamic systems with discontinuities", Chaos, Solitons and Fractals 5 (1995)
 * 1671-1681). From height 1 at rest: at the surface after sqrt 2, dx = dx0 + t dp0, dp = dp0, then
 * dp -> dp0 + 0.5 dx / -sqrt 2. */
static void a_disturbance_jumps_with_the_force(void) {
    static const struct lyapunov_flow ball = {.size = 2, .field = water_field};
    static const double state[2] = {1, 0};
    struct random_stream random = random_stream(3, "test", 0, 0);
    double dx = random_normal(&random), dp = random_normal(&random), before = hypot(dx, dp);
    dx += sqrt(2) * dp;
    dp += 0.5 * dx / -sqrt(2);
    dx += 0.2 * dp;
    CHECK_NEAR(growth_of(&ball, state, sqrt(2) + 0.2, 1), log(hypot(dx, dp) / before), 1e-6);
}

/* ---- how it is followed ---- */

static void wrapping_changes_nothing(void) {
    static const double state[2] = {0.2, 2.5}; /* it turns over */
    struct lyapunov_flow wrapped = pendulum;
    wrapped.wrap = pendulum_wrap;
    CHECK_NEAR(growth_of(&wrapped, state, 0.5, 200), growth_of(&pendulum, state, 0.5, 200), 1e-6);
    struct lyapunov *lyapunov = start(&wrapped, state, 0);
    (void)growth_over(lyapunov, 0.5, 200);
    CU_ASSERT(fabs(lyapunov_state(lyapunov)[0]) <= M_PI);
    lyapunov_free(lyapunov);
}

static void the_length_of_the_intervals_does_not_matter(void) {
    static const double state[3] = {-7.1, 3.2, 25};
    CHECK_NEAR(growth_of(&lorenz, state, 0.1, 60), growth_of(&lorenz, state, 2, 3), 1e-6);
}

static void an_aligned_disturbance_grows_from_the_start(void) {
    static const double state[3] = {0, 0, 0};
    struct lyapunov *lyapunov = start(&spiral, state, 0);
    double before = growth_over(lyapunov, M_PI, 1) / M_PI;
    CU_ASSERT(fabs(before - 0.3) > 0.1);
    lyapunov_free(lyapunov);
    lyapunov = start(&spiral, state, 0);
    CHECK_OK(lyapunov_align(lyapunov, M_PI, 15));
    CHECK_NEAR(growth_over(lyapunov, M_PI, 1) / M_PI, 0.3, 1e-7);
    lyapunov_free(lyapunov);
}

static void aligning_leaves_the_state_as_it_is(void) {
    static const double state[3] = {-7.1, 3.2, 25};
    struct lyapunov *lyapunov = start(&lorenz, state, 0);
    CHECK_OK(lyapunov_align(lyapunov, 0.1, 3));
    CU_ASSERT(memcmp(lyapunov_state(lyapunov), state, sizeof state) == 0);
    lyapunov_free(lyapunov);
}

static void starting_again_gives_the_same_bits(void) {
    static const double state[3] = {-7.1, 3.2, 25};
    struct random_stream random = random_stream(3, "test", 0, 0);
    struct lyapunov *lyapunov = start(&lorenz, state, 0);
    double first = growth_over(lyapunov, 0.5, 7);
    lyapunov_start(lyapunov, state, &random);
    double again = growth_over(lyapunov, 0.5, 7);
    CU_ASSERT(memcmp(&first, &again, sizeof first) == 0);
    lyapunov_free(lyapunov);
}

/* ---- what goes wrong ---- */

static void what_cannot_be_followed_is_an_error(void) {
    static const struct lyapunov_flow exploding = {.size = 1, .field = exploding_field};
    static const double state[1] = {1};
    struct lyapunov *lyapunov = start(&exploding, state, 0);
    double growth;
    CHECK_FAILS(lyapunov_advance(lyapunov, 2, 1, &growth), STATUS_DATA, "cannot be followed beyond t = ");
    lyapunov_free(lyapunov);
}

static void a_signal_stops_it(void) {
    static const double state[3] = {-7.1, 3.2, 25};
    struct lyapunov *lyapunov = start(&lorenz, state, 0);
    double growth;
    interrupt_install();
    (void)raise(SIGINT);
    CHECK_FAILS(lyapunov_advance(lyapunov, 0.5, 1000000000, &growth), STATUS_INTERRUPTED, "interrupted");
    interrupt_clear();
    CHECK_OK(lyapunov_advance(lyapunov, 0.5, 1, &growth));
    lyapunov_free(lyapunov);
}

int main(void) {
    static const struct test tests[] = {
        TEST(lorenz_has_the_exponent_of_the_literature),
        TEST(the_standard_error_falls_with_the_time),
        TEST(a_linear_system_grows_with_its_largest_eigenvalue),
        TEST(a_neutral_flow_has_an_exponent_that_falls_as_one_over_time),
        TEST(an_integrable_pendulum_grows_as_the_logarithm_of_time),
        TEST(the_difference_is_the_derivative_to_eleven_digits),
        TEST(exponents_with_the_difference_are_those_with_the_derivative),
        TEST(a_disturbance_jumps_with_the_force),
        TEST(wrapping_changes_nothing),
        TEST(the_length_of_the_intervals_does_not_matter),
        TEST(an_aligned_disturbance_grows_from_the_start),
        TEST(aligning_leaves_the_state_as_it_is),
        TEST(starting_again_gives_the_same_bits),
        TEST(what_cannot_be_followed_is_an_error),
        TEST(a_signal_stops_it),
    };
    return tests_run("lyapunov", tests, sizeof tests / sizeof *tests);
}
