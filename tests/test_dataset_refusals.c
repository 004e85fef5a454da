/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files that are no datasets, or no longer: the loader refuses them with the reason, and never reads another
 * dataset out of them.
 */
#include <fcntl.h>
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "datasets/dataset.h"
#include "datasets/verify.h"
#include "simulators/shift.h"
#include "simulators/trajectory.h"
#include "support/file.h"
#include "tests/damage.h"
#include "tests/dataset_fixture.h"
#include "tests/harness.h"

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

static void drop_complete(hid_t file) {
    (void)H5Adelete(file, "complete");
}

static void clear_complete(hid_t file) {
    int64_t zero = 0;
    damage_attribute(file, "complete", H5T_NATIVE_INT64, &zero);
}

static void raise_version(hid_t file) {
    int64_t version = 4;
    damage_attribute(file, "format_version", H5T_STD_I64LE, &version);
}

static void lower_version(hid_t file) {
    int64_t version = 2;
    damage_attribute(file, "format_version", H5T_STD_I64LE, &version);
}

static void make_version_a_text(hid_t file) {
    damage_text(file, "format_version", "2");
}

static void change_format(hid_t file) {
    damage_text(file, "format", "hambench-checkpoint");
}

static void change_environment(hid_t file) {
    damage_text(file, "environment", "pendolum");
}

static void drop_environment(hid_t file) {
    (void)H5Adelete(file, "environment");
}

static void make_dt_nan(hid_t file) {
    double dt = NAN;
    damage_attribute(file, "dt", H5T_NATIVE_DOUBLE, &dt);
}

static void name_images(hid_t file) {
    damage_text(file, "images", "some");
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
    damage_dataset(file, "train/x", H5T_IEEE_F64LE, 3, (const hsize_t[]){3, 40, 4});
}

static void shorten_images(hid_t file) {
    damage_dataset(file, "train/image", H5T_STD_U8LE, 5, (const hsize_t[]){3, 39, 32, 32, 3});
}

static void flatten_images(hid_t file) {
    damage_dataset(file, "train/image", H5T_STD_U8LE, 2, (const hsize_t[]){3, 40});
}

static void make_images_real(hid_t file) {
    damage_dataset(file, "train/image", H5T_IEEE_F32LE, 5, (const hsize_t[]){3, 40, 32, 32, 3});
}

static void make_states_single(hid_t file) {
    damage_dataset(file, "train/x", H5T_IEEE_F32LE, 3, (const hsize_t[]){3, 40, 2});
}

static void make_dt_negative(hid_t file) {
    double dt = -0.05;
    damage_attribute(file, "dt", H5T_NATIVE_DOUBLE, &dt);
}

static void make_frames_huge(hid_t file) {
    int64_t frames = INT64_C(1) << 40;
    damage_attribute(file, "frames", H5T_NATIVE_INT64, &frames);
}

/* --- more than a file can hold --- */

static void claim_rows(hid_t file, hsize_t rows) {
    damage_dataset(file, "train/x", H5T_IEEE_F64LE, 3, (const hsize_t[]){rows, 40, 2});
}

static void claim_2_31_rows(hid_t file) {
    claim_rows(file, (hsize_t)1 << 31);
}

static void claim_2_31_rows_less_1(hid_t file) {
    claim_rows(file, ((hsize_t)1 << 31) - 1);
}

static void claim_a_million_rows(hid_t file) {
    claim_rows(file, 1000000);
}

static void claim_2_52_rows(hid_t file) {
    claim_rows(file, (hsize_t)1 << 52);
}

static void claim_many_frames(hid_t file) {
    int64_t frames = INT32_MAX;
    damage_attribute(file, "frames", H5T_NATIVE_INT64, &frames);
}

/* --- values out of their range --- */

static void set_real(hid_t file, const char *name, const hsize_t *where, double value) {
    damage_element(file, name, H5T_NATIVE_DOUBLE, where, &value);
}

static void make_parameter_nan(hid_t file) {
    set_real(file, "train/other/m", (const hsize_t[]){1}, NAN);
}

static void make_parameter_infinite(hid_t file) {
    set_real(file, "test/other/l", (const hsize_t[]){0}, INFINITY);
}

static void make_parameter_large(hid_t file) {
    set_real(file, "train/other/g", (const hsize_t[]){2}, 1e9);
}

static void make_state_nan(hid_t file) {
    set_real(file, "train/x", (const hsize_t[]){2, 17, 1}, NAN);
}

static void make_state_infinite(hid_t file) {
    set_real(file, "test/x", (const hsize_t[]){0, 0, 0}, -INFINITY);
}

static void make_offset_nan(hid_t file) {
    set_real(file, "train/other/offset", (const hsize_t[]){1, 1}, NAN);
}

static void make_error_negative(hid_t file) {
    set_real(file, "train/invariant_error/energy", (const hsize_t[]){1}, -1.0);
}

static void set_integer(hid_t file, const char *name, const hsize_t *where, int64_t value) {
    damage_element(file, name, H5T_NATIVE_INT64, where, &value);
}

static void widen_color(hid_t file) {
    set_integer(file, "train/other/color_index", (const hsize_t[]){1, 0}, INT64_C(1) << 32);
}

static void make_color_negative(hid_t file) {
    set_integer(file, "train/other/color_index", (const hsize_t[]){0, 0}, -1);
}

static void widen_rejected(hid_t file) {
    set_integer(file, "test/rejected", (const hsize_t[]){1}, INT64_C(1) << 32);
}

static void make_run_negative(hid_t file) {
    set_integer(file, "test/run", (const hsize_t[]){1}, -7);
}

/* --- what does not belong there, or lies elsewhere --- */

static void add_dataset(hid_t file) {
    damage_dataset(file, "train/notes", H5T_STD_U8LE, 1, (const hsize_t[]){4});
}

static void add_group(hid_t file) {
    (void)H5Gclose(H5Gcreate2(file, "valid", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}

static void add_attribute(hid_t file) {
    damage_text(file, "comment", "good");
}

static void add_attribute_to_states(hid_t file) {
    hid_t dataset = H5Dopen2(file, "train/x", H5P_DEFAULT);
    damage_text(dataset, "comment", "good");
    (void)H5Dclose(dataset);
}

static void add_attribute_to_group(hid_t file) {
    hid_t group = H5Gopen2(file, "train/other", H5P_DEFAULT);
    damage_text(group, "comment", "good");
    (void)H5Gclose(group);
}

static void link_softly(hid_t file) {
    (void)H5Ldelete(file, "test/x", H5P_DEFAULT);
    CU_ASSERT(H5Lcreate_soft("/train/x", file, "test/x", H5P_DEFAULT, H5P_DEFAULT) >= 0);
}

static void link_to_another_file(hid_t file) {
    (void)H5Ldelete(file, "test", H5P_DEFAULT);
    CU_ASSERT(H5Lcreate_external("/etc/passwd", "/test", file, "test", H5P_DEFAULT, H5P_DEFAULT) >= 0);
}

/* Puts images in place of those there, by a list of properties of the test's. */
static void replace_images(hid_t file, hid_t list) {
    hid_t space = H5Screate_simple(5, (const hsize_t[]){3, 40, 32, 32, 3}, NULL);
    (void)H5Ldelete(file, "train/image", H5P_DEFAULT);
    hid_t dataset = H5Dcreate2(file, "train/image", H5T_STD_U8LE, space, H5P_DEFAULT, list, H5P_DEFAULT);
    CU_ASSERT(dataset >= 0);
    damage_text(dataset, "sha256", "none");
    (void)H5Dclose(dataset);
    (void)H5Sclose(space);
    (void)H5Pclose(list);
}

static void store_in_another_file(hid_t file) {
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    CU_ASSERT(H5Pset_external(list, "/etc/passwd", 0, H5F_UNLIMITED) >= 0);
    replace_images(file, list);
}

static void make_virtual(hid_t file) {
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    hid_t space = H5Screate_simple(5, (const hsize_t[]){3, 40, 32, 32, 3}, NULL);
    CU_ASSERT(H5Pset_virtual(list, space, "/etc/passwd", "image", space) >= 0);
    (void)H5Sclose(space);
    replace_images(file, list);
}

static void store_in_one_piece(hid_t file) {
    replace_images(file, H5Pcreate(H5P_DATASET_CREATE));
}

static void store_in_other_chunks(hid_t file) {
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    (void)H5Pset_chunk(list, 5, (const hsize_t[]){3, 40, 32, 32, 3});
    replace_images(file, list);
}

static void store_through_other_filters(hid_t file) {
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    (void)H5Pset_chunk(list, 5, (const hsize_t[]){1, 32, 32, 32, 3});
    (void)H5Pset_fletcher32(list);
    replace_images(file, list);
}

struct damage_case {
    void (*damage)(hid_t file);
    const char *phrase;
};

/* Damages the file in each of the ways, as if it had been written so, and has it refused. */
static void check_damages_of(const char *sound, const struct damage_case *cases, size_t count) {
    struct text bytes = {0};
    CU_ASSERT_EQUAL_FATAL(file_read(&bytes, sound), STATUS_OK);
    for (size_t i = 0; i < count; i++) {
        const char *path = fixture_path("unfit.h5");
        CU_ASSERT_EQUAL(file_write(path, bytes.data, bytes.length), STATUS_OK);
        hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
        cases[i].damage(file);
        damage_conceal(file);
        (void)H5Fclose(file);
        check_refused(path, STATUS_DATA, cases[i].phrase);
    }
    text_free(&bytes);
}

static void check_damages(const char *environment, const struct damage_case *cases, size_t count) {
    check_damages_of(fixture_generate(environment, "undamaged.h5"), cases, count);
}

static void files_that_do_not_fit_are_refused_with_the_reason(void) {
    static const struct damage_case cases[] = {
        {drop_complete, "is incomplete"},
        {clear_complete, "is incomplete"},
        {raise_version, "has format version 4, this program reads version 3"},
        {lower_version, "has format version 2, this program reads version 3; it has to be made again"},
        {make_version_a_text, "attribute 'format_version' is not one integer"},
        {change_format, "has format 'hambench-checkpoint', expected 'hambench-dataset'"},
        {change_environment, "is of environment 'pendolum', which this program does not know"},
        {drop_environment, "attribute 'environment' is missing"},
        {make_dt_negative, "attribute 'dt' is -0.05, expected a positive number"},
        {make_frames_huge, "attribute 'frames' is 1099511627776, expected 1 to 2147483647"},
        {make_dt_nan, "attribute 'dt' is nan, expected a finite number"},
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
    check_damages("pendulum", cases, sizeof cases / sizeof *cases);
}

static void more_than_a_file_can_hold_is_refused_before_memory_is_taken(void) {
    static const struct damage_case cases[] = {
        {claim_2_31_rows, "train/x has 2147483648 rows, more than a file of "},
        {claim_2_31_rows_less_1, "train/x has 2147483647 rows, more than a file of "},
        {claim_a_million_rows, "train/x has 1000000 rows, more than a file of "},
        {claim_2_52_rows, "train/x has 4503599627370496 rows, more than a file of "},
        {claim_many_frames, "train/x has 3 rows, more than a file of "},
    };
    check_damages("pendulum", cases, sizeof cases / sizeof *cases);
}

static void values_out_of_their_range_are_refused(void) {
    static const struct damage_case cases[] = {
        {make_parameter_nan, "train/other/m, trajectory 1: value 0 is nan, expected 0.5 to 1.5"},
        {make_parameter_infinite, "test/other/l, trajectory 0: value 0 is inf, expected "},
        {make_parameter_large, "train/other/g, trajectory 2: value 0 is 1000000000, expected 3 to 4"},
        {make_state_nan, "train/x, trajectory 2, frame 17: value 1 is nan, expected a finite number"},
        {make_state_infinite, "test/x, trajectory 0, frame 0: value 0 is -inf, expected a finite number"},
        {make_offset_nan, "train/other/offset, trajectory 1: value 1 is nan, expected "},
        {make_error_negative, "train/invariant_error/energy, trajectory 1: value 0 is -1, expected 0 to "},
        {widen_color, "train/other/color_index, trajectory 1: value 0 is 4294967296, expected 0 to 5"},
        {make_color_negative, "train/other/color_index, trajectory 0: value 0 is -1, expected 0 to 5"},
        {widen_rejected, "test/rejected, trajectory 1: value 0 is 4294967296, expected 0 to "},
        {make_run_negative, "test/run, trajectory 1: value 0 is -7, expected 0 to "},
    };
    check_damages("pendulum_colors", cases, sizeof cases / sizeof *cases);
}

static void choose_a_shape_that_is_none(hid_t file) {
    set_real(file, "train/other/shape", (const hsize_t[]){0, 0}, 4.0);
}

static void choose_a_shape_before_the_first(hid_t file) {
    set_real(file, "train/other/shape", (const hsize_t[]){2, 1}, -1.0);
}

static void make_shape_nan(hid_t file) {
    set_real(file, "test/other/shape", (const hsize_t[]){1, 0}, NAN);
}

/* They would be an index into a table of functions. */
static void shapes_of_rooms_that_are_none_are_refused(void) {
    static const struct damage_case cases[] = {
        {choose_a_shape_that_is_none, "train/other/shape, trajectory 0: value 0 is 4, expected 0 to "},
        {choose_a_shape_before_the_first, "train/other/shape, trajectory 2: value 1 is -1, expected 0 to "},
        {make_shape_nan, "test/other/shape, trajectory 1: value 0 is nan, expected 0 to "},
    };
    check_damages("room_circle", cases, sizeof cases / sizeof *cases);
}

static void name_shift(hid_t file) {
    damage_text(file, "shift", "mass");
}

static void name_no_shift(hid_t file) {
    damage_text(file, "shift", "none");
}

static void name_another_shift(hid_t file) {
    damage_text(file, "shift", "energy");
}

static void drop_shift(hid_t file) {
    (void)H5Adelete(file, "shift");
}

static void make_shift_a_number(hid_t file) {
    int64_t shift = 1;
    damage_attribute(file, "shift", H5T_NATIVE_INT64, &shift);
}

static void put_mass_back_into_the_range_of_training(hid_t file) {
    set_real(file, "test/other/m", (const hsize_t[]){1}, 1.2);
}

/* Parameters are those of the shift, here masses above 1.5, and it is one that there is. */
static void shifts_that_are_none_are_refused(void) {
    static const struct damage_case cases[] = {
        {name_shift, "attribute 'shift' is 'mass', expected 'energy', 'parameters' or 'dt'"},
        {name_no_shift, "attribute 'shift' is 'none', expected 'energy', 'parameters' or 'dt'"},
        {make_shift_a_number, "attribute 'shift' is not a text"},
        {name_another_shift, "train/other/m, trajectory 0: value 0 is 1.53"},
        {drop_shift, "train/other/m, trajectory 0: value 0 is 1.53"},
        {put_mass_back_into_the_range_of_training,
         "test/other/m, trajectory 1: value 0 is 1.2, expected 1.5 to 1.75"},
    };
    struct generate_request request = fixture_request("pendulum_colors", fixture_path("undamaged.h5"));
    request.simulator = simulator_shifted(request.simulator, SIMULATOR_SHIFT_PARAMETERS);
    CHECK_OK_FATAL(dataset_generate(&request));
    check_damages_of(request.path, cases, sizeof cases / sizeof *cases);
}

static void claim_a_shift_that_games_lack(hid_t file) {
    damage_text(file, "shift", "parameters");
}

static void empty_validation(hid_t file) {
    hid_t group = H5Gcreate2(file, "validation", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    damage_dataset(file, "validation/x", H5T_IEEE_F64LE, 3, (const hsize_t[]){0, 40, 4});
    (void)H5Gclose(group);
}

static void make_validation_a_dataset(hid_t file) {
    damage_dataset(file, "validation", H5T_STD_U8LE, 1, (const hsize_t[]){4});
}

static void what_a_file_cannot_have_is_refused(void) {
    static const struct damage_case cases[] = {
        {claim_a_shift_that_games_lack, "matching_pennies: has no shift 'parameters': it has no parameters"},
        {empty_validation, "validation/x has no rows, expected at least one, or no such group"},
        {make_validation_a_dataset, "'validation' is not a group"},
    };
    check_damages("matching_pennies", cases, sizeof cases / sizeof *cases);
}

static void drop_validated_states(hid_t file) {
    (void)H5Ldelete(file, "validation/x", H5P_DEFAULT);
}

static void drop_validation(hid_t file) {
    (void)H5Ldelete(file, "validation", H5P_DEFAULT);
}

static void make_validated_state_nan(hid_t file) {
    set_real(file, "validation/x", (const hsize_t[]){0, 3, 1}, NAN);
}

static void validation_trajectories_are_checked_like_the_others(void) {
    static const struct damage_case cases[] = {
        {drop_validated_states, "dataset 'validation/x' is missing"},
        {drop_validation, "attribute 'config' is "},
        {make_validated_state_nan, "validation/x, trajectory 0, frame 3: value 1 is nan, expected a finite"},
    };
    struct generate_request request = fixture_request("pendulum", fixture_path("undamaged.h5"));
    request.validation = 2;
    CHECK_OK_FATAL(dataset_generate(&request));
    check_damages_of(request.path, cases, sizeof cases / sizeof *cases);
}

static void what_does_not_belong_there_is_refused(void) {
    static const struct damage_case cases[] = {
        {add_dataset, "train/notes does not belong there"},
        {add_group, "valid does not belong there"},
        {add_attribute, "attribute 'comment' does not belong there"},
        {add_attribute_to_states, "attribute 'comment' of train/x does not belong there"},
        {add_attribute_to_group, "attribute 'comment' of train/other does not belong there"},
    };
    check_damages("pendulum", cases, sizeof cases / sizeof *cases);
}

static void data_that_lie_elsewhere_are_refused(void) {
    static const struct damage_case cases[] = {
        {link_softly, "test/x is a link, expected the data themselves"},
        {link_to_another_file, "test is a link, expected the data themselves"},
        {store_in_another_file, "train/image lies in other files"},
        {make_virtual, "train/image lies in other files"},
        {store_in_one_piece, "train/image is not stored in chunks"},
        {store_in_other_chunks, "train/image is stored in chunks of another shape"},
        {store_through_other_filters, "train/image is stored through other filters"},
    };
    check_damages("pendulum", cases, sizeof cases / sizeof *cases);
}

/* --- the root's attributes --------------------------------------------------------------------------------
 */

static void check_opens_not(const char *path, const char *what) {
    (void)what;
    check_refused(path, STATUS_DATA, "");
}

static void no_attribute_can_be_changed_unnoticed(void) {
    static const char *const environments[] = {"pendulum_colors_friction", "molecular_dynamics_4"};
    for (size_t i = 0; i < 2; i++) {
        const char *sound = fixture_generate(environments[i], "attributes.h5");
        CU_ASSERT(damage_every_attribute(sound, fixture_path("attribute.h5"), check_opens_not) >= 20);
    }
}

static bool is_missing_or_one_value(hid_t file, const char *name) {
    if (H5Aexists(file, name) <= 0) {
        return true;
    }
    hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
    hid_t space = H5Aget_space(attribute), type = H5Aget_type(attribute);
    bool one = H5Sget_simple_extent_type(space) == H5S_SCALAR && H5Tis_variable_str(type) <= 0;
    (void)H5Tclose(type);
    (void)H5Sclose(space);
    (void)H5Aclose(attribute);
    return one;
}

/* Of a file that was forged with care: the fingerprint of the whole fits what it says. */
static void check_forged(const char *path, const char *what) {
    static const char *const free_of_choice[] = {"generator", "sha256", "complete"};
    for (size_t i = 0; i < sizeof free_of_choice / sizeof *free_of_choice; i++) {
        if (strcmp(what, free_of_choice[i]) == 0) {
            return;
        }
    }
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    bool plausible = is_missing_or_one_value(file, what);
    if (plausible) {
        damage_conceal(file);
    }
    (void)H5Fclose(file);
    if (!plausible) {
        return; /* refused for its kind, whatever the fingerprint */
    }
    struct verify_result result;
    const struct verify_request request = {
        .path = path, .sample = 2, .effort = {.threads = 1, .quiet = true}};
    enum status status = dataset_verify(&result, &request);
    if (status != STATUS_DATA) {
        printf("\n    %s: status %d ", what, (int)status);
    }
    CU_ASSERT_EQUAL(status, STATUS_DATA);
}

static void no_attribute_can_be_forged(void) {
    static const char *const environments[] = {"pendulum_colors_friction", "molecular_dynamics_4"};
    for (size_t i = 0; i < 2; i++) {
        const char *sound = fixture_generate(environments[i], "forged.h5");
        CU_ASSERT(damage_every_attribute(sound, fixture_path("forgery.h5"), check_forged) >= 20);
    }
}

/* Whether two datasets are the same in all that is held in memory. */
static bool same_content(const struct dataset *a, const struct dataset *b) {
    const struct dataset_info *info = dataset_info(a), *other = dataset_info(b);
    bool same = info->frames == other->frames && info->dt == other->dt && info->seed == other->seed &&
                strcmp(dataset_fingerprint(a), dataset_fingerprint(b)) == 0;
    for (int split = 0; split < DATASET_SPLITS && same; split++) {
        same = info->trajectories[split] == other->trajectories[split];
        for (int i = 0; i < info->trajectories[split] && same; i++) {
            enum dataset_split s = (enum dataset_split)split;
            same =
                memcmp(dataset_states(a, s, i), dataset_states(b, s, i),
                       (size_t)info->frames * (size_t)info->state_size * sizeof(double)) == 0 &&
                memcmp(dataset_setup(a, s, i), dataset_setup(b, s, i), sizeof(struct trajectory_setup)) == 0;
        }
    }
    return same;
}

/* Any byte turned around either leaves what is read as it was or is refused: no other content, no crash. */
static void no_byte_makes_another_dataset(void) {
    struct generate_request request = fixture_request("pendulum_colors", fixture_path("bytes.h5"));
    struct text bytes = {0};
    struct dataset *sound, *dataset;
    int refused = 0, tried = 0;
    request.train = request.test = 1;
    request.frames = 3;
    CU_ASSERT_EQUAL_FATAL(dataset_generate(&request), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(dataset_open(&sound, request.path), STATUS_OK);
    CU_ASSERT_EQUAL_FATAL(file_read(&bytes, request.path), STATUS_OK);
    for (size_t at = 0; at < bytes.length; at += 23) {
        bytes.data[at] ^= 0x21;
        FILE *file = fopen(request.path, "wb");
        CU_ASSERT(fwrite(bytes.data, 1, bytes.length, file) == bytes.length && fclose(file) == 0);
        bytes.data[at] ^= 0x21;
        tried++;
        if (dataset_open_within(&dataset, request.path, 0) != STATUS_OK) {
            refused++;
            continue;
        }
        CU_ASSERT(same_content(sound, dataset));
        dataset_close(dataset);
    }
    CU_ASSERT(tried > 1000 && refused > 100);
    dataset_close(sound);
    text_free(&bytes);
}

/* Another program writes the file: HDF5 locks it. The line says what helps. */
static void a_file_that_is_being_written_elsewhere_is_locked_and_not_damaged(void) {
    const char *path = fixture_generate("pendulum", "locked.h5");
    struct dataset *dataset = NULL;
    int descriptor = open(path, O_RDWR);
    CU_ASSERT_EQUAL_FATAL(flock(descriptor, LOCK_EX), 0);
    check_refused(path, STATUS_IO, "HDF5_USE_FILE_LOCKING=FALSE");
    CU_ASSERT_PTR_NULL(strstr(status_detail(), "damaged"));
    (void)close(descriptor);
    CU_ASSERT_EQUAL(dataset_open(&dataset, path), STATUS_OK);
    dataset_close(dataset);
}

int main(void) {
    static const struct test tests[] = {
        TEST(files_that_are_no_datasets_are_refused),
        TEST(truncated_files_are_refused),
        TEST(damaged_data_are_refused),
        TEST(files_that_do_not_fit_are_refused_with_the_reason),
        TEST(more_than_a_file_can_hold_is_refused_before_memory_is_taken),
        TEST(values_out_of_their_range_are_refused),
        TEST(shapes_of_rooms_that_are_none_are_refused),
        TEST(shifts_that_are_none_are_refused),
        TEST(what_a_file_cannot_have_is_refused),
        TEST(validation_trajectories_are_checked_like_the_others),
        TEST(what_does_not_belong_there_is_refused),
        TEST(data_that_lie_elsewhere_are_refused),
        TEST(no_attribute_can_be_changed_unnoticed),
        TEST(no_attribute_can_be_forged),
        TEST(no_byte_makes_another_dataset),
        TEST(a_file_that_is_being_written_elsewhere_is_locked_and_not_damaged),
    };
    return tests_run("dataset_refusals", tests, sizeof tests / sizeof *tests);
}
