/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/damage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/file.h"
#include "support/memory.h"
#include "support/sha256.h"
#include "support/text.h"
#include "tests/harness.h"

static char *read_text(hid_t attribute, hid_t type) {
    char *value = memory_alloc(H5Tget_size(type) + 1, 1);
    CU_ASSERT(H5Aread(attribute, type, value) >= 0);
    return value;
}

static void put(hid_t object, const char *name, hid_t type, hid_t space, const void *value) {
    if (H5Aexists(object, name) > 0) {
        (void)H5Adelete(object, name);
    }
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT(attribute >= 0);
    CU_ASSERT(value == NULL || H5Awrite(attribute, type, value) >= 0);
    (void)H5Aclose(attribute);
    (void)H5Sclose(space);
}

void damage_attribute(hid_t object, const char *name, hid_t type, const void *value) {
    put(object, name, type, H5Screate(H5S_SCALAR), value);
}

void damage_text(hid_t object, const char *name, const char *value) {
    hid_t type = H5Tcopy(H5T_C_S1);
    (void)H5Tset_size(type, strlen(value) + 1);
    (void)H5Tset_cset(type, H5T_CSET_UTF8);
    damage_attribute(object, name, type, value);
    (void)H5Tclose(type);
}

void damage_attribute_array(hid_t object, const char *name, hid_t type, hsize_t count, const void *values) {
    put(object, name, type, count == 0 ? H5Screate(H5S_NULL) : H5Screate_simple(1, &count, NULL), values);
}

void damage_element(hid_t file, const char *name, hid_t type, const hsize_t *where, const void *value) {
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t space = H5Dget_space(dataset), memory = H5Screate(H5S_SCALAR);
    CU_ASSERT(H5Sselect_elements(space, H5S_SELECT_SET, 1, where) >= 0);
    CU_ASSERT(H5Dwrite(dataset, type, memory, space, H5P_DEFAULT, value) >= 0);
    (void)H5Sclose(memory);
    (void)H5Sclose(space);
    (void)H5Dclose(dataset);
}

void damage_dataset(hid_t file, const char *name, hid_t type, int rank, const hsize_t *size) {
    (void)H5Ldelete(file, name, H5P_DEFAULT);
    hid_t space = H5Screate_simple(rank, size, NULL);
    hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    damage_text(dataset, "sha256", "none");
    (void)H5Dclose(dataset);
    (void)H5Sclose(space);
}

/* --- every attribute --------------------------------------------------------------------------------------
 */

static herr_t keep_name(hid_t object, const char *name, const H5A_info_t *info, void *names) {
    (void)object;
    (void)info;
    text_add(names, "%s\n", name);
    return 0;
}

/* Gives an attribute another value of its own type: a bit is turned around, a letter added. */
static void change_value(hid_t file, const char *name) {
    hid_t attribute = H5Aopen(file, name, H5P_DEFAULT), type = H5Aget_type(attribute);
    if (H5Tget_class(type) == H5T_STRING) {
        char *value = read_text(attribute, type), *longer = text_format("%s ", value);
        damage_text(file, name, longer);
        free(longer);
        free(value);
    } else {
        uint64_t bits = 0;
        CU_ASSERT(H5Aread(attribute, type, &bits) >= 0);
        bits ^= 1;
        CU_ASSERT(H5Awrite(attribute, type, &bits) >= 0);
    }
    (void)H5Tclose(type);
    (void)H5Aclose(attribute);
}

enum { WAYS = 7 };

/* Nothing is read that is not one value of the wanted kind: an array would be written over the stack. */
static void damage_in_one_way(hid_t file, const char *name, int way) {
    static const double reals[1000] = {0.5};
    static const char *const texts[1000] = {"x"};
    hid_t text = H5Tcopy(H5T_C_S1);
    (void)H5Tset_size(text, way == 6 ? 5000 : H5T_VARIABLE);
    switch (way) {
    case 0:
        (void)H5Adelete(file, name);
        break;
    case 1:
        damage_attribute_array(file, name, H5T_NATIVE_DOUBLE, 1000, reals);
        break;
    case 2:
        damage_attribute_array(file, name, text, 1000, texts);
        break;
    case 3:
        damage_attribute_array(file, name, H5T_NATIVE_INT64, 0, NULL);
        break;
    case 4:
        damage_attribute_array(file, name, text, 0, NULL);
        break;
    case 5:
        damage_attribute(file, name, text, texts);
        break;
    default: {
        char *longest = memory_alloc(5000, 1);
        memset(longest, 'x', 5000);
        damage_attribute(file, name, text, longest);
        free(longest);
    }
    }
    (void)H5Tclose(text);
}

static void check_attribute(const char *sound, const char *damaged, const char *name,
                            void (*check)(const char *path, const char *what)) {
    struct text bytes = {0};
    CU_ASSERT_EQUAL_FATAL(file_read(&bytes, sound), STATUS_OK);
    for (int way = 0; way <= WAYS; way++) {
        CU_ASSERT_EQUAL(file_write(damaged, bytes.data, bytes.length), STATUS_OK);
        hid_t file = H5Fopen(damaged, H5F_ACC_RDWR, H5P_DEFAULT);
        if (way == WAYS) {
            change_value(file, name);
        } else {
            damage_in_one_way(file, name, way);
        }
        (void)H5Fclose(file);
        check(damaged, name);
    }
    text_free(&bytes);
}

int damage_every_attribute(const char *sound, const char *damaged,
                           void (*check)(const char *path, const char *what)) {
    struct text names = {0};
    int count = 0;
    hid_t file = H5Fopen(sound, H5F_ACC_RDONLY, H5P_DEFAULT);
    (void)H5Aiterate2(file, H5_INDEX_NAME, H5_ITER_INC, NULL, keep_name, &names);
    (void)H5Fclose(file);
    char *rest = names.data, *name;
    while ((name = strsep(&rest, "\n")) != NULL && *name != '\0') {
        check_attribute(sound, damaged, name, check);
        count++;
    }
    text_free(&names);
    return count;
}

/* --- the fingerprint ---------------------------------------------------------------------------------------
 */

static herr_t add_attribute(hid_t object, const char *name, const H5A_info_t *info, void *lines) {
    uint8_t number[8], digest[SHA256_BYTES];
    char hex[SHA256_TEXT];
    (void)info;
    if (strcmp(name, "sha256") == 0 || strcmp(name, "complete") == 0) {
        return 0;
    }
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT), type = H5Aget_type(attribute);
    if (H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0) {
        char *value = read_text(attribute, type);
        sha256_of(value, strlen(value), digest);
        free(value);
    } else {
        CU_ASSERT(H5Aread(attribute, type, number) >= 0);
        sha256_of(number, H5Tget_size(type), digest);
    }
    sha256_format(digest, hex);
    text_add(lines, "@%s %s\n", name, hex);
    (void)H5Tclose(type);
    (void)H5Aclose(attribute);
    return 0;
}

static herr_t add_object(hid_t file, const char *name, const H5O_info_t *info, void *lines) {
    if (info->type != H5O_TYPE_DATASET) {
        return 0;
    }
    hid_t attribute = H5Aopen_by_name(file, name, "sha256", H5P_DEFAULT, H5P_DEFAULT);
    if (attribute >= 0) {
        hid_t type = H5Aget_type(attribute);
        char *digest = read_text(attribute, type);
        text_add(lines, "%s %s\n", name, digest);
        free(digest);
        (void)H5Tclose(type);
        (void)H5Aclose(attribute);
    }
    return 0;
}

void damage_conceal(hid_t file) {
    struct text lines = {0};
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_TEXT];
    (void)H5Aiterate2(file, H5_INDEX_NAME, H5_ITER_INC, NULL, add_attribute, &lines);
    (void)H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, add_object, &lines, H5O_INFO_BASIC);
    sha256_of(lines.data, lines.length, digest);
    sha256_format(digest, hex);
    damage_text(file, "sha256", hex);
    text_free(&lines);
}
