/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making dataset files: what their bytes depend on, what stops the making, what is said beforehand.
 */
#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "datasets/dataset.h"
#include "datasets/forecast.h"
#include "datasets/generate.h"
#include "datasets/verify.h"
#include "simulators/shift.h"
#include "support/file.h"
#include "support/interrupt.h"
#include "tests/dataset_fixture.h"
#include "tests/harness.h"

/* --- what the bytes depend on ----------------------------------------------------------------------------
 */

/* With 1, 2, 3 and more threads than there are runs. Environments of each kind: their own method, long runs
 * of which several trajectories are cut, draws that are made again. */
static void file_does_not_depend_on_the_number_of_threads(void) {
    static const char *const environments[] = {"pendulum_colors_friction", "two_body_colors",
                                               "molecular_dynamics_4", "room_spiral"};
    for (size_t i = 0; i < sizeof environments / sizeof *environments; i++) {
        if (simulator_find(environments[i]) == NULL) {
            continue;
        }
        for (int threads = 1; threads <= 16; threads = threads == 3 ? 16 : threads + 1) {
            struct generate_request request =
                fixture_request(environments[i], fixture_path(threads == 1 ? "one.h5" : "more.h5"));
            request.train = 11;
            request.test = 7;
            request.validation = 5;
            request.effort.threads = threads;
            CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_OK);
            CU_ASSERT(threads == 1 || fixture_same_bytes(fixture_path("one.h5"), fixture_path("more.h5")));
        }
    }
}

/* However the work is split into files: the trajectories of a short file are the first ones of a long one. */
static void check_beginning(const char *environment, int train, int test) {
    struct generate_request request = fixture_request(environment, fixture_path("short.h5"));
    struct dataset *all, *some;
    request.train = 9;
    request.test = 8;
    request.path = fixture_path("long.h5");
    CU_ASSERT_EQUAL_FATAL(dataset_generate(&request), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(dataset_open(&all, request.path), STATUS_OK);
    request.train = train;
    request.test = test;
    request.path = fixture_path("short.h5");
    CU_ASSERT_EQUAL_FATAL(dataset_generate(&request), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(dataset_open(&some, request.path), STATUS_OK);
    size_t bytes = (size_t)request.frames * (size_t)dataset_info(all)->state_size * sizeof(double);
    for (int split = 0; split < DATASET_SPLITS; split++) {
        enum dataset_split s = (enum dataset_split)split;
        for (int i = 0; i < dataset_info(some)->trajectories[split]; i++) {
            CU_ASSERT(memcmp(dataset_states(all, s, i), dataset_states(some, s, i), bytes) == 0);
            CU_ASSERT(memcmp(dataset_setup(all, s, i), dataset_setup(some, s, i),
                             sizeof(struct trajectory_setup)) == 0);
        }
    }
    dataset_close(all);
    dataset_close(some);
}

static void a_trajectory_does_not_depend_on_how_many_there_are(void) {
    static const char *const environments[] = {"pendulum_colors", "molecular_dynamics_4"};
    for (size_t i = 0; i < 2; i++) {
        if (simulator_find(environments[i]) != NULL) {
            check_beginning(environments[i], 4, 1);
            check_beginning(environments[i], 7, 6);
        }
    }
}

static bool same_trajectory(const struct dataset *a, enum dataset_split first, const struct dataset *b,
                            enum dataset_split second, int index) {
    size_t values = (size_t)dataset_info(a)->frames * (size_t)dataset_info(a)->state_size;
    return memcmp(dataset_states(a, first, index), dataset_states(b, second, index),
                  values * sizeof(double)) == 0;
}

static void check_validation(const char *environment) {
    struct generate_request request = fixture_request(environment, fixture_path("validated.h5"));
    struct dataset *without, *with;
    request.validation = 5;
    CHECK_OK_FATAL(dataset_generate(&request));
    CHECK_OK_FATAL(dataset_open(&with, request.path));
    CHECK_OK_FATAL(dataset_open(&without, fixture_generate(environment, "without.h5")));
    CU_ASSERT_EQUAL(dataset_info(with)->trajectories[DATASET_VALIDATION], 5);
    CU_ASSERT_EQUAL(dataset_info(without)->trajectories[DATASET_VALIDATION], 0);
    for (int i = 0; i < 2; i++) {
        CU_ASSERT(same_trajectory(with, DATASET_TRAIN, without, DATASET_TRAIN, i));
        CU_ASSERT(same_trajectory(with, DATASET_TEST, without, DATASET_TEST, i));
        CU_ASSERT(!same_trajectory(with, DATASET_VALIDATION, with, DATASET_TRAIN, i));
        CU_ASSERT(!same_trajectory(with, DATASET_VALIDATION, with, DATASET_TEST, i));
    }
    CU_ASSERT_STRING_EQUAL(dataset_info(with)->definition, dataset_info(without)->definition);
    dataset_close(with);
    dataset_close(without);
}

static void validation_trajectories_leave_the_others_as_they_are(void) {
    check_validation("pendulum_colors");
    check_validation("molecular_dynamics_4");
}

/* The same file as the version before the validation split made: its fingerprint, and that of the digest of
 * the environment. */
static void files_without_validation_are_what_they_were(void) {
    struct dataset *dataset;
    CHECK_OK_FATAL(dataset_open(&dataset, fixture_generate("mass_spring_colors", "before.h5")));
    CU_ASSERT_STRING_EQUAL(dataset_fingerprint(dataset),
                           "c226fb4c4ac17bd14784195bba70e4949b304e8df0318ecd9b3693b7a22fc852");
    CU_ASSERT_STRING_EQUAL(dataset_info(dataset)->definition,
                           "e21a252e740be097a3fc572f26887b22c1de125df699b0b4ed8388f73670f3e3");
    dataset_close(dataset);
}

/* A shifted file is sound, says what it is, and is made by another definition, but for time steps, which the
 * request says. */
static void shifted_files_say_what_they_are(void) {
    static const char *const environments[] = {"pendulum_colors", "molecular_dynamics_4", "room_circle",
                                               "matching_pennies"};
    for (size_t i = 0; i < sizeof environments / sizeof *environments; i++) {
        for (int shift = 1; shift < SIMULATOR_SHIFTS; shift++) {
            struct generate_request request = fixture_request(environments[i], fixture_path("shifted.h5"));
            request.simulator = simulator_shifted(request.simulator, (enum simulator_shift)shift);
            if (request.simulator == NULL) {
                continue;
            }
            struct dataset *dataset, *plain;
            struct verify_result result;
            const struct verify_request check = {
                .path = request.path, .sample = 2, .effort = {.threads = 1, .quiet = true}};
            request.dt = request.simulator->dt;
            CHECK_OK_FATAL(dataset_generate(&request));
            CHECK_OK(dataset_verify(&result, &check));
            CU_ASSERT_EQUAL(result.rounded, 0);
            CHECK_OK_FATAL(dataset_open(&dataset, request.path));
            CHECK_OK_FATAL(dataset_open(&plain, fixture_generate(environments[i], "plain.h5")));
            CU_ASSERT_EQUAL(dataset_info(dataset)->shift, shift);
            CU_ASSERT_PTR_EQUAL(dataset_simulator(dataset), request.simulator);
            CU_ASSERT_STRING_EQUAL(dataset_info(dataset)->environment, environments[i]);
            CU_ASSERT(strcmp(dataset_info(dataset)->definition, dataset_info(plain)->definition) != 0);
            CHECK_OK(dataset_check_current(dataset));
            dataset_close(dataset);
            dataset_close(plain);
        }
    }
}

/* Frame 3 k of the training step is frame 2 k of the longer one. Observed: exact for the closed form. */
static void longer_steps_film_the_same_trajectories(void) {
    struct generate_request request = fixture_request("mass_spring_colors", fixture_path("coarse.h5"));
    struct dataset *coarse, *fine;
    request.simulator = simulator_shifted(request.simulator, SIMULATOR_SHIFT_DT);
    request.dt = request.simulator->dt;
    CHECK_OK_FATAL(dataset_generate(&request));
    CHECK_OK_FATAL(dataset_open(&coarse, request.path));
    CHECK_OK_FATAL(dataset_open(&fine, fixture_generate("mass_spring_colors", "fine.h5")));
    for (int k = 0; k < 13; k++) {
        CHECK_NEAR(dataset_states(coarse, DATASET_TEST, 1)[4 * k],
                   dataset_states(fine, DATASET_TEST, 1)[6 * k], 1e-14);
    }
    dataset_close(coarse);
    dataset_close(fine);
}

/* Without images the states, and all but the images, are the same. */
static void leaving_the_images_out_changes_nothing_else(void) {
    struct generate_request request = fixture_request("pendulum_colors", fixture_path("without.h5"));
    struct dataset *with, *without;
    request.without_images = true;
    CU_ASSERT_EQUAL_FATAL(dataset_generate(&request), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(dataset_open(&without, request.path), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(dataset_open(&with, fixture_generate("pendulum_colors", "with.h5")), STATUS_OK);
    CU_ASSERT(!dataset_info(without)->stored_images && dataset_info(with)->stored_images);
    size_t bytes = 40 * 2 * sizeof(double);
    CU_ASSERT(
        memcmp(dataset_states(with, DATASET_TEST, 1), dataset_states(without, DATASET_TEST, 1), bytes) == 0);
    dataset_close(with);
    dataset_close(without);
}

static void seeds_give_different_data(void) {
    struct generate_request request = fixture_request("mass_spring", fixture_path("seed.h5"));
    request.seed = 12;
    CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_OK);
    struct dataset *a, *b;
    CU_ASSERT_EQUAL_FATAL(dataset_open(&a, request.path), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(dataset_open(&b, fixture_generate("mass_spring", "other.h5")), STATUS_OK);
    CU_ASSERT(dataset_states(a, DATASET_TRAIN, 0)[0] != dataset_states(b, DATASET_TRAIN, 0)[0]);
    CU_ASSERT(dataset_states(a, DATASET_TRAIN, 0)[0] != dataset_states(a, DATASET_TEST, 0)[0]);
    CU_ASSERT(dataset_states(a, DATASET_TRAIN, 0)[0] != dataset_states(a, DATASET_TRAIN, 1)[0]);
    dataset_close(a);
    dataset_close(b);
}

/* Half-written files in a folder. */
static int count_temporaries(const char *folder) {
    int count = 0;
    DIR *directory = opendir(folder);
    const struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        count += strstr(entry->d_name, ".part") != NULL || strstr(entry->d_name, ".lock") != NULL;
    }
    (void)closedir(directory);
    return count;
}

/* --- what stops a generation ---------------------------------------------------------------------------- */

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
        struct generate_request request = fixture_request("pendulum_colors", fixture_path("full/data.h5"));
        char detail[512];
        CU_ASSERT_EQUAL(fixture_generate_apart(request, limits[i], detail), STATUS_IO);
        CU_ASSERT_PTR_NOT_NULL(strstr(detail, "data.h5: cannot write: File too large"));
        CU_ASSERT(!file_exists(fixture_path("full/data.h5")));
        CU_ASSERT_EQUAL(count_temporaries(fixture_path("full")), 0);
    }
}

static void interrupt(void) {
    interrupt_install();
    (void)raise(SIGINT);
}

static void an_interrupt_leaves_nothing_behind(void) {
    struct generate_request request = fixture_request("pendulum", fixture_path("stopped.h5"));
    char detail[512];
    CU_ASSERT_EQUAL(fixture_generate_apart(request, interrupt, detail), STATUS_INTERRUPTED);
    CU_ASSERT_PTR_NOT_NULL(strstr(detail, "interrupted"));
    CU_ASSERT(!file_exists(fixture_path("stopped.h5")));
    CU_ASSERT_EQUAL(count_temporaries(test_folder()), 0);
}

static void a_failure_keeps_the_file_that_was_there(void) {
    const char *path = fixture_generate("pendulum", "kept.h5");
    struct generate_request request = fixture_request("pendulum", path);
    struct dataset *dataset;
    char detail[512];
    CU_ASSERT_EQUAL(fixture_generate_apart(request, interrupt, detail), STATUS_INTERRUPTED);
    CU_ASSERT_EQUAL_FATAL(dataset_open(&dataset, path), STATUS_OK);
    dataset_close(dataset);
}

static void targets_that_cannot_be_written_are_refused(void) {
    CU_ASSERT_EQUAL(file_write(fixture_path("plain"), "x", 1), STATUS_OK);
    struct generate_request request = fixture_request("pendulum", fixture_path("plain/data.h5"));
    CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "is not a folder"));
    request.path = test_folder();
    CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "is a directory"));
    request.path = "/proc/data.h5";
    CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "/proc/data.h5.lock: cannot take the lock: "));
}

/* A field that is nowhere finite: the first failing trajectory is named, nothing is kept. */
static void broken_field(const double *parameters, const double *state, double *dx_dt) {
    (void)parameters;
    (void)state;
    dx_dt[0] = dx_dt[1] = NAN;
}

static void a_trajectory_that_cannot_be_followed_is_named(void) {
    struct generate_request request = fixture_request("pendulum", fixture_path("broken.h5"));
    struct dynamics dynamics = *request.simulator->dynamics;
    struct simulator simulator = *request.simulator;
    dynamics.field = broken_field;
    simulator.dynamics = &dynamics;
    request.simulator = &simulator;
    CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "pendulum/train, trajectory 0: "));
    CU_ASSERT(!file_exists(fixture_path("broken.h5")));
    CU_ASSERT_EQUAL(count_temporaries(test_folder()), 0);
}

/* --- forecasts ------------------------------------------------------------------------------------------ */

static void keep_line(void *context, const char *line) {
    (void)snprintf(context, 256, "%s", line);
}

static void stop_at_once(void *context, const char *line) {
    keep_line(context, line);
    interrupt_install();
    (void)raise(SIGINT);
}

static void long_work_is_announced_with_its_size_and_time(void) {
    struct generate_request request = fixture_request("pendulum", fixture_path("announced.h5"));
    char line[256] = "";
    request.effort.report = keep_line;
    request.effort.context = line;
    CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_OK);
    CU_ASSERT_STRING_EQUAL(line, ""); /* short work is not */
    request.train = 1000000;
    request.without_images = true;
    request.effort.report = stop_at_once;
    CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_INTERRUPTED);
    interrupt_clear();
    CU_ASSERT(strncmp(line, "pendulum: 1000002 trajectories, about ", 38) == 0);
    double gigabytes = strtod(line + 38, NULL);
    CU_ASSERT(gigabytes > 0.8 && gigabytes < 8.0); /* 40 frames x 4 doubles, fingerprints: 2 kB each */
    CU_ASSERT_PTR_NOT_NULL(strstr(line, " GB, about "));
    CU_ASSERT_EQUAL(count_temporaries(test_folder()), 0);
}

/* Measured: within 1 % for 700 trajectories and more; 20 % for these few small ones. */
static void forecast_of_the_size_is_right(void) {
    static const char *const environments[] = {"pendulum_colors", "molecular_dynamics_4"};
    for (size_t i = 0; i < 2; i++) {
        if (simulator_find(environments[i]) == NULL) {
            continue;
        }
        struct generate_request request = fixture_request(environments[i], fixture_path("sized.h5"));
        struct simulator_plan plan = generate_plan(&request);
        struct dataset_info info = {.trajectories = {request.train = 60, request.test = 20},
                                    .frames = request.frames,
                                    .state_size = request.simulator->dynamics->state_size,
                                    .dt = request.dt,
                                    .stored_images = true,
                                    .seed = request.seed};
        memcpy(info.options, plan.options, sizeof info.options);
        struct forecast forecast;
        struct stat made;
        CU_ASSERT_EQUAL_FATAL(forecast_make(&forecast, &request, &info), STATUS_OK);
        CU_ASSERT_EQUAL_FATAL(dataset_generate(&request), STATUS_OK);
        CU_ASSERT_EQUAL_FATAL(stat(request.path, &made), 0);
        CU_ASSERT(fabs(log(forecast.bytes / (double)made.st_size)) < log(1.5));
        CU_ASSERT(forecast.seconds > 0.0 && forecast.seconds < 60.0);
    }
}

/* More than any disk holds: 2e9 trajectories of 10,000 frames are 6 PB. */
static void what_the_disk_cannot_hold_is_refused_before_it_is_begun(void) {
    struct generate_request request = fixture_request("mass_spring_colors", fixture_path("huge.h5"));
    request.train = request.test = 1000000000;
    request.frames = 10000;
    CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "huge.h5: needs about "));
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "and its disk has "));
    CU_ASSERT(!file_exists(request.path));
    CU_ASSERT_EQUAL(count_temporaries(test_folder()), 0);
}

static void a_plan_that_cannot_be_carried_out_is_refused(void) {
    struct generate_request request = fixture_request("pendulum", fixture_path("plan.h5"));
    request.frames = 1;
    CU_ASSERT_EQUAL(dataset_generate(&request), STATUS_DATA);
    CU_ASSERT(!file_exists(request.path));
}

int main(void) {
    static const struct test tests[] = {
        TEST(file_does_not_depend_on_the_number_of_threads),
        TEST(a_trajectory_does_not_depend_on_how_many_there_are),
        TEST(validation_trajectories_leave_the_others_as_they_are),
        TEST(files_without_validation_are_what_they_were),
        TEST(shifted_files_say_what_they_are),
        TEST(longer_steps_film_the_same_trajectories),
        TEST(leaving_the_images_out_changes_nothing_else),
        TEST(seeds_give_different_data),
        TEST(a_full_disk_leaves_nothing_behind),
        TEST(an_interrupt_leaves_nothing_behind),
        TEST(a_failure_keeps_the_file_that_was_there),
        TEST(targets_that_cannot_be_written_are_refused),
        TEST(a_trajectory_that_cannot_be_followed_is_named),
        TEST(long_work_is_announced_with_its_size_and_time),
        TEST(forecast_of_the_size_is_right),
        TEST(what_the_disk_cannot_hold_is_refused_before_it_is_begun),
        TEST(a_plan_that_cannot_be_carried_out_is_refused),
    };
    return tests_run("generate", tests, sizeof tests / sizeof *tests);
}
