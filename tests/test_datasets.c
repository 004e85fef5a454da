/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <hdf5.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "datasets/dataset.h"
#include "datasets/generate.h"
#include "simulators/trajectory.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "support/memory.h"
#include "tests/harness.h"

/* A path in the folder of this program; up to four are valid at a time. */
static const char *in_folder(const char *name) {
    static char paths[4][512];
    static int next;
    next = (next + 1) % 4;
    (void)snprintf(paths[next], sizeof paths[next], "%s/%s", test_folder(), name);
    return paths[next];
}

static struct generate_request request_for(const char *environment, const char *path) {
    return (struct generate_request){
        .simulator = simulator_find(environment),
        .path = path,
        .train = 3,
        .test = 2,
        .frames = 40,
        .dt = 0.05,
        .seed = 11,
        .threads = 2,
        .quiet = true,
    };
}

static const char *generate(const char *environment, const char *name) {
    const char *path = in_folder(name);
    struct generate_request request = request_for(environment, path);
    CU_ASSERT_EQUAL_FATAL(dataset_generate(&request), STATUS_OK);
    return path;
}

static bool same_bytes(const char *a, const char *b) {
    struct text left = {0}, right = {0};
    CU_ASSERT_EQUAL_FATAL(file_read(&left, a), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(file_read(&right, b), STATUS_OK);
    bool same = left.length == right.length && memcmp(left.data, right.data, left.length) == 0;
    text_free(&left);
    text_free(&right);
    return same;
}

static void dataset_says_what_was_asked_for(void) {
    struct dataset *dataset;
    CU_ASSERT_EQUAL_FATAL(dataset_open(&dataset, generate("pendulum_colors", "info.h5")), STATUS_OK);
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
                             const struct simulator *simulator, const struct trajectory *trajectory) {
    const struct dataset_info *info = dataset_info(dataset);
    size_t size = (size_t)info->state_size, last = (size_t)info->frames - 1;
    const double *states = dataset_states(dataset, split, index);
    const double *parameters = dataset_parameters(dataset, split, index);
    uint8_t image[FRAME_BYTES];
    CU_ASSERT(memcmp(states, trajectory->states, (last + 1) * size * sizeof *states) == 0);
    CU_ASSERT(memcmp(parameters, trajectory->setup.parameters,
                     (size_t)simulator_parameter_count(simulator) * sizeof *parameters) == 0);
    simulator_draw(simulator, &trajectory->setup, &states[last * size], image);
    CU_ASSERT(memcmp(&dataset_images(dataset, split, index)[last * FRAME_BYTES], image, sizeof image) == 0);
    CU_ASSERT_EQUAL(dataset_energy(dataset, split, index, (int)last),
                    simulator_energy(simulator, trajectory->setup.parameters, &states[last * size]));
}

/* For every environment and both splits: what is read is what is simulated and drawn. */
static void dataset_holds_the_trajectories_of_the_simulator(void) {
    static const char *const split_names[] = {"train", "test"};
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        struct dataset *dataset;
        struct trajectory_runner *runner;
        CU_ASSERT_EQUAL_FATAL(dataset_open(&dataset, generate((*entry)->name, "all.h5")), STATUS_OK);
        struct simulator_plan plan = simulator_plan_default(*entry);
        plan.frames = 40;
        trajectory_runner_create(&runner, &plan);
        for (int split = 0; split < DATASET_SPLITS; split++) {
            char purpose[96];
            (void)snprintf(purpose, sizeof purpose, "%s/%s", (*entry)->name, split_names[split]);
            for (int index = 0; index < dataset_info(dataset)->trajectories[split]; index++) {
                struct trajectory trajectory;
                CU_ASSERT_EQUAL(trajectory_run(runner, 11, purpose, (uint64_t)index, &trajectory), STATUS_OK);
                check_trajectory(dataset, (enum dataset_split)split, index, *entry, &trajectory);
            }
        }
        trajectory_runner_free(runner);
        dataset_close(dataset);
    }
}

static void file_does_not_depend_on_the_number_of_threads(void) {
    static const int threads[] = {1, 2, 16};
    static const char *const names[] = {"one.h5", "two.h5", "sixteen.h5"};
    for (int i = 0; i < 3; i++) {
        struct generate_request request = request_for("pendulum_colors_friction", in_folder(names[i]));
        request.train = 20;
        request.threads = threads[i];
        CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_OK);
    }
    CU_ASSERT(same_bytes(in_folder("one.h5"), in_folder("two.h5")));
    CU_ASSERT(same_bytes(in_folder("one.h5"), in_folder("sixteen.h5")));
}

/* Two files of equal data made at different times are equal only without times in them. */
static void objects_carry_no_times(void) {
    static const char *const names[] = {"train", "train/x", "test/image", "test/other/m",
                                        "test/energy_error"};
    hid_t file = H5Fopen(generate("pendulum", "times.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        H5O_info_t info = {0};
        CU_ASSERT(H5Oget_info_by_name2(file, names[i], &info, H5O_INFO_TIME, H5P_DEFAULT) >= 0);
        CU_ASSERT(info.ctime == 0 && info.mtime == 0);
    }
    (void)H5Fclose(file);
}

static void seeds_give_different_data(void) {
    struct generate_request request = request_for("mass_spring", in_folder("seed.h5"));
    request.seed = 12;
    CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_OK);
    struct dataset *a, *b;
    CU_ASSERT_EQUAL_FATAL(dataset_open(&a, request.path), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(dataset_open(&b, generate("mass_spring", "other.h5")), STATUS_OK);
    CU_ASSERT(dataset_states(a, DATASET_TRAIN, 0)[0] != dataset_states(b, DATASET_TRAIN, 0)[0]);
    CU_ASSERT(dataset_states(a, DATASET_TRAIN, 0)[0] != dataset_states(a, DATASET_TEST, 0)[0]);
    CU_ASSERT(dataset_states(a, DATASET_TRAIN, 0)[0] != dataset_states(a, DATASET_TRAIN, 1)[0]);
    dataset_close(a);
    dataset_close(b);
}

static void a_split_may_be_empty(void) {
    struct generate_request request = request_for("pendulum", in_folder("empty.h5"));
    struct dataset *dataset;
    request.train = 0;
    CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(dataset_open(&dataset, request.path), STATUS_OK);
    CU_ASSERT_EQUAL(dataset_info(dataset)->trajectories[DATASET_TRAIN], 0);
    CU_ASSERT_EQUAL(dataset_info(dataset)->trajectories[DATASET_TEST], 2);
    dataset_close(dataset);
}

/* 33 frames fill one chunk and begin a second one; 5 frames fill none. */
static void any_number_of_frames_is_kept(void) {
    static const int frames[] = {1, 5, 32, 33};
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        struct generate_request request = request_for("pendulum", in_folder("frames.h5"));
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
    float *window = memory_alloc(LENGTH * FRAME_BYTES, sizeof *window);
    CU_ASSERT_EQUAL_FATAL(dataset_open(&dataset, generate("pendulum", "windows.h5")), STATUS_OK);
    struct dataset_window place = {.trajectory = 1, .start = 36};
    dataset_read_window(dataset, DATASET_TRAIN, place, LENGTH, window);
    const uint8_t *bytes = dataset_images(dataset, DATASET_TRAIN, 1) + 36 * FRAME_BYTES;
    for (int i = 0; i < LENGTH * FRAME_BYTES; i++) {
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
    CU_ASSERT_EQUAL_FATAL(dataset_open(&dataset, generate("pendulum", "draws.h5")), STATUS_OK);
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
    check_refused(in_folder("missing.h5"), STATUS_IO, "No such file");
    check_refused(test_folder(), STATUS_IO, "is a directory");
    CU_ASSERT_EQUAL(file_write(in_folder("text.h5"), "hello", 5), STATUS_OK);
    check_refused(in_folder("text.h5"), STATUS_DATA, "is not an HDF5 file");
    CU_ASSERT_EQUAL(file_write(in_folder("nothing.h5"), "", 0), STATUS_OK);
    check_refused(in_folder("nothing.h5"), STATUS_DATA, "is not an HDF5 file");
    hid_t file = H5Fcreate(in_folder("foreign.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    (void)H5Fclose(file);
    check_refused(in_folder("foreign.h5"), STATUS_DATA, "no dataset");
}

/* Files cut at many lengths are all refused, and none crashes the reader. */
static void truncated_files_are_refused(void) {
    struct text whole = {0};
    CU_ASSERT_EQUAL_FATAL(file_read(&whole, generate("pendulum", "whole.h5")), STATUS_OK);
    for (size_t part = 1; part < 16; part++) {
        size_t length = whole.length * part / 16;
        CU_ASSERT_EQUAL(file_write(in_folder("cut.h5"), whole.data, length), STATUS_OK);
        check_refused(in_folder("cut.h5"), STATUS_DATA, "truncated");
    }
    text_free(&whole);
}

/* Flips one bit in the middle of the stored data, where the compressed images are. */
static void damaged_data_are_refused(void) {
    struct text bytes = {0};
    CU_ASSERT_EQUAL_FATAL(file_read(&bytes, generate("pendulum", "sound.h5")), STATUS_OK);
    hid_t file = H5Fopen(in_folder("sound.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t images = H5Dopen2(file, "train/image", H5P_DEFAULT);
    hsize_t chunk[5] = {1, 0, 0, 0, 0}, size = 0;
    haddr_t address = 0;
    unsigned mask;
    CU_ASSERT(H5Dget_chunk_info_by_coord(images, chunk, &mask, &address, &size) >= 0);
    (void)H5Dclose(images);
    (void)H5Fclose(file);
    bytes.data[address + size / 2] ^= 1;
    CU_ASSERT_EQUAL(file_write(in_folder("damaged.h5"), bytes.data, bytes.length), STATUS_OK);
    check_refused(in_folder("damaged.h5"), STATUS_DATA, "train/image cannot be read");
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
    int64_t version = 2;
    write_attribute(file, "format_version", H5T_NATIVE_INT64, &version);
}

static void make_version_a_text(hid_t file) {
    write_text(file, "format_version", "1");
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
        {raise_version, "has format version 2, this program reads version 1"},
        {make_version_a_text, "attribute 'format_version' is not one integer"},
        {change_format, "has format 'hambench-checkpoint', expected 'hambench-dataset'"},
        {change_environment, "is of environment 'pendolum', which this program does not know"},
        {drop_environment, "attribute 'environment' is missing"},
        {make_dt_nan, "must be positive"},
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
        const char *path = generate("pendulum", "unfit.h5");
        hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
        cases[i].damage(file);
        (void)H5Fclose(file);
        check_refused(path, STATUS_DATA, cases[i].phrase);
    }
}

/* --- what stops a generation ---------------------------------------------------------------------------- */

/* Runs the request in a process of its own (after `prepare`) and returns its exit status; the detail is put
 * into `detail`. One thread: the pool of threads does not survive a fork. */
static int generate_apart(struct generate_request request, void (*prepare)(void), char detail[512]) {
    int ends[2];
    request.threads = 1;
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        prepare();
        enum status status = dataset_generate(&request);
        ssize_t written = write(ends[1], status_detail(), strlen(status_detail()) + 1);
        _exit(written > 0 ? (int)status : 1);
    }
    (void)close(ends[1]);
    ssize_t length = read(ends[0], detail, 511);
    detail[length > 0 ? length : 0] = '\0';
    (void)close(ends[0]);
    int status = 0;
    (void)waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Like a disk with room for 64 KiB: writing more fails. */
static void limit_file_size(void) {
    struct rlimit limit = {.rlim_cur = 1 << 16, .rlim_max = RLIM_INFINITY};
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)setrlimit(RLIMIT_FSIZE, &limit);
}

static void limit_file_size_to_nothing(void) {
    limit_file_size();
    struct rlimit limit = {.rlim_cur = 100, .rlim_max = RLIM_INFINITY};
    (void)setrlimit(RLIMIT_FSIZE, &limit);
}

static void a_full_disk_leaves_nothing_behind(void) {
    static void (*const limits[])(void) = {limit_file_size, limit_file_size_to_nothing};
    for (int i = 0; i < 2; i++) {
        struct generate_request request = request_for("pendulum_colors", in_folder("full/data.h5"));
        char detail[512];
        CU_ASSERT_EQUAL(generate_apart(request, limits[i], detail), STATUS_IO);
        CU_ASSERT_PTR_NOT_NULL(strstr(detail, "data.h5.part: cannot write: File too large"));
        CU_ASSERT(!file_exists(in_folder("full/data.h5")));
        CU_ASSERT(!file_exists(in_folder("full/data.h5.part")));
    }
}

static void interrupt(void) {
    interrupt_install();
    (void)raise(SIGINT);
}

static void an_interrupt_leaves_nothing_behind(void) {
    struct generate_request request = request_for("pendulum", in_folder("stopped.h5"));
    char detail[512];
    CU_ASSERT_EQUAL(generate_apart(request, interrupt, detail), STATUS_INTERRUPTED);
    CU_ASSERT_PTR_NOT_NULL(strstr(detail, "interrupted"));
    CU_ASSERT(!file_exists(in_folder("stopped.h5")));
    CU_ASSERT(!file_exists(in_folder("stopped.h5.part")));
}

static void a_failure_keeps_the_file_that_was_there(void) {
    const char *path = generate("pendulum", "kept.h5");
    struct generate_request request = request_for("pendulum", path);
    struct dataset *dataset;
    char detail[512];
    CU_ASSERT_EQUAL(generate_apart(request, interrupt, detail), STATUS_INTERRUPTED);
    CU_ASSERT_EQUAL_FATAL(dataset_open(&dataset, path), STATUS_OK);
    dataset_close(dataset);
}

static void targets_that_cannot_be_written_are_refused(void) {
    CU_ASSERT_EQUAL(file_write(in_folder("plain"), "x", 1), STATUS_OK);
    struct generate_request request = request_for("pendulum", in_folder("plain/data.h5"));
    CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "is not a folder"));
    request.path = test_folder();
    CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "is a directory"));
    request.path = "/proc/data.h5";
    CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "/proc/data.h5.part: cannot write: "));
}

/* A field that is nowhere finite: the first failing trajectory is named, nothing is kept. */
static void broken_field(const double *parameters, const double *state, double *dx_dt) {
    (void)parameters;
    (void)state;
    dx_dt[0] = dx_dt[1] = NAN;
}

static void a_trajectory_that_cannot_be_followed_is_named(void) {
    struct generate_request request = request_for("pendulum", in_folder("broken.h5"));
    struct dynamics dynamics = *request.simulator->dynamics;
    struct simulator simulator = *request.simulator;
    dynamics.field = broken_field;
    simulator.dynamics = &dynamics;
    request.simulator = &simulator;
    CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "pendulum/train, trajectory 0: "));
    CU_ASSERT(!file_exists(in_folder("broken.h5")) && !file_exists(in_folder("broken.h5.part")));
}

int main(void) {
    static const struct test tests[] = {
        TEST(dataset_says_what_was_asked_for),
        TEST(dataset_holds_the_trajectories_of_the_simulator),
        TEST(file_does_not_depend_on_the_number_of_threads),
        TEST(objects_carry_no_times),
        TEST(seeds_give_different_data),
        TEST(a_split_may_be_empty),
        TEST(any_number_of_frames_is_kept),
        TEST(windows_are_runs_of_frames_between_0_and_1),
        TEST(windows_are_drawn_uniformly),
        TEST(files_that_are_no_datasets_are_refused),
        TEST(truncated_files_are_refused),
        TEST(damaged_data_are_refused),
        TEST(files_that_do_not_fit_are_refused_with_the_reason),
        TEST(a_full_disk_leaves_nothing_behind),
        TEST(an_interrupt_leaves_nothing_behind),
        TEST(a_failure_keeps_the_file_that_was_there),
        TEST(targets_that_cannot_be_written_are_refused),
        TEST(a_trajectory_that_cannot_be_followed_is_named),
    };
    return tests_run("datasets", tests, sizeof tests / sizeof *tests);
}
