/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The known densities: each integrates to one, and draws are spread as it says.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/density/density_target.h"
#include "tests/harness.h"

/* The plane in SIDE x SIDE cells of FINE x FINE pieces, far enough out for all of each density. */
enum { SIDE = 20, FINE = 16, CELLS = SIDE * SIDE, DRAWS = 200000 };
static const double REACH = 5;

static int cell_of(const double *point) {
    int x = (int)floor((point[0] + REACH) / (2 * REACH) * SIDE);
    int y = (int)floor((point[1] + REACH) / (2 * REACH) * SIDE);
    return x >= 0 && x < SIDE && y >= 0 && y < SIDE ? y * SIDE + x : -1;
}

/* The mass of each cell; returns their sum. */
static double integrate(const struct density_target *target, double *mass) {
    double step = 2 * REACH / (SIDE * FINE), sum = 0;
    for (int i = 0; i < SIDE * FINE * SIDE * FINE; i++) {
        double point[2] = {(i % (SIDE * FINE) + 0.5) * step - REACH,
                           (i / (SIDE * FINE) + 0.5) * step - REACH};
        double piece = exp(target->log_density(point)) * step * step;
        mass[cell_of(point)] += piece;
        sum += piece;
    }
    return sum;
}

/* Observed: 1e-7. */
static void every_target_integrates_to_one(void) {
    for (const struct density_target *const *target = density_targets; *target != NULL; target++) {
        double mass[CELLS] = {0};
        CHECK_NEAR(integrate(*target, mass), 1, 1e-5);
    }
}

/* Pearson's statistic of the cells that expect at least five, in deviations from what it expects itself.
 * Observed: -0.95 to 0.55. */
static double surprise(const double *mass, const int *counts) {
    double statistic = 0;
    int cells = 0;
    for (int i = 0; i < CELLS; i++) {
        double expected = DRAWS * mass[i];
        if (expected >= 5) {
            statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
            cells++;
        }
    }
    return (statistic - (cells - 1)) / sqrt(2.0 * (cells - 1));
}

static void draws_are_spread_as_the_density_says(void) {
    for (const struct density_target *const *target = density_targets; *target != NULL; target++) {
        double mass[CELLS] = {0};
        int counts[CELLS] = {0}, outside = 0, impossible = 0;
        struct random_stream random = random_stream(3, "draws", 0, 0);
        (void)integrate(*target, mass);
        for (int i = 0; i < DRAWS; i++) {
            double point[2];
            (*target)->draw(&random, point);
            int cell = cell_of(point);
            impossible += cell < 0 || !isfinite((*target)->log_density(point));
            counts[cell < 0 ? 0 : cell]++;
            outside += fmax(fabs(point[0]), fabs(point[1])) > DENSITY_TARGET_REACH;
        }
        printf("\n    %s: %.2g, %d outside ", (*target)->name, surprise(mass, counts), outside);
        CU_ASSERT(fabs(surprise(mass, counts)) < 4);
        CU_ASSERT(outside < 5e-4 * DRAWS);
        CU_ASSERT_EQUAL(impossible, 0);
    }
}

static void targets_are_found_by_name(void) {
    for (const struct density_target *const *target = density_targets; *target != NULL; target++) {
        CU_ASSERT_PTR_EQUAL(density_target_find((*target)->name), *target);
    }
    CU_ASSERT_PTR_NULL(density_target_find("states"));
}

/* At the middle of a Gaussian, in the middle of the ring, on squares of the checkerboard. */
static void densities_stand_where_they_are_said_to(void) {
    static const double middle[2] = {2, 0}, between[2] = {0, 0}, dark[2] = {0.5, 0.5}, light[2] = {0.5, -0.5};
    double peak = -log(2 * acos(-1.0) * 0.04);
    CHECK_NEAR(density_target_find("two_gaussians")->log_density(middle), peak - log(2), 1e-12);
    CHECK_NEAR(density_target_find("eight_gaussians")->log_density(middle), peak - log(8), 1e-3);
    CU_ASSERT(density_target_find("ring")->log_density(between) < -30);
    CHECK_NEAR(density_target_find("checkerboard")->log_density(dark), -log(8), 1e-12);
    CU_ASSERT(density_target_find("checkerboard")->log_density(light) < -1e300);
}

int main(void) {
    static const struct test tests[] = {
        TEST(every_target_integrates_to_one),
        TEST(draws_are_spread_as_the_density_says),
        TEST(targets_are_found_by_name),
        TEST(densities_stand_where_they_are_said_to),
    };
    return tests_run("density_targets", tests, sizeof tests / sizeof *tests);
}
