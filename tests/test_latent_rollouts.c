/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rollouts of models with latent states: states that are inferred on the way, and their distance from those
 * that were followed; starts that are the mean of several.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "evaluation/metric.h"
#include "evaluation/windows.h"
#include "models/model_registry.h"
#include "support/memory.h"
#include "tests/harness.h"
#include "tests/model_case.h"
#include "tests/oracle_case.h"

enum { WINDOWS = 2, FRAMES = 3, WIDTH = 2 };

static double figures[ROLLOUT_LOOKS];

static void measure(const struct rollout *rollout) {
    struct lines notes = {0};
    struct metric_values out = {.figures = figures, .notes = &notes};
    figures[0] = figures[1] = NAN;
    latent_gap_metric.compute(rollout, NULL, &out);
    lines_free(&notes);
}

static struct rollout rollout_of(real *latents, real *inferred) {
    return (struct rollout){.windows = WINDOWS,
                            .frames = FRAMES,
                            .latent_width = WIDTH,
                            .latents = latents,
                            .inferred = inferred,
                            .look = {1, 2}};
}

static void it_is_a_distance_in_units_of_the_spread(void) {
    /* windows 0 and 1, three frames each */
    real latents[] = {9, 9, 1, 2, 0, 0, 9, 9, 5, 2, 4, 8};
    /* at frame 1: window 0 (1, 4), window 1 (5, 0); at frame 2: (0, 0), (4, 8) */
    real inferred[] = {1, 4, 5, 0, 0, 0, 4, 8};
    struct rollout rollout = rollout_of(latents, inferred);
    measure(&rollout);
    CHECK_NEAR(figures[0], sqrt((4.0 + 4.0) / (2 * 4 + 2 * 4)), 1e-12);
    CU_ASSERT_EQUAL(figures[1], 0);
    rollout.look[1] = -1;
    measure(&rollout);
    CU_ASSERT(isnan(figures[1]));
    rollout.inferred = NULL;
    measure(&rollout);
    CU_ASSERT(isnan(figures[0]));
}

/* A posterior that has collapsed has no spread. */
static void collapsed_states_have_no_unit(void) {
    real latents[WINDOWS * FRAMES * WIDTH] = {0}, inferred[ROLLOUT_LOOKS * WINDOWS * WIDTH] = {0};
    struct rollout rollout = rollout_of(latents, inferred);
    latents[2] = 1;
    measure(&rollout);
    CU_ASSERT(isnan(figures[0]) && isnan(figures[1]));
}

/* ---- in a rollout ---- */

struct frames {
    int trajectory, first;
};

static void read_image(const void *context, int sequence, int frame, real *out) {
    const struct frames *frames = context;
    struct dataset_window place = {.trajectory = frames[sequence].trajectory,
                                   .start = frames[sequence].first + frame};
    dataset_read_window(oracle_data(), DATASET_TEST, place, 1, out);
}

static struct model *small_model(const char *direction) {
    const struct model_kind *kind = model_kind_find("hgn++");
    const char *const values[] = {"channels=4",       "latent=4", "hidden=8", "target_frames=8",
                                  "decoded_frames=0", direction,  NULL};
    void *settings = model_case_settings(kind, values);
    struct model *model;
    model_create(&model, kind, settings, 3);
    free(settings);
    return model;
}

static void states_are_inferred_where_they_were_followed_to(void) {
    static const char *const directions[] = {"training_direction=forward",
                                             "training_direction=forward_backward"};
    for (size_t d = 0; d < sizeof directions / sizeof *directions; d++) {
        struct model *model = small_model(directions[d]);
        struct evaluation_job job = oracle_job(model, "none");
        struct window_plan plan = model->kind->video->plan(model->settings);
        struct rollout rollout;
        job.settings.history_frames = 4;
        job.settings.windows = 20;
        CHECK_OK_FATAL(rollout_run(&rollout, &job, ROLLOUT_LATENTS));
        int behind = plan.inference - 1 - plan.state;
        const int expected[ROLLOUT_LOOKS] = {5, 15 - behind};
        for (int l = 0; l < ROLLOUT_LOOKS; l++) {
            struct frames frames[20];
            real states[20 * 4];
            CU_ASSERT_EQUAL_FATAL(rollout.look[l], expected[l]);
            for (int i = 0; i < 20; i++) {
                int at = rollout_origin(&rollout, i) + rollout.look[l];
                frames[i] = (struct frames){rollout.window[i].place.trajectory, at - plan.state};
            }
            struct model_workspace *workspace = model_workspace_create();
            struct model_examples examples = {.image = read_image, .context = frames};
            model->kind->latent->infer(model, workspace, &examples, 20, states);
            for (int i = 0; i < 20 * 4; i++) {
                CHECK_NEAR((double)rollout.inferred[l * 20 * 4 + i], (double)states[i], 1e-5);
            }
            model_workspace_free(workspace);
        }
        rollout_free(&rollout);
        model_free(model);
    }
}

/* The states inferred `later` frames after the frames that are seen, followed for so many frames. */
static void infer_and_follow(const struct model *model, const struct rollout *rollout, int later, int frames,
                             double frame, real *out) {
    enum { COUNT = 20, LATENT = 4, MOST = 4 };
    struct window_plan plan = model->kind->video->plan(model->settings);
    struct frames places[COUNT];
    real inferred[COUNT * LATENT], states[COUNT * MOST * LATENT], energies[COUNT * MOST];
    bool back = frame < 0;
    for (int i = 0; i < COUNT; i++) {
        int start = rollout->window[i].place.start, history = rollout->history;
        int origin = back ? start + rollout->frames - 1 : start + history;
        int first = origin - (back ? plan.inference - 1 - plan.origin : plan.origin) + later;
        CU_ASSERT(first >= start && first + plan.inference <= start + history + rollout->frames);
        places[i] = (struct frames){rollout->window[i].place.trajectory, first};
    }
    struct model_workspace *workspace = model_workspace_create();
    struct model_examples examples = {.image = read_image, .context = places};
    struct model_clock clock = model->kind->latent->clock(model->settings);
    clock.frame *= frame;
    model->kind->latent->infer(model, workspace, &examples, COUNT, inferred);
    model->kind->latent->unroll(model, workspace, &clock, inferred, COUNT, frames, states, energies);
    for (int i = 0; i < COUNT; i++) {
        for (int j = 0; j < LATENT; j++) {
            out[i * LATENT + j] = states[(i * (frames + 1) + frames) * LATENT + j];
        }
    }
    model_workspace_free(workspace);
}

static void starts_are_means_of_states_that_were_followed_to_them(void) {
    enum { COUNT = 20, LATENT = 4, WINDOWS_OF_START = 3 };
    struct model *model = small_model("training_direction=forward");
    struct evaluation_job job = oracle_job(model, "none");
    struct rollout rollout;
    (void)snprintf(job.settings.directions, FIELD_NAME_SIZE, "%s", EVALUATION_BOTH);
    job.settings.windows = COUNT;
    job.settings.history_frames = 4 + WINDOWS_OF_START - 1;
    job.settings.start_windows = WINDOWS_OF_START;
    CHECK_OK_FATAL(rollout_run(&rollout, &job, ROLLOUT_LATENTS));
    for (int back = 0; back < 2; back++) {
        real part[COUNT * LATENT], mean[COUNT * LATENT] = {0}, energies[COUNT];
        for (int k = 0; k < WINDOWS_OF_START; k++) {
            infer_and_follow(model, &rollout, back ? k : -k, k, back ? -1 : 1, part);
            for (int i = 0; i < COUNT * LATENT; i++) {
                mean[i] += part[i] / WINDOWS_OF_START;
            }
        }
        struct model_workspace *workspace = model_workspace_create();
        struct model_clock clock = model->kind->latent->clock(model->settings);
        real states[COUNT * LATENT];
        model->kind->latent->unroll(model, workspace, &clock, mean, COUNT, 0, states, energies);
        model_workspace_free(workspace);
        const struct rollout_way *way = back ? &rollout.backward : &rollout.forward;
        for (int i = 0; i < COUNT; i++) {
            CHECK_NEAR(way->energy[i * rollout.frames], (double)energies[i], 1e-5);
            for (int j = 0; j < LATENT && !back; j++) {
                CHECK_NEAR((double)rollout.latents[(size_t)i * (size_t)rollout.frames * LATENT + (size_t)j],
                           (double)mean[i * LATENT + j], 1e-5);
            }
        }
        CU_ASSERT(fabs((double)(mean[0] - part[0])) > 1e-4); /* they are not all the same */
    }
    rollout_free(&rollout);
    model_free(model);
}

static void room_is_asked_for_the_windows_of_starts(void) {
    struct model *model = small_model("training_direction=forward");
    struct window_need need = {0};
    struct evaluation_settings settings = {
        .extrapolation_frames = 10, .start_windows = 5, .integrator = EVALUATION_AS_TRAINED};
    windows_add_need(&need, model->kind, model->settings);
    windows_resolve(&settings, &need);
    CU_ASSERT_EQUAL(settings.history_frames, 8);
    CHECK_OK(windows_check(&settings, model->kind, model->settings, 40));
    settings.history_frames = 7;
    CHECK_FAILS(
        windows_check(&settings, model->kind, model->settings, 40), STATUS_DATA,
        "evaluation.history_frames: 7, expected at least 8: hgn++ sees 4 frames before the origin, and "
        "evaluation.start_windows begins 4 earlier");
    model_free(model);
}

static void models_without_inferred_states_have_no_gap(void) {
    struct oracle_settings settings = {0, 0};
    struct model model = oracle_model(&mirror_oracle_kind, &settings);
    struct evaluation_job job = oracle_job(&model, "none");
    struct rollout rollout;
    CHECK_OK_FATAL(rollout_run(&rollout, &job, ROLLOUT_LATENTS));
    CU_ASSERT(rollout.inferred == NULL);
    measure(&rollout);
    CU_ASSERT(isnan(figures[0]) && isnan(figures[1]));
    rollout_free(&rollout);
}

int main(void) {
    static const struct test tests[] = {
        TEST(it_is_a_distance_in_units_of_the_spread),
        TEST(collapsed_states_have_no_unit),
        TEST(states_are_inferred_where_they_were_followed_to),
        TEST(starts_are_means_of_states_that_were_followed_to_them),
        TEST(room_is_asked_for_the_windows_of_starts),
        TEST(models_without_inferred_states_have_no_gap),
    };
    int code = tests_run("latent_rollouts", tests, sizeof tests / sizeof *tests);
    oracle_close_data();
    return code;
}
