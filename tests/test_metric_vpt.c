/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The valid prediction time of errors that are known, in both directions.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/metric.h"
#include "support/memory.h"
#include "tests/harness.h"

enum { WINDOWS = 7, RECONSTRUCTION = 3, LENGTH = 8, FRAMES = RECONSTRUCTION + LENGTH, MOST = 16 };

struct trial {
    struct rollout rollout;
    double forward[WINDOWS * FRAMES], backward[WINDOWS * FRAMES];
    double figures[MOST], samples[MOST * WINDOWS];
};

static const struct simulator calm = {.name = "calm"}, chaotic = {.name = "chaotic", .lyapunov = 2.5};

/* All frames perfect. */
static struct trial *begin(void) {
    struct trial *trial = memory_alloc(1, sizeof *trial);
    trial->rollout = (struct rollout){.windows = WINDOWS,
                                      .frames = FRAMES,
                                      .reconstruction = RECONSTRUCTION,
                                      .dt = 0.05,
                                      .simulator = &calm};
    for (int e = 0; e < IMAGE_ERRORS; e++) {
        trial->rollout.forward.error[e] = trial->forward;
    }
    return trial;
}

static void measure(struct trial *trial) {
    double threshold = 0.025;
    struct metric_values values = {.figures = trial->figures, .samples = trial->samples};
    for (int i = 0; i < vpt_metric.row_count; i++) {
        trial->figures[i] = NAN;
    }
    vpt_metric.compute(&trial->rollout, &threshold, &values);
}

static double figure(const struct trial *trial, const char *name) {
    int i = 0;
    while (i < vpt_metric.row_count && strcmp(vpt_metric.rows[i].name, name) != 0) {
        i++;
    }
    CU_ASSERT_FATAL(i < vpt_metric.row_count);
    return trial->figures[i];
}

/* A relative squared error as the rollout holds it. */
static double relative(double error) {
    return error / IMAGE_VALUES;
}

static void perfect_frames_are_all_valid(void) {
    struct trial *trial = begin();
    measure(trial);
    CHECK_NEAR(figure(trial, "vpt"), LENGTH, 0);
    CHECK_NEAR(figure(trial, "vpt_relative"), 1, 0);
    CHECK_NEAR(figure(trial, "vpt_time"), LENGTH * 0.05, 1e-15);
    CHECK_NEAR(figure(trial, "vpt_published"), LENGTH, 0);
    CU_ASSERT(isnan(figure(trial, "vpt_backward")));
    free(trial);
}

/* An image of grey 0.3 that is 0.02 or 0.05 too bright: 0.0044 and 0.028. */
static void a_constant_offset_is_valid_or_not_at_all(void) {
    static const double offsets[] = {0.02, 0.05}, expected[] = {LENGTH, 0};
    real target[IMAGE_VALUES], prediction[IMAGE_VALUES];
    for (int k = 0; k < 2; k++) {
        struct trial *trial = begin();
        for (int i = 0; i < IMAGE_VALUES; i++) {
            target[i] = (real)0.3;
            prediction[i] = (real)(0.3 + offsets[k]);
        }
        for (int i = 0; i < WINDOWS * FRAMES; i++) {
            trial->forward[i] = l2_norm_error.frame(prediction, target);
        }
        measure(trial);
        CHECK_NEAR(figure(trial, "vpt"), expected[k], 0);
        free(trial);
    }
}

/* What fails within the reconstruction does not count, nor what becomes good again. */
static void the_first_failure_beyond_the_reconstruction_counts(void) {
    struct trial *trial = begin();
    for (int i = 0; i < WINDOWS; i++) {
        double *errors = trial->forward + (size_t)i * FRAMES;
        errors[1] = 1;
        errors[RECONSTRUCTION + i] = i == 2 ? NAN : relative(0.0251);
    }
    trial->forward[5 * FRAMES + RECONSTRUCTION] = relative(0.0249);
    measure(trial);
    for (int i = 0; i < WINDOWS; i++) {
        CHECK_NEAR(trial->samples[i], i, 0);
    }
    CHECK_NEAR(figure(trial, "vpt"), 3, 1e-15);
    CHECK_NEAR(figure(trial, "vpt_relative"), 3.0 / LENGTH, 1e-15);
    CHECK_NEAR(figure(trial, "vpt_published"), (2 * 5 + 5.5 * 2) / 7,
               1e-15); /* medians of 0 .. 4 and of 5, 6 */
    free(trial);
}

/* Only the farthest frame is wrong: the published value is 0, the right one all but that frame. */
static void backward_frames_count_from_the_nearest(void) {
    struct trial *trial = begin();
    for (int e = 0; e < IMAGE_ERRORS; e++) {
        trial->rollout.backward.error[e] = trial->backward;
    }
    for (int i = 0; i < WINDOWS; i++) {
        trial->backward[i * FRAMES + FRAMES - 1] = relative(1);
    }
    measure(trial);
    CHECK_NEAR(figure(trial, "vpt_backward"), LENGTH - 1, 0);
    CHECK_NEAR(figure(trial, "vpt_published"), (LENGTH + 0) / 2.0, 1e-15);
    CHECK_NEAR(figure(trial, "vpt_published_relative"), 0.5, 1e-15);
    for (int i = 0; i < WINDOWS; i++) {
        trial->backward[i * FRAMES + FRAMES - 1] = 0;
        trial->backward[i * FRAMES + RECONSTRUCTION] = relative(1);
    }
    measure(trial);
    CHECK_NEAR(figure(trial, "vpt_backward"), 0, 0);
    CHECK_NEAR(figure(trial, "vpt_published"), (LENGTH + LENGTH - 1) / 2.0, 1e-15);
    free(trial);
}

static void chaotic_environments_have_a_time_of_their_own(void) {
    struct trial *trial = begin();
    measure(trial);
    CU_ASSERT(isnan(figure(trial, "vpt_lyapunov")));
    trial->rollout.simulator = &chaotic;
    measure(trial);
    CHECK_NEAR(figure(trial, "vpt_lyapunov"), LENGTH * 0.05 * 2.5, 1e-15);
    free(trial);
}

/* 300 frames beyond the reconstruction, of which the 193rd fails: published are 192, and of them all. */
static void the_published_time_looks_at_192_frames(void) {
    enum { LONG = 300 };
    static double errors[WINDOWS * (RECONSTRUCTION + LONG)];
    struct trial *trial = begin();
    trial->rollout.frames = RECONSTRUCTION + LONG;
    for (int i = 0; i < WINDOWS; i++) {
        errors[i * (RECONSTRUCTION + LONG) + RECONSTRUCTION + 192] = relative(1);
    }
    for (int e = 0; e < IMAGE_ERRORS; e++) {
        trial->rollout.forward.error[e] = trial->rollout.backward.error[e] = errors;
    }
    measure(trial);
    CHECK_NEAR(figure(trial, "vpt"), 192, 0);
    CHECK_NEAR(figure(trial, "vpt_relative"), 192.0 / LONG, 1e-15);
    CHECK_NEAR(figure(trial, "vpt_published"), 192, 0);
    CHECK_NEAR(figure(trial, "vpt_published_relative"), 1, 0);
    free(trial);
}

static void without_an_extrapolation_there_is_no_time(void) {
    struct trial *trial = begin();
    trial->rollout.reconstruction = FRAMES;
    measure(trial);
    CU_ASSERT(isnan(figure(trial, "vpt")) && isnan(figure(trial, "vpt_published")));
    free(trial);
}

int main(void) {
    static const struct test tests[] = {
        TEST(perfect_frames_are_all_valid),
        TEST(a_constant_offset_is_valid_or_not_at_all),
        TEST(the_first_failure_beyond_the_reconstruction_counts),
        TEST(backward_frames_count_from_the_nearest),
        TEST(chaotic_environments_have_a_time_of_their_own),
        TEST(the_published_time_looks_at_192_frames),
        TEST(without_an_extrapolation_there_is_no_time),
    };
    return tests_run("metric_vpt", tests, sizeof tests / sizeof *tests);
}
