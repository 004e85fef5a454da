/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SyMetric on maps whose score is known, and on such that are made to fool it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/symetric.h"
#include "support/memory.h"
#include "tests/harness.h"

enum { ROWS = SYMETRIC_TRAJECTORIES * SYMETRIC_STATES };

/* ---- of Jacobians ---- */

/* Of one J [d][n] at all points of two trajectories. */
static void check_jacobian(const double *jacobian, int d, int n, double sym, double strict) {
    enum { POINTS = 3 };
    double many[2 * POINTS * 16], scores[2];
    for (int i = 0; i < 2 * POINTS; i++) {
        memcpy(many + (size_t)(i * d * n), jacobian, (size_t)(d * n) * sizeof *many);
    }
    symetric_of_jacobians(many, 2, POINTS, d, n, &scores[0], &scores[1]);
    CHECK_NEAR(scores[0], sym, 1e-6);
    CHECK_NEAR(scores[1], strict, 1e-6);
}

static void scores_of_constant_jacobians_are_known(void) {
    static const double identity[] = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
    static const double tripled[] = {3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3};
    static const double stretched[] = {2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
    static const double sheared[] = {1, -2, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 2, 1};
    const double mixed[] = {sqrt(5), -2, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
    check_jacobian(identity, 4, 4, 0, 0);
    check_jacobian(tripled, 4, 4, 0, 0);
    check_jacobian(stretched, 4, 4, 0.0703125, 1.0 / 36);
    check_jacobian(mixed, 4, 4, 1.0 / 9, 0.2274575);
    check_jacobian(sheared, 4, 4, 0, 0);
}

/* Sym asks whether A is orthogonal, not whether it is E: the strict score asks that. */
static void orthogonal_maps_pass_though_they_are_not_symplectic(void) {
    const double s = sqrt(0.5);
    const double turned_positions[] = {s, -s, 0, 0, s, s, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
    static const double swapped[] = {1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1};
    check_jacobian(turned_positions, 4, 4, 0, 0.25);
    check_jacobian(swapped, 4, 4, 0, symetric_worst);
}

/* A perfect model of matching pennies (p, 1 - p, q, 1 - q) cannot pass. */
static void coordinates_that_depend_on_each_other_cannot_pass(void) {
    static const double pennies[] = {1, 0, -1, 0, 0, 1, 0, -1};
    static const double reduced[] = {1, 0, 0, 1};
    double scores[2];
    symetric_of_jacobians(pennies, 1, 1, 4, 2, &scores[0], &scores[1]);
    CHECK_NEAR(scores[0], 0.25, 1e-12);
    check_jacobian(reduced, 2, 2, 0, 0);
}

/* One trajectory's c^2 varies from point to point, the other's does not: each has a unit of its own. */
static void each_trajectory_has_its_own_unit(void) {
    static const double even[] = {5, 0, 0, 5, 5, 0, 0, 5, 1, 0, 0, 1, 1, 0, 0, 1};
    static const double uneven[] = {1, 0, 0, 1, 3, 0, 0, 1};
    double sym, strict;
    symetric_of_jacobians(even, 2, 2, 2, 2, &sym, &strict);
    CHECK_NEAR(sym, 0, 1e-12);
    symetric_of_jacobians(uneven, 1, 2, 2, 2, &sym, &strict);
    /* c = 1, 3: P = 1, 9 in units of 5; c of the trajectory is 2 */
    CHECK_NEAR(sym, (0.8 * 0.8 + 0.8 * 0.8) / 4, 1e-12);
    CHECK_NEAR(strict, 0.5 * 0.5 / 2, 1e-12);
    static const double none[] = {0, 0, 0, 0};
    symetric_of_jacobians(none, 1, 1, 2, 2, &sym, &strict);
    CHECK_NEAR(sym, 0.5, 1e-12);
    CHECK_NEAR(strict, symetric_worst, 0);
}

static void one_informative_number_keeps_its_pair(void) {
    static const double variance[] = {0.4, 0.9, 0.9, 0.9}, none[] = {0.9, 0.9, 0.9, 0.9};
    static const double averaged[] = {0.9, 0.8, 0.9, 0.9, 0.9, 0.1, 0.9, 0.9};
    int kept[4];
    CU_ASSERT_EQUAL(symetric_informative(variance, 1, 4, kept), 2);
    CU_ASSERT(kept[0] == 0 && kept[1] == 2);
    CU_ASSERT_EQUAL(symetric_informative(averaged, 2, 4, kept), 2);
    CU_ASSERT(kept[0] == 1 && kept[1] == 3);
    CU_ASSERT_EQUAL(symetric_informative(none, 1, 4, kept), 4);
    CU_ASSERT(kept[0] == 0 && kept[1] == 1 && kept[2] == 2 && kept[3] == 3);
}

/* ---- of trajectories ---- */

/* Two oscillators (q1, q2, p1, p2), the second `ratio` times as far. */
static void oscillate(double ratio, double *x) {
    for (int k = 0; k < SYMETRIC_TRAJECTORIES; k++) {
        for (int t = 0; t < SYMETRIC_STATES; t++) {
            double *row = x + (k * SYMETRIC_STATES + t) * 4;
            double a = 0.2 * M_PI * t + k, b = 0.1 * M_PI * t + 2.3 * k;
            row[0] = sin(a);
            row[1] = ratio * sin(b);
            row[2] = cos(a);
            row[3] = ratio * cos(b);
        }
    }
}

static struct symetric_batch batch_of(const double *z, int latents, const double *x, int coordinates) {
    return (struct symetric_batch){.trajectories = SYMETRIC_TRAJECTORIES,
                                   .states = SYMETRIC_STATES,
                                   .z = z,
                                   .latents = latents,
                                   .x = x,
                                   .coordinates = coordinates,
                                   .max_order = 5,
                                   .random = random_stream(7, "points", 0, 0)};
}

static void the_states_themselves_pass(void) {
    double x[ROWS * 4], z[ROWS * 4];
    oscillate(1.7, x);
    for (int i = 0; i < ROWS * 4; i++) {
        z[i] = 20 * x[i] - 3; /* units and origins play no part */
    }
    struct symetric_batch batch = batch_of(z, 4, x, 4);
    struct symetric_score score = symetric_judge(&batch);
    CU_ASSERT(score.r2 > 0.99 && score.r2_held_out > 0.99 && score.order == 1 && score.passes);
    CU_ASSERT(score.sym < 1e-3 && score.strict < 1e-3 && !score.capped);
}

static void turning_positions_and_momenta_is_canonical(void) {
    double x[ROWS * 4], z[ROWS * 4];
    oscillate(1, x);
    for (int i = 0; i < ROWS; i++) {
        const double *a = x + i * 4;
        double *b = z + i * 4;
        b[0] = 0.6 * a[0] + 0.8 * a[2]; /* in the plane of q1 and p1 */
        b[2] = -0.8 * a[0] + 0.6 * a[2];
        b[1] = a[1];
        b[3] = a[3];
    }
    struct symetric_batch batch = batch_of(z, 4, x, 4);
    struct symetric_score score = symetric_judge(&batch);
    CU_ASSERT(score.passes && score.sym < 1e-3 && score.strict < 1e-3);
}

/* The same turn of q1, q2 and of p1, p2, which is canonical, of oscillators that differ by these ratios. */
static void standardising_each_coordinate_spoils_canonical_maps(void) {
    static const double ratios[] = {1.2, 1.5, 2, 3}, expected[] = {0.034, 0.080, 0.110, 0.122};
    for (int k = 0; k < 4; k++) {
        double x[ROWS * 4], z[ROWS * 4], s = sqrt(0.5);
        oscillate(ratios[k], x);
        for (int i = 0; i < ROWS; i++) {
            const double *a = x + i * 4;
            const double b[4] = {s * (a[0] - a[1]), s * (a[0] + a[1]), s * (a[2] - a[3]), s * (a[2] + a[3])};
            memcpy(z + i * 4, b, sizeof b);
        }
        struct symetric_batch batch = batch_of(z, 4, x, 4);
        struct symetric_score score = symetric_judge(&batch);
        CHECK_NEAR(score.sym, expected[k], 0.004);
        CU_ASSERT(score.sym_common < 1e-3 && score.strict_common < 1e-3); /* observed: 2e-6 */
    }
}

/* v + 0.2 v^3 is explained by a straight line well enough, and a straight line is symplectic: order 1 hides
 * what is curved. v^3 - 0.6 v is not. Points all over a square: on a circle a polynomial has many faces. */
static void curved_coordinates_are_found_where_lines_do_not_explain_them(void) {
    double x[ROWS * 2], z[ROWS * 2];
    struct random_stream random = random_stream(3, "square", 0, 0);
    struct symetric_batch batch = batch_of(z, 2, x, 2);
    for (int curved = 0; curved < 2; curved++) {
        for (int i = 0; i < ROWS * 2; i++) {
            double v = z[i] = random_between(&random, -1, 1);
            x[i] = curved ? v * v * v - 0.6 * v : v + 0.2 * v * v * v;
        }
        struct symetric_score score = symetric_judge(&batch);
        CU_ASSERT(score.r2 > 0.9);
        CU_ASSERT_EQUAL(score.order, curved ? 3 : 1);
        CU_ASSERT_EQUAL(score.passes, !curved);
        CU_ASSERT(curved ? score.sym > 0.1 && score.strict > 0.1 : score.sym < 1e-3);
    }
}

/* Numbers that say nothing: with as many monomials as rows nearly any states can be fitted, which only the
 * trajectories that are left out tell. */
static void noise_explains_nothing(void) {
    double x[ROWS * 4], *z = memory_alloc(ROWS * 4, sizeof *z);
    oscillate(1, x);
    struct random_stream random = random_stream(1, "noise", 0, 0);
    for (int i = 0; i < ROWS * 4; i++) {
        z[i] = random_normal(&random);
    }
    struct symetric_batch batch = batch_of(z, 4, x, 4);
    struct symetric_score score = symetric_judge(&batch);
    CU_ASSERT(score.r2 < 0.5 && score.r2_held_out < 0.1 && score.order == 5 && !score.passes);
    z[3] = NAN;
    z[8] = INFINITY;
    score = symetric_judge(&batch);
    CU_ASSERT(isfinite(score.r2) && isfinite(score.sym) && !score.passes);
    free(z);
}

/* Many latents, one of which is what counts: higher orders are not tried where there would be too many
 * monomials. */
static void what_would_take_too_long_is_not_tried(void) {
    enum { N = 26 };
    double full[ROWS * 4], x[ROWS * 2], *z = memory_alloc(ROWS * N, sizeof *z);
    oscillate(1, full);
    struct random_stream random = random_stream(2, "noise", 0, 0);
    for (int i = 0; i < ROWS; i++) {
        x[2 * i] = random_normal(&random);
        x[2 * i + 1] = random_normal(&random);
        for (int j = 0; j < N; j++) {
            z[i * N + j] = sin(0.37 * (j + 1) * full[4 * i] + j);
        }
    }
    struct symetric_batch batch = batch_of(z, N, x, 2);
    batch.max_order = 4;
    struct symetric_score score = symetric_judge(&batch);
    CU_ASSERT(score.order == 3 && score.capped && !score.passes);
    batch.max_order = 2;
    score = symetric_judge(&batch);
    CU_ASSERT(score.order == 2 && !score.capped);
    free(z);
}

int main(void) {
    static const struct test tests[] = {
        TEST(scores_of_constant_jacobians_are_known),
        TEST(orthogonal_maps_pass_though_they_are_not_symplectic),
        TEST(coordinates_that_depend_on_each_other_cannot_pass),
        TEST(each_trajectory_has_its_own_unit),
        TEST(one_informative_number_keeps_its_pair),
        TEST(the_states_themselves_pass),
        TEST(turning_positions_and_momenta_is_canonical),
        TEST(standardising_each_coordinate_spoils_canonical_maps),
        TEST(curved_coordinates_are_found_where_lines_do_not_explain_them),
        TEST(noise_explains_nothing),
        TEST(what_would_take_too_long_is_not_tried),
    };
    return tests_run("symetric", tests, sizeof tests / sizeof *tests);
}
