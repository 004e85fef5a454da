/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Evaluation with models whose predictions are known: oracles that return the true images plus an offset.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/generate.h"
#include "evaluation/energy.h"
#include "evaluation/interval.h"
#include "evaluation/metric.h"
#include "evaluation/task.h"
#include "support/file.h"
#include "support/memory.h"
#include "tests/harness.h"
#include "tests/oracle_case.h"

enum { FRAMES = 6 + ORACLE_EXTRAPOLATION };

/* A fresh run folder, released with `free`. */
static char *run_folder(const char *name) {
    char *folder = file_join(test_folder(), name);
    CHECK_OK(file_make_directory(folder));
    return folder;
}

static double figure(const struct evaluation_result *result, const char *name) {
    int index = metric_figure_find(name);
    CU_ASSERT_FATAL(index >= 0);
    return result->figures[index].value;
}

/* ---- errors of images and energies ---- */

static void grey_image(real *image, double grey) {
    for (int i = 0; i < IMAGE_VALUES; i++) {
        image[i] = (real)grey;
    }
}

static void image_errors_match_values_by_hand(void) {
    static real target[IMAGE_VALUES];
    static real prediction[IMAGE_VALUES];
    grey_image(target, 0.3);
    CHECK_NEAR(mse_error.frame(target, target), 0, 0);
    CHECK_NEAR(l2_norm_error.frame(target, target), 0, 0);
    grey_image(prediction, 0.32);
    /* rho = 0.02^2 / 0.3^2 = 0.00444; float images: off by 1e-10 and 1e-12. */
    CHECK_NEAR(mse_error.frame(prediction, target), 4e-4, 1e-9);
    CHECK_NEAR(l2_norm_error.frame(prediction, target), 0.0004 / 0.09 / 3072, 1e-11);
    grey_image(prediction, 0.35);
    CHECK_NEAR(l2_norm_error.frame(prediction, target) * 3072, 0.027778, 1e-6);
    /* One value of 3072 is wrong by 0.5: not the mean, but the sum over the image. */
    grey_image(target, 0.5);
    grey_image(prediction, 0.5);
    prediction[1000] = 1;
    CHECK_NEAR(mse_error.frame(prediction, target), 0.25 / 3072, 0);
    CHECK_NEAR(l2_norm_error.frame(prediction, target), 0.25 / (0.25 * 3072) / 3072, 1e-20);
}

static void a_black_frame_has_a_defined_error(void) {
    static real black[IMAGE_VALUES];
    static real grey[IMAGE_VALUES];
    grey_image(grey, 0.5);
    CHECK_NEAR(l2_norm_error.frame(black, black), 0, 0);
    CU_ASSERT(isinf(l2_norm_error.frame(grey, black)));
}

static void energy_drift_is_relative_to_the_spread_of_the_start(void) {
    /* H_0 = 1, 3, 5: spread sqrt(8/3); largest changes 0.5, 2, 0.25. */
    const double energies[] = {1, 1.5, 1.25, 3, 2, 1, 5, 5, 4.75};
    double scale = energy_scale(energies, 3, 3);
    CHECK_NEAR(scale, sqrt(8.0 / 3), 1e-15);
    CHECK_NEAR(energy_drift(energies, 3, 3, scale), 2.75 / 3 / sqrt(8.0 / 3), 1e-15);
    CU_ASSERT(isnan(energy_drift(energies, 1, 3, energy_scale(energies, 1, 3))));
}

/* ---- windows ---- */

static void windows_lie_inside_and_cycle_over_the_trajectories(void) {
    enum { COUNT = 500, LENGTH = 18 };
    struct dataset_info info = {.environment = "pendulum", .trajectories = {0, 7}, .frames = 40};
    struct test_window windows[COUNT], others[COUNT];
    CHECK_OK(windows_draw(windows, COUNT, LENGTH, &info, DATASET_TEST, 1, 1));
    int earliest = 40;
    int latest = 0;
    for (int i = 0; i < COUNT; i++) {
        int start = windows[i].place.start;
        CU_ASSERT_EQUAL(windows[i].place.trajectory, i % 7);
        CU_ASSERT_EQUAL(windows[i].run, i % 7);
        CU_ASSERT(start >= 0 && start + LENGTH <= 40);
        earliest = start < earliest ? start : earliest;
        latest = start > latest ? start : latest;
    }
    CU_ASSERT_EQUAL(earliest, 0);
    CU_ASSERT_EQUAL(latest, 40 - LENGTH);
    CHECK_OK(windows_draw(others, 100, LENGTH, &info, DATASET_TEST, 1, 1));
    CU_ASSERT(memcmp(others, windows, 100 * sizeof *windows) == 0);
    CHECK_OK(windows_draw(others, COUNT, LENGTH, &info, DATASET_TEST, 1, 2));
    CU_ASSERT(memcmp(others, windows, sizeof windows) != 0);
}

static void windows_are_spread_over_independent_runs_first(void) {
    /* 10 trajectories, 4 from a run: runs 0-3, 4-7, 8-9. */
    struct dataset_info info = {.environment = "gas", .trajectories = {0, 10}, .frames = 40};
    static const int trajectories[] = {0, 4, 8, 1, 5, 9, 2, 6, 8, 3, 7, 9, 0};
    enum { COUNT = sizeof trajectories / sizeof *trajectories };
    struct test_window windows[COUNT];
    CHECK_OK(windows_draw(windows, COUNT, 10, &info, DATASET_TEST, 4, 1));
    for (int i = 0; i < COUNT; i++) {
        CU_ASSERT_EQUAL(windows[i].run, i % 3);
        CU_ASSERT_EQUAL(windows[i].place.trajectory, trajectories[i]);
    }
}

static void a_window_may_be_as_long_as_the_trajectory_but_not_longer(void) {
    struct dataset_info info = {.environment = "pendulum", .trajectories = {0, 2}, .frames = 40};
    struct test_window window;
    CHECK_OK(windows_draw(&window, 1, 40, &info, DATASET_TEST, 1, 1));
    CU_ASSERT_EQUAL(window.place.start, 0);
    CHECK_FAILS(windows_draw(&window, 1, 41, &info, DATASET_TEST, 1, 1), STATUS_DATA,
                "pendulum: trajectories of 40 frames are too short for evaluation windows of 41 frames");
    info.trajectories[DATASET_TEST] = 0;
    CHECK_FAILS(windows_draw(&window, 1, 10, &info, DATASET_TEST, 1, 1), STATUS_DATA, "no test trajectories");
    CHECK_FAILS(windows_draw(&window, 1, 10, &info, DATASET_VALIDATION, 1, 1), STATUS_DATA,
                "pendulum: the dataset has no validation trajectories to evaluate on");
    info.trajectories[DATASET_VALIDATION] = 1;
    CHECK_OK(windows_draw(&window, 1, 10, &info, DATASET_VALIDATION, 1, 1));
}

static void the_windows_of_an_experiment_have_room_for_all_its_models(void) {
    struct oracle_settings none = {0};
    struct window_need need = {0};
    windows_add_need(&need, &short_oracle_kind, &none);
    CU_ASSERT_EQUAL(need.history, 1);
    CU_ASSERT_EQUAL(need.reconstruction, 4);
    windows_add_need(&need, &oracle_kind, &none);
    windows_add_need(&need, &short_oracle_kind, &none);
    CU_ASSERT_EQUAL(need.history, 2);
    CU_ASSERT_EQUAL(need.reconstruction, 6);
    struct evaluation_settings settings = {.extrapolation_frames = 10, .integrator = EVALUATION_AS_TRAINED};
    windows_resolve(&settings, &need);
    CU_ASSERT_EQUAL(windows_length(&settings), 18);
    CHECK_OK(evaluation_check(&settings, &oracle_kind, &none, 18));
    settings.history_frames = 5; /* what is given stays */
    windows_resolve(&settings, &need);
    CU_ASSERT_EQUAL(settings.history_frames, 5);
}

static void lengths_that_do_not_fit_name_their_setting(void) {
    struct oracle_settings none = {0};
    struct evaluation_settings right = {.history_frames = 2,
                                        .reconstruction_frames = 6,
                                        .extrapolation_frames = 10,
                                        .integrator = EVALUATION_AS_TRAINED};
    struct evaluation_settings settings = right;
    CHECK_FAILS(evaluation_check(&settings, &oracle_kind, &none, 7), STATUS_DATA,
                "model.target_frames: oracle needs windows of 8 frames, trajectories have 7");
    CHECK_FAILS(evaluation_check(&settings, &oracle_kind, &none, 17), STATUS_DATA,
                "evaluation.extrapolation_frames: windows of 18 frames (history 2, reconstruction 6, "
                "extrapolation 10) do not fit into trajectories of 17 (dataset.frames)");
    settings.history_frames = 1;
    CHECK_FAILS(evaluation_check(&settings, &oracle_kind, &none, 40), STATUS_DATA,
                "evaluation.history_frames: 1, expected at least the 2 frames that oracle sees before");
    settings = right;
    settings.reconstruction_frames = 0;
    CHECK_FAILS(evaluation_check(&settings, &oracle_kind, &none, 40), STATUS_DATA,
                "evaluation.reconstruction_frames: 0, expected room");
    settings = right;
    (void)strcpy(settings.integrator, "rk4");
    CHECK_OK(evaluation_check(&settings, &short_oracle_kind, &none, 40)); /* has no states to step */
    CHECK_FAILS(evaluation_check(&settings, &oracle_kind, &none, 40), STATUS_DATA,
                "evaluation.integrator: oracle knows without integrating");
}

static void a_model_that_no_task_suits_is_refused(void) {
    struct evaluation_settings settings = {.history_frames = 2, .reconstruction_frames = 6};
    const struct model_kind mute = {.name = "mute"};
    CU_ASSERT_PTR_NULL(task_find(&mute));
    CU_ASSERT_PTR_EQUAL(task_find(&oracle_kind), &video_task);
    CHECK_FAILS(evaluation_check(&settings, &mute, NULL, 40), STATUS_DATA,
                "mute: no task can evaluate this model; there are: video (predict the frames of a film)");
}

/* ---- rollouts ---- */

static struct rollout run_oracle(const struct model_kind *kind, double near, double far, unsigned needs) {
    struct oracle_settings settings = {near, far};
    struct model model = oracle_model(kind, &settings);
    struct evaluation_job job = oracle_job(&model, test_folder());
    struct rollout rollout;
    CHECK_OK_FATAL(rollout_run(&rollout, &job, needs));
    return rollout;
}

/* Each model's own example ends at another frame, and all are judged on the same ones. */
static void models_are_lined_up_at_their_origin(void) {
    struct rollout longer = run_oracle(&oracle_kind, 0, 0.25, 0);
    struct rollout shorter = run_oracle(&short_oracle_kind, 0, 0.25, 0);
    CU_ASSERT_EQUAL(longer.frames, FRAMES);
    CU_ASSERT_EQUAL(shorter.frames, FRAMES);
    CU_ASSERT(memcmp(longer.window, shorter.window, 40 * sizeof *longer.window) == 0);
    CU_ASSERT(memcmp(longer.true_energy, shorter.true_energy, 40 * FRAMES * sizeof(double)) == 0);
    for (int i = 0; i < 40; i++) {
        for (int t = 0; t < FRAMES; t++) {
            /* Examples end 6 and 4 frames after the origin. Rounding of a float near 1 by 6e-8 moves 0.25^2
             * by at most 3e-8. */
            CHECK_NEAR(longer.forward.error[0][i * FRAMES + t], t < 6 ? 0 : 0.0625, 3e-8);
            CHECK_NEAR(shorter.forward.error[0][i * FRAMES + t], t < 4 ? 0 : 0.0625, 3e-8);
        }
    }
    CU_ASSERT_EQUAL(longer.trained, 6); /* and what is left to learn is judged as far as that */
    CU_ASSERT_EQUAL(shorter.trained, 4);
    CU_ASSERT(longer.variance > shorter.variance); /* the pendulum goes on moving */
    rollout_free(&longer);
    rollout_free(&shorter);
}

/* The oracle is off by 0.125 in the frames from its own window's beginning on, to the left as to the right.
 */
static void models_that_go_back_are_judged_from_the_end_of_the_window(void) {
    struct oracle_settings offsets = {0.125, 0.25};
    const struct model_kind *const kinds[] = {&oracle_kind, &short_oracle_kind};
    struct rollout rollouts[2];
    for (int k = 0; k < 2; k++) {
        struct model model = oracle_model(kinds[k], &offsets);
        struct evaluation_job job = oracle_job(&model, test_folder());
        (void)strcpy(job.settings.directions, EVALUATION_BOTH);
        CU_ASSERT_EQUAL(windows_length(&job.settings), 2 + 6 + 10);
        CHECK_OK_FATAL(rollout_run(&rollouts[k], &job, 0));
    }
    const struct rollout *both = &rollouts[0];
    CU_ASSERT(memcmp(both->window, rollouts[1].window, 40 * sizeof(struct test_window)) == 0);
    CHECK_NEAR(rollout_error(both, &both->backward, &mse_error, -1, 0, FRAMES), 0.125 * 0.125, 1e-8);
    CHECK_NEAR(rollout_error(both, &both->forward, &mse_error, -1, 6, FRAMES), 0.0625, 3e-8);
    /* Frame 0 is the earliest of the three that are seen; the two behind it are the history. */
    CU_ASSERT_EQUAL(rollout_frame(both, &both->backward, 3, 0), both->window[3].place.start + 15);
    CU_ASSERT_EQUAL(rollout_frame(both, &both->backward, 3, FRAMES - 1), both->window[3].place.start);
    CU_ASSERT_EQUAL(rollout_frame(both, &both->forward, 3, 0), rollout_origin(both, 3));
    CU_ASSERT_PTR_NULL(rollouts[1].backward.error[0]);
    CU_ASSERT(isnan(rollout_error(&rollouts[1], &rollouts[1].backward, &mse_error, 2, 0, 6)));
    CHECK_NEAR(rollouts[0].true_energy[7], rollouts[1].true_energy[7], 0);
    rollout_free(&rollouts[0]);
    rollout_free(&rollouts[1]);
}

/* A model that plays its film backward when it is asked to go back: every frame shown is the truth of another
 * time, which only a comparison with the right frame notices. */
static void frames_predicted_backward_are_held_against_their_own_time(void) {
    struct oracle_settings none = {0, 0};
    struct model model = oracle_model(&mirror_oracle_kind, &none);
    struct evaluation_job job = oracle_job(&model, test_folder());
    (void)strcpy(job.settings.directions, EVALUATION_BOTH);
    struct rollout rollout;
    CHECK_OK_FATAL(rollout_run(&rollout, &job, 0));
    CHECK_NEAR(rollout_error(&rollout, &rollout.forward, &mse_error, -1, 0, FRAMES), 0, 0);
    CHECK_NEAR(rollout_error(&rollout, &rollout.backward, &mse_error, -1, 0, 1), 0, 0);
    CU_ASSERT(rollout_error(&rollout, &rollout.backward, &mse_error, -1, 1, FRAMES) > 1e-4);
    rollout_free(&rollout);
}

static double part_of(const struct rollout *rollout, enum metric_part part) {
    double figures[METRIC_PARTS];
    double *samples = memory_alloc((size_t)(METRIC_PARTS * rollout->windows), sizeof *samples);
    struct metric_values out = {.figures = figures, .samples = samples};
    metric_average(rollout, &mse_error, &out);
    free(samples);
    return figures[part];
}

/* Errors that count the frames: what a part is the mean of, by hand. */
static void parts_of_a_window_are_the_frames_that_they_say(void) {
    enum { ALL = 70, SEEN = 40 };
    double forward[ALL], backward[ALL];
    for (int t = 0; t < ALL; t++) {
        forward[t] = t;
        backward[t] = 1000 + t;
    }
    struct rollout rollout = {.windows = 1, .frames = ALL, .reconstruction = SEEN, .published = 60};
    rollout.forward.error[0] = forward;
    CHECK_NEAR(part_of(&rollout, METRIC_RECONSTRUCTION), 19.5, 1e-13);
    CHECK_NEAR(part_of(&rollout, METRIC_UNSEEN), 20, 1e-13);
    CHECK_NEAR(part_of(&rollout, METRIC_EXTRAPOLATION), 54.5, 1e-13);
    CHECK_NEAR(part_of(&rollout, METRIC_FULL), 34.5, 1e-13);
    CHECK_NEAR(part_of(&rollout, METRIC_PUBLISHED), 29.5, 1e-13);
    CU_ASSERT(isnan(part_of(&rollout, METRIC_BACKWARD_FULL)));
    CU_ASSERT(isnan(part_of(&rollout, METRIC_COMBINED_FULL)));
    rollout.backward.error[0] = backward;
    CHECK_NEAR(part_of(&rollout, METRIC_BACKWARD_RECONSTRUCTION), 1019.5, 1e-12);
    CHECK_NEAR(part_of(&rollout, METRIC_BACKWARD_EXTRAPOLATION), 1054.5, 1e-12);
    CHECK_NEAR(part_of(&rollout, METRIC_COMBINED_RECONSTRUCTION), 519.5, 1e-12);
    CHECK_NEAR(part_of(&rollout, METRIC_COMBINED_EXTRAPOLATION), 554.5, 1e-12);
    CHECK_NEAR(part_of(&rollout, METRIC_COMBINED_FULL), 534.5, 1e-12);
    rollout.published = 31;
    CHECK_NEAR(part_of(&rollout, METRIC_PUBLISHED), 15, 1e-13);
    rollout.published = 71;
    CU_ASSERT(isnan(part_of(&rollout, METRIC_PUBLISHED)));
}

/* m = 1, v = 1: 1/2; m = 0.05, v = 1/4: (0.0025 + 1/4 - 1 + ln 4) / 2. Of the two only the first is beyond
 * 0.1, and only the second below 1/2. */
static void the_posterior_is_measured_against_the_prior(void) {
    struct rollout rollout = run_oracle(&oracle_kind, 0, 0, 0);
    for (int i = 0; i < rollout.windows; i++) {
        CHECK_NEAR(rollout.divergence[i], 0.5 + 0.5 * (0.0025 + 0.25 - 1 + log(4)), 1e-7); /* float */
        CHECK_NEAR(rollout.informative[i], 0, 0);
    }
    rollout_free(&rollout);
    rollout = run_oracle(&short_oracle_kind, 0, 0, 0);
    CU_ASSERT(isnan(rollout.divergence[0]) && isnan(rollout.informative[0]));
    rollout_free(&rollout);
}

static void what_was_asked_for_is_held_frame_by_frame(void) {
    struct rollout rollout = run_oracle(&oracle_kind, 0, 0, ROLLOUT_STATES | ROLLOUT_LATENTS);
    CU_ASSERT_EQUAL_FATAL(rollout.latent_width, 4);
    CU_ASSERT_EQUAL_FATAL(rollout.state_size, 2);
    for (int i = 0; i < rollout.windows; i++) {
        struct dataset_window place = rollout.window[i].place;
        for (int t = 0; t < FRAMES; t++) {
            int at = i * FRAMES + t, frame = rollout_origin(&rollout, i) + t;
            const double *truth = dataset_states(oracle_data(), DATASET_TEST, place.trajectory);
            CHECK_NEAR(rollout.states[at * 2 + 1], truth[frame * 2 + 1], 0);
            CHECK_NEAR((double)rollout.latents[at * 4 + 3], 2 + t, 0); /* frame of the model's own window */
            CHECK_NEAR(rollout.forward.energy[at] - rollout.forward.energy[i * FRAMES], 0.5 * t, 1e-12);
            CHECK_NEAR(rollout.true_energy[at],
                       dataset_energy(oracle_data(), DATASET_TEST, place.trajectory, frame), 0);
        }
        CHECK_NEAR(rollout.parameters[i * rollout.parameter_count],
                   dataset_parameters(oracle_data(), DATASET_TEST, place.trajectory)[0], 0);
    }
    rollout_free(&rollout);
    rollout = run_oracle(&short_oracle_kind, 0, 0, ROLLOUT_LATENTS);
    CU_ASSERT_PTR_NULL(rollout.latents);
    CU_ASSERT_PTR_NULL(rollout.forward.energy);
    CU_ASSERT_PTR_NULL(rollout.states);
    rollout_free(&rollout);
}

/* Of two validation trajectories, with what is true of them. */
static void windows_lie_in_the_split_that_is_asked_for(void) {
    struct oracle_settings exact = {0};
    struct model model = oracle_model(&oracle_kind, &exact);
    struct evaluation_job job = oracle_job(&model, test_folder());
    struct rollout rollout;
    (void)snprintf(job.settings.split, sizeof job.settings.split, "validation");
    CHECK_OK_FATAL(rollout_run(&rollout, &job, ROLLOUT_STATES | ROLLOUT_FILMS));
    CU_ASSERT_EQUAL(rollout.split, DATASET_VALIDATION);
    CU_ASSERT_EQUAL(rollout.runs, 2);
    for (int i = 0; i < rollout.windows; i++) {
        int trajectory = rollout.window[i].place.trajectory, origin = rollout_origin(&rollout, i);
        const double *truth = dataset_states(oracle_data(), DATASET_VALIDATION, trajectory);
        CU_ASSERT_EQUAL(trajectory, i % 2);
        CHECK_NEAR(rollout.states[(size_t)i * FRAMES * 2], truth[origin * 2], 0);
        CHECK_NEAR(rollout.true_energy[i * FRAMES],
                   dataset_energy(oracle_data(), DATASET_VALIDATION, trajectory, origin), 0);
    }
    CHECK_NEAR(rollout_error(&rollout, &rollout.forward, &mse_error, -1, 0, FRAMES), 0, 1e-9);
    rollout_free(&rollout);
}

static void the_film_has_the_frames_that_are_shown(void) {
    struct rollout rollout = run_oracle(&oracle_kind, 0.25, 0.25, 0);
    CU_ASSERT_EQUAL(rollout.film.windows, ROLLOUT_KEPT);
    CU_ASSERT_EQUAL(rollout.film.columns * rollout.film.stride, FRAMES);
    real *images = memory_alloc(FRAMES * IMAGE_VALUES, sizeof *images);
    struct dataset_window place = rollout.window[1].place;
    place.start += 2;
    dataset_read_window(oracle_data(), DATASET_TEST, place, FRAMES, images);
    size_t column = (size_t)rollout.film.columns + 3; /* window 1, column 3 */
    const real *truth = images + (size_t)(3 * rollout.film.stride) * IMAGE_VALUES;
    CU_ASSERT(memcmp(rollout.film.truth + column * IMAGE_VALUES, truth, IMAGE_VALUES * sizeof(real)) == 0);
    CHECK_NEAR((double)rollout.film.predictions[column * IMAGE_VALUES], (double)truth[0] + 0.25, 1e-7);
    free(images);
    rollout_free(&rollout);
}

static void the_variance_is_the_error_of_the_best_single_image(void) {
    struct rollout rollout = run_oracle(&oracle_kind, 0, 0, 0);
    size_t values = 40 * 6 * IMAGE_VALUES;
    real *images = memory_alloc(values, sizeof *images);
    double *mean = memory_alloc(IMAGE_VALUES, sizeof *mean), error = 0;
    for (int i = 0; i < 40; i++) {
        struct dataset_window place = rollout.window[i].place;
        place.start += 2;
        dataset_read_window(oracle_data(), DATASET_TEST, place, 6, images + (size_t)i * 6 * IMAGE_VALUES);
    }
    for (size_t k = 0; k < values; k++) {
        mean[k % IMAGE_VALUES] += (double)images[k] / 240;
    }
    for (size_t k = 0; k < values; k++) {
        error += pow((double)images[k] - mean[k % IMAGE_VALUES], 2) / (double)values;
    }
    CHECK_NEAR(rollout.variance / error, 1, 1e-6); /* float images: off by 3e-9 */
    free(images);
    free(mean);
    rollout_free(&rollout);
}

/* (1/N) sum_t rho_t of the frames from `begin` to before `end` of each window, mean over the windows,
 * straight from the definition, for an offset `offset` on every value. */
static double l2_norm_of_offset(const struct rollout *rollout, int begin, int end, double offset) {
    real *images = memory_alloc(FRAMES * IMAGE_VALUES, sizeof *images);
    double mean = 0;
    for (int i = 0; i < rollout->windows; i++) {
        struct dataset_window place = rollout->window[i].place;
        place.start += rollout->history;
        dataset_read_window(oracle_data(), DATASET_TEST, place, FRAMES, images);
        double sum = 0;
        for (int t = begin; t < end; t++) {
            double power = 0;
            for (int k = 0; k < IMAGE_VALUES; k++) {
                power += pow((double)images[t * IMAGE_VALUES + k], 2);
            }
            sum += offset * offset * IMAGE_VALUES / power;
        }
        mean += sum / ((double)(end - begin) * IMAGE_VALUES) / rollout->windows;
    }
    free(images);
    return mean;
}

static void l2_norm_is_that_of_the_definition(void) {
    struct rollout rollout = run_oracle(&oracle_kind, 0.0625, 0.25, 0);
    double near = rollout_error(&rollout, &rollout.forward, &l2_norm_error, -1, 0, 6);
    double far = rollout_error(&rollout, &rollout.forward, &l2_norm_error, -1, 6, 16);
    double expected = l2_norm_of_offset(&rollout, 0, 6, 0.0625);
    CHECK_NEAR(near / expected, 1, 1e-6); /* float images: off by 2e-9 */
    CHECK_NEAR(far / l2_norm_of_offset(&rollout, 6, 16, 0.25), 1, 1e-6);
    CHECK_NEAR(rollout_error(&rollout, &rollout.forward, &mse_error, -1, 0, 6), 0.0625 * 0.0625, 1e-8);
    /* Grey background: about 3072 times smaller than the relative error. */
    CU_ASSERT(expected > 0.0039 / 0.2 / 3072 && expected < 0.0039 / 0.1 / 3072);
    CU_ASSERT(isnan(rollout_error(&rollout, &rollout.forward, &mse_error, -1, 3, 3)));
    rollout_free(&rollout);
}

/* ---- figures ---- */

static void a_perfect_prediction_has_no_error(void) {
    struct oracle_settings settings = {0, 0};
    struct model model = oracle_model(&oracle_kind, &settings);
    char *folder = run_folder("perfect");
    struct evaluation_job job = oracle_job(&model, folder);
    struct evaluation_result result;
    CHECK_OK_FATAL(evaluation_run(&job, &result));
    CHECK_NEAR(figure(&result, "reconstruction_mse"), 0, 0);
    CHECK_NEAR(figure(&result, "unseen_l2_norm"), 0, 0);
    CHECK_NEAR(figure(&result, "extrapolation_mse"), 0, 0);
    CHECK_NEAR(figure(&result, "unexplained"), 0, 0);
    /* A pendulum without friction keeps its energy; the oracle's grows by 0.5 a frame. */
    CHECK_NEAR(figure(&result, "energy_true_drift"), 0, 1e-9);
    CHECK_NEAR(figure(&result, "energy_drift") * figure(&result, "energy_scale"), 7.5, 1e-9);
    /* Energies near 1000 in single precision: 4 * 1.2e-7 * 1000 / scale. */
    double floor = figure(&result, "energy_drift_floor") * figure(&result, "energy_scale");
    CU_ASSERT(floor > 4 * 1.19e-7 * 500 && floor < 4 * 1.2e-7 * 2000);
    free(folder);
}

static void the_frame_at_the_origin_counts_in_the_reconstruction_only(void) {
    struct rollout rollout = run_oracle(&oracle_kind, 0.25, 0.25, 0);
    for (int i = 0; i < rollout.windows; i++) {
        rollout.forward.error[0][i * FRAMES] = 0; /* as a model that copies what it has seen */
    }
    double figures[METRIC_PARTS], samples[METRIC_PARTS * 40];
    struct metric_values out = {.figures = figures, .samples = samples};
    metric_average(&rollout, &mse_error, &out);
    CHECK_NEAR(figures[METRIC_RECONSTRUCTION], 0.0625 * 5 / 6, 1e-7);
    CHECK_NEAR(figures[METRIC_UNSEEN], 0.0625, 1e-7);
    CHECK_NEAR(samples[METRIC_UNSEEN * 40 + 39], 0.0625, 1e-7);
    rollout_free(&rollout);
}

/* Figures of the energy metric on a rollout of 6 windows cut from `runs` runs, 4 trajectories each: learned
 * energies 1 .. 6 and true ones 10 at the start, both higher by 0.5 at the end. */
static void measure_energy(int runs, double unit, double *figures, struct lines *notes) {
    enum { WINDOWS = 6 };
    double energy[WINDOWS * 2], true_energy[WINDOWS * 2], samples[EVALUATION_MAX_FIGURES * WINDOWS];
    struct rollout rollout = {.windows = WINDOWS,
                              .runs = runs,
                              .pieces = 4,
                              .frames = 2,
                              .forward.energy = energy,
                              .true_energy = true_energy,
                              .energy_unit = unit};
    for (int i = 0; i < WINDOWS; i++) {
        energy[2 * i] = i + 1;
        energy[2 * i + 1] = i + 1.5;
        true_energy[2 * i] = 10;
        true_energy[2 * i + 1] = 10.5;
    }
    struct metric_values out = {.figures = figures, .samples = samples, .notes = notes};
    energy_metric.compute(&rollout, NULL, &out);
}

static double energy_figure(const double *figures, const char *name) {
    for (int i = 0; i < energy_metric.row_count; i++) {
        if (strcmp(energy_metric.rows[i].name, name) == 0) {
            return figures[i];
        }
    }
    CU_FAIL("no such figure");
    return NAN;
}

static void few_runs_are_no_scale_of_energy(void) {
    double figures[EVALUATION_MAX_FIGURES];
    struct lines notes = {0};
    measure_energy(5, 2.0, figures, &notes);
    CHECK_NEAR(energy_figure(figures, "energy_drift"), 0.5 / sqrt(35.0 / 12), 1e-15);
    CHECK_NEAR(energy_figure(figures, "energy_true_drift"), 0.25, 1e-15); /* in the system's own unit */
    CU_ASSERT_EQUAL_FATAL(notes.count, 1);
    CU_ASSERT_STRING_EQUAL(notes.line[0], "energy: the test trajectories are cut from 5 independent runs: "
                                          "their spread is a poor scale of energy");
    lines_free(&notes);
    measure_energy(1, 2.0, figures, &notes);
    CU_ASSERT(isnan(energy_figure(figures, "energy_drift")));
    CHECK_NEAR(energy_figure(figures, "energy_true_drift"), 0.25, 1e-15);
    CU_ASSERT_PTR_NOT_NULL(strstr(notes.line[0], "1 independent run: too few"));
    lines_free(&notes);
    measure_energy(12, 2.0, figures, &notes);
    CU_ASSERT_EQUAL(notes.count, 0);
}

static void intervals_count_runs_and_not_windows(void) {
    struct test_window windows[12] = {{.run = 0}};
    double samples[12];
    struct rollout rollout = {.windows = 12, .runs = 3, .window = windows};
    for (int i = 0; i < 12; i++) {
        windows[i].run = i % 3;
        samples[i] = i % 3; /* windows of a run are equal: means 0, 1, 2 */
    }
    struct statistics_interval interval = interval_of_mean(&rollout, samples);
    const double means[] = {0, 1, 2};
    struct statistics_interval expected = statistics_t_interval(means, 3, 0.95);
    CHECK_NEAR(interval.low, expected.low, 1e-12);
    CHECK_NEAR(interval.high, expected.high, 1e-12);
    rollout.runs = 1;
    for (int i = 0; i < 12; i++) {
        windows[i].run = 0;
    }
    CU_ASSERT(isnan(interval_of_mean(&rollout, samples).low));
    rollout.runs = 12;
    for (int i = 0; i < 12; i++) {
        windows[i].run = i;
    }
    interval = interval_of_mean(&rollout, samples); /* bootstrap: 1 -+ 2 * 0.24 */
    CU_ASSERT(interval.low > 0.4 && interval.low < 0.7 && interval.high > 1.3 && interval.high < 1.6);
    samples[4] = INFINITY;
    CU_ASSERT(isnan(interval_of_mean(&rollout, samples).high));
}

int main(void) {
    static const struct test tests[] = {
        TEST(image_errors_match_values_by_hand),
        TEST(a_black_frame_has_a_defined_error),
        TEST(energy_drift_is_relative_to_the_spread_of_the_start),
        TEST(windows_lie_inside_and_cycle_over_the_trajectories),
        TEST(windows_are_spread_over_independent_runs_first),
        TEST(a_window_may_be_as_long_as_the_trajectory_but_not_longer),
        TEST(the_windows_of_an_experiment_have_room_for_all_its_models),
        TEST(lengths_that_do_not_fit_name_their_setting),
        TEST(a_model_that_no_task_suits_is_refused),
        TEST(models_are_lined_up_at_their_origin),
        TEST(models_that_go_back_are_judged_from_the_end_of_the_window),
        TEST(frames_predicted_backward_are_held_against_their_own_time),
        TEST(parts_of_a_window_are_the_frames_that_they_say),
        TEST(the_posterior_is_measured_against_the_prior),
        TEST(what_was_asked_for_is_held_frame_by_frame),
        TEST(windows_lie_in_the_split_that_is_asked_for),
        TEST(the_film_has_the_frames_that_are_shown),
        TEST(the_variance_is_the_error_of_the_best_single_image),
        TEST(l2_norm_is_that_of_the_definition),
        TEST(a_perfect_prediction_has_no_error),
        TEST(the_frame_at_the_origin_counts_in_the_reconstruction_only),
        TEST(few_runs_are_no_scale_of_energy),
        TEST(intervals_count_runs_and_not_windows),
    };
    int result = tests_run("evaluation", tests, sizeof tests / sizeof *tests);
    oracle_close_data();
    return result;
}
