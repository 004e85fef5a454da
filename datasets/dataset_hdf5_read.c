/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/dataset_file.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/dataset_hdf5.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/text.h"

struct dataset_file {
    char *path;
    hid_t file;
    struct dataset_info info;
    hid_t series[DATASET_SPLITS][SERIES_COUNT]; /* 0 for those that the file does not have */
    char *failure;                              /* detail of the first read that failed */
};

/* --- attributes ---------------------------------------------------------------------------------------- */

/* Reads an attribute of the root that is one number of the wanted class. */
static enum status read_number(const struct dataset_file *file, const char *name, hid_t wanted, void *out) {
    hid_t attribute = H5Aopen(file->file, name, H5P_DEFAULT);
    if (attribute < 0) {
        return status_fail(STATUS_DATA, "%s: attribute '%s' is missing", file->path, name);
    }
    hid_t type = H5Aget_type(attribute);
    hid_t space = H5Aget_space(attribute);
    enum status status = STATUS_OK;
    if (H5Tget_class(type) != H5Tget_class(wanted) || H5Sget_simple_extent_npoints(space) != 1 ||
        H5Aread(attribute, wanted, out) < 0) {
        status = status_fail(STATUS_DATA, "%s: attribute '%s' is not one %s", file->path, name,
                             H5Tget_class(wanted) == H5T_FLOAT ? "real number" : "integer");
    }
    (void)H5Sclose(space);
    (void)H5Tclose(type);
    (void)H5Aclose(attribute);
    return status;
}

/* Reads a text attribute of the root, cut to `size`. */
static enum status read_text(const struct dataset_file *file, const char *name, char *out, size_t size) {
    hid_t attribute = H5Aopen(file->file, name, H5P_DEFAULT);
    if (attribute < 0) {
        return status_fail(STATUS_DATA, "%s: attribute '%s' is missing", file->path, name);
    }
    hid_t type = H5Aget_type(attribute);
    hid_t wanted = dataset_hdf5_text_type();
    char *value = NULL;
    enum status status = STATUS_OK;
    if (H5Tis_variable_str(type) <= 0 || H5Aread(attribute, wanted, &value) < 0 || value == NULL) {
        status = status_fail(STATUS_DATA, "%s: attribute '%s' is not a text", file->path, name);
    } else {
        (void)snprintf(out, size, "%s", value);
        (void)H5free_memory(value);
    }
    (void)H5Tclose(wanted);
    (void)H5Tclose(type);
    (void)H5Aclose(attribute);
    return status;
}

/* Whether the file is one of ours, of this version, and was finished. */
static enum status check_format(const struct dataset_file *file) {
    char format[64];
    int64_t version = 0, complete = 0;
    if (read_text(file, "format", format, sizeof format) != STATUS_OK) {
        return status_fail(STATUS_DATA, "%s: is an HDF5 file, but no dataset (attribute 'format' is missing)",
                           file->path);
    }
    if (strcmp(format, DATASET_FORMAT) != 0) {
        return status_fail(STATUS_DATA, "%s: has format '%s', expected '%s'", file->path, format,
                           DATASET_FORMAT);
    }
    enum status status = read_number(file, "format_version", H5T_NATIVE_INT64, &version);
    if (status == STATUS_OK && version != DATASET_FORMAT_VERSION) {
        status = status_fail(STATUS_DATA, "%s: has format version %lld, this program reads version %d",
                             file->path, (long long)version, DATASET_FORMAT_VERSION);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (read_number(file, "complete", H5T_NATIVE_INT64, &complete) != STATUS_OK || complete != 1) {
        return status_fail(STATUS_DATA, "%s: is incomplete: writing it was not finished", file->path);
    }
    return STATUS_OK;
}

static enum status read_options(const struct dataset_file *file, const struct simulator *simulator,
                                struct dataset_info *info) {
    enum status status = STATUS_OK;
    for (int i = 0; i < simulator_option_count(simulator) && status == STATUS_OK; i++) {
        status = read_number(file, simulator->options[i].name, H5T_NATIVE_DOUBLE, &info->options[i]);
    }
    return status;
}

static enum status read_images_attribute(const struct dataset_file *file, struct dataset_info *info) {
    char images[16];
    enum status status = read_text(file, "images", images, sizeof images);
    info->stored_images = status == STATUS_OK && strcmp(images, "store") == 0;
    if (status == STATUS_OK && !info->stored_images && strcmp(images, "none") != 0) {
        status = status_fail(STATUS_DATA, "%s: attribute 'images' is '%s', expected 'store' or 'none'",
                             file->path, images);
    }
    return status;
}

static enum status check_info(const struct dataset_file *file, const struct dataset_content *content,
                              int64_t frames) {
    const struct dataset_info *info = &content->info;
    if (frames < 1 || frames > INT32_MAX || !isfinite(info->dt) || info->dt <= 0.0) {
        return status_fail(STATUS_DATA, "%s: has %lld frames, %g apart; both must be positive", file->path,
                           (long long)frames, info->dt);
    }
    return STATUS_OK;
}

static enum status read_info(const struct dataset_file *file, struct dataset_content *content) {
    struct dataset_info *info = &content->info;
    int64_t frames = 0;
    enum status status = read_text(file, "environment", info->environment, sizeof info->environment);
    if (status == STATUS_OK) {
        status = read_text(file, "generator", info->generator, sizeof info->generator);
    }
    if (status == STATUS_OK) {
        status = read_number(file, "seed", H5T_NATIVE_UINT64, &info->seed);
    }
    if (status == STATUS_OK) {
        status = read_number(file, "frames", H5T_NATIVE_INT64, &frames);
    }
    if (status == STATUS_OK) {
        status = read_number(file, "dt", H5T_NATIVE_DOUBLE, &info->dt);
    }
    if (status == STATUS_OK) {
        status = read_images_attribute(file, info);
    }
    if (status != STATUS_OK) {
        return status;
    }
    content->simulator = simulator_find(info->environment);
    if (content->simulator == NULL) {
        return status_fail(STATUS_DATA, "%s: is of environment '%s', which this program does not know",
                           file->path, info->environment);
    }
    info->frames = (int)frames;
    info->state_size = content->simulator->dynamics->state_size;
    status = check_info(file, content, frames);
    return status == STATUS_OK ? read_options(file, content->simulator, info) : status;
}

/* --- datasets ------------------------------------------------------------------------------------------ */

/* "(3, 256, 2)" */
static void format_shape(char *out, size_t size, int rank, const hsize_t *dimensions) {
    struct text text = {0};
    text_add(&text, "(");
    for (int i = 0; i < rank; i++) {
        text_add(&text, "%s%llu", i == 0 ? "" : ", ", (unsigned long long)dimensions[i]);
    }
    text_add(&text, ")");
    (void)snprintf(out, size, "%s", text.data);
    text_free(&text);
}

static const char *name_type(hid_t type) {
    return H5Tget_class(type) == H5T_FLOAT ? "64-bit real"
           : H5Tget_size(type) == 1        ? "8-bit unsigned integer"
                                           : "64-bit integer";
}

/* Opens a dataset of the split and checks element type and shape; the caller closes `*out`. */
static enum status open_dataset(const struct dataset_file *file, enum dataset_split split, const char *path,
                                hid_t wanted, int rank, const hsize_t *size, hid_t *out) {
    char name[128];
    (void)snprintf(name, sizeof name, "%s/%s", dataset_split_names[split], path);
    hid_t dataset = H5Dopen2(file->file, name, H5P_DEFAULT);
    if (dataset < 0) {
        return status_fail(STATUS_DATA, "%s: dataset '%s' is missing", file->path, name);
    }
    hid_t type = H5Dget_type(dataset);
    hid_t space = H5Dget_space(dataset);
    hsize_t found[H5S_MAX_RANK] = {0};
    int found_rank = H5Sget_simple_extent_dims(space, found, NULL);
    enum status status = STATUS_OK;
    if (H5Tequal(type, wanted) <= 0) {
        status = status_fail(STATUS_DATA, "%s: %s has elements of another type than expected (%s)",
                             file->path, name, name_type(wanted));
    } else if (found_rank != rank || memcmp(found, size, (size_t)rank * sizeof *size) != 0) {
        char is[128], expected[128];
        format_shape(is, sizeof is, found_rank, found);
        format_shape(expected, sizeof expected, rank, size);
        status = status_fail(STATUS_DATA, "%s: %s has shape %s, expected %s", file->path, name, is, expected);
    }
    (void)H5Sclose(space);
    (void)H5Tclose(type);
    if (status != STATUS_OK) {
        (void)H5Dclose(dataset);
        return status;
    }
    *out = dataset;
    return STATUS_OK;
}

/* The number of trajectories of a split is the first dimension of its states. */
static enum status read_count(const struct dataset_file *file, enum dataset_split split, int *out) {
    char name[32];
    (void)snprintf(name, sizeof name, "%s/x", dataset_split_names[split]);
    hid_t dataset = H5Dopen2(file->file, name, H5P_DEFAULT);
    if (dataset < 0) {
        return status_fail(STATUS_DATA, "%s: dataset '%s' is missing", file->path, name);
    }
    hid_t space = H5Dget_space(dataset);
    hsize_t size[H5S_MAX_RANK] = {0};
    int rank = H5Sget_simple_extent_dims(space, size, NULL);
    (void)H5Sclose(space);
    (void)H5Dclose(dataset);
    if (rank < 1 || size[0] > INT32_MAX) {
        return status_fail(STATUS_DATA, "%s: %s does not count trajectories", file->path, name);
    }
    *out = (int)size[0];
    return STATUS_OK;
}

/* Reads a column into the rows of the split. */
static enum status read_column(const struct dataset_file *file, enum dataset_split split,
                               const struct dataset_column *column, struct dataset_row *rows) {
    size_t count = (size_t)file->info.trajectories[split], bytes = dataset_column_bytes(column);
    hsize_t size[2] = {count, (hsize_t)column->width};
    hid_t type = dataset_hdf5_column_type(column->type), dataset = H5I_INVALID_HID;
    enum status status =
        open_dataset(file, split, column->path, type, column->width == 0 ? 1 : 2, size, &dataset);
    if (status != STATUS_OK) {
        return status;
    }
    uint8_t *stored = memory_alloc(count * bytes + 1, 1);
    if (count > 0 && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, stored) < 0) {
        status = status_fail(STATUS_DATA, "%s: %s/%s cannot be read: the data are damaged", file->path,
                             dataset_split_names[split], column->path);
    }
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        dataset_column_decode(column, &stored[i * bytes], &rows[i]);
    }
    free(stored);
    (void)H5Dclose(dataset);
    return status;
}

static enum status open_series(struct dataset_file *file, enum dataset_split split,
                               const struct simulator *simulator) {
    enum status status = STATUS_OK;
    for (int i = 0; i < SERIES_COUNT && status == STATUS_OK; i++) {
        enum dataset_series series = (enum dataset_series)i;
        struct dataset_shape shape = dataset_layout_shape(simulator, &file->info, series);
        hsize_t size[DATASET_MAX_RANK];
        int rank = dataset_hdf5_size(&file->info, series, (hsize_t)file->info.trajectories[split], size);
        if (shape.frame_bytes > 0) {
            status = open_dataset(file, split, shape.name, dataset_hdf5_series_type(series), rank, size,
                                  &file->series[split][i]);
        }
    }
    return status;
}

static enum status read_states(struct dataset_file *file, enum dataset_split split, double *states,
                               struct dataset_row *rows) {
    size_t values = (size_t)file->info.frames * (size_t)file->info.state_size;
    enum status status = STATUS_OK;
    for (int i = 0; i < file->info.trajectories[split] && status == STATUS_OK; i++) {
        struct dataset_frames all = {SERIES_X, split, i, 0, file->info.frames};
        double *first = &states[(size_t)i * values];
        status = dataset_file_read(file, all, first);
        memcpy(rows[i].setup.state, first, (size_t)file->info.state_size * sizeof *first);
    }
    return status;
}

static enum status read_split(struct dataset_file *file, enum dataset_split split,
                              struct dataset_content *content) {
    struct dataset_column columns[DATASET_MAX_COLUMNS];
    enum status status = read_count(file, split, &content->info.trajectories[split]);
    if (status != STATUS_OK) {
        return status;
    }
    file->info = content->info;
    size_t count = (size_t)content->info.trajectories[split];
    size_t values = (size_t)content->info.frames * (size_t)content->info.state_size;
    status = open_series(file, split, content->simulator);
    if (status != STATUS_OK) {
        return status;
    }
    content->states[split] = memory_alloc(count * values + 1, sizeof(double));
    content->rows[split] = memory_alloc(count + 1, sizeof(struct dataset_row));
    int columns_count = dataset_layout_columns(content->simulator, &content->info, columns);
    for (int i = 0; i < columns_count && status == STATUS_OK; i++) {
        status = read_column(file, split, &columns[i], content->rows[split]);
    }
    return status == STATUS_OK ? read_states(file, split, content->states[split], content->rows[split])
                               : status;
}

static enum status read_all(struct dataset_file *file, struct dataset_content *content) {
    enum status status = check_format(file);
    if (status == STATUS_OK) {
        status = read_info(file, content);
    }
    for (int split = 0; split < DATASET_SPLITS && status == STATUS_OK; split++) {
        status = read_split(file, (enum dataset_split)split, content);
    }
    return status;
}

static enum status open_file(struct dataset_file *file) {
    enum status status = file_check_readable(file->path);
    if (status != STATUS_OK) {
        return status;
    }
    if (H5Fis_hdf5(file->path) <= 0) {
        return status_fail(STATUS_DATA, "%s: is not an HDF5 file", file->path);
    }
    file->file = H5Fopen(file->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    return file->file < 0 ? status_fail(STATUS_DATA, "%s: is truncated or damaged", file->path) : STATUS_OK;
}

enum status dataset_file_open(struct dataset_file **out, const char *path, struct dataset_content *content) {
    dataset_hdf5_silence();
    struct dataset_file *file = memory_alloc(1, sizeof *file);
    file->path = memory_copy_string(path);
    enum status status = open_file(file);
    if (status == STATUS_OK) {
        status = read_all(file, content);
    }
    if (status != STATUS_OK) {
        dataset_file_close(file);
        return status;
    }
    *out = file;
    return STATUS_OK;
}

void dataset_file_close(struct dataset_file *file) {
    if (file == NULL) {
        return;
    }
    for (int split = 0; split < DATASET_SPLITS; split++) {
        for (int i = 0; i < SERIES_COUNT; i++) {
            if (file->series[split][i] > 0) {
                (void)H5Dclose(file->series[split][i]);
            }
        }
    }
    if (file->file > 0) {
        (void)H5Fclose(file->file);
    }
    free(file->path);
    free(file->failure);
    free(file);
}

/* --- frames -------------------------------------------------------------------------------------------- */

static bool read_frames(const struct dataset_file *file, struct dataset_frames frames, void *out) {
    hid_t dataset = file->series[frames.split][frames.series];
    hsize_t size[DATASET_MAX_RANK];
    hsize_t start[DATASET_MAX_RANK] = {(hsize_t)frames.trajectory, (hsize_t)frames.start};
    int rank = dataset_hdf5_size(&file->info, frames.series, 1, size);
    size[1] = (hsize_t)frames.count;
    dataset_hdf5_silence();
    hid_t space = H5Dget_space(dataset);
    hid_t memory = H5Screate_simple(rank, size, NULL);
    bool done =
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, size, NULL) >= 0 &&
        H5Dread(dataset, dataset_hdf5_series_type(frames.series), memory, space, H5P_DEFAULT, out) >= 0;
    (void)H5Sclose(memory);
    (void)H5Sclose(space);
    return done;
}

enum status dataset_file_read(struct dataset_file *file, struct dataset_frames frames, void *out) {
    static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
    enum status status = STATUS_OK;
    (void)pthread_mutex_lock(&turn);
    if (!read_frames(file, frames, out)) {
        char name[64];
        (void)H5Iget_name(file->series[frames.split][frames.series], name, sizeof name);
        status = status_fail(STATUS_DATA, "%s: %s cannot be read at trajectory %d: the data are damaged",
                             file->path, name + 1, frames.trajectory);
        if (file->failure == NULL) {
            file->failure = memory_copy_string(status_detail());
        }
    }
    (void)pthread_mutex_unlock(&turn);
    return status;
}

enum status dataset_file_status(const struct dataset_file *file) {
    return file->failure == NULL ? STATUS_OK : status_fail(STATUS_DATA, "%s", file->failure);
}

enum status dataset_file_hash(const struct dataset_file *file, enum dataset_split split, const char *path,
                              char out[SHA256_TEXT]) {
    char name[128];
    (void)snprintf(name, sizeof name, "%s/%s", dataset_split_names[split], path);
    hid_t attribute = H5Aopen_by_name(file->file, name, "sha256", H5P_DEFAULT, H5P_DEFAULT);
    hid_t type = attribute < 0 ? H5I_INVALID_HID : H5Aget_type(attribute);
    bool read = type >= 0 && H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 &&
                H5Tget_size(type) == SHA256_TEXT && H5Aread(attribute, type, out) >= 0;
    (void)H5Tclose(type);
    (void)H5Aclose(attribute);
    out[SHA256_TEXT - 1] = '\0';
    return read ? STATUS_OK
                : status_fail(STATUS_DATA, "%s: %s has no attribute 'sha256' of 64 digits", file->path, name);
}
