/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attributes of HDF5 files, and the fingerprint that covers them.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/hdf5_file_private.h"
#include "support/memory.h"
#include "support/text.h"

/* The longest text that is read: the request of a dataset as JSON has some hundred bytes. */
enum { LONGEST_TEXT = 1 << 16 };

/* An attribute that is one value: where it is, and what it is. */
struct attribute {
    hid_t id;
    hid_t type;
    H5T_class_t class;
    size_t size; /* of the value in the file */
};

static void close_attribute(const struct attribute *attribute) {
    (void)H5Tclose(attribute->type);
    (void)H5Aclose(attribute->id);
}

/* "attribute 'dt'", or "attribute 'sha256' of train/x" */
static enum status fail(const struct hdf5_file *file, const char *object, const char *name, const char *why) {
    bool root = strcmp(object, "/") == 0;
    return status_fail(STATUS_DATA, "%s: attribute '%s'%s%s %s", file->path, name, root ? "" : " of ",
                       root ? "" : object, why);
}

/* Opens an attribute that holds one value, and not none, or many. */
static enum status open_attribute(const struct hdf5_file *file, const char *object, const char *name,
                                  struct attribute *out) {
    hid_t id = H5Aopen_by_name(file->id, object, name, H5P_DEFAULT, H5P_DEFAULT);
    if (id < 0) {
        return fail(file, object, name, "is missing");
    }
    hid_t space = H5Aget_space(id);
    bool single = H5Sget_simple_extent_type(space) == H5S_SCALAR;
    (void)H5Sclose(space);
    if (!single) {
        (void)H5Aclose(id);
        return fail(file, object, name, "is not one value");
    }
    *out = (struct attribute){.id = id, .type = H5Aget_type(id)};
    out->class = H5Tget_class(out->type);
    out->size = H5Tget_size(out->type);
    return STATUS_OK;
}

/* Reads a text of fixed length as a string of the caller's; NULL when it is none, or too long. Texts of
 * variable length lie in a heap of the file, which HDF5 trusts: a damaged one may end the program. They are
 * not read. */
static char *read_text(const struct attribute *attribute) {
    if (attribute->class != H5T_STRING || H5Tis_variable_str(attribute->type) != 0 ||
        attribute->size >= LONGEST_TEXT) {
        return NULL;
    }
    char *value = memory_alloc(attribute->size + 1, 1);
    if (H5Aread(attribute->id, attribute->type, value) < 0) {
        free(value);
        value = NULL;
    }
    return value;
}

bool hdf5_file_has_attribute(const struct hdf5_file *file, const char *name) {
    hdf5_file_enter();
    bool found = H5Aexists(file->id, name) > 0;
    hdf5_file_leave();
    return found;
}

enum status hdf5_file_get_text(const struct hdf5_file *file, const char *object, const char *name, char *out,
                               size_t size) {
    struct attribute attribute;
    hdf5_file_enter();
    enum status status = open_attribute(file, object, name, &attribute);
    if (status == STATUS_OK) {
        char *value = read_text(&attribute);
        if (value == NULL) {
            status = fail(file, object, name, "is not a text of fixed length");
        } else if (strlen(value) >= size) {
            status = fail(file, object, name, "is too long");
        } else {
            memcpy(out, value, strlen(value) + 1);
        }
        free(value);
        close_attribute(&attribute);
    }
    hdf5_file_leave();
    return status;
}

/* Reads one number of 8 bytes, as it is stored. It must be of that very type: the fingerprint covers the
 * bytes, not how a file says they are to be understood. */
static enum status get_number(const struct hdf5_file *file, const char *name, hid_t stored, const char *kind,
                              void *out) {
    struct attribute attribute;
    hdf5_file_enter();
    enum status status = open_attribute(file, "/", name, &attribute);
    if (status == STATUS_OK) {
        /* The first version of checkpoints had shorter integers. */
        bool shorter = stored == H5T_STD_I64LE && H5Tequal(attribute.type, H5T_STD_I32LE) > 0;
        if ((!shorter && H5Tequal(attribute.type, stored) <= 0) || H5Aread(attribute.id, stored, out) < 0) {
            status = fail(file, "/", name, kind);
        }
        close_attribute(&attribute);
    }
    hdf5_file_leave();
    return status;
}

enum status hdf5_file_get_integer(const struct hdf5_file *file, const char *name, int64_t low, int64_t high,
                                  int64_t *out) {
    enum status status = get_number(file, name, H5T_STD_I64LE, "is not one integer", out);
    if (status == STATUS_OK && (*out < low || *out > high)) {
        status = status_fail(STATUS_DATA, "%s: attribute '%s' is %lld, expected %lld to %lld", file->path,
                             name, (long long)*out, (long long)low, (long long)high);
    }
    return status;
}

enum status hdf5_file_get_unsigned(const struct hdf5_file *file, const char *name, uint64_t *out) {
    return get_number(file, name, H5T_STD_U64LE, "is not one integer without sign", out);
}

enum status hdf5_file_get_real(const struct hdf5_file *file, const char *name, double *out) {
    enum status status = get_number(file, name, H5T_IEEE_F64LE, "is not one real number", out);
    if (status == STATUS_OK && !isfinite(*out)) {
        status = status_fail(STATUS_DATA, "%s: attribute '%s' is %g, expected a finite number", file->path,
                             name, *out);
    }
    return status;
}

bool hdf5_file_has_variable_text(const struct hdf5_file *file, const char *name) {
    hid_t id = H5Aopen(file->id, name, H5P_DEFAULT), type = H5Aget_type(id);
    bool variable = H5Tis_variable_str(type) > 0;
    (void)H5Tclose(type);
    (void)H5Aclose(id);
    return variable;
}

/* --- what there is -------------------------------------------------------------------------------------- */

/* The names that are allowed, and what was found instead. */
struct name_list {
    const struct hdf5_file *file;
    const char *object;
    const char *const *names;
    int count;
    enum status status;
};

static bool is_listed(const struct name_list *list, const char *name) {
    for (int i = 0; i < list->count; i++) {
        if (strcmp(list->names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static herr_t check_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context) {
    (void)object;
    (void)info;
    struct name_list *list = context;
    if (!is_listed(list, name)) {
        list->status = fail(list->file, list->object, name, "does not belong there");
    }
    return list->status == STATUS_OK ? 0 : 1;
}

enum status hdf5_file_check_attributes(const struct hdf5_file *file, const char *object,
                                       const char *const *names, int count) {
    struct name_list list = {file, object, names, count, STATUS_OK};
    hdf5_file_enter();
    /* What is not there is missed when it is opened. */
    bool there = strcmp(object, "/") == 0 || H5Lexists(file->id, object, H5P_DEFAULT) > 0;
    if (there && H5Aiterate_by_name(file->id, object, H5_INDEX_NAME, H5_ITER_INC, NULL, check_attribute,
                                    &list, H5P_DEFAULT) < 0) {
        list.status = status_fail(STATUS_DATA, "%s: attributes of %s cannot be read", file->path, object);
    }
    hdf5_file_leave();
    return list.status;
}

static enum status fail_link(const struct hdf5_file *file, const char *group, const char *name) {
    return status_fail(STATUS_DATA, "%s: %s%s is a link, expected the data themselves", file->path, group,
                       name);
}

static herr_t check_member(hid_t group, const char *name, const H5L_info_t *info, void *context) {
    (void)group;
    struct name_list *list = context;
    char parent[512] = "";
    if (strcmp(list->object, "/") != 0) {
        (void)snprintf(parent, sizeof parent, "%s/", list->object);
    }
    if (info->type != H5L_TYPE_HARD) {
        list->status = fail_link(list->file, parent, name);
    } else if (!is_listed(list, name)) {
        list->status =
            status_fail(STATUS_DATA, "%s: %s%s does not belong there", list->file->path, parent, name);
    }
    return list->status == STATUS_OK ? 0 : 1;
}

bool hdf5_file_has_member(const struct hdf5_file *file, const char *name) {
    hdf5_file_enter();
    bool found = H5Lexists(file->id, name, H5P_DEFAULT) > 0;
    hdf5_file_leave();
    return found;
}

enum status hdf5_file_check_members(const struct hdf5_file *file, const char *group, const char *const *names,
                                    int count) {
    struct name_list list = {file, group, names, count, STATUS_OK};
    hdf5_file_enter();
    /* What is not there is missed when it is opened. */
    if (strcmp(group, "/") == 0 || H5Lexists(file->id, group, H5P_DEFAULT) > 0) {
        if (H5Literate_by_name(file->id, group, H5_INDEX_NAME, H5_ITER_INC, NULL, check_member, &list,
                               H5P_DEFAULT) < 0) {
            list.status = status_fail(STATUS_DATA, "%s: '%s' is not a group", file->path, group);
        }
    }
    hdf5_file_leave();
    return list.status;
}

/* --- the fingerprint ------------------------------------------------------------------------------------ */

/* Groups in groups are no deeper than this ("train/other/m"). */
enum { DEEPEST = 4 };

struct walk {
    const struct hdf5_file *file;
    const char *skip;
    struct sha256 *hash;
    char path[512]; /* of the group that is walked through, "" or "train/" */
    int depth;
    enum status status;
};

static void add_line(struct walk *walk, const char *mark, const char *name, const char *digest) {
    struct text line = {0};
    text_add(&line, "%s%s%s %s\n", mark, walk->path, name, digest);
    sha256_add(walk->hash, line.data, line.length);
    text_free(&line);
}

static herr_t add_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context) {
    (void)object;
    (void)info;
    struct walk *walk = context;
    struct attribute attribute;
    uint8_t digest[SHA256_BYTES], number[8] = {0};
    char hex[SHA256_TEXT];
    if (strcmp(name, "sha256") == 0 || strcmp(name, "complete") == 0 ||
        (walk->skip != NULL && strcmp(name, walk->skip) == 0)) {
        return 0;
    }
    walk->status = open_attribute(walk->file, "/", name, &attribute);
    if (walk->status != STATUS_OK) {
        return 1;
    }
    char *text = read_text(&attribute);
    if (text != NULL) {
        sha256_of(text, strlen(text), digest);
    } else if ((attribute.class == H5T_INTEGER || attribute.class == H5T_FLOAT) &&
               attribute.size <= sizeof number && H5Aread(attribute.id, attribute.type, number) >= 0) {
        sha256_of(number, attribute.size, digest);
    } else {
        walk->status = fail(walk->file, "/", name, "is neither a text nor a number");
    }
    free(text);
    close_attribute(&attribute);
    sha256_format(digest, hex);
    add_line(walk, "@", name, hex);
    return walk->status == STATUS_OK ? 0 : 1;
}

static herr_t add_member(hid_t group, const char *name, const H5L_info_t *info, void *context);

static void walk_group(struct walk *walk, hid_t group) {
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, add_member, walk) < 0) {
        walk->status = status_fail(STATUS_DATA, "%s: is truncated or damaged", walk->file->path);
    }
}

static void add_group(struct walk *walk, const char *name, hid_t group) {
    size_t length = strlen(walk->path);
    if (walk->depth == DEEPEST || length + strlen(name) + 2 > sizeof walk->path) {
        walk->status = status_fail(STATUS_DATA, "%s: %s%s lies too deep", walk->file->path, walk->path, name);
        return;
    }
    (void)snprintf(walk->path + length, sizeof walk->path - length, "%s/", name);
    walk->depth++;
    walk_group(walk, group);
    walk->depth--;
    walk->path[length] = '\0';
}

static void add_object(struct walk *walk, const char *name, hid_t object) {
    H5I_type_t kind = H5Iget_type(object);
    if (kind == H5I_GROUP) {
        add_group(walk, name, object);
    } else if (kind == H5I_DATASET) {
        char path[768], digest[SHA256_TEXT];
        (void)snprintf(path, sizeof path, "%s%s", walk->path, name);
        walk->status = hdf5_file_get_text(walk->file, path, "sha256", digest, sizeof digest);
        if (walk->status == STATUS_OK) {
            add_line(walk, "", name, digest);
        }
    } else {
        walk->status = status_fail(STATUS_DATA, "%s: %s%s is neither a group nor a dataset", walk->file->path,
                                   walk->path, name);
    }
}

static herr_t add_member(hid_t group, const char *name, const H5L_info_t *info, void *context) {
    struct walk *walk = context;
    if (info->type != H5L_TYPE_HARD) {
        walk->status = fail_link(walk->file, walk->path, name);
        return 1;
    }
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    add_object(walk, name, object);
    (void)H5Oclose(object);
    return walk->status == STATUS_OK ? 0 : 1;
}

enum status hdf5_file_fingerprint(const struct hdf5_file *file, const char *skip, char out[SHA256_TEXT]) {
    struct walk walk = {.file = file, .skip = skip, .hash = sha256_create()};
    uint8_t digest[SHA256_BYTES];
    hdf5_file_enter();
    if (H5Aiterate2(file->id, H5_INDEX_NAME, H5_ITER_INC, NULL, add_attribute, &walk) < 0) {
        walk.status = status_fail(STATUS_DATA, "%s: is truncated or damaged", file->path);
    }
    if (walk.status == STATUS_OK) {
        walk_group(&walk, file->id);
    }
    hdf5_file_leave();
    sha256_finish(walk.hash, digest);
    sha256_free(walk.hash);
    sha256_format(digest, out);
    return walk.status;
}

enum status hdf5_file_check_fingerprint(const struct hdf5_file *file) {
    char stored[SHA256_TEXT], computed[SHA256_TEXT];
    enum status status = hdf5_file_get_text(file, "/", "sha256", stored, sizeof stored);
    if (status == STATUS_OK) {
        status = hdf5_file_fingerprint(file, NULL, computed);
    }
    if (status == STATUS_OK && strcmp(stored, computed) != 0) {
        status = status_fail(STATUS_DATA,
                             "%s: was changed after it was made: its attributes have SHA-256 %s, expected %s",
                             file->path, computed, stored);
    }
    return status;
}

/* --- writing -------------------------------------------------------------------------------------------- */

static void put(struct hdf5_file *file, const char *object, const char *name, hid_t type, const void *value) {
    hid_t space = hdf5_file_note(file, H5Screate(H5S_SCALAR));
    hid_t attribute = hdf5_file_note(
        file, H5Acreate_by_name(file->id, object, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    hdf5_file_note(file, H5Awrite(attribute, type, value));
    hdf5_file_note(file, H5Aclose(attribute));
    hdf5_file_note(file, H5Sclose(space));
}

void hdf5_file_put_text(struct hdf5_file *file, const char *object, const char *name, const char *value) {
    hdf5_file_enter();
    hid_t type = hdf5_file_note(file, H5Tcopy(H5T_C_S1));
    hdf5_file_note(file, H5Tset_size(type, strlen(value) + 1));
    hdf5_file_note(file, H5Tset_cset(type, H5T_CSET_UTF8));
    put(file, object, name, type, value);
    hdf5_file_note(file, H5Tclose(type));
    hdf5_file_leave();
}

static void put_number(struct hdf5_file *file, const char *name, hid_t type, const void *value) {
    hdf5_file_enter();
    put(file, "/", name, type, value);
    hdf5_file_leave();
}

void hdf5_file_put_integer(struct hdf5_file *file, const char *name, int64_t value) {
    put_number(file, name, H5T_STD_I64LE, &value);
}

void hdf5_file_put_unsigned(struct hdf5_file *file, const char *name, uint64_t value) {
    put_number(file, name, H5T_STD_U64LE, &value);
}

void hdf5_file_put_real(struct hdf5_file *file, const char *name, double value) {
    put_number(file, name, H5T_IEEE_F64LE, &value);
}

void hdf5_file_put_digest(struct hdf5_file *file, const char *name, const uint8_t digest[SHA256_BYTES]) {
    char text[SHA256_TEXT];
    sha256_format(digest, text);
    hdf5_file_put_text(file, name, "sha256", text);
}
