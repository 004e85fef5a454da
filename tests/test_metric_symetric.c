/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the metric takes from a rollout: which latents, which numbers of the state, which windows.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/metric.h"
#include "simulators/simulator.h"
#include "support/memory.h"
#include "tests/harness.h"

enum { WINDOWS = 11, FRAMES = 70, LATENTS = 4, STATE = 4, MOST = 16 };

/* A game that goes round, and latents (x_1, a, y_1, b) with a and b that say nothing. */
static struct rollout game(void) {
    struct rollout rollout = {
        .simulator = simulator_find("matching_pennies"),
        .windows = WINDOWS,
        .frames = FRAMES,
        .reconstruction = 30,
        .state_size = STATE,
        .latent_width = LATENTS,
        .states = memory_alloc(WINDOWS * FRAMES * STATE, sizeof(double)),
        .latents = memory_alloc(WINDOWS * FRAMES * LATENTS, sizeof(real)),
        .latent_variance = memory_alloc(WINDOWS * LATENTS, sizeof(real)),
    };
    for (int i = 0; i < WINDOWS * FRAMES; i++) {
        double angle = 0.11 * (i % FRAMES) + i / FRAMES, radius = 0.1 + 0.02 * (i / FRAMES);
        double x = 0.5 + radius * sin(angle), y = 0.5 + radius * cos(angle);
        const double state[STATE] = {x, 1 - x, y, 1 - y};
        memcpy(rollout.states + (size_t)i * STATE, state, sizeof state);
        const real latent[LATENTS] = {(real)(3 * x), (real)sin(5.3 * i), (real)(-2 * y), (real)cos(7.7 * i)};
        memcpy(rollout.latents + (size_t)i * LATENTS, latent, sizeof latent);
    }
    for (int i = 0; i < WINDOWS * LATENTS; i++) {
        rollout.latent_variance[i] = i % 2 == 0 ? (real)0.01 : 1; /* of x_1 and y_1, of a and b */
    }
    return rollout;
}

/* Under the defaults: four batches, up to order 3. */
static void measure(const struct rollout *rollout, double *figures, struct lines *notes) {
    const struct metric *metric = &symetric_metric;
    for (int i = 0; i < metric->row_count; i++) {
        figures[i] = NAN;
    }
    void *settings = memory_alloc(1, metric->settings->size);
    schema_defaults(metric->settings, settings);
    struct metric_values values = {.figures = figures, .notes = notes};
    metric->compute(rollout, settings, &values);
    free(settings);
}

static double figure(const double *figures, const char *name) {
    const struct metric *metric = &symetric_metric;
    int i = 0;
    while (i < metric->row_count && strcmp(metric->rows[i].name, name) != 0) {
        i++;
    }
    CU_ASSERT_FATAL(i < metric->row_count);
    return figures[i];
}

static void game_free(struct rollout *rollout, struct lines *notes) {
    free(rollout->states);
    free(rollout->latents);
    free(rollout->latent_variance);
    lines_free(notes);
}

/* x_1 and y_1 are a perfect model of the game, whose state has two numbers more. */
static void games_are_also_judged_without_what_the_rest_determines(void) {
    struct rollout rollout = game();
    struct lines notes = {0};
    double figures[MOST];
    measure(&rollout, figures, &notes);
    CHECK_NEAR(figure(figures, "symetric_latents"), 2, 0);
    CHECK_NEAR(figure(figures, "symetric_order"), 1, 0);
    CU_ASSERT(figure(figures, "symetric_r2") > 0.99);
    CU_ASSERT(figure(figures, "symetric_r2_held_out") > 0.99);
    CHECK_NEAR(figure(figures, "symetric_sym"), 0.25, 1e-3);
    CHECK_NEAR(figure(figures, "symetric_common_sym"), 0.25, 1e-3);
    CHECK_NEAR(figure(figures, "symetric_reduced_sym"), 0, 1e-3);
    CHECK_NEAR(figure(figures, "symetric"), 0, 0);
    CU_ASSERT_EQUAL(notes.count, 0);
    game_free(&rollout, &notes);
}

/* A batch keeps a pair by its mean variance; without variances all take part. */
static void batches_choose_latents_of_their_own(void) {
    struct rollout rollout = game();
    struct lines notes = {0};
    double figures[MOST];
    for (int i = 5 * LATENTS; i < 10 * LATENTS; i++) {
        rollout.latent_variance[i] = (real)0.4;
    }
    measure(&rollout, figures,
            &notes); /* 2 of the first five windows, 4 of the next; the last one is left over */
    CHECK_NEAR(figure(figures, "symetric_latents"), 3, 0);
    for (int i = 0; i < WINDOWS * LATENTS; i++) {
        rollout.latent_variance[i] = NAN;
    }
    measure(&rollout, figures, &notes);
    CHECK_NEAR(figure(figures, "symetric_latents"), 4, 0);
    game_free(&rollout, &notes);
}

static void fewer_windows_or_frames_are_told(void) {
    struct rollout rollout = game();
    struct lines notes = {0};
    double figures[MOST];
    rollout.windows = 3;
    measure(&rollout, figures, &notes);
    CHECK_NEAR(figure(figures, "symetric_reduced_sym"), 0, 1e-3);
    CU_ASSERT_EQUAL_FATAL(notes.count, 1);
    CU_ASSERT_STRING_EQUAL(notes.line[0],
                           "symetric: from 3 trajectories of 60 states at a time, 5 of 60 are published");
    game_free(&rollout, &notes);
}

static void without_latents_there_is_no_figure(void) {
    struct rollout rollout = game();
    struct lines notes = {0};
    double figures[MOST];
    free(rollout.latents);
    rollout.latents = NULL;
    measure(&rollout, figures, &notes);
    for (int i = 0; i < symetric_metric.row_count; i++) {
        CU_ASSERT(isnan(figures[i]));
    }
    game_free(&rollout, &notes);
}

int main(void) {
    static const struct test tests[] = {
        TEST(games_are_also_judged_without_what_the_rest_determines),
        TEST(batches_choose_latents_of_their_own),
        TEST(fewer_windows_or_frames_are_told),
        TEST(without_latents_there_is_no_figure),
    };
    return tests_run("metric_symetric", tests, sizeof tests / sizeof *tests);
}
