/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Verifying dataset files: what is sound passes, and whatever is changed is found and named.
 */
#include <hdf5.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/definition.h"
#include "datasets/rounding.h"
#include "datasets/verify.h"
#include "support/interrupt.h"
#include "support/sha256.h"
#include "support/text.h"
#include "tests/damage.h"
#include "tests/dataset_fixture.h"
#include "tests/harness.h"

static void keep_lines(void *context, const char *line) {
    text_add(context, "%s\n", line);
}

/* Verifies a file with a sample of `sample`; the lines are added to `lines`. */
static enum status verify(const char *path, int sample, struct text *lines, struct verify_result *result) {
    struct verify_request request = {
        .path = path,
        .sample = sample,
        .effort = {.threads = 1, .quiet = true, .report = keep_lines, .context = lines}};
    return dataset_verify(result, &request);
}

static void check_sound(const char *path, long trajectories) {
    struct text lines = {0};
    struct verify_result result;
    text_add(&lines, "%s", "");
    enum status status = verify(path, 2, &lines, &result);
    if (status != STATUS_OK) {
        (void)fprintf(stderr, "%s\n%s", status_detail(), lines.data);
    }
    CU_ASSERT_EQUAL(status, STATUS_OK);
    CU_ASSERT_EQUAL(result.differences, 0);
    CU_ASSERT_EQUAL(result.trajectories, trajectories);
    CU_ASSERT_EQUAL(result.simulated, 4);
    CU_ASSERT_STRING_EQUAL(lines.data, "");
    text_free(&lines);
}

static void every_environment_makes_sound_files(void) {
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        check_sound(fixture_generate((*entry)->name, "sound.h5"), 5);
    }
}

static void files_without_images_are_sound(void) {
    struct generate_request request = fixture_request("pendulum_colors", fixture_path("noimages.h5"));
    request.without_images = true;
    CU_ASSERT_EQUAL_FATAL(dataset_generate(&request), STATUS_OK);
    check_sound(request.path, 5);
}

/* Changes one value of a dataset. */
static void change(const char *path, const char *name, hid_t type, const hsize_t *where, const void *value) {
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    damage_element(file, name, type, where, value);
    (void)H5Fclose(file);
}

/* The file is refused with all of the phrases in its lines, though nothing of the sample was changed. */
static void check_found(const char *path, const char *const *phrases) {
    struct text lines = {0};
    struct verify_result result;
    text_add(&lines, "%s", "");
    CU_ASSERT_EQUAL(verify(path, 1, &lines, &result), STATUS_DATA);
    CU_ASSERT(result.differences > 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), ": is not what it says: "));
    for (; *phrases != NULL; phrases++) {
        if (strstr(lines.data, *phrases) == NULL) {
            CU_FAIL("a difference is not reported");
            (void)fprintf(stderr, "no '%s' in\n%s", *phrases, lines.data);
        }
    }
    text_free(&lines);
}

static void a_changed_state_is_named_with_what_was_expected(void) {
    const char *path = fixture_generate("pendulum", "state.h5");
    double value = 0.25;
    change(path, "train/x", H5T_NATIVE_DOUBLE, (const hsize_t[]){2, 17, 1}, &value);
    static const char *const phrases[] = {"train, trajectory 2: the values of x have SHA-256 ",
                                          "train/x: the values have SHA-256 ",
                                          "train, trajectory 2, frame 17: x[1] is 0.25, expected ",
                                          "train, trajectory 2: energy changes by ", NULL};
    check_found(path, phrases);
}

static void the_last_bit_of_a_derivative_is_noticed(void) {
    const char *path = fixture_generate("pendulum_colors_friction", "bit.h5");
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t dataset = H5Dopen2(file, "test/dx_dt_full", H5P_DEFAULT);
    double values[2 * 40 * 2];
    CU_ASSERT(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    (void)H5Dclose(dataset);
    (void)H5Fclose(file);
    double value = nextafter(values[80 + 2 * 39], INFINITY);
    change(path, "test/dx_dt_full", H5T_NATIVE_DOUBLE, (const hsize_t[]){1, 39, 0}, &value);
    static const char *const phrases[] = {"test, trajectory 1, frame 39: dx_dt_full[0] is ", NULL};
    check_found(path, phrases);
}

static void a_changed_pixel_is_named_with_what_was_expected(void) {
    const char *path = fixture_generate("mass_spring_colors", "pixel.h5");
    uint8_t value = 7;
    change(path, "train/image", H5T_NATIVE_UINT8, (const hsize_t[]){1, 33, 2, 30, 1}, &value);
    static const char *const phrases[] = {"train, trajectory 1: the values of image have SHA-256 ",
                                          "train, trajectory 1, frame 33: image[2, 30, 1] is 7, expected 88",
                                          NULL};
    check_found(path, phrases);
}

static void changed_columns_are_named(void) {
    static const struct {
        const char *name;
        hsize_t where[2];
        double real;
        int64_t integer;
        const char *phrase;
    } cases[] = {
        {"train/other/m", {1}, 0.7, 0, "train/other/m: the values have SHA-256 "},
        {"train/other/m", {0}, 0.7, 0, "train, trajectory 0: other/m[0] is 0.69999999999999996, expected "},
        {"test/other/offset", {0, 1}, 0.01, 0, "test, trajectory 0: other/offset[1] is 0.01"},
        {"test/other/color_index", {0, 0}, 0, 4, "test, trajectory 0: other/color_index[0] is 4, expected "},
        {"test/run", {0}, 0, 1, "test, trajectory 0: run[0] is 1, expected 0"},
        {"train/rejected", {0}, 0, 3, "train, trajectory 0: rejected[0] is 3, expected 0"},
        {"train/invariant_error/energy", {2}, 1e-9, 0, "train/invariant_error/energy: the values have SHA"},
        {"test/invariant_error/energy", {1}, 0.5, 0, "test, trajectory 1: energy changes by 0.5, expected"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = fixture_generate("pendulum_colors", "column.h5");
        bool real = cases[i].integer == 0;
        const void *value = real ? (const void *)&cases[i].real : &cases[i].integer;
        change(path, cases[i].name, real ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64, cases[i].where, value);
        const char *const phrases[] = {cases[i].phrase, NULL};
        check_found(path, phrases);
    }
}

/* Opening refuses what is not sound in itself: there is nothing to compare then. */
static void check_refused(const char *path, const char *phrase) {
    struct text lines = {0};
    struct verify_result result;
    CU_ASSERT_EQUAL(verify(path, 1, &lines, &result), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), phrase));
    text_free(&lines);
}

static void a_missing_fingerprint_is_named(void) {
    const char *path = fixture_generate("pendulum", "unprinted.h5");
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    CU_ASSERT(H5Adelete_by_name(file, "test/dx_dt", "sha256", H5P_DEFAULT) >= 0);
    (void)H5Fclose(file);
    check_refused(path, "attribute 'sha256' of test/dx_dt is missing");
}

/* A fingerprint that was changed, of a dataset or of the whole. */
static void changed_fingerprints_are_noticed(void) {
    static const char *const objects[] = {"/", "test/x", "train/other/m", "train/sha256/x"};
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        const char *path = fixture_generate("pendulum", "misprinted.h5");
        hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT),
              object = H5Oopen(file, objects[i], H5P_DEFAULT);
        damage_text(object, "sha256", "1111111111111111111111111111111111111111111111111111111111111111");
        (void)H5Oclose(object);
        (void)H5Fclose(file);
        check_refused(path, "was changed after it was made");
    }
}

static void a_changed_attribute_is_noticed(void) {
    const char *path = fixture_generate("pendulum_colors_friction", "relabelled.h5");
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    double friction = 0.0;
    damage_attribute(file, "friction", H5T_IEEE_F64LE, &friction);
    damage_conceal(file);
    (void)H5Fclose(file);
    check_refused(path, "attribute 'friction' is 0, expected 0.05");
}

/* Replaces the seed in the request that a file keeps as JSON. */
static void change_seed_of_config(hid_t file, uint64_t seed) {
    char config[1024] = "";
    hid_t attribute = H5Aopen(file, "config", H5P_DEFAULT), type = H5Aget_type(attribute);
    CU_ASSERT_FATAL(H5Tget_size(type) < sizeof config);
    CU_ASSERT_FATAL(H5Aread(attribute, type, config) >= 0);
    (void)H5Tclose(type);
    (void)H5Aclose(attribute);
    char *value = strstr(config, "\"seed\":");
    CU_ASSERT_PTR_NOT_NULL_FATAL(value);
    struct text changed = {0};
    text_add(&changed, "%.*s\"seed\": %llu%s", (int)(value - config), config, (unsigned long long)seed,
             strchr(value, ','));
    damage_text(file, "config", changed.data);
    text_free(&changed);
}

/* Values that are all consistent among each other, but of another seed than the file says. */
static void another_seed_is_noticed(void) {
    const char *path = fixture_generate("pendulum", "seeded.h5");
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    uint64_t seed = 12;
    damage_attribute(file, "seed", H5T_STD_U64LE, &seed);
    change_seed_of_config(file, seed);
    damage_conceal(file);
    (void)H5Fclose(file);
    static const char *const phrases[] = {"train, trajectory 0, frame 0: x[0] is ", NULL};
    check_found(path, phrases);
}

static void a_stale_file_is_called_so(void) {
    const char *path = fixture_generate("pendulum", "stale.h5");
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    damage_text(file, "definition", "0000000000000000000000000000000000000000000000000000000000000000");
    damage_conceal(file);
    (void)H5Fclose(file);
    static const char *const phrases[] = {"is stale: pendulum was defined otherwise when hambench ", NULL};
    check_found(path, phrases);
}

/* A better measurement of it must not make files stale; another friction must. */
static void the_lyapunov_exponent_is_no_part_of_a_definition(void) {
    struct simulator changed = *simulator_find("double_pendulum");
    char before[SHA256_TEXT], behind[SHA256_TEXT];
    definition_digest(&changed, before);
    changed.lyapunov += 1;
    definition_digest(&changed, behind);
    CU_ASSERT_STRING_EQUAL(before, behind);
    changed.friction += 1;
    definition_digest(&changed, behind);
    CU_ASSERT_STRING_NOT_EQUAL(before, behind);
}

/* Writes the fingerprint of a dataset again. */
static void put_hash(hid_t dataset, struct sha256 *hash) {
    uint8_t digest[SHA256_BYTES];
    char text[SHA256_TEXT];
    sha256_finish(hash, digest);
    sha256_format(digest, text);
    damage_text(dataset, "sha256", text);
    sha256_free(hash);
}

/* Adds to each state of a split [n][40][2] of a pendulum a relative change, and makes the fingerprints those
 * of the new values: a file as another library could have made it. */
static void change_all_states(const char *path, int count, double change) {
    double values[8][80];
    uint8_t digests[8][SHA256_BYTES], row[SHA256_BYTES];
    struct sha256 *series = sha256_create(), *rows = sha256_create();
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), x = H5Dopen2(file, "train/x", H5P_DEFAULT),
          column = H5Dopen2(file, "train/sha256/x", H5P_DEFAULT);
    CU_ASSERT(H5Dread(x, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < 80; k++) {
            values[i][k] *= 1.0 + (k % 3 == 0 ? change : 0.0);
        }
        sha256_of(values[i], sizeof values[i], digests[i]);
        sha256_add(series, digests[i], sizeof digests[i]);
        sha256_of(digests[i], sizeof digests[i], row);
        sha256_add(rows, row, sizeof row);
    }
    CU_ASSERT(H5Dwrite(x, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    CU_ASSERT(H5Dwrite(column, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, digests) >= 0);
    put_hash(x, series);
    put_hash(column, rows);
    damage_conceal(file);
    (void)H5Dclose(column);
    (void)H5Dclose(x);
    (void)H5Fclose(file);
}

static void another_rounding_is_told_from_other_values(void) {
    struct verify_result result;
    struct text lines = {0};
    const char *path = fixture_generate("pendulum", "rounded.h5");
    text_add(&lines, "%s", "");
    change_all_states(path, 3, 4e-16);
    CU_ASSERT_EQUAL(verify(path, 2, &lines, &result), STATUS_OK);
    CU_ASSERT_EQUAL(result.differences, 0);
    CU_ASSERT_EQUAL(result.rounded, 2);
    CU_ASSERT(result.rounding > 1e-16 && result.rounding < 1e-15);
    CU_ASSERT_STRING_EQUAL(lines.data, "");
    path = fixture_generate("pendulum", "changed.h5");
    change_all_states(path, 3, 1e-8);
    CU_ASSERT_EQUAL(verify(path, 2, &lines, &result), STATUS_DATA);
    CU_ASSERT_EQUAL(result.rounded, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(lines.data, "train, trajectory 0, frame 0: x[0] is "));
    text_free(&lines);
}

/* Two frames of one value; the second frame is magnified a hundred times. */
static void rounding_is_what_a_small_disturbance_makes(void) {
    const double expected[] = {1.0, 2.0}, disturbed[] = {1.0 + 1e-13, 2.0 + 1e-7};
    const double chaotic[] = {1.0, 5.0};
    struct rounding rounding =
        rounding_of_series((const double[]){1.0, 2.0 + 5e-7}, expected, disturbed, 2, 1);
    CU_ASSERT_EQUAL(rounding.wrong, -1);
    CHECK_NEAR(rounding.largest, 2.5e-7, 1e-12);
    rounding = rounding_of_series((const double[]){1.0, 2.0 + 5e-7}, expected, NULL, 2, 1);
    CU_ASSERT_EQUAL(rounding.wrong, 1);
    rounding = rounding_of_series((const double[]){1.0 + 5e-7, 2.0}, expected, disturbed, 2, 1);
    CU_ASSERT_EQUAL(rounding.wrong, 0);
    /* What no digit is left of is not believed. */
    rounding = rounding_of_series((const double[]){1.0, 2.1}, expected, chaotic, 2, 1);
    CU_ASSERT_EQUAL(rounding.wrong, 1);
    rounding = rounding_of_series((const double[]){1.0, (double)NAN}, expected, disturbed, 2, 1);
    CU_ASSERT_EQUAL(rounding.wrong, 1);
    CU_ASSERT_EQUAL(
        rounding_of_values((const double[]){0.5, 0.3}, (const double[]){0.5, 0.3 + 1e-16}, 2).wrong, -1);
    CU_ASSERT_EQUAL(rounding_of_values((const double[]){0.5, 0.3}, (const double[]){0.5, 0.31}, 2).wrong, 1);
}

static void what_is_no_dataset_is_refused(void) {
    struct text lines = {0};
    struct verify_result result;
    CU_ASSERT_EQUAL(verify(fixture_path("nowhere.h5"), 1, &lines, &result), STATUS_IO);
    CU_ASSERT_EQUAL(result.differences, 0);
    text_free(&lines);
}

static void an_interrupt_is_no_verdict(void) {
    struct text lines = {0};
    struct verify_result result;
    const char *path = fixture_generate("pendulum", "stopped.h5");
    interrupt_install();
    (void)raise(SIGINT);
    CU_ASSERT_EQUAL(verify(path, 1, &lines, &result), STATUS_INTERRUPTED);
    interrupt_clear();
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "not all of it was checked"));
    text_free(&lines);
}

int main(void) {
    static const struct test tests[] = {
        TEST(every_environment_makes_sound_files),
        TEST(files_without_images_are_sound),
        TEST(a_changed_state_is_named_with_what_was_expected),
        TEST(the_last_bit_of_a_derivative_is_noticed),
        TEST(a_changed_pixel_is_named_with_what_was_expected),
        TEST(changed_columns_are_named),
        TEST(a_missing_fingerprint_is_named),
        TEST(changed_fingerprints_are_noticed),
        TEST(a_changed_attribute_is_noticed),
        TEST(a_stale_file_is_called_so),
        TEST(the_lyapunov_exponent_is_no_part_of_a_definition),
        TEST(another_seed_is_noticed),
        TEST(another_rounding_is_told_from_other_values),
        TEST(rounding_is_what_a_small_disturbance_makes),
        TEST(what_is_no_dataset_is_refused),
        TEST(an_interrupt_is_no_verdict),
    };
    return tests_run("verify", tests, sizeof tests / sizeof *tests);
}
