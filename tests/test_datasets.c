/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Datasets as they are read: what was asked for, what the simulator makes, windows and images.
 */
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/dataset.h"
#include "simulators/trajectory.h"
#include "support/memory.h"
#include "tests/dataset_fixture.h"
#include "tests/harness.h"

static void dataset_says_what_was_asked_for(void) {
    struct dataset *dataset;
    CU_ASSERT_EQUAL_FATAL(dataset_open(&dataset, fixture_generate("pendulum_colors", "info.h5")), STATUS_OK);
    const struct dataset_info *info = dataset_info(dataset);
    CU_ASSERT_STRING_EQUAL(info->environment, "pendulum_colors");
    CU_ASSERT_EQUAL(info->trajectories[DATASET_TRAIN], 3);
    CU_ASSERT_EQUAL(info->trajectories[DATASET_TEST], 2);
    CU_ASSERT_EQUAL(info->frames, 40);
    CU_ASSERT_EQUAL(info->state_size, 2);
    CU_ASSERT_EQUAL(info->dt, 0.05);
    CU_ASSERT_EQUAL(info->seed, 11);
    CU_ASSERT_EQUAL(strncmp(info->generator, "hambench ", 9), 0);
    dataset_close(dataset);
}

static void check_trajectory(const struct dataset *dataset, enum dataset_split split, int index,
                             const struct trajectory *trajectory) {
    const struct dataset_info *info = dataset_info(dataset);
    const struct simulator *simulator = dataset_simulator(dataset);
    const struct trajectory_setup *setup = dataset_setup(dataset, split, index);
    size_t size = (size_t)info->state_size;
    int last = info->frames - 1;
    const double *states = dataset_states(dataset, split, index);
    const double *state = &states[(size_t)last * size];
    uint8_t drawn[IMAGE_VALUES], read[IMAGE_VALUES];
    CU_ASSERT(memcmp(states, trajectory->states, ((size_t)last + 1) * size * sizeof *states) == 0);
    CU_ASSERT(memcmp(setup->parameters, trajectory->setup.parameters,
                     (size_t)simulator_value_count(simulator) * sizeof(double)) == 0);
    CU_ASSERT(memcmp(setup->offset, trajectory->setup.offset, sizeof setup->offset) == 0);
    CU_ASSERT(memcmp(setup->color_index, trajectory->setup.color_index, sizeof setup->color_index) == 0);
    simulator_draw(simulator, &trajectory->setup, state, drawn);
    dataset_read_images(dataset, split, (struct dataset_window){index, last}, 1, read);
    CU_ASSERT(memcmp(read, drawn, sizeof drawn) == 0);
    if (simulator_has_energy(simulator)) {
        CU_ASSERT_EQUAL(dataset_energy(dataset, split, index, last),
                        simulator_energy(simulator, trajectory->setup.parameters, state));
    }
}

/* For every environment and both splits: what is read is what is simulated and drawn. */
static void dataset_holds_the_trajectories_of_the_simulator(void) {
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        struct dataset *dataset;
        struct trajectory_runner *runner;
        const char *path = fixture_generate((*entry)->name, "all.h5");
        CU_ASSERT_EQUAL_FATAL(dataset_open(&dataset, path), STATUS_OK);
        struct simulator_plan plan = dataset_plan(dataset);
        trajectory_runner_create(&runner, &plan);
        for (int split = 0; split < DATASET_SPLITS; split++) {
            char purpose[GENERATE_PURPOSE_SIZE];
            generate_purpose(purpose, *entry, split);
            for (int index = 0; index < dataset_info(dataset)->trajectories[split]; index++) {
                struct trajectory trajectory;
                CU_ASSERT_EQUAL(trajectory_run(runner, 11, purpose, (uint64_t)index, &trajectory), STATUS_OK);
                check_trajectory(dataset, (enum dataset_split)split, index, &trajectory);
            }
        }
        trajectory_runner_free(runner);
        dataset_close(dataset);
    }
}

/* Two files of equal data made at different times are equal only without times in them. */
static void objects_carry_no_times(void) {
    static const char *const names[] = {"train",
                                        "train/x",
                                        "test/image",
                                        "test/other",
                                        "test/other/m",
                                        "test/sha256/x",
                                        "test/invariant_error/energy"};
    hid_t file = H5Fopen(fixture_generate("pendulum", "times.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        H5O_info_t info = {0};
        CU_ASSERT(H5Oget_info_by_name2(file, names[i], &info, H5O_INFO_TIME, H5P_DEFAULT) >= 0);
        CU_ASSERT(info.ctime == 0 && info.mtime == 0);
    }
    (void)H5Fclose(file);
}

static void a_split_may_be_empty(void) {
    struct generate_request request = fixture_request("pendulum", fixture_path("empty.h5"));
    struct dataset *dataset;
    request.train = 0;
    CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(dataset_open(&dataset, request.path), STATUS_OK);
    CU_ASSERT_EQUAL(dataset_info(dataset)->trajectories[DATASET_TRAIN], 0);
    CU_ASSERT_EQUAL(dataset_info(dataset)->trajectories[DATASET_TEST], 2);
    dataset_close(dataset);
}

/* 33 frames fill one chunk and begin a second one; 2 and 5 frames fill none. */
static void any_number_of_frames_is_kept(void) {
    static const int frames[] = {2, 5, 32, 33};
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        struct generate_request request = fixture_request("pendulum", fixture_path("frames.h5"));
        struct dataset *dataset;
        request.frames = frames[i];
        CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_OK);
        CU_ASSERT_EQUAL_FATAL(dataset_open(&dataset, request.path), STATUS_OK);
        CU_ASSERT_EQUAL(dataset_info(dataset)->frames, frames[i]);
        CHECK_NEAR(dataset_energy(dataset, DATASET_TEST, 1, frames[i] - 1),
                   dataset_energy(dataset, DATASET_TEST, 1, 0), 1e-10);
        dataset_close(dataset);
    }
}

static void windows_are_runs_of_frames_between_0_and_1(void) {
    enum { LENGTH = 4 };
    struct dataset *dataset;
    float *window = memory_alloc(LENGTH * IMAGE_VALUES, sizeof *window);
    CU_ASSERT_EQUAL_FATAL(dataset_open(&dataset, fixture_generate("pendulum", "windows.h5")), STATUS_OK);
    struct dataset_window place = {.trajectory = 1, .start = 36};
    dataset_read_window(dataset, DATASET_TRAIN, place, LENGTH, window);
    uint8_t bytes[LENGTH * IMAGE_VALUES];
    dataset_read_images(dataset, DATASET_TRAIN, place, LENGTH, bytes);
    for (int i = 0; i < LENGTH * IMAGE_VALUES; i++) {
        CU_ASSERT(window[i] == (float)bytes[i] / 255.0f && window[i] >= 0.0f && window[i] <= 1.0f);
    }
    free(window);
    dataset_close(dataset);
}

static void windows_are_drawn_uniformly(void) {
    enum { DRAWS = 20000, LENGTH = 33, STARTS = 40 - LENGTH + 1 };
    struct dataset *dataset;
    struct random_stream random = random_stream(1, "windows", 0, 0);
    int counts[3 * STARTS] = {0};
    double chi_square = 0.0;
    CU_ASSERT_EQUAL_FATAL(dataset_open(&dataset, fixture_generate("pendulum", "draws.h5")), STATUS_OK);
    for (int draw = 0; draw < DRAWS; draw++) {
        struct dataset_window window = dataset_draw_window(dataset, DATASET_TRAIN, LENGTH, &random);
        CU_ASSERT_FATAL(window.trajectory >= 0 && window.trajectory < 3);
        CU_ASSERT_FATAL(window.start >= 0 && window.start < STARTS);
        counts[window.trajectory * STARTS + window.start]++;
    }
    for (int i = 0; i < 3 * STARTS; i++) {
        double expected = (double)DRAWS / (3.0 * STARTS);
        chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    CU_ASSERT(chi_square < 57.0); /* 1 in 10000 with 23 degrees of freedom */
    struct dataset_window whole = dataset_draw_window(dataset, DATASET_TEST, 40, &random);
    CU_ASSERT_EQUAL(whole.start, 0);
    dataset_close(dataset);
}

/* --- images: in memory, in the file, drawn ----------------------------------------------------------------
 */

/* Every window of a few, by one of the ways of getting images. */
static void read_windows(const struct dataset *dataset, uint8_t *out) {
    static const struct dataset_window windows[] = {{0, 0}, {1, 3}, {2, 30}};
    for (int i = 0; i < 3; i++, out += 10 * IMAGE_VALUES) {
        dataset_read_images(dataset, DATASET_TRAIN, windows[i], 10, out);
    }
    CU_ASSERT_EQUAL(dataset_status(dataset), STATUS_OK);
}

static void images_are_the_same_from_memory_from_the_file_and_drawn(void) {
    enum { BYTES = 30 * IMAGE_VALUES };
    uint8_t *images[3];
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        struct generate_request request = fixture_request((*entry)->name, fixture_path("drawn.h5"));
        struct dataset *datasets[3];
        const char *path = fixture_generate((*entry)->name, "stored.h5");
        request.without_images = true;
        CU_ASSERT_EQUAL_FATAL(dataset_generate(&request), STATUS_OK);
        CU_ASSERT_EQUAL_FATAL(dataset_open(&datasets[0], path), STATUS_OK);
        CU_ASSERT_EQUAL_FATAL(dataset_open_within(&datasets[1], path, 1000), STATUS_OK);
        CU_ASSERT_EQUAL_FATAL(dataset_open(&datasets[2], request.path), STATUS_OK);
        for (int i = 0; i < 3; i++) {
            images[i] = memory_alloc(BYTES, 1);
            read_windows(datasets[i], images[i]);
            dataset_close(datasets[i]);
        }
        CU_ASSERT(memcmp(images[0], images[1], BYTES) == 0);
        CU_ASSERT(memcmp(images[0], images[2], BYTES) == 0);
        for (int i = 0; i < 3; i++) {
            free(images[i]);
        }
    }
}

/* Bytes that went bad after the file was opened: the frames are black, and the dataset says so from then on.
 */
static void frames_that_cannot_be_read_are_remembered(void) {
    struct dataset *dataset;
    const char *path = fixture_generate("pendulum", "failing.h5");
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t images = H5Dopen2(file, "train/image", H5P_DEFAULT);
    hsize_t chunk[5] = {1, 0, 0, 0, 0}, size = 0;
    haddr_t address = 0;
    unsigned mask;
    uint8_t frame[IMAGE_VALUES];
    CU_ASSERT(H5Dget_chunk_info_by_coord(images, chunk, &mask, &address, &size) >= 0);
    (void)H5Dclose(images);
    (void)H5Fclose(file);
    CU_ASSERT_EQUAL_FATAL(dataset_open_within(&dataset, path, 0), STATUS_OK);
    FILE *bytes = fopen(path, "r+b");
    CU_ASSERT(fseek(bytes, (long)(address + size / 2), SEEK_SET) == 0 && fwrite("damage", 1, 6, bytes) == 6);
    (void)fclose(bytes);
    dataset_read_images(dataset, DATASET_TRAIN, (struct dataset_window){0, 0}, 1, frame);
    CU_ASSERT_EQUAL(dataset_status(dataset), STATUS_OK);
    dataset_read_images(dataset, DATASET_TRAIN, (struct dataset_window){1, 5}, 1, frame);
    CU_ASSERT(frame[0] == 0 && memcmp(frame, frame + 1, IMAGE_VALUES - 1) == 0);
    CU_ASSERT_EQUAL(dataset_status(dataset), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "train/image cannot be read at trajectory 1"));
    dataset_read_images(dataset, DATASET_TRAIN, (struct dataset_window){0, 0}, 1, frame);
    CU_ASSERT_EQUAL(dataset_status(dataset), STATUS_DATA);
    dataset_close(dataset);
}

int main(void) {
    static const struct test tests[] = {
        TEST(dataset_says_what_was_asked_for),
        TEST(dataset_holds_the_trajectories_of_the_simulator),
        TEST(objects_carry_no_times),
        TEST(a_split_may_be_empty),
        TEST(any_number_of_frames_is_kept),
        TEST(windows_are_runs_of_frames_between_0_and_1),
        TEST(windows_are_drawn_uniformly),
        TEST(images_are_the_same_from_memory_from_the_file_and_drawn),
        TEST(frames_that_cannot_be_read_are_remembered),
    };
    return tests_run("datasets", tests, sizeof tests / sizeof *tests);
}
