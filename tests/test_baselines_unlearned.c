/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/model.h"
#include "support/memory.h"
#include "support/random.h"
#include "tests/harness.h"

extern const struct model_kind copy_last_model;
extern const struct model_kind mean_image_model;

enum { BATCH = 3, INFERENCE = 5, TARGETS = 6, LENGTH = 14 };

static const struct model_settings settings = {.channels = 4,
                                               .latent = 4,
                                               .hidden = 4,
                                               .hidden_layers = 1,
                                               .inference_frames = INFERENCE,
                                               .target_frames = TARGETS,
                                               .time_step = 0.125,
                                               .integrator = "leapfrog"};

static struct model *create(const struct model_kind *kind) {
    CU_ASSERT_EQUAL(model_settings_check(kind, &settings), STATUS_OK);
    struct model *model;
    model_create(&model, kind, &settings, 1);
    return model;
}

/* Random images, quantised like those of a dataset. */
static void fill(real *images, size_t frames, uint64_t index) {
    struct random_stream random = random_stream(3, "test images", index, 0);
    for (size_t i = 0; i < frames * IMAGE_VALUES; i++) {
        images[i] = (real)random_below(&random, 256) / (real)255;
    }
}

static real *predict(const struct model *model, const real *images) {
    real *predictions =
        memory_alloc((size_t)BATCH * (LENGTH - INFERENCE + 1) * IMAGE_VALUES, sizeof *predictions);
    struct model_workspace *workspace = model_workspace_create();
    model_predict(model, workspace, images, BATCH, LENGTH, predictions, NULL);
    model_workspace_free(workspace);
    return predictions;
}

static void windows_are_those_of_overlap_by_one(void) {
    const struct model_kind *const kinds[] = {&copy_last_model, &mean_image_model};
    for (size_t i = 0; i < 2; i++) {
        struct model *model = create(kinds[i]);
        CU_ASSERT_EQUAL(model_training_window(model), INFERENCE + TARGETS - 1);
        CU_ASSERT_EQUAL(model_first_prediction(model), INFERENCE - 1);
        CU_ASSERT_FALSE(model->kind->has_energy);
        model_free(model);
    }
}

static void copy_last_repeats_the_last_inference_frame(void) {
    real *images = memory_alloc((size_t)BATCH * LENGTH * IMAGE_VALUES, sizeof *images);
    fill(images, BATCH * LENGTH, 0);
    struct model *model = create(&copy_last_model);
    CU_ASSERT_EQUAL(model->parameters->size, 0);
    real *predictions = predict(model, images);
    int frames = LENGTH - INFERENCE + 1;
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

static void read_trajectory(void *context, int trajectory, real *images) {
    const struct model_image_source *source = context;
    fill(images, (size_t)source->frames, (uint64_t)trajectory);
}

static void mean_image_is_the_mean_of_all_training_images(void) {
    enum { TRAJECTORIES = 7, FRAMES = 9 };
    struct model_image_source source = {
        .trajectories = TRAJECTORIES, .frames = FRAMES, .read = read_trajectory, .context = &source};
    struct model *model = create(&mean_image_model);
    CU_ASSERT_PTR_NULL(model->kind->loss);
    CU_ASSERT_EQUAL_FATAL(model->parameters->size, IMAGE_VALUES);
    model->kind->fit(model, &source);

    long double *mean = memory_alloc(IMAGE_VALUES, sizeof *mean);
    real *images = memory_alloc((size_t)BATCH * LENGTH * IMAGE_VALUES, sizeof *images);
    for (int k = 0; k < TRAJECTORIES; k++) {
        read_trajectory(&source, k, images);
        for (int i = 0; i < FRAMES * IMAGE_VALUES; i++) {
            mean[i % IMAGE_VALUES] += (long double)images[i] / (TRAJECTORIES * FRAMES);
        }
    }
    fill(images, BATCH * LENGTH, 99);
    real *predictions = predict(model, images);
    double worst = 0;
    for (int i = 0; i < BATCH * (LENGTH - INFERENCE + 1) * IMAGE_VALUES; i++) {
        worst = fmax(worst, fabs((double)predictions[i] - (double)mean[i % IMAGE_VALUES]));
    }
    CHECK_NEAR(worst, 0, 3e-8); /* half a unit in the last place of a float below 1 */
    model_free(model);
    free(mean);
    free(images);
    free(predictions);
}

int main(void) {
    static const struct test tests[] = {
        TEST(windows_are_those_of_overlap_by_one),
        TEST(copy_last_repeats_the_last_inference_frame),
        TEST(mean_image_is_the_mean_of_all_training_images),
    };
    return tests_run("baselines_unlearned", tests, sizeof tests / sizeof *tests);
}
