/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Datasets of HDF5 files.
 */
#include <stdio.h>
#include <string.h>

#include "support/hdf5_file_private.h"
#include "support/memory.h"
#include "support/text.h"

static bool has_chunks(const struct hdf5_file_shape *shape) {
    bool empty = false;
    for (int i = 0; i < shape->rank; i++) {
        empty = empty || shape->size[i] == 0;
    }
    return shape->chunk[0] > 0 && !empty;
}

static void copy_sizes(hsize_t out[HDF5_FILE_MAX_RANK], const uint64_t *sizes, int rank) {
    for (int i = 0; i < rank; i++) {
        out[i] = sizes[i];
    }
}

/* --- opening -------------------------------------------------------------------------------------------- */

/* "(3, 256, 2)" */
static void add_shape(struct text *out, const hsize_t *sizes, int rank) {
    text_add(out, "(");
    for (int i = 0; i < rank; i++) {
        text_add(out, "%s%llu", i == 0 ? "" : ", ", (unsigned long long)sizes[i]);
    }
    text_add(out, ")");
}

static const char *name_type(enum hdf5_file_type type) {
    static const char *const names[HDF5_FILE_TYPES] = {"64-bit real", "32-bit real", "64-bit integer",
                                                       "8-bit unsigned integer"};
    return names[type];
}

static enum status check_type(const struct hdf5_file *file, const char *name, hid_t dataset,
                              enum hdf5_file_type wanted) {
    hid_t type = H5Dget_type(dataset);
    bool equal = H5Tequal(type, hdf5_file_stored_type(wanted)) > 0;
    (void)H5Tclose(type);
    return equal ? STATUS_OK
                 : status_fail(STATUS_DATA, "%s: %s has elements of another type than expected (%s)",
                               file->path, name, name_type(wanted));
}

static int read_sizes(hid_t dataset, hsize_t out[H5S_MAX_RANK]) {
    hid_t space = H5Dget_space(dataset);
    int rank = H5Sget_simple_extent_dims(space, out, NULL);
    (void)H5Sclose(space);
    return rank;
}

static enum status check_sizes(const struct hdf5_file *file, const char *name, hid_t dataset,
                               const struct hdf5_file_shape *shape) {
    hsize_t found[H5S_MAX_RANK] = {0}, expected[HDF5_FILE_MAX_RANK];
    int rank = read_sizes(dataset, found);
    copy_sizes(expected, shape->size, shape->rank);
    if (rank == shape->rank && memcmp(found, expected, (size_t)rank * sizeof *found) == 0) {
        return STATUS_OK;
    }
    struct text line = {0};
    text_add(&line, "%s has shape ", name);
    add_shape(&line, found, rank);
    text_add(&line, ", expected ");
    add_shape(&line, expected, shape->rank);
    enum status status = status_fail(STATUS_DATA, "%s: %s", file->path, line.data);
    text_free(&line);
    return status;
}

/* Whether the chunks go through shuffle, deflate and Fletcher32 and nothing else: other filters may be
 * programs of anybody's that HDF5 loads. */
static bool has_our_filters(hid_t list) {
    static const H5Z_filter_t ours[] = {H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE, H5Z_FILTER_FLETCHER32};
    if (H5Pget_nfilters(list) != 3) {
        return false;
    }
    for (unsigned i = 0; i < 3; i++) {
        unsigned flags, configuration;
        size_t values = 0;
        if (H5Pget_filter2(list, i, &flags, &values, NULL, 0, NULL, &configuration) != ours[i]) {
            return false;
        }
    }
    return true;
}

/* The data lie in the file itself, as the format says. */
static enum status check_storage(const struct hdf5_file *file, const char *name, hid_t dataset,
                                 const struct hdf5_file_shape *shape) {
    hid_t list = H5Dget_create_plist(dataset);
    hsize_t chunk[HDF5_FILE_MAX_RANK] = {0}, expected[HDF5_FILE_MAX_RANK] = {0};
    H5D_layout_t layout = H5Pget_layout(list);
    copy_sizes(expected, shape->chunk, shape->rank);
    const char *fault = NULL;
    if (layout == H5D_VIRTUAL || H5Pget_external_count(list) != 0) {
        fault = "lies in other files, expected the data themselves";
    } else if (has_chunks(shape) != (layout == H5D_CHUNKED)) {
        fault = has_chunks(shape) ? "is not stored in chunks" : "is stored in chunks";
    } else if (layout == H5D_CHUNKED && (H5Pget_chunk(list, shape->rank, chunk) != shape->rank ||
                                         memcmp(chunk, expected, sizeof chunk) != 0)) {
        fault = "is stored in chunks of another shape than expected";
    } else if (layout == H5D_CHUNKED ? !has_our_filters(list) : H5Pget_nfilters(list) != 0) {
        fault = "is stored through other filters than shuffle, deflate and Fletcher32";
    }
    (void)H5Pclose(list);
    return fault == NULL ? STATUS_OK : status_fail(STATUS_DATA, "%s: %s %s", file->path, name, fault);
}

static hid_t open_dataset(const struct hdf5_file *file, const char *name, size_t cache) {
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    (void)H5Pset_chunk_cache(access, H5D_CHUNK_CACHE_NSLOTS_DEFAULT, cache, 1.0);
    /* A name that goes through something else than groups opens nothing. */
    hid_t dataset = H5Dopen2(file->id, name, access);
    (void)H5Pclose(access);
    return dataset;
}

enum status hdf5_file_open_dataset(const struct hdf5_file *file, const char *name,
                                   const struct hdf5_file_shape *shape, int64_t *out) {
    static const char *const attributes[] = {"sha256"};
    size_t chunk_bytes = hdf5_file_type_size(shape->type);
    for (int i = 0; i < shape->rank && has_chunks(shape); i++) {
        chunk_bytes *= shape->chunk[i];
    }
    hdf5_file_enter();
    hid_t dataset = open_dataset(file, name, chunk_bytes);
    enum status status = dataset < 0
                             ? status_fail(STATUS_DATA, "%s: dataset '%s' is missing", file->path, name)
                             : check_type(file, name, dataset, shape->type);
    if (status == STATUS_OK) {
        status = check_sizes(file, name, dataset, shape);
    }
    if (status == STATUS_OK) {
        status = check_storage(file, name, dataset, shape);
    }
    if (status == STATUS_OK) {
        status = hdf5_file_check_attributes(file, name, attributes, 1);
    }
    if (status != STATUS_OK && dataset >= 0) {
        (void)H5Dclose(dataset);
    }
    hdf5_file_leave();
    *out = status == STATUS_OK ? dataset : 0;
    return status;
}

void hdf5_file_close_dataset(int64_t dataset) {
    if (dataset > 0) {
        hdf5_file_enter();
        (void)H5Dclose(dataset);
        hdf5_file_leave();
    }
}

enum status hdf5_file_rows(const struct hdf5_file *file, const char *name, uint64_t *out) {
    hsize_t sizes[H5S_MAX_RANK] = {0};
    hdf5_file_enter();
    hid_t dataset = H5Dopen2(file->id, name, H5P_DEFAULT);
    int rank = dataset < 0 ? 0 : read_sizes(dataset, sizes);
    if (dataset >= 0) {
        (void)H5Dclose(dataset);
    }
    hdf5_file_leave();
    *out = sizes[0];
    return dataset < 0 ? status_fail(STATUS_DATA, "%s: dataset '%s' is missing", file->path, name)
           : rank < 1  ? status_fail(STATUS_DATA, "%s: %s has no rows", file->path, name)
                       : STATUS_OK;
}

/* --- reading -------------------------------------------------------------------------------------------- */

static enum status fail_to_read(const struct hdf5_file *file, int64_t dataset,
                                struct hdf5_file_reason reason) {
    char name[512] = "/";
    (void)H5Iget_name(dataset, name, sizeof name);
    return reason.number != 0
               ? status_fail(STATUS_IO, "%s: %s cannot be read: %s", file->path, name + 1, reason.text)
               : status_fail(STATUS_DATA, "%s: %s cannot be read: the data are damaged", file->path,
                             name + 1);
}

enum status hdf5_file_read(const struct hdf5_file *file, int64_t dataset, void *out) {
    enum status status = STATUS_OK;
    hdf5_file_enter();
    hid_t type = H5Dget_type(dataset);
    if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) < 0) {
        status = fail_to_read(file, dataset, hdf5_file_why());
    }
    (void)H5Tclose(type);
    hdf5_file_leave();
    return status;
}

/* Reads a block; `why` is asked for at once, as the next call forgets it. */
static bool read_block(int64_t dataset, const uint64_t *start, const uint64_t *count, void *out,
                       struct hdf5_file_reason *why) {
    hsize_t first[HDF5_FILE_MAX_RANK], size[HDF5_FILE_MAX_RANK];
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    int rank = H5Sget_simple_extent_ndims(space);
    bool done = rank >= 1 && rank <= HDF5_FILE_MAX_RANK;
    copy_sizes(first, start, done ? rank : 0);
    copy_sizes(size, count, done ? rank : 0);
    hid_t memory = done ? H5Screate_simple(rank, size, NULL) : H5I_INVALID_HID;
    done = H5Sselect_hyperslab(space, H5S_SELECT_SET, first, NULL, size, NULL) >= 0 &&
           H5Dread(dataset, type, memory, space, H5P_DEFAULT, out) >= 0;
    *why = hdf5_file_why();
    (void)H5Sclose(memory);
    (void)H5Sclose(space);
    (void)H5Tclose(type);
    return done;
}

enum status hdf5_file_read_block(const struct hdf5_file *file, int64_t dataset, const uint64_t *start,
                                 const uint64_t *count, void *out) {
    struct hdf5_file_reason why;
    hdf5_file_enter();
    enum status status =
        read_block(dataset, start, count, out, &why) ? STATUS_OK : fail_to_read(file, dataset, why);
    hdf5_file_leave();
    return status;
}

enum status hdf5_file_read_chunk(const struct hdf5_file *file, int64_t dataset, const uint64_t *start,
                                 void *out, size_t room, size_t *size) {
    hsize_t first[HDF5_FILE_MAX_RANK], stored = 0;
    uint32_t mask = 0;
    hdf5_file_enter();
    copy_sizes(first, start, HDF5_FILE_MAX_RANK);
    /* A filter that was left out (mask) is not one of ours. */
    bool done = H5Dget_chunk_storage_size(dataset, first, &stored) >= 0 && stored > 0 && stored <= room &&
                H5Dread_chunk(dataset, H5P_DEFAULT, first, &mask, out) >= 0 && mask == 0;
    enum status status = done ? STATUS_OK : fail_to_read(file, dataset, hdf5_file_why());
    hdf5_file_leave();
    *size = (size_t)stored;
    return status;
}

/* --- writing -------------------------------------------------------------------------------------------- */

void hdf5_file_create_group(struct hdf5_file *file, const char *name) {
    hdf5_file_enter();
    hid_t list = hdf5_file_note(file, H5Pcreate(H5P_GROUP_CREATE));
    hdf5_file_note(file, H5Pset_obj_track_times(list, false));
    hid_t group = hdf5_file_note(file, H5Gcreate2(file->id, name, H5P_DEFAULT, list, H5P_DEFAULT));
    hdf5_file_note(file, H5Pclose(list));
    if (group >= 0) {
        hdf5_file_note(file, H5Gclose(group));
    }
    hdf5_file_leave();
}

/* How it is stored. */
static hid_t make_storage(struct hdf5_file *file, const struct hdf5_file_shape *shape) {
    hid_t list = hdf5_file_note(file, H5Pcreate(H5P_DATASET_CREATE));
    hdf5_file_note(file, H5Pset_obj_track_times(list, false)); /* equal data, equal bytes */
    if (has_chunks(shape)) {
        hsize_t chunk[HDF5_FILE_MAX_RANK];
        copy_sizes(chunk, shape->chunk, shape->rank);
        hdf5_file_note(file, H5Pset_chunk(list, shape->rank, chunk));
        hdf5_file_note(file, H5Pset_shuffle(list));
        hdf5_file_note(file, H5Pset_deflate(list, HDF5_FILE_DEFLATE_LEVEL));
        hdf5_file_note(file, H5Pset_fletcher32(list));
    }
    return list;
}

int64_t hdf5_file_create_dataset(struct hdf5_file *file, const char *name,
                                 const struct hdf5_file_shape *shape) {
    hsize_t size[HDF5_FILE_MAX_RANK];
    copy_sizes(size, shape->size, shape->rank);
    hdf5_file_enter();
    hid_t space = hdf5_file_note(file, H5Screate_simple(shape->rank, size, NULL));
    hid_t list = make_storage(file, shape);
    hid_t links = hdf5_file_note(file, H5Pcreate(H5P_LINK_CREATE));
    hdf5_file_note(file, H5Pset_create_intermediate_group(links, 1));
    /* Chunks are written whole: none has to be kept. */
    hid_t access = hdf5_file_note(file, H5Pcreate(H5P_DATASET_ACCESS));
    hdf5_file_note(file, H5Pset_chunk_cache(access, 1, 0, 1.0));
    hid_t dataset = hdf5_file_note(
        file, H5Dcreate2(file->id, name, hdf5_file_stored_type(shape->type), space, links, list, access));
    hdf5_file_note(file, H5Pclose(access));
    hdf5_file_note(file, H5Pclose(links));
    hdf5_file_note(file, H5Pclose(list));
    hdf5_file_note(file, H5Sclose(space));
    hdf5_file_leave();
    return dataset;
}

void hdf5_file_write(struct hdf5_file *file, int64_t dataset, const void *values) {
    hdf5_file_enter();
    hid_t type = H5Dget_type(dataset);
    hdf5_file_note(file, H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
    (void)H5Tclose(type);
    hdf5_file_leave();
}

void hdf5_file_write_chunk(struct hdf5_file *file, int64_t dataset, const uint64_t *start, size_t size,
                           const void *bytes) {
    hsize_t first[HDF5_FILE_MAX_RANK];
    hdf5_file_enter();
    copy_sizes(first, start, HDF5_FILE_MAX_RANK);
    hdf5_file_note(file, H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, first, size, bytes));
    hdf5_file_leave();
}

void hdf5_file_read_back(struct hdf5_file *file, int64_t dataset, const uint64_t *start,
                         const uint64_t *count, void *out) {
    struct hdf5_file_reason why;
    hdf5_file_enter();
    if (!read_block(dataset, start, count, out, &why) && !file->failed) {
        file->failed = true;
        file->reason = memory_copy_string(why.text);
    }
    hdf5_file_leave();
}
