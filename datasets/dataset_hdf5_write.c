/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/dataset_writer.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datasets/dataset_hdf5.h"
#include "support/json.h"
#include "support/memory.h"
#include "support/text.h"

/* Rows of one chunk of a column. */
enum { COLUMN_CHUNK = 1024 };

/* Columns are small and kept until the end: a quarter of a KiB for a trajectory of most environments. */
struct split_writer {
    hid_t group;
    hid_t series[SERIES_COUNT];            /* 0 for those that the file does not have */
    uint8_t *columns[DATASET_MAX_COLUMNS]; /* [n] stored rows */
};

struct dataset_writer {
    const struct simulator *simulator;
    struct dataset_info info;
    struct dataset_column columns[DATASET_MAX_COLUMNS];
    int column_count;
    char *path;
    hid_t file;
    hid_t text_type;
    struct split_writer splits[DATASET_SPLITS];
    double largest_error[SIMULATOR_MAX_INVARIANTS];
    int64_t rejected;
    bool failed;
    char reason[256]; /* of the first failure */
};

/* Takes the reason of the system out of HDF5's error stack: the innermost entries carry it as
 * "... errno = 28, ...". */
static herr_t find_reason(unsigned depth, const H5E_error2_t *error, void *context) {
    (void)depth;
    struct dataset_writer *writer = context;
    const char *found = error->desc == NULL ? NULL : strstr(error->desc, "errno = ");
    if (found != NULL) {
        int number = (int)strtol(found + strlen("errno = "), NULL, 10);
        (void)snprintf(writer->reason, sizeof writer->reason, "%s", strerror(number));
        return 1;
    }
    if (writer->reason[0] == '\0' && error->desc != NULL) {
        (void)snprintf(writer->reason, sizeof writer->reason, "%s", error->desc);
    }
    return 0;
}

/* Every HDF5 call of the writer goes through here. After the first failure the later ones may fail as they
 * like: only the first is reported, when the public function ends. */
static hid_t check(struct dataset_writer *writer, hid_t result) {
    if (result < 0 && !writer->failed) {
        writer->failed = true;
        (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, find_reason, writer);
    }
    return result;
}

static enum status writer_status(const struct dataset_writer *writer) {
    if (writer->failed) {
        return status_fail(STATUS_IO, "%s: cannot write: %s", writer->path, writer->reason);
    }
    return STATUS_OK;
}

/* --- attributes ---------------------------------------------------------------------------------------- */

static void write_attribute(struct dataset_writer *writer, hid_t object, const char *name, hid_t stored,
                            hid_t given, const void *value) {
    hid_t space = check(writer, H5Screate(H5S_SCALAR));
    hid_t attribute = check(writer, H5Acreate2(object, name, stored, space, H5P_DEFAULT, H5P_DEFAULT));
    check(writer, H5Awrite(attribute, given, value));
    check(writer, H5Aclose(attribute));
    check(writer, H5Sclose(space));
}

static void write_text(struct dataset_writer *writer, const char *name, const char *value) {
    write_attribute(writer, writer->file, name, writer->text_type, writer->text_type, &value);
}

static void write_integer(struct dataset_writer *writer, const char *name, int64_t value) {
    write_attribute(writer, writer->file, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

static void write_number(struct dataset_writer *writer, const char *name, double value) {
    write_attribute(writer, writer->file, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

/* The fingerprint of a dataset, as 64 hexadecimal digits. */
static void write_hash(struct dataset_writer *writer, hid_t dataset, const uint8_t digest[SHA256_BYTES]) {
    char text[SHA256_TEXT];
    hid_t type = check(writer, H5Tcopy(H5T_C_S1));
    check(writer, H5Tset_size(type, SHA256_TEXT));
    sha256_format(digest, text);
    write_attribute(writer, dataset, "sha256", type, type, text);
    check(writer, H5Tclose(type));
}

/* The request as JSON: what to ask for to get the same file again. */
static void write_config(struct dataset_writer *writer) {
    const struct dataset_info *info = &writer->info;
    struct text text = {0};
    struct json json = {.out = &text};
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "environment", info->environment);
    json_write_integer(&json, "train", info->trajectories[DATASET_TRAIN]);
    json_write_integer(&json, "test", info->trajectories[DATASET_TEST]);
    json_write_integer(&json, "frames", info->frames);
    json_write_number(&json, "dt", info->dt);
    json_write_integer(&json, "seed", (int64_t)info->seed);
    json_write_string(&json, "images", info->stored_images ? "store" : "none");
    for (int i = 0; i < simulator_option_count(writer->simulator); i++) {
        json_write_number(&json, writer->simulator->options[i].name, info->options[i]);
    }
    json_write_close(&json, '}');
    write_text(writer, "config", text.data);
    text_free(&text);
}

static void write_attributes(struct dataset_writer *writer) {
    const struct simulator *simulator = writer->simulator;
    const struct dataset_info *info = &writer->info;
    write_text(writer, "format", DATASET_FORMAT);
    write_integer(writer, "format_version", DATASET_FORMAT_VERSION);
    write_text(writer, "environment", info->environment);
    write_text(writer, "generator", info->generator);
    write_attribute(writer, writer->file, "seed", H5T_STD_U64LE, H5T_NATIVE_UINT64, &info->seed);
    write_integer(writer, "frames", info->frames);
    write_number(writer, "dt", info->dt);
    write_text(writer, "images", info->stored_images ? "store" : "none");
    write_text(writer, "integrator", simulator_method(simulator));
    write_number(writer, "tolerance", simulator_tolerance(simulator));
    write_text(writer, "protocol", dataset_layout_protocol(simulator, info));
    for (int i = 0; i < simulator_option_count(simulator); i++) {
        write_number(writer, simulator->options[i].name, info->options[i]);
    }
    write_number(writer, "friction", simulator->friction);
    write_integer(writer, "colors", simulator->colors);
    write_number(writer, "canvas", simulator_canvas(simulator));
    write_config(writer);
}

/* --- datasets ------------------------------------------------------------------------------------------ */

/* A dataset whose first dimension counts trajectories, and the groups that its name goes through. An empty
 * one has no chunks and hence no filters. */
static hid_t create_dataset(struct dataset_writer *writer, hid_t parent, const char *name, hid_t type,
                            int rank, const hsize_t *size, const hsize_t *chunk) {
    hid_t space = check(writer, H5Screate_simple(rank, size, NULL));
    hid_t list = check(writer, H5Pcreate(H5P_DATASET_CREATE));
    check(writer, H5Pset_obj_track_times(list, false)); /* equal data, equal bytes */
    if (size[0] > 0) {
        check(writer, H5Pset_chunk(list, rank, chunk));
        check(writer, H5Pset_shuffle(list));
        check(writer, H5Pset_deflate(list, CHUNK_DEFLATE_LEVEL));
        check(writer, H5Pset_fletcher32(list));
    }
    hid_t links = check(writer, H5Pcreate(H5P_LINK_CREATE));
    check(writer, H5Pset_create_intermediate_group(links, 1));
    hid_t dataset = check(writer, H5Dcreate2(parent, name, type, space, links, list, H5P_DEFAULT));
    check(writer, H5Pclose(links));
    check(writer, H5Pclose(list));
    check(writer, H5Sclose(space));
    return dataset;
}

static hid_t create_group(struct dataset_writer *writer, hid_t parent, const char *name) {
    hid_t list = check(writer, H5Pcreate(H5P_GROUP_CREATE));
    check(writer, H5Pset_obj_track_times(list, false));
    hid_t group = check(writer, H5Gcreate2(parent, name, H5P_DEFAULT, list, H5P_DEFAULT));
    check(writer, H5Pclose(list));
    return group;
}

static hid_t create_series(struct dataset_writer *writer, enum dataset_split split,
                           enum dataset_series series, const char *name) {
    const struct dataset_info *info = &writer->info;
    hsize_t size[DATASET_MAX_RANK], chunk[DATASET_MAX_RANK];
    int rank = dataset_hdf5_size(info, series, (hsize_t)info->trajectories[split], size);
    memcpy(chunk, size, sizeof chunk);
    chunk[0] = 1;
    chunk[1] = (hsize_t)packed_chunk_frames(info);
    return create_dataset(writer, writer->splits[split].group, name, dataset_hdf5_series_type(series), rank,
                          size, chunk);
}

static void create_split(struct dataset_writer *writer, enum dataset_split split) {
    struct split_writer *data = &writer->splits[split];
    size_t count = (size_t)writer->info.trajectories[split];
    data->group = create_group(writer, writer->file, dataset_split_names[split]);
    for (int i = 0; i < SERIES_COUNT; i++) {
        struct dataset_shape shape =
            dataset_layout_shape(writer->simulator, &writer->info, (enum dataset_series)i);
        if (shape.frame_bytes > 0) {
            data->series[i] = create_series(writer, split, (enum dataset_series)i, shape.name);
        }
    }
    for (int i = 0; i < writer->column_count; i++) {
        data->columns[i] = memory_alloc(count * dataset_column_bytes(&writer->columns[i]) + 1, 1);
    }
}

enum status dataset_writer_create(struct dataset_writer **out, const char *path,
                                  const struct simulator *simulator, const struct dataset_info *info) {
    dataset_hdf5_silence();
    struct dataset_writer *writer = memory_alloc(1, sizeof *writer);
    writer->simulator = simulator;
    writer->info = *info;
    writer->column_count = dataset_layout_columns(simulator, info, writer->columns);
    writer->path = memory_copy_string(path);
    writer->text_type = dataset_hdf5_text_type();
    hid_t list = check(writer, H5Pcreate(H5P_FILE_CREATE));
    check(writer, H5Pset_obj_track_times(list, false));
    writer->file = check(writer, H5Fcreate(path, H5F_ACC_TRUNC, list, H5P_DEFAULT));
    check(writer, H5Pclose(list));
    if (!writer->failed) {
        write_attributes(writer);
        create_split(writer, DATASET_TRAIN);
        create_split(writer, DATASET_TEST);
    }
    enum status status = writer_status(writer);
    if (status != STATUS_OK) {
        dataset_writer_abandon(writer);
        return status;
    }
    *out = writer;
    return STATUS_OK;
}

/* Puts the filtered chunks of a trajectory into the file as they are. */
static void put_series(struct dataset_writer *writer, hid_t dataset, int index,
                       const struct packed_series *series) {
    hsize_t start[DATASET_MAX_RANK] = {(hsize_t)index};
    for (int i = 0; i < series->chunks; i++) {
        check(writer, H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, start, series->sizes[i],
                                     &series->bytes[(size_t)i * series->room]));
        start[1] += (hsize_t)packed_chunk_frames(&writer->info);
    }
}

enum status dataset_writer_put(struct dataset_writer *writer, enum dataset_split split, int index,
                               const struct dataset_row *row, const struct packed_series *series) {
    assert(index >= 0 && index < writer->info.trajectories[split]);
    dataset_hdf5_silence();
    struct split_writer *data = &writer->splits[split];
    struct dataset_row stored = *row;
    for (int i = 0; i < SERIES_COUNT; i++) {
        put_series(writer, data->series[i], index, &series[i]);
        memcpy(stored.digest[i], series[i].digest, SHA256_BYTES);
    }
    for (int i = 0; i < writer->column_count; i++) {
        const struct dataset_column *column = &writer->columns[i];
        dataset_column_encode(column, &stored,
                              &data->columns[i][(size_t)index * dataset_column_bytes(column)]);
    }
    for (int i = 0; i < SIMULATOR_MAX_INVARIANTS; i++) {
        double error = row->invariant_error[i];
        /* Not fmax: a nan must stay. */
        writer->largest_error[i] = error <= writer->largest_error[i] ? writer->largest_error[i] : error;
    }
    writer->rejected += row->rejected;
    return writer_status(writer);
}

/* --- the end ------------------------------------------------------------------------------------------- */

static void write_column(struct dataset_writer *writer, enum dataset_split split, int index) {
    const struct dataset_column *column = &writer->columns[index];
    const uint8_t *rows = writer->splits[split].columns[index];
    hsize_t count = (hsize_t)writer->info.trajectories[split];
    hsize_t size[2] = {count, (hsize_t)column->width};
    hsize_t chunk[2] = {count < COLUMN_CHUNK ? count : COLUMN_CHUNK, (hsize_t)column->width};
    hid_t type = dataset_hdf5_column_type(column->type);
    hid_t dataset = create_dataset(writer, writer->splits[split].group, column->path, type,
                                   column->width == 0 ? 1 : 2, size, chunk);
    uint8_t digest[SHA256_BYTES];
    if (count > 0) {
        check(writer, H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows));
    }
    dataset_column_hash(column, rows, (size_t)count, digest);
    write_hash(writer, dataset, digest);
    check(writer, H5Dclose(dataset));
}

/* The fingerprint of a series: the SHA-256 of the digests of its trajectories, which are a column. */
static void write_series_hash(struct dataset_writer *writer, enum dataset_split split,
                              enum dataset_series series) {
    const struct split_writer *data = &writer->splits[split];
    size_t bytes = (size_t)writer->info.trajectories[split] * SHA256_BYTES;
    uint8_t digest[SHA256_BYTES];
    for (int i = 0; i < writer->column_count; i++) {
        if (writer->columns[i].offset == offsetof(struct dataset_row, digest[series])) {
            sha256_of(data->columns[i], bytes, digest);
            write_hash(writer, data->series[series], digest);
        }
    }
}

static void finish_split(struct dataset_writer *writer, enum dataset_split split) {
    for (int i = 0; i < writer->column_count; i++) {
        write_column(writer, split, i);
    }
    for (int i = 0; i < SERIES_COUNT; i++) {
        write_series_hash(writer, split, (enum dataset_series)i);
    }
}

/* "max_energy_error" and the like, over both splits; and how many draws were made again in all. */
static void write_summary(struct dataset_writer *writer) {
    for (int i = 0; i < simulator_invariant_count(writer->simulator); i++) {
        char name[128];
        (void)snprintf(name, sizeof name, "max_%s_error", writer->simulator->dynamics->invariants[i].name);
        write_number(writer, name, writer->largest_error[i]);
    }
    write_integer(writer, "rejected", writer->rejected);
}

/* After a failed write HDF5 still holds data that it will try to write on closing. On a full disk an empty
 * file makes room for that: then it closes in good order. */
static void make_room(struct dataset_writer *writer) {
    if (writer->failed && writer->file > 0) {
        (void)truncate(writer->path, 0);
    }
}

static void close_writer(struct dataset_writer *writer) {
    make_room(writer);
    for (int split = 0; split < DATASET_SPLITS; split++) {
        struct split_writer *data = &writer->splits[split];
        for (int i = 0; i < SERIES_COUNT; i++) {
            if (data->series[i] > 0) {
                check(writer, H5Dclose(data->series[i]));
            }
        }
        if (data->group > 0) {
            check(writer, H5Gclose(data->group));
        }
        for (int i = 0; i < writer->column_count; i++) {
            free(data->columns[i]);
        }
    }
    check(writer, H5Tclose(writer->text_type));
    if (writer->file > 0) {
        check(writer, H5Fclose(writer->file));
    }
}

static void free_writer(struct dataset_writer *writer) {
    free(writer->path);
    free(writer);
}

enum status dataset_writer_finish(struct dataset_writer *writer) {
    dataset_hdf5_silence();
    finish_split(writer, DATASET_TRAIN);
    finish_split(writer, DATASET_TEST);
    write_summary(writer);
    check(writer, H5Fflush(writer->file, H5F_SCOPE_GLOBAL));
    if (!writer->failed) {
        write_integer(writer, "complete", 1);
    }
    close_writer(writer);
    enum status status = writer_status(writer);
    free_writer(writer);
    return status;
}

void dataset_writer_abandon(struct dataset_writer *writer) {
    close_writer(writer);
    free_writer(writer);
}
