/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/checkpoint.h"

#include <errno.h>
#include <hdf5.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/file.h"
#include "support/text.h"

#define FORMAT "hambench-checkpoint"
enum { FORMAT_VERSION = 1 };

/* Names and shapes of all parameters, one a line: two models with equal text have interchangeable blocks. */
static void describe_layout(const struct parameters *parameters, struct text *out) {
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->list[i];
        text_add(out, "%s", p->name);
        for (int j = 0; j < p->rank; j++) {
            text_add(out, "%c%d", j == 0 ? ' ' : 'x', p->shape[j]);
        }
        text_add(out, "\n");
    }
}

/* ---- writing: each helper returns whether it succeeded ---- */

static bool write_block(hid_t file, const char *name, const real *values, size_t size) {
    hsize_t count = size;
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t data = H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool done = data >= 0 &&
                (size == 0 || H5Dwrite(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    done = H5Dclose(data) >= 0 && done;
    return H5Sclose(space) >= 0 && done;
}

static bool write_attribute(hid_t file, const char *name, hid_t file_type, hid_t memory_type,
                            const void *value) {
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(file, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool done = attribute >= 0 && H5Awrite(attribute, memory_type, value) >= 0;
    done = H5Aclose(attribute) >= 0 && done;
    return H5Sclose(space) >= 0 && done;
}

static bool write_string(hid_t file, const char *name, const char *value) {
    hid_t type = H5Tcopy(H5T_C_S1);
    bool done = H5Tset_size(type, strlen(value) + 1) >= 0 && write_attribute(file, name, type, type, value);
    return H5Tclose(type) >= 0 && done;
}

/* The layout can be longer than an attribute may be, so it is a dataset of bytes. */
static bool write_layout(hid_t file, const struct parameters *parameters) {
    struct text layout = {0};
    describe_layout(parameters, &layout);
    hsize_t count = layout.length;
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t data = H5Dcreate2(file, "layout", H5T_STD_U8LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool done = data >= 0 && (count == 0 || H5Dwrite(data, H5T_NATIVE_UCHAR, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                                                     layout.data) >= 0);
    done = H5Dclose(data) >= 0 && done;
    done = H5Sclose(space) >= 0 && done;
    text_free(&layout);
    return done;
}

static bool write_content(hid_t file, const struct checkpoint_info *info, const struct parameters *parameters,
                          const struct adam *adam) {
    int version = FORMAT_VERSION;
    bool done = write_string(file, "format", FORMAT) &&
                write_attribute(file, "format_version", H5T_STD_I32LE, H5T_NATIVE_INT, &version) &&
                write_string(file, "model", info->model) &&
                write_attribute(file, "seed", H5T_STD_U64LE, H5T_NATIVE_UINT64, &info->seed) &&
                write_attribute(file, "steps", H5T_STD_I32LE, H5T_NATIVE_INT, &info->steps) &&
                write_attribute(file, "seconds", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &info->seconds) &&
                write_layout(file, parameters) &&
                write_block(file, "parameters", parameters->values, parameters->size);
    if (adam != NULL) {
        done = done && write_block(file, "adam_mean", adam->mean, adam->size) &&
               write_block(file, "adam_square", adam->square, adam->size);
    }
    return done;
}

enum status checkpoint_write(const char *path, const struct checkpoint_info *info,
                             const struct parameters *parameters, const struct adam *adam) {
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    char *part;
    enum status status = file_temporary(&part, path);
    if (status != STATUS_OK) {
        return status;
    }
    errno = 0;
    hid_t file = H5Fcreate(part, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    bool done = file >= 0 && write_content(file, info, parameters, adam);
    if (file >= 0) {
        done = H5Fclose(file) >= 0 && done;
    }
    if (!done) {
        status = status_fail(STATUS_IO, "%s: cannot write the checkpoint: %s", path,
                             errno == 0 ? "HDF5 failed" : strerror(errno));
        (void)unlink(part);
    } else {
        status = file_publish(part, path);
    }
    free(part);
    return status;
}

/* ---- reading ---- */

static bool read_attribute(hid_t file, const char *name, hid_t memory_type, void *value) {
    hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
    if (attribute < 0) {
        return false;
    }
    bool done = H5Aread(attribute, memory_type, value) >= 0;
    (void)H5Aclose(attribute);
    return done;
}

static bool read_string(hid_t file, const char *name, char *out, size_t size) {
    hid_t type = H5Tcopy(H5T_C_S1);
    bool done = H5Tset_size(type, size) >= 0 && read_attribute(file, name, type, out);
    (void)H5Tclose(type);
    return done;
}

/* Elements of a one-dimensional dataset, or -1. */
static long read_length(hid_t file, const char *name) {
    hid_t data = H5Dopen2(file, name, H5P_DEFAULT);
    if (data < 0) {
        return -1;
    }
    hid_t space = H5Dget_space(data);
    long length = (long)H5Sget_simple_extent_npoints(space);
    (void)H5Sclose(space);
    (void)H5Dclose(data);
    return length;
}

static bool read_values(hid_t file, const char *name, hid_t memory_type, void *out) {
    hid_t data = H5Dopen2(file, name, H5P_DEFAULT);
    if (data < 0) {
        return false;
    }
    bool done = H5Dread(data, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) >= 0;
    (void)H5Dclose(data);
    return done;
}

static enum status open_checkpoint(const char *path, hid_t *out) {
    enum status status = file_check_readable(path);
    if (status != STATUS_OK) {
        return status;
    }
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    *out = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (*out < 0) {
        return status_fail(STATUS_DATA, "%s: is not a checkpoint or is damaged (HDF5 cannot open it)", path);
    }
    char format[32] = "";
    int version = 0;
    if (!read_string(*out, "format", format, sizeof format) || strcmp(format, FORMAT) != 0 ||
        !read_attribute(*out, "format_version", H5T_NATIVE_INT, &version) || version != FORMAT_VERSION) {
        (void)H5Fclose(*out);
        return status_fail(STATUS_DATA, "%s: format \"%s\" version %d, expected \"%s\" version %d", path,
                           format, version, FORMAT, FORMAT_VERSION);
    }
    return STATUS_OK;
}

static enum status read_info(hid_t file, const char *path, struct checkpoint_info *out) {
    bool done = read_string(file, "model", out->model, sizeof out->model) &&
                read_attribute(file, "seed", H5T_NATIVE_UINT64, &out->seed) &&
                read_attribute(file, "steps", H5T_NATIVE_INT, &out->steps) &&
                read_attribute(file, "seconds", H5T_NATIVE_DOUBLE, &out->seconds);
    return done ? STATUS_OK : status_fail(STATUS_DATA, "%s: attributes are missing", path);
}

enum status checkpoint_read_info(const char *path, struct checkpoint_info *out) {
    hid_t file;
    enum status status = open_checkpoint(path, &file);
    if (status == STATUS_OK) {
        status = read_info(file, path, out);
        (void)H5Fclose(file);
    }
    return status;
}

static enum status check_layout(hid_t file, const char *path, const struct parameters *parameters) {
    struct text expected = {0}, found = {0};
    describe_layout(parameters, &expected);
    long length = read_length(file, "layout");
    bool equal = length == (long)expected.length;
    if (equal && length > 0) {
        text_add_bytes(&found, expected.data, expected.length);
        equal = read_values(file, "layout", H5T_NATIVE_UCHAR, found.data) &&
                memcmp(found.data, expected.data, expected.length) == 0;
    }
    text_free(&expected);
    text_free(&found);
    return equal ? STATUS_OK
                 : status_fail(STATUS_DATA, "%s: its parameters are not those of the configured model", path);
}

static bool read_block(hid_t file, const char *name, real *out, size_t size) {
    return read_length(file, name) == (long)size &&
           (size == 0 || read_values(file, name, H5T_NATIVE_FLOAT, out));
}

enum status checkpoint_read(const char *path, struct checkpoint_info *out, struct parameters *parameters,
                            struct adam *adam) {
    hid_t file;
    enum status status = open_checkpoint(path, &file);
    if (status != STATUS_OK) {
        return status;
    }
    status = read_info(file, path, out);
    if (status == STATUS_OK) {
        status = check_layout(file, path, parameters);
    }
    if (status == STATUS_OK && !read_block(file, "parameters", parameters->values, parameters->size)) {
        status = status_fail(STATUS_DATA, "%s: the parameters are damaged", path);
    }
    if (status == STATUS_OK && adam != NULL) {
        adam->steps = out->steps;
        if (!read_block(file, "adam_mean", adam->mean, adam->size) ||
            !read_block(file, "adam_square", adam->square, adam->size)) {
            status = status_fail(STATUS_DATA, "%s: the optimiser state is damaged", path);
        }
    }
    (void)H5Fclose(file);
    return status;
}
