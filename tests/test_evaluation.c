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
#include "evaluation/evaluation.h"
#include "evaluation/rollout.h"
#include "support/file.h"
#include "support/memory.h"
#include "tests/harness.h"

enum { TEST_TRAJECTORIES = 5, FRAMES = 40, EXTRAPOLATION = 10 };

/* The oracle reads its offsets from settings that mean something else to real models: beta on the frames of
 * the training window, time_step beyond it. Its energy is the sum of the first predicted true image, plus 0.5
 * for each frame since. */
static void predict_oracle(const struct model *model, struct model_workspace *workspace, const real *images,
                           int batch, int length, real *predictions, real *energies) {
    (void)workspace;
    int first = model->kind->first_prediction(&model->settings);
    int horizon = model->kind->training_window(&model->settings);
    for (int b = 0; b < batch; b++) {
        double energy = 0;
        const real *window = images + (size_t)b * (size_t)length * IMAGE_VALUES;
        for (int i = 0; i < IMAGE_VALUES; i++) {
            energy += (double)window[first * IMAGE_VALUES + i];
        }
        for (int t = first; t < length; t++) {
            double offset = t < horizon ? model->settings.beta : model->settings.time_step;
            for (int i = 0; i < IMAGE_VALUES; i++) {
                *predictions++ = (real)((double)window[t * IMAGE_VALUES + i] + offset);
            }
            if (energies != NULL) {
                *energies++ = (real)(energy + 0.5 * (t - first));
            }
        }
    }
}

static int overlap_window(const struct model_settings *settings) {
    return settings->inference_frames + settings->target_frames - 1;
}
static int overlap_first(const struct model_settings *settings) {
    return settings->inference_frames - 1;
}
static int recurrent_window(const struct model_settings *settings) {
    return settings->target_frames;
}
static int recurrent_first(const struct model_settings *settings) {
    (void)settings;
    return 1;
}

static const struct model_kind overlap_oracle = {.name = "oracle",
                                                 .has_energy = true,
                                                 .predict = predict_oracle,
                                                 .training_window = overlap_window,
                                                 .first_prediction = overlap_first};
static const struct model_kind recurrent_oracle = {.name = "recurrent_oracle",
                                                   .has_energy = false,
                                                   .predict = predict_oracle,
                                                   .training_window = recurrent_window,
                                                   .first_prediction = recurrent_first};

static struct model oracle(const struct model_kind *kind, double train_offset, double extrapolation_offset) {
    return (struct model){.kind = kind,
                          .settings = {.inference_frames = 3,
                                       .target_frames = 6,
                                       .beta = train_offset,
                                       .time_step = extrapolation_offset}};
}

static struct dataset *pendulum; /* shared by the tests */

static struct dataset *open_pendulum(void) {
    if (pendulum == NULL) {
        char *path = file_join(test_folder(), "pendulum.h5");
        struct generate_request request = {.simulator = simulator_find("pendulum"),
                                           .path = path,
                                           .train = 1,
                                           .test = TEST_TRAJECTORIES,
                                           .frames = FRAMES,
                                           .dt = 0.05,
                                           .seed = 11,
                                           .effort = {.threads = 1, .quiet = true}};
        CU_ASSERT_EQUAL_FATAL(dataset_generate(&request), STATUS_OK);
        CU_ASSERT_EQUAL_FATAL(dataset_open(&pendulum, path), STATUS_OK);
        free(path);
    }
    return pendulum;
}

static struct evaluation_job job_of(const struct model *model, const char *folder) {
    return (struct evaluation_job){.folder = folder,
                                   .model = model,
                                   .dataset = open_pendulum(),
                                   .settings = {.windows = 40, .extrapolation_frames = EXTRAPOLATION},
                                   .seed = 5,
                                   .threads = 2,
                                   .quiet = true};
}

/* A fresh run folder, released with `free`. */
static char *run_folder(const char *name) {
    char *folder = file_join(test_folder(), name);
    CU_ASSERT_EQUAL(file_make_directory(folder), STATUS_OK);
    return folder;
}

/* ---- metrics ---- */

static void grey_image(real *image, double grey) {
    for (int i = 0; i < IMAGE_VALUES; i++) {
        image[i] = (real)grey;
    }
}

static void metrics_match_values_by_hand(void) {
    static real target[IMAGE_VALUES];
    static real prediction[IMAGE_VALUES];
    grey_image(target, 0.3);
    CHECK_NEAR(mse_metric.frame(target, target), 0, 0);
    CHECK_NEAR(l2_norm_metric.frame(target, target), 0, 0);
    grey_image(prediction, 0.32);
    /* rho = 0.02^2 / 0.3^2 = 0.00444; float images: off by 1e-10 and 1e-12. */
    CHECK_NEAR(mse_metric.frame(prediction, target), 4e-4, 1e-9);
    CHECK_NEAR(l2_norm_metric.frame(prediction, target), 0.0004 / 0.09 / 3072, 1e-11);
    grey_image(prediction, 0.35);
    CHECK_NEAR(l2_norm_metric.frame(prediction, target) * 3072, 0.027778, 1e-6);
    /* One value of 3072 is wrong by 0.5: not the mean, but the sum over the image. */
    grey_image(target, 0.5);
    grey_image(prediction, 0.5);
    prediction[1000] = 1;
    CHECK_NEAR(mse_metric.frame(prediction, target), 0.25 / 3072, 0);
    CHECK_NEAR(l2_norm_metric.frame(prediction, target), 0.25 / (0.25 * 3072) / 3072, 1e-20);
}

static void a_black_frame_has_a_defined_error(void) {
    static real black[IMAGE_VALUES];
    static real grey[IMAGE_VALUES];
    grey_image(grey, 0.5);
    CHECK_NEAR(l2_norm_metric.frame(black, black), 0, 0);
    CU_ASSERT(isinf(l2_norm_metric.frame(grey, black)));
}

static void energy_drift_is_relative_to_the_spread_of_the_start(void) {
    /* H_0 = 1, 3, 5: spread sqrt(8/3); largest changes 0.5, 2, 0.25. */
    const double energies[] = {1, 1.5, 1.25, 3, 2, 1, 5, 5, 4.75};
    CHECK_NEAR(energy_scale(energies, 3, 3), sqrt(8.0 / 3), 1e-15);
    CHECK_NEAR(energy_drift(energies, 3, 3), 2.75 / 3 / sqrt(8.0 / 3), 1e-15);
    CU_ASSERT(isnan(energy_drift(energies, 1, 3)));
}

/* ---- windows ---- */

static void windows_lie_inside_and_cycle_over_the_trajectories(void) {
    enum { COUNT = 500, LENGTH = 18 };
    struct dataset_info info = {.environment = "pendulum", .trajectories = {0, 7}, .frames = 40};
    struct dataset_window windows[COUNT];
    CU_ASSERT_EQUAL(rollout_draw_windows(windows, COUNT, LENGTH, &info, 1), STATUS_OK);
    int earliest = 40;
    int latest = 0;
    for (int i = 0; i < COUNT; i++) {
        CU_ASSERT_EQUAL(windows[i].trajectory, i % 7);
        CU_ASSERT(windows[i].start >= 0 && windows[i].start + LENGTH <= 40);
        earliest = windows[i].start < earliest ? windows[i].start : earliest;
        latest = windows[i].start > latest ? windows[i].start : latest;
    }
    CU_ASSERT_EQUAL(earliest, 0);
    CU_ASSERT_EQUAL(latest, 40 - LENGTH);
    struct dataset_window others[COUNT];
    CU_ASSERT_EQUAL(rollout_draw_windows(others, 100, LENGTH, &info, 1), STATUS_OK);
    CU_ASSERT(memcmp(others, windows, 100 * sizeof *windows) == 0);
    CU_ASSERT_EQUAL(rollout_draw_windows(others, COUNT, LENGTH, &info, 2), STATUS_OK);
    CU_ASSERT(memcmp(others, windows, sizeof windows) != 0);
}

static void a_window_may_be_as_long_as_the_trajectory_but_not_longer(void) {
    struct dataset_info info = {.environment = "pendulum", .trajectories = {0, 2}, .frames = 40};
    struct dataset_window window;
    CU_ASSERT_EQUAL(rollout_draw_windows(&window, 1, 40, &info, 1), STATUS_OK);
    CU_ASSERT_EQUAL(window.start, 0);
    CU_ASSERT_EQUAL(rollout_draw_windows(&window, 1, 41, &info, 1), STATUS_DATA);
    CU_ASSERT_STRING_EQUAL(
        status_detail(),
        "pendulum: trajectories of 40 frames are too short for evaluation windows of 41 frames");
    info.trajectories[DATASET_TEST] = 0;
    CU_ASSERT_EQUAL(rollout_draw_windows(&window, 1, 10, &info, 1), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "no test trajectories"));
}

/* ---- rollouts ---- */

static void check_split(const struct model_kind *kind, int first, int train_frames) {
    struct model model = oracle(kind, 0, 0.25);
    struct evaluation_job job = job_of(&model, test_folder());
    struct rollout rollout;
    CU_ASSERT_EQUAL_FATAL(rollout_run(&rollout, &job), STATUS_OK);
    CU_ASSERT_EQUAL(rollout.first, first);
    CU_ASSERT_EQUAL(rollout.train_frames, train_frames);
    CU_ASSERT_EQUAL(rollout.frames, train_frames + EXTRAPOLATION);
    for (int i = 0; i < rollout.windows; i++) {
        for (int t = 0; t < rollout.frames; t++) {
            /* Rounding of a float near 1 by 6e-8 moves 0.25^2 by at most 3e-8. */
            CHECK_NEAR(rollout.error[0][i * rollout.frames + t], t < train_frames ? 0 : 0.0625, 3e-8);
        }
    }
    rollout_free(&rollout);
}

static void the_split_follows_the_training_window_of_the_model(void) {
    check_split(&overlap_oracle, 2, 6);   /* window 8, first prediction 2 */
    check_split(&recurrent_oracle, 1, 5); /* window 6, first prediction 1 */
}

static void a_perfect_prediction_has_no_error(void) {
    struct model model = oracle(&overlap_oracle, 0, 0);
    char *folder = run_folder("perfect");
    struct evaluation_job job = job_of(&model, folder);
    struct evaluation_result result;
    CU_ASSERT_EQUAL_FATAL(evaluation_run(&job, &result), STATUS_OK);
    CHECK_NEAR(result.train.mse, 0, 0);
    CHECK_NEAR(result.train.l2_norm, 0, 0);
    CHECK_NEAR(result.extrapolation.mse, 0, 0);
    CHECK_NEAR(result.extrapolation.l2_norm, 0, 0);
    free(folder);
}

/* (1/N) sum_t rho_t of the frames from `begin` to before `end` of each window, mean over the windows,
 * straight from the definition, for an offset `offset` on every value. */
static double l2_norm_of_offset(const struct rollout *rollout, int begin, int end, double offset) {
    real *images = memory_alloc((size_t)rollout->length * IMAGE_VALUES, sizeof *images);
    double mean = 0;
    for (int i = 0; i < rollout->windows; i++) {
        dataset_read_window(open_pendulum(), DATASET_TEST, rollout->window[i], rollout->length, images);
        double sum = 0;
        for (int t = begin; t < end; t++) {
            double power = 0;
            for (int k = 0; k < IMAGE_VALUES; k++) {
                power += pow((double)images[(rollout->first + t) * IMAGE_VALUES + k], 2);
            }
            sum += offset * offset * IMAGE_VALUES / power;
        }
        mean += sum / ((double)(end - begin) * IMAGE_VALUES) / rollout->windows;
    }
    free(images);
    return mean;
}

static void l2_norm_is_that_of_the_definition(void) {
    struct model model = oracle(&overlap_oracle, 0.0625, 0.25);
    struct evaluation_job job = job_of(&model, test_folder());
    struct rollout rollout;
    CU_ASSERT_EQUAL_FATAL(rollout_run(&rollout, &job), STATUS_OK);
    struct evaluation_error train = rollout_error(&rollout, -1, 0, 6);
    struct evaluation_error beyond = rollout_error(&rollout, -1, 6, 16);
    double expected = l2_norm_of_offset(&rollout, 0, 6, 0.0625);
    CHECK_NEAR(train.l2_norm / expected, 1, 1e-6); /* float images: off by 2e-9 */
    CHECK_NEAR(beyond.l2_norm / l2_norm_of_offset(&rollout, 6, 16, 0.25), 1, 1e-6);
    CHECK_NEAR(train.mse, 0.0625 * 0.0625, 1e-8);
    CHECK_NEAR(beyond.mse, 0.0625, 3e-8);
    /* Grey background: about 3072 times smaller than the relative error. */
    CU_ASSERT(expected > 0.0039 / 0.2 / 3072 && expected < 0.0039 / 0.1 / 3072);
    CU_ASSERT(isnan(rollout_error(&rollout, -1, 3, 3).mse));
    rollout_free(&rollout);
}

static void energies_follow_predicted_and_true_frames(void) {
    struct model model = oracle(&overlap_oracle, 0, 0);
    struct evaluation_job job = job_of(&model, test_folder());
    struct rollout rollout;
    CU_ASSERT_EQUAL_FATAL(rollout_run(&rollout, &job), STATUS_OK);
    for (int i = 0; i < rollout.windows; i++) {
        for (int t = 0; t < rollout.frames; t++) {
            int at = i * rollout.frames + t;
            CHECK_NEAR(rollout.energy[at] - rollout.energy[i * rollout.frames], 0.5 * t, 1e-3);
            CHECK_NEAR(rollout.true_energy[at],
                       dataset_energy(job.dataset, DATASET_TEST, rollout.window[i].trajectory,
                                      rollout.window[i].start + 2 + t),
                       0);
        }
    }
    /* A pendulum without friction keeps its energy; the oracle's grows by 0.5 a frame. */
    CHECK_NEAR(energy_drift(rollout.true_energy, rollout.windows, rollout.frames), 0, 1e-9);
    double scale = energy_scale(rollout.energy, rollout.windows, rollout.frames);
    CHECK_NEAR(energy_drift(rollout.energy, rollout.windows, rollout.frames), 7.5 / scale, 1e-3);
    rollout_free(&rollout);
}

/* ---- whole evaluations ---- */

static void read_text(struct text *out, const char *folder, const char *name) {
    char *path = file_join(folder, name);
    CU_ASSERT_EQUAL_FATAL(file_read(out, path), STATUS_OK);
    free(path);
}

static void results_do_not_depend_on_the_threads(void) {
    struct model model = oracle(&overlap_oracle, 0.01, 0.02);
    struct text texts[2] = {{0}, {0}};
    struct text strips[2] = {{0}, {0}};
    for (int i = 0; i < 2; i++) {
        char *folder = run_folder(i == 0 ? "one_thread" : "three_threads");
        struct evaluation_job job = job_of(&model, folder);
        job.threads = i == 0 ? 1 : 3;
        struct evaluation_result result;
        CU_ASSERT_EQUAL_FATAL(evaluation_run(&job, &result), STATUS_OK);
        read_text(&texts[i], folder, "evaluation.json");
        read_text(&strips[i], folder, "plots/film_strip.png");
        free(folder);
    }
    CU_ASSERT_STRING_EQUAL(texts[0].data, texts[1].data);
    CU_ASSERT_EQUAL_FATAL(strips[0].length, strips[1].length);
    CU_ASSERT(memcmp(strips[0].data, strips[1].data, strips[0].length) == 0);
    for (int i = 0; i < 2; i++) {
        text_free(&texts[i]);
        text_free(&strips[i]);
    }
}

static bool same(double a, double b) {
    return a == b || (isnan(a) && isnan(b));
}

static void check_round_trip(const struct model_kind *kind, const char *name, int extrapolation) {
    struct model model = oracle(kind, 0.01, 0.1);
    char *folder = run_folder(name);
    struct evaluation_job job = job_of(&model, folder);
    job.settings.extrapolation_frames = extrapolation;
    struct evaluation_result written;
    struct evaluation_result read = {0};
    CU_ASSERT_EQUAL_FATAL(evaluation_run(&job, &written), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(evaluation_read(&read, folder), STATUS_OK);
    CU_ASSERT_EQUAL(read.windows, 40);
    CU_ASSERT(written.train.mse > 0);
    CU_ASSERT(same(read.train.mse, written.train.mse));
    CU_ASSERT(same(read.train.l2_norm, written.train.l2_norm));
    CU_ASSERT(same(read.extrapolation.mse, written.extrapolation.mse));
    CU_ASSERT(same(read.extrapolation.l2_norm, written.extrapolation.l2_norm));
    CU_ASSERT(same(read.energy_drift, written.energy_drift));
    CU_ASSERT_EQUAL(isnan(read.energy_drift) != 0, !kind->has_energy);
    CU_ASSERT_EQUAL(isnan(read.extrapolation.mse) != 0, extrapolation == 0);
    free(folder);
}

static void results_come_back_from_their_file(void) {
    check_round_trip(&overlap_oracle, "with_energy", EXTRAPOLATION);
    check_round_trip(&recurrent_oracle, "without_energy", EXTRAPOLATION);
    check_round_trip(&overlap_oracle, "without_extrapolation", 0);
}

static void pictures_and_missing_plots_are_listed(void) {
    struct model model = oracle(&overlap_oracle, 0.01, 0.1);
    char *folder = run_folder("listed");
    struct evaluation_job job = job_of(&model, folder);
    struct evaluation_result result;
    char *path = memory_copy_string(getenv("PATH"));
    (void)setenv("PATH", "", 1);
    CU_ASSERT_EQUAL(evaluation_run(&job, &result), STATUS_OK);
    (void)setenv("PATH", path, 1);
    struct text pictures = {0};
    struct text notes = {0};
    CU_ASSERT_EQUAL_FATAL(evaluation_list_pictures(&pictures, &notes, folder), STATUS_OK);
    char *strip = text_format("%s/plots/film_strip.png\n", folder);
    CU_ASSERT_STRING_EQUAL(pictures.data, strip);
    CU_ASSERT_PTR_NOT_NULL(strstr(notes.data, "gnuplot is not installed"));
    text_free(&pictures);
    text_free(&notes);
    free(strip);
    free(path);
    free(folder);
}

static void check_rejected(const char *folder, const char *content, const char *detail) {
    char *path = file_join(folder, "evaluation.json");
    CU_ASSERT_EQUAL(file_write(path, content, strlen(content)), STATUS_OK);
    struct evaluation_result result;
    CU_ASSERT_EQUAL(evaluation_read(&result, folder), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "evaluation.json"));
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), detail));
    CU_ASSERT_PTR_NULL(strchr(status_detail(), '\n'));
    free(path);
}

static void damaged_results_are_refused(void) {
    struct model model = oracle(&overlap_oracle, 0.01, 0.1);
    char *folder = run_folder("damaged");
    struct evaluation_job job = job_of(&model, folder);
    struct evaluation_result result;
    CU_ASSERT_EQUAL(evaluation_read(&result, folder), STATUS_IO);
    CU_ASSERT_EQUAL_FATAL(evaluation_run(&job, &result), STATUS_OK);
    struct text text = {0};
    read_text(&text, folder, "evaluation.json");
    char *l2_norm = strstr(text.data, "\"l2_norm\"");
    CU_ASSERT_PTR_NOT_NULL_FATAL(l2_norm);
    l2_norm[1] = 'L';
    check_rejected(folder, text.data, "expected a number train.l2_norm");
    l2_norm[1] = 'l';
    char *windows = strstr(text.data, "\"windows\": 4");
    CU_ASSERT_PTR_NOT_NULL_FATAL(windows);
    windows[strlen("\"windows\": ")] = '-';
    check_rejected(folder, text.data, "positive number of windows");
    text.data[text.length / 2] = '\0';
    check_rejected(folder, text.data, "not JSON");
    check_rejected(folder, "", "not JSON");
    check_rejected(folder, "[1, 2]", "not the result of an evaluation");
    check_rejected(folder, "{\"format\": \"hambench evaluation\", \"format_version\": 2}",
                   "has format version 2, expected 1");
    text_free(&text);
    free(folder);
}

static void a_failed_evaluation_leaves_no_old_result(void) {
    struct model model = oracle(&overlap_oracle, 0.01, 0.1);
    char *folder = run_folder("stale");
    struct evaluation_job job = job_of(&model, folder);
    struct evaluation_result result;
    CU_ASSERT_EQUAL_FATAL(evaluation_run(&job, &result), STATUS_OK);
    char *script = file_join(folder, "plots/error.gp");
    CU_ASSERT_EQUAL(remove(script), 0);
    CU_ASSERT_EQUAL(file_make_directory(script), STATUS_OK);
    CU_ASSERT_EQUAL(evaluation_run(&job, &result), STATUS_IO);
    CU_ASSERT_EQUAL(evaluation_read(&result, folder), STATUS_IO);
    free(script);
    free(folder);
}

static void failures_to_write_name_the_path(void) {
    struct model model = oracle(&overlap_oracle, 0, 0);
    char *folder = file_join(test_folder(), "plain_file");
    CU_ASSERT_EQUAL(file_write(folder, "x", 1), STATUS_OK);
    struct evaluation_job job = job_of(&model, folder);
    struct evaluation_result result;
    CU_ASSERT_EQUAL(evaluation_run(&job, &result), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "plain_file"));
    job.settings.extrapolation_frames = FRAMES;
    CU_ASSERT_EQUAL(evaluation_run(&job, &result), STATUS_DATA);
    free(folder);
}

int main(void) {
    static const struct test tests[] = {
        TEST(metrics_match_values_by_hand),
        TEST(a_black_frame_has_a_defined_error),
        TEST(energy_drift_is_relative_to_the_spread_of_the_start),
        TEST(windows_lie_inside_and_cycle_over_the_trajectories),
        TEST(a_window_may_be_as_long_as_the_trajectory_but_not_longer),
        TEST(the_split_follows_the_training_window_of_the_model),
        TEST(a_perfect_prediction_has_no_error),
        TEST(l2_norm_is_that_of_the_definition),
        TEST(energies_follow_predicted_and_true_frames),
        TEST(results_do_not_depend_on_the_threads),
        TEST(results_come_back_from_their_file),
        TEST(pictures_and_missing_plots_are_listed),
        TEST(damaged_results_are_refused),
        TEST(a_failed_evaluation_leaves_no_old_result),
        TEST(failures_to_write_name_the_path),
    };
    int result = tests_run("evaluation", tests, sizeof tests / sizeof *tests);
    dataset_close(pendulum);
    return result;
}
