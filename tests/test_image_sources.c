/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Training on images that are in memory, in the file, or drawn: the same parameters, to the bit; and a file
 * that goes bad stops the training before it learns anything from it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/dataset.h"
#include "models/model_registry.h"
#include "support/file.h"
#include "tests/dataset_fixture.h"
#include "tests/harness.h"
#include "tests/training_case.h"
#include "training/trainer.h"

static struct training_case small_case(const char *kind, const struct dataset *dataset, const char *folder) {
    struct training_case trial = training_case_begin(kind, dataset, folder);
    trial.job.threads = 2;
    if (trial.job.kind->loss != NULL) {
        training_case_set(&trial, "training.steps=5");
        training_case_set(&trial, "model.target_frames=8");
    }
    return trial;
}

static struct model *train(const char *kind, const struct dataset *dataset, const char *folder) {
    struct model *model;
    struct training_case trial = small_case(kind, dataset, folder);
    CU_ASSERT_FATAL(training_run(&trial.job) == STATUS_OK);
    CU_ASSERT_FATAL(training_load(&model, &trial.job) == STATUS_OK);
    training_case_end(&trial);
    return model;
}

static void check_sources(const char *environment, const char *kind) {
    struct generate_request request = fixture_request(environment, fixture_path("none.h5"));
    struct dataset *datasets[3];
    struct model *models[3];
    const char *path = fixture_generate(environment, "stored.h5");
    request.without_images = true;
    CU_ASSERT_FATAL(dataset_generate(&request) == STATUS_OK);
    CU_ASSERT_FATAL(dataset_open(&datasets[0], path) == STATUS_OK);
    CU_ASSERT_FATAL(dataset_open_within(&datasets[1], path, 0) == STATUS_OK);
    CU_ASSERT_FATAL(dataset_open(&datasets[2], request.path) == STATUS_OK);
    for (int i = 0; i < 3; i++) {
        char name[96];
        (void)snprintf(name, sizeof name, "%s-%s-%d", environment, kind, i);
        models[i] = train(kind, datasets[i], fixture_path(name));
        dataset_close(datasets[i]);
    }
    size_t bytes = models[0]->parameters->size * sizeof(real);
    CU_ASSERT(memcmp(models[0]->parameters->values, models[1]->parameters->values, bytes) == 0);
    CU_ASSERT(memcmp(models[0]->parameters->values, models[2]->parameters->values, bytes) == 0);
    for (int i = 0; i < 3; i++) {
        model_free(models[i]);
    }
}

static void parameters_do_not_depend_on_where_images_come_from(void) {
    check_sources("pendulum_colors", "hgn++");
    check_sources("molecular_dynamics_4", "rnn");
    check_sources("room_spiral", "mean_image");
}

/* The states can still be read, so that the file opens; no image can. */
static void a_file_that_goes_bad_stops_the_training(void) {
    static const char *const kinds[] = {"hgn++", "mean_image"};
    struct text bytes = {0};
    const char *path = fixture_generate("pendulum", "bad.h5");
    struct dataset *dataset;
    CU_ASSERT_FATAL(dataset_open_within(&dataset, path, 0) == STATUS_OK);
    CU_ASSERT_FATAL(file_read(&bytes, path) == STATUS_OK);
    FILE *file = fopen(path, "r+b");
    for (size_t i = 4096; i < bytes.length; i++) {
        CU_ASSERT_FATAL(fseek(file, (long)i, SEEK_SET) == 0 && fputc(bytes.data[i] ^ 0x55, file) != EOF);
    }
    (void)fclose(file);
    for (int i = 0; i < 2; i++) {
        const char *folder = fixture_path(i == 0 ? "bad-steps" : "bad-fit");
        struct training_case trial = small_case(kinds[i], dataset, folder);
        CU_ASSERT_EQUAL(training_run(&trial.job), STATUS_DATA);
        training_case_end(&trial);
        CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "train/image cannot be read at trajectory "));
        char *checkpoint = file_join(folder, "checkpoint.h5");
        CU_ASSERT(!file_exists(checkpoint));
        free(checkpoint);
    }
    text_free(&bytes);
    dataset_close(dataset);
}

int main(void) {
    static const struct test tests[] = {
        TEST(parameters_do_not_depend_on_where_images_come_from),
        TEST(a_file_that_goes_bad_stops_the_training),
    };
    return tests_run("image_sources", tests, sizeof tests / sizeof *tests);
}
