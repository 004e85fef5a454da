/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/dataset.h"
#include "simulators/trajectory.h"
#include "support/file.h"
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

/* --- what the loader refuses ---------------------------------------------------------------------------- */

static void check_refused(const char *path, enum status expected, const char *phrase) {
    struct dataset *dataset = NULL;
    CU_ASSERT_EQUAL(dataset_open(&dataset, path), expected);
    CU_ASSERT_PTR_NULL(dataset);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), path));
    CU_ASSERT_PTR_NULL(strchr(status_detail(), '\n'));
    if (strstr(status_detail(), phrase) == NULL) {
        CU_FAIL("the detail does not say why");
        (void)fprintf(stderr, "'%s' does not contain '%s'\n", status_detail(), phrase);
    }
}

static void files_that_are_no_datasets_are_refused(void) {
    check_refused(fixture_path("missing.h5"), STATUS_IO, "No such file");
    check_refused(test_folder(), STATUS_IO, "is a directory");
    CU_ASSERT_EQUAL(file_write(fixture_path("text.h5"), "hello", 5), STATUS_OK);
    check_refused(fixture_path("text.h5"), STATUS_DATA, "is not an HDF5 file");
    CU_ASSERT_EQUAL(file_write(fixture_path("nothing.h5"), "", 0), STATUS_OK);
    check_refused(fixture_path("nothing.h5"), STATUS_DATA, "is not an HDF5 file");
    hid_t file = H5Fcreate(fixture_path("foreign.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    (void)H5Fclose(file);
    check_refused(fixture_path("foreign.h5"), STATUS_DATA, "no dataset");
}

/* Files cut at many lengths are all refused, and none crashes the reader. */
static void truncated_files_are_refused(void) {
    struct text whole = {0};
    CU_ASSERT_EQUAL_FATAL(file_read(&whole, fixture_generate("pendulum", "whole.h5")), STATUS_OK);
    for (size_t part = 1; part < 16; part++) {
        size_t length = whole.length * part / 16;
        CU_ASSERT_EQUAL(file_write(fixture_path("cut.h5"), whole.data, length), STATUS_OK);
        check_refused(fixture_path("cut.h5"), STATUS_DATA, "truncated");
    }
    text_free(&whole);
}

/* Flips one bit in the middle of the stored data, where the compressed images are. */
static void damaged_data_are_refused(void) {
    struct text bytes = {0};
    CU_ASSERT_EQUAL_FATAL(file_read(&bytes, fixture_generate("pendulum", "sound.h5")), STATUS_OK);
    hid_t file = H5Fopen(fixture_path("sound.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t images = H5Dopen2(file, "train/image", H5P_DEFAULT);
    hsize_t chunk[5] = {1, 0, 0, 0, 0}, size = 0;
    haddr_t address = 0;
    unsigned mask;
    CU_ASSERT(H5Dget_chunk_info_by_coord(images, chunk, &mask, &address, &size) >= 0);
    (void)H5Dclose(images);
    (void)H5Fclose(file);
    bytes.data[address + size / 2] ^= 1;
    CU_ASSERT_EQUAL(file_write(fixture_path("damaged.h5"), bytes.data, bytes.length), STATUS_OK);
    check_refused(fixture_path("damaged.h5"), STATUS_DATA, "train/image cannot be read at trajectory 1");
    text_free(&bytes);
}

static void write_attribute(hid_t file, const char *name, hid_t type, const void *value) {
    hid_t space = H5Screate(H5S_SCALAR);
    (void)H5Adelete(file, name);
    hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT(H5Awrite(attribute, type, value) >= 0);
    (void)H5Aclose(attribute);
    (void)H5Sclose(space);
}

static void write_text(hid_t file, const char *name, const char *value) {
    hid_t type = H5Tcopy(H5T_C_S1);
    (void)H5Tset_size(type, H5T_VARIABLE);
    write_attribute(file, name, type, &value);
    (void)H5Tclose(type);
}

static void replace_dataset(hid_t file, const char *name, hid_t type, int rank, const hsize_t *size) {
    (void)H5Ldelete(file, name, H5P_DEFAULT);
    hid_t space = H5Screate_simple(rank, size, NULL);
    hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    (void)H5Dclose(dataset);
    (void)H5Sclose(space);
}

static void drop_complete(hid_t file) {
    (void)H5Adelete(file, "complete");
}

static void clear_complete(hid_t file) {
    int64_t zero = 0;
    write_attribute(file, "complete", H5T_NATIVE_INT64, &zero);
}

static void raise_version(hid_t file) {
    int64_t version = 3;
    write_attribute(file, "format_version", H5T_NATIVE_INT64, &version);
}

static void make_version_a_text(hid_t file) {
    write_text(file, "format_version", "2");
}

static void change_format(hid_t file) {
    write_text(file, "format", "hambench-checkpoint");
}

static void change_environment(hid_t file) {
    write_text(file, "environment", "pendolum");
}

static void drop_environment(hid_t file) {
    (void)H5Adelete(file, "environment");
}

static void make_dt_nan(hid_t file) {
    double dt = NAN;
    write_attribute(file, "dt", H5T_NATIVE_DOUBLE, &dt);
}

static void name_images(hid_t file) {
    write_text(file, "images", "some");
}

static void drop_images(hid_t file) {
    (void)H5Ldelete(file, "test/image", H5P_DEFAULT);
}

static void drop_split(hid_t file) {
    (void)H5Ldelete(file, "test", H5P_DEFAULT);
}

static void drop_parameter(hid_t file) {
    (void)H5Ldelete(file, "train/other/l", H5P_DEFAULT);
}

static void widen_state(hid_t file) {
    replace_dataset(file, "train/x", H5T_IEEE_F64LE, 3, (const hsize_t[]){3, 40, 4});
}

static void shorten_images(hid_t file) {
    replace_dataset(file, "train/image", H5T_STD_U8LE, 5, (const hsize_t[]){3, 39, 32, 32, 3});
}

static void flatten_images(hid_t file) {
    replace_dataset(file, "train/image", H5T_STD_U8LE, 2, (const hsize_t[]){3, 40});
}

static void make_images_real(hid_t file) {
    replace_dataset(file, "train/image", H5T_IEEE_F32LE, 5, (const hsize_t[]){3, 40, 32, 32, 3});
}

static void make_states_single(hid_t file) {
    replace_dataset(file, "train/x", H5T_IEEE_F32LE, 3, (const hsize_t[]){3, 40, 2});
}

static void files_that_do_not_fit_are_refused_with_the_reason(void) {
    static const struct {
        void (*damage)(hid_t file);
        const char *phrase;
    } cases[] = {
        {drop_complete, "is incomplete"},
        {clear_complete, "is incomplete"},
        {raise_version, "has format version 3, this program reads version 2"},
        {make_version_a_text, "attribute 'format_version' is not one integer"},
        {change_format, "has format 'hambench-checkpoint', expected 'hambench-dataset'"},
        {change_environment, "is of environment 'pendolum', which this program does not know"},
        {drop_environment, "attribute 'environment' is missing"},
        {make_dt_nan, "must be positive"},
        {name_images, "attribute 'images' is 'some', expected 'store' or 'none'"},
        {drop_images, "dataset 'test/image' is missing"},
        {drop_split, "dataset 'test/x' is missing"},
        {drop_parameter, "dataset 'train/other/l' is missing"},
        {widen_state, "train/x has shape (3, 40, 4), expected (3, 40, 2)"},
        {shorten_images, "train/image has shape (3, 39, 32, 32, 3), expected (3, 40, 32, 32, 3)"},
        {flatten_images, "train/image has shape (3, 40), expected (3, 40, 32, 32, 3)"},
        {make_images_real, "train/image has elements of another type than expected (8-bit unsigned"},
        {make_states_single, "train/x has elements of another type than expected (64-bit real)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = fixture_generate("pendulum", "unfit.h5");
        hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
        cases[i].damage(file);
        (void)H5Fclose(file);
        check_refused(path, STATUS_DATA, cases[i].phrase);
    }
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
        TEST(files_that_are_no_datasets_are_refused),
        TEST(truncated_files_are_refused),
        TEST(damaged_data_are_refused),
        TEST(files_that_do_not_fit_are_refused_with_the_reason),
    };
    return tests_run("datasets", tests, sizeof tests / sizeof *tests);
}
