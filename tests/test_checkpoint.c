/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checkpoints: what is written comes back to the bit, and whatever was changed is refused with a reason.
 */
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/file.h"
#include "support/memory.h"
#include "support/sha256.h"
#include "support/text.h"
#include "tests/damage.h"
#include "tests/harness.h"
#include "training/checkpoint.h"

struct state {
    struct parameters *parameters;
    struct checkpoint_state rest;
    struct checkpoint_info info;
};

static char *path_of(const char *name) {
    return file_join(test_folder(), name);
}

/* Three parameters and the moments that training may have given them. */
static struct state make_state(uint64_t seed) {
    struct state state = {.parameters = parameters_create(),
                          .info = {.model = "hgn++", .seed = 3, .steps = 17, .seconds = 2.5}};
    (void)parameters_add(state.parameters, "encoder.weight", 2, (const int[]){5, 7}, PARAMETER_WEIGHT);
    (void)parameters_add(state.parameters, "encoder.bias", 1, (const int[]){7}, PARAMETER_ZERO);
    (void)parameters_add(state.parameters, "decoder.kernel", 4, (const int[]){2, 3, 1, 2}, PARAMETER_WEIGHT);
    parameters_initialise(state.parameters, seed);
    state.rest.adam = adam_create(state.parameters->size);
    for (size_t i = 0; i < state.parameters->size; i++) {
        state.rest.adam->mean[i] = 0.01f * (real)i * (seed == 1 ? 1.0f : 2.0f);
        state.rest.adam->square[i] = 0.5f * (real)i;
    }
    state.rest.adam->steps = 17;
    state.rest.average = memory_alloc(state.parameters->size, sizeof *state.rest.average);
    for (size_t i = 0; i < state.parameters->size; i++) {
        state.rest.average[i] = (double)state.rest.adam->mean[i] + 1e-12; /* more digits than a float has */
    }
    return state;
}

static void free_state(struct state *state) {
    parameters_free(state->parameters);
    adam_free(state->rest.adam);
    free(state->rest.average);
}

/* Writes the state of seed 1 and returns its path. */
static char *write_checkpoint(const char *name, bool with_adam) {
    struct state state = make_state(1);
    char *path = path_of(name);
    enum status status = checkpoint_write(path, &state.info, state.parameters,
                                          with_adam ? &state.rest : &(struct checkpoint_state){NULL});
    CU_ASSERT_EQUAL_FATAL(status, STATUS_OK);
    free_state(&state);
    return path;
}

static bool same(const real *a, const real *b, size_t size) {
    return memcmp(a, b, size * sizeof *a) == 0;
}

static void everything_comes_back_to_the_bit(void) {
    struct state written = make_state(1), read = make_state(2);
    char *path = write_checkpoint("whole.h5", true);
    size_t size = written.parameters->size;
    read.info = (struct checkpoint_info){0};
    CU_ASSERT(!same(written.parameters->values, read.parameters->values, size));
    CU_ASSERT_EQUAL(checkpoint_read(path, &read.info, read.parameters, &read.rest), STATUS_OK);
    CU_ASSERT_STRING_EQUAL(read.info.model, "hgn++");
    CU_ASSERT(read.info.seed == 3 && read.info.steps == 17 && read.info.seconds == 2.5);
    CU_ASSERT(read.rest.adam->steps == 17);
    CU_ASSERT(same(written.parameters->values, read.parameters->values, size));
    CU_ASSERT(same(written.rest.adam->mean, read.rest.adam->mean, size));
    CU_ASSERT(same(written.rest.adam->square, read.rest.adam->square, size));
    CU_ASSERT(memcmp(written.rest.average, read.rest.average, size * sizeof(double)) == 0);
    free_state(&written);
    free_state(&read);
    free(path);
}

static void a_checkpoint_may_have_no_optimiser_state(void) {
    struct state read = make_state(2), written = make_state(1);
    char *path = write_checkpoint("fitted.h5", false);
    CU_ASSERT_EQUAL(checkpoint_read(path, &read.info, read.parameters, &(struct checkpoint_state){NULL}),
                    STATUS_OK);
    CU_ASSERT(same(written.parameters->values, read.parameters->values, read.parameters->size));
    CU_ASSERT_EQUAL(checkpoint_read(path, &read.info, read.parameters, &read.rest), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(status_detail(), "fitted.h5: dataset 'adam_mean/encoder.weight' is missing"));
    free_state(&written);
    free_state(&read);
    free(path);
}

static void equal_states_make_equal_bytes(void) {
    char *one = write_checkpoint("one.h5", true), *two = write_checkpoint("two.h5", true);
    struct text a = {0}, b = {0};
    CU_ASSERT(file_read(&a, one) == STATUS_OK && file_read(&b, two) == STATUS_OK);
    CU_ASSERT(a.length == b.length && memcmp(a.data, b.data, a.length) == 0);
    text_free(&a);
    text_free(&b);
    free(two);
    free(one);
}

/* As docs/formats.md says: any program finds the parameters under their names, in their shapes. */
static void parameters_are_found_by_name_and_shape(void) {
    char *path = write_checkpoint("named.h5", true);
    struct state state = make_state(1);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t dataset = H5Dopen2(file, "parameters/decoder.kernel", H5P_DEFAULT), space = H5Dget_space(dataset);
    hsize_t size[4] = {0};
    float values[12];
    CU_ASSERT_EQUAL(H5Sget_simple_extent_dims(space, size, NULL), 4);
    CU_ASSERT(size[0] == 2 && size[1] == 3 && size[2] == 1 && size[3] == 2);
    CU_ASSERT(H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    CU_ASSERT(same(values, &state.parameters->values[state.parameters->list[2].offset], 12));
    (void)H5Sclose(space);
    (void)H5Dclose(dataset);
    (void)H5Fclose(file);
    free_state(&state);
    free(path);
}

/* --- what is refused ---------------------------------------------------------------------------------------
 */

static void check_refused(const char *path, const char *phrase) {
    struct state read = make_state(2);
    CU_ASSERT_EQUAL(checkpoint_read(path, &read.info, read.parameters, &read.rest), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), path));
    CU_ASSERT_PTR_NULL(strchr(status_detail(), '\n'));
    if (strstr(status_detail(), phrase) == NULL) {
        CU_FAIL("the detail does not say why");
        (void)fprintf(stderr, "'%s' does not contain '%s'\n", status_detail(), phrase);
    }
    free_state(&read);
}

static void check_info_refused(const char *path, const char *what) {
    struct checkpoint_info info;
    (void)what;
    check_refused(path, "");
    CU_ASSERT_EQUAL(checkpoint_read_info(path, &info), STATUS_DATA);
}

static void no_attribute_can_be_changed_unnoticed(void) {
    char *sound = write_checkpoint("sound.h5", true), *damaged = path_of("attribute.h5");
    CU_ASSERT_EQUAL(damage_every_attribute(sound, damaged, check_info_refused), 8);
    free(damaged);
    free(sound);
}

/* The last bit of every value of every block, one at a time. */
static void no_value_can_be_changed_unnoticed(void) {
    static const char *const blocks[] = {"parameters", "adam_mean", "adam_square"};
    static const char *const names[] = {"encoder.weight", "encoder.bias", "decoder.kernel"};
    for (int block = 0; block < 3; block++) {
        for (int i = 0; i < 3; i++) {
            char *path = write_checkpoint("changed.h5", true), name[64], phrase[96];
            uint32_t values[64];
            (void)snprintf(name, sizeof name, "%s/%s", blocks[block], names[i]);
            (void)snprintf(phrase, sizeof phrase, "the values of %s have SHA-256 ", name);
            hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), data = H5Dopen2(file, name, H5P_DEFAULT);
            CU_ASSERT(H5Dread(data, H5T_IEEE_F32LE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
            values[3] ^= 1;
            CU_ASSERT(H5Dwrite(data, H5T_IEEE_F32LE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
            (void)H5Dclose(data);
            (void)H5Fclose(file);
            check_refused(path, phrase);
            free(path);
        }
    }
}

/* Writes values as if they had been written so: fingerprints are made to fit. */
static void forge(hid_t file, const char *name, size_t index, float value) {
    hid_t data = H5Dopen2(file, name, H5P_DEFAULT);
    float values[64];
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_TEXT];
    CU_ASSERT(H5Dread(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    values[index] = value;
    CU_ASSERT(H5Dwrite(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    sha256_of(values, (size_t)H5Dget_storage_size(data), digest);
    sha256_format(digest, hex);
    damage_text(data, "sha256", hex);
    (void)H5Dclose(data);
}

static void make_parameter_nan(hid_t file) {
    forge(file, "parameters/encoder.weight", 5, NAN);
}

static void make_parameter_infinite(hid_t file) {
    forge(file, "parameters/decoder.kernel", 11, -INFINITY);
}

static void make_moment_nan(hid_t file) {
    forge(file, "adam_mean/encoder.bias", 0, NAN);
}

static void make_square_negative(hid_t file) {
    forge(file, "adam_square/encoder.bias", 6, -1e-3f);
}

static void set_integer(hid_t file, const char *name, int64_t value) {
    damage_attribute(file, name, H5T_STD_I64LE, &value);
}

static void set_real(hid_t file, const char *name, double value) {
    damage_attribute(file, name, H5T_IEEE_F64LE, &value);
}

static void make_steps_negative(hid_t file) {
    set_integer(file, "steps", -1);
}

static void make_steps_huge(hid_t file) {
    set_integer(file, "steps", (INT64_C(1) << 32) + 17);
}

static void make_steps_nan(hid_t file) {
    set_real(file, "steps", NAN);
}

static void make_seconds_negative(hid_t file) {
    set_real(file, "seconds", -1.0);
}

static void make_seconds_nan(hid_t file) {
    set_real(file, "seconds", NAN);
}

static void make_version_1(hid_t file) {
    int version = 1;
    damage_attribute(file, "format_version", H5T_STD_I32LE, &version);
}

static void make_it_a_dataset(hid_t file) {
    damage_text(file, "format", "hambench-dataset");
}

static void leave_it_unfinished(hid_t file) {
    (void)H5Adelete(file, "complete");
}

static void reshape(hid_t file) {
    damage_dataset(file, "parameters/encoder.weight", H5T_IEEE_F32LE, 2, (const hsize_t[]){7, 5});
}

static void make_it_huge(hid_t file) {
    damage_dataset(file, "parameters/encoder.bias", H5T_IEEE_F32LE, 1, (const hsize_t[]){(hsize_t)1 << 40});
}

static void make_it_double(hid_t file) {
    damage_dataset(file, "adam_mean/encoder.bias", H5T_IEEE_F64LE, 1, (const hsize_t[]){7});
}

static void drop_a_parameter(hid_t file) {
    (void)H5Ldelete(file, "parameters/encoder.bias", H5P_DEFAULT);
}

static void add_a_parameter(hid_t file) {
    damage_dataset(file, "parameters/encoder.more", H5T_IEEE_F32LE, 1, (const hsize_t[]){7});
}

static void add_a_block(hid_t file) {
    damage_dataset(file, "other", H5T_IEEE_F32LE, 1, (const hsize_t[]){7});
}

static void link_softly(hid_t file) {
    (void)H5Ldelete(file, "parameters/encoder.bias", H5P_DEFAULT);
    (void)H5Lcreate_soft("/adam_mean/encoder.bias", file, "parameters/encoder.bias", H5P_DEFAULT,
                         H5P_DEFAULT);
}

static void link_to_another_file(hid_t file) {
    (void)H5Ldelete(file, "parameters", H5P_DEFAULT);
    (void)H5Lcreate_external("/etc/passwd", "/p", file, "parameters", H5P_DEFAULT, H5P_DEFAULT);
}

static void store_in_another_file(hid_t file) {
    hid_t list = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, (const hsize_t[]){7}, NULL);
    (void)H5Pset_external(list, "/etc/passwd", 0, 28);
    (void)H5Ldelete(file, "parameters/encoder.bias", H5P_DEFAULT);
    hid_t data =
        H5Dcreate2(file, "parameters/encoder.bias", H5T_IEEE_F32LE, space, H5P_DEFAULT, list, H5P_DEFAULT);
    damage_text(data, "sha256", "none");
    (void)H5Dclose(data);
    (void)H5Sclose(space);
    (void)H5Pclose(list);
}

static void damaged_checkpoints_are_refused_with_the_reason(void) {
    static const struct {
        void (*damage)(hid_t file);
        const char *phrase;
    } cases[] = {
        {make_parameter_nan, "parameters/encoder.weight: value 5 is nan, expected a finite number"},
        {make_parameter_infinite, "parameters/decoder.kernel: value 11 is -inf, expected a finite number"},
        {make_moment_nan, "adam_mean/encoder.bias: value 0 is nan, expected a finite number"},
        {make_square_negative, "adam_square/encoder.bias: value 6 is -0.001, expected a finite number of at"},
        {make_steps_negative, "attribute 'steps' is -1, expected 0 to 2147483647"},
        {make_steps_huge, "attribute 'steps' is 4294967313, expected 0 to 2147483647"},
        {make_steps_nan, "attribute 'steps' is not one integer"},
        {make_seconds_negative, "attribute 'seconds' is -1, expected at least 0"},
        {make_seconds_nan, "attribute 'seconds' is nan, expected a finite number"},
        {make_version_1, "has format version 1, this program reads version 2; it has to be made again"},
        {make_it_a_dataset, "has format 'hambench-dataset', expected 'hambench-checkpoint'"},
        {leave_it_unfinished, "is incomplete"},
        {reshape, "parameters/encoder.weight has shape (7, 5), expected (5, 7)"},
        {make_it_huge, "parameters/encoder.bias has shape (1099511627776), expected (7)"},
        {make_it_double, "adam_mean/encoder.bias has elements of another type than expected (32-bit real)"},
        {drop_a_parameter, "dataset 'parameters/encoder.bias' is missing"},
        {add_a_parameter, "parameters/encoder.more does not belong there"},
        {add_a_block, "other does not belong there"},
        {link_softly, "parameters/encoder.bias is a link"},
        {link_to_another_file, "parameters is a link"},
        {store_in_another_file, "parameters/encoder.bias lies in other files"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *path = write_checkpoint("damaged.h5", true);
        hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
        cases[i].damage(file);
        damage_conceal(file);
        (void)H5Fclose(file);
        check_refused(path, cases[i].phrase);
        free(path);
    }
}

/* Any byte turned around either leaves what is read as it was (free space in the file) or is refused. */
static void no_byte_makes_another_checkpoint(void) {
    char *path = write_checkpoint("bytes.h5", true);
    struct state written = make_state(1);
    struct text bytes = {0};
    size_t size = written.parameters->size;
    int refused = 0, tried = 0;
    CU_ASSERT_EQUAL_FATAL(file_read(&bytes, path), STATUS_OK);
    for (size_t at = 0; at < bytes.length; at += 7) {
        struct state read = make_state(2);
        bytes.data[at] ^= 0x21;
        FILE *file = fopen(path, "wb");
        CU_ASSERT(fwrite(bytes.data, 1, bytes.length, file) == bytes.length && fclose(file) == 0);
        bytes.data[at] ^= 0x21;
        enum status status = checkpoint_read(path, &read.info, read.parameters, &read.rest);
        bool equal = same(written.parameters->values, read.parameters->values, size) &&
                     same(written.rest.adam->mean, read.rest.adam->mean, size) &&
                     same(written.rest.adam->square, read.rest.adam->square, size) && read.info.steps == 17 &&
                     read.info.seconds == 2.5 && read.info.seed == 3;
        CU_ASSERT(status != STATUS_OK || equal);
        refused += status != STATUS_OK;
        tried++;
        free_state(&read);
    }
    CU_ASSERT(tried > 1000 && refused > 100);
    text_free(&bytes);
    free_state(&written);
    free(path);
}

int main(void) {
    static const struct test tests[] = {
        TEST(everything_comes_back_to_the_bit),
        TEST(a_checkpoint_may_have_no_optimiser_state),
        TEST(equal_states_make_equal_bytes),
        TEST(parameters_are_found_by_name_and_shape),
        TEST(no_attribute_can_be_changed_unnoticed),
        TEST(no_value_can_be_changed_unnoticed),
        TEST(damaged_checkpoints_are_refused_with_the_reason),
        TEST(no_byte_makes_another_checkpoint),
    };
    return tests_run("checkpoint", tests, sizeof tests / sizeof *tests);
}
