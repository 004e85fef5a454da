/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The published deficits of a learned energy, and its drift in both directions.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/metric.h"
#include "support/memory.h"
#include "support/random.h"
#include "tests/harness.h"

enum { WINDOWS = 3, FRAMES = 7, MOST = 16 };

static double figures[MOST], samples[MOST * WINDOWS];

static void measure(double *forward, double *backward) {
    static double truth[WINDOWS * FRAMES];
    struct rollout rollout = {.windows = WINDOWS,
                              .frames = FRAMES,
                              .runs = WINDOWS,
                              .pieces = 1,
                              .energy_unit = NAN,
                              .true_energy = truth};
    rollout.forward.energy = forward;
    rollout.backward.energy = backward;
    struct lines notes = {0};
    struct metric_values out = {.figures = figures, .samples = samples, .notes = &notes};
    for (int i = 0; i < MOST; i++) {
        figures[i] = NAN;
    }
    energy_metric.compute(&rollout, NULL, &out);
    lines_free(&notes);
}

static double figure(const char *name) {
    int i = 0;
    while (i < energy_metric.row_count && strcmp(energy_metric.rows[i].name, name) != 0) {
        i++;
    }
    CU_ASSERT_FATAL(i < energy_metric.row_count);
    return figures[i];
}

/* The sum over ordered pairs as it is written, by hand. */
static double deficit_of(const double *energies) {
    double sum = 0;
    for (int i = 0; i < FRAMES; i++) {
        for (int j = 0; j < FRAMES; j++) {
            sum += fabs(energies[i] - energies[j]);
        }
    }
    return sum / (FRAMES * (FRAMES - 1) / 2.0);
}

static void deficits_are_twice_the_mean_gap_and_the_largest(void) {
    struct random_stream random = random_stream(1, "energies", 0, 0);
    double energies[WINDOWS * FRAMES], expected = 0, largest = 0;
    for (int i = 0; i < WINDOWS * FRAMES; i++) {
        energies[i] = 100 + random_normal(&random);
    }
    for (int i = 0; i < WINDOWS; i++) {
        const double *row = energies + (size_t)i * FRAMES;
        expected += deficit_of(row) / WINDOWS;
        for (int a = 0; a < FRAMES; a++) {
            for (int b = 0; b < FRAMES; b++) {
                largest = fmax(largest, row[a] - row[b]);
            }
        }
    }
    measure(energies, NULL);
    CHECK_NEAR(figure("energy_deficit"), expected, 1e-12); /* observed: 1e-14 */
    CHECK_NEAR(figure("energy_largest_deficit"), largest, 1e-13);
    CU_ASSERT(isnan(figure("energy_drift_backward")));
}

/* One step of 1 at the end of the film: 2 (FRAMES - 1) ordered pairs of FRAMES (FRAMES - 1) / 2. */
static void one_step_is_a_deficit_by_hand(void) {
    double energies[WINDOWS * FRAMES] = {0};
    for (int i = 0; i < WINDOWS; i++) {
        energies[i * FRAMES + FRAMES - 1] = 1;
    }
    measure(energies, NULL);
    CHECK_NEAR(figure("energy_deficit"), 4.0 / FRAMES, 1e-15);
    CHECK_NEAR(figure("energy_largest_deficit"), 1, 0);
}

/* What fools the deficits: twice the energy is twice the deficit, and the same drift. */
static void a_scaled_energy_has_another_deficit_and_the_same_drift(void) {
    double energies[WINDOWS * FRAMES];
    for (int i = 0; i < WINDOWS * FRAMES; i++) {
        energies[i] = i / FRAMES + 0.01 * (i % FRAMES);
    }
    measure(energies, energies);
    double deficit = figure("energy_deficit"), drift = figure("energy_drift");
    CHECK_NEAR(figure("energy_drift_backward"), drift, 0);
    for (int i = 0; i < WINDOWS * FRAMES; i++) {
        energies[i] = 2 * energies[i];
    }
    measure(energies, energies);
    CHECK_NEAR(figure("energy_deficit"), 2 * deficit, 1e-15);
    CHECK_NEAR(figure("energy_drift"), drift, 1e-15);
}

static void an_energy_that_is_no_number_has_none_either(void) {
    double energies[WINDOWS * FRAMES] = {0};
    energies[FRAMES + 2] = NAN;
    measure(energies, NULL);
    CU_ASSERT(isnan(figure("energy_deficit")) && isnan(figure("energy_largest_deficit")));
}

int main(void) {
    static const struct test tests[] = {
        TEST(deficits_are_twice_the_mean_gap_and_the_largest),
        TEST(one_step_is_a_deficit_by_hand),
        TEST(a_scaled_energy_has_another_deficit_and_the_same_drift),
        TEST(an_energy_that_is_no_number_has_none_either),
    };
    return tests_run("metric_energy", tests, sizeof tests / sizeof *tests);
}
