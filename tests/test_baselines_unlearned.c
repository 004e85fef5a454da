/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/model.h"
#include "models/window_plan.h"
#include "support/memory.h"
#include "support/random.h"
#include "tests/harness.h"
#include "tests/model_case.h"

extern const struct model_kind copy_last_model;
extern const struct model_kind mean_image_model;

enum { BATCH = 3, INFERENCE = 5, TARGETS = 6, LENGTH = 14 };

static struct model *create(const struct model_kind *kind) {
    static const char *const small[] = {"inference_frames=5", "target_frames=6", NULL};
    struct model *model;
    void *settings = model_case_settings(kind, small);
    CHECK_OK(model_check(kind, settings));
    model_create(&model, kind, settings, 1);
    free(settings);
    return model;
}

/* Random images, quantised like those of a dataset. */
static void fill(real *images, size_t frames, uint64_t index) {
    struct random_stream random = random_stream(3, "test images", index, 0);
    for (size_t i = 0; i < frames * IMAGE_VALUES; i++) {
        images[i] = (real)random_below(&random, 256) / (real)255;
    }
}

enum { FRAMES = LENGTH - INFERENCE + 1 };

static void take_image(void *context, int sequence, int frame, const real *image) {
    real *predictions = context;
    size_t row = (size_t)sequence * FRAMES + (size_t)(frame - INFERENCE + 1);
    memcpy(predictions + row * IMAGE_VALUES, image, IMAGE_VALUES * sizeof *image);
}

/* From the last inference frame on: [BATCH][FRAMES][H][W][C]. */
static real *predict(const struct model *model, const real *images) {
    real *predictions = memory_alloc((size_t)BATCH * FRAMES * IMAGE_VALUES, sizeof *predictions);
    struct model_workspace *workspace = model_workspace_create();
    struct window_array windows = {.images = images, .length = LENGTH};
    struct model_prediction request = {
        .examples = window_array_examples(&windows), .batch = BATCH, .first = INFERENCE - 1, .count = FRAMES};
    struct model_sink sink = {.image = take_image, .context = predictions};
    model->kind->video->predict(model, workspace, &request, &sink);
    model_workspace_free(workspace);
    return predictions;
}

static void windows_are_those_of_overlap_by_one(void) {
    const struct model_kind *const kinds[] = {&copy_last_model, &mean_image_model};
    for (size_t i = 0; i < 2; i++) {
        struct model *model = create(kinds[i]);
        struct window_plan plan = kinds[i]->video->plan(model->settings);
        CU_ASSERT_EQUAL(plan.length, INFERENCE + TARGETS - 1);
        CU_ASSERT_EQUAL(plan.origin, INFERENCE - 1);
        CU_ASSERT_PTR_NULL(kinds[i]->latent);
        model_free(model);
    }
}

static void copy_last_repeats_the_last_inference_frame(void) {
    real *images = memory_alloc((size_t)BATCH * LENGTH * IMAGE_VALUES, sizeof *images);
    fill(images, BATCH * LENGTH, 0);
    struct model *model = create(&copy_last_model);
    CU_ASSERT_EQUAL(model->parameters->size, 0);
    real *predictions = predict(model, images);
    int frames = FRAMES;
    for (int b = 0; b < BATCH; b++) {
        for (int t = 0; t < frames; t++) {
            CU_ASSERT(memcmp(predictions + (size_t)(b * frames + t) * IMAGE_VALUES,
                             images + (size_t)(b * LENGTH + INFERENCE - 1) * IMAGE_VALUES,
                             IMAGE_VALUES * sizeof *images) == 0);
        }
    }
    model_free(model);
    free(predictions);
    free(images);
}

static void keep_first_value(void *context, int sequence, int frame, const real *image) {
    real *values = context;
    values[sequence * 8 + frame + 4] = image[0];
}

/* Going back in time, what was seen first is seen last. */
static void copy_last_repeats_the_first_inference_frame_before_it(void) {
    real *images = memory_alloc((size_t)BATCH * LENGTH * IMAGE_VALUES, sizeof *images);
    fill(images, BATCH * LENGTH, 0);
    struct model *model = create(&copy_last_model);
    struct model_workspace *workspace = model_workspace_create();
    struct window_array windows = {.images = images, .length = LENGTH};
    real values[BATCH * 8] = {0};
    struct model_prediction request = {
        .examples = window_array_examples(&windows), .batch = BATCH, .first = -4, .count = 6};
    struct model_sink sink = {.image = keep_first_value, .context = values};
    model->kind->video->predict(model, workspace, &request, &sink);
    for (int b = 0; b < BATCH; b++) {
        const real *first = images + (size_t)(b * LENGTH) * IMAGE_VALUES;
        for (int t = -4; t <= 1; t++) {
            CU_ASSERT(values[b * 8 + t + 4] == (t <= 0 ? first : first + (INFERENCE - 1) * IMAGE_VALUES)[0]);
        }
    }
    model_workspace_free(workspace);
    model_free(model);
    free(images);
}

static enum status read_trajectory(void *context, int trajectory, real *images) {
    const struct model_image_source *source = context;
    fill(images, (size_t)source->frames, (uint64_t)trajectory);
    return STATUS_OK;
}

static void mean_image_is_the_mean_of_all_training_images(void) {
    enum { TRAJECTORIES = 7, LONG = 9 };
    struct model_image_source source = {
        .trajectories = TRAJECTORIES, .frames = LONG, .read = read_trajectory, .context = &source};
    struct model *model = create(&mean_image_model);
    CU_ASSERT_PTR_NULL(model->kind->loss);
    CU_ASSERT_EQUAL_FATAL(model->parameters->size, IMAGE_VALUES);
    CHECK_OK(model->kind->fit(model, &source));

    long double *mean = memory_alloc(IMAGE_VALUES, sizeof *mean);
    real *images = memory_alloc((size_t)BATCH * LENGTH * IMAGE_VALUES, sizeof *images);
    for (int k = 0; k < TRAJECTORIES; k++) {
        (void)read_trajectory(&source, k, images);
        for (int i = 0; i < LONG * IMAGE_VALUES; i++) {
            mean[i % IMAGE_VALUES] += (long double)images[i] / (TRAJECTORIES * LONG);
        }
    }
    fill(images, BATCH * LENGTH, 99);
    real *predictions = predict(model, images);
    double worst = 0;
    for (int i = 0; i < BATCH * FRAMES * IMAGE_VALUES; i++) {
        worst = fmax(worst, fabs((double)predictions[i] - (double)mean[i % IMAGE_VALUES]));
    }
    CHECK_NEAR(worst, 0, 3e-8); /* half a unit in the last place of a float below 1 */
    model_free(model);
    free(mean);
    free(images);
    free(predictions);
}

static enum status read_two(void *context, int trajectory, real *images) {
    return trajectory < 2 ? read_trajectory(context, trajectory, images)
                          : status_fail(STATUS_INTERRUPTED, "interrupted");
}

static void a_fit_ends_with_the_status_of_its_source(void) {
    struct model_image_source source = {.trajectories = 7, .frames = 9, .read = read_two, .context = &source};
    struct model *model = create(&mean_image_model);
    CHECK_FAILS(model->kind->fit(model, &source), STATUS_INTERRUPTED, "interrupted");
    model_free(model);
}

int main(void) {
    static const struct test tests[] = {
        TEST(windows_are_those_of_overlap_by_one),
        TEST(copy_last_repeats_the_last_inference_frame),
        TEST(copy_last_repeats_the_first_inference_frame_before_it),
        TEST(a_fit_ends_with_the_status_of_its_source),
        TEST(mean_image_is_the_mean_of_all_training_images),
    };
    return tests_run("baselines_unlearned", tests, sizeof tests / sizeof *tests);
}
