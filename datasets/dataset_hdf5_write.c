/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/dataset_writer.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "datasets/dataset_hdf5.h"
#include "support/json_text.h"
#include "support/memory.h"
#include "support/text.h"

/* Rows of one chunk of a column. */
enum { COLUMN_CHUNK = 1024 };

/* Bytes of HDF5's cache. */
enum { INDEX_CACHE = 1 << 20 };

/* Rows of all columns that are waiting until they fill a chunk of each. */
struct column_block {
    int filled;
    uint8_t *rows[DATASET_MAX_COLUMNS]; /* [COLUMN_CHUNK] stored rows */
};

struct split_writer {
    hid_t group;
    hid_t series[SERIES_COUNT];         /* 0 for those that the file does not have */
    hid_t columns[DATASET_MAX_COLUMNS]; /* [column_count] */
    struct column_block **blocks;       /* NULL for those that are not begun, or written */
};

struct dataset_writer {
    const struct simulator *simulator;
    struct dataset_info info;
    struct dataset_column columns[DATASET_MAX_COLUMNS];
    int column_count;
    struct chunk_filter *filter; /* of columns */
    uint8_t *filtered;
    char *part; /* the file that is written */
    char *path; /* what it is to become */
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
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "environment", info->environment);
    json_text_integer(&json, "train", info->trajectories[DATASET_TRAIN]);
    json_text_integer(&json, "test", info->trajectories[DATASET_TEST]);
    json_text_integer(&json, "frames", info->frames);
    json_text_number(&json, "dt", info->dt);
    json_text_integer(&json, "seed", (int64_t)info->seed);
    json_text_string(&json, "images", info->stored_images ? "store" : "none");
    for (int i = 0; i < simulator_option_count(writer->simulator); i++) {
        json_text_number(&json, writer->simulator->options[i].name, info->options[i]);
    }
    json_text_close(&json, '}');
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
    /* Chunks are written whole: none has to be kept. */
    hid_t access = check(writer, H5Pcreate(H5P_DATASET_ACCESS));
    check(writer, H5Pset_chunk_cache(access, 1, 0, 1.0));
    hid_t dataset = check(writer, H5Dcreate2(parent, name, type, space, links, list, access));
    check(writer, H5Pclose(access));
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
                           enum dataset_series series, const struct dataset_shape *shape) {
    const struct dataset_info *info = &writer->info;
    hsize_t size[DATASET_MAX_RANK], chunk[DATASET_MAX_RANK];
    int rank = dataset_hdf5_size(info, series, (hsize_t)info->trajectories[split], size);
    memcpy(chunk, size, sizeof chunk);
    chunk[0] = 1;
    chunk[1] = (hsize_t)shape->chunk_frames;
    return create_dataset(writer, writer->splits[split].group, shape->name, dataset_hdf5_series_type(series),
                          rank, size, chunk);
}

static hid_t create_column(struct dataset_writer *writer, enum dataset_split split,
                           const struct dataset_column *column) {
    hsize_t count = (hsize_t)writer->info.trajectories[split];
    hsize_t size[2] = {count, (hsize_t)column->width};
    hsize_t chunk[2] = {count < COLUMN_CHUNK ? count : COLUMN_CHUNK, (hsize_t)column->width};
    return create_dataset(writer, writer->splits[split].group, column->path,
                          dataset_hdf5_column_type(column->type), column->width == 0 ? 1 : 2, size, chunk);
}

static int block_count(const struct dataset_writer *writer, enum dataset_split split) {
    return (writer->info.trajectories[split] + COLUMN_CHUNK - 1) / COLUMN_CHUNK;
}

/* Rows of a block: the last one may be shorter. */
static int block_rows(const struct dataset_writer *writer, enum dataset_split split, int block) {
    int left = writer->info.trajectories[split] - block * COLUMN_CHUNK;
    return left < COLUMN_CHUNK ? left : COLUMN_CHUNK;
}

static void create_split(struct dataset_writer *writer, enum dataset_split split) {
    struct split_writer *data = &writer->splits[split];
    data->group = create_group(writer, writer->file, dataset_split_names[split]);
    for (int i = 0; i < SERIES_COUNT; i++) {
        struct dataset_shape shape =
            dataset_layout_shape(writer->simulator, &writer->info, (enum dataset_series)i);
        if (shape.frame_bytes > 0) {
            data->series[i] = create_series(writer, split, (enum dataset_series)i, &shape);
        }
    }
    for (int i = 0; i < writer->column_count; i++) {
        data->columns[i] = create_column(writer, split, &writer->columns[i]);
    }
    data->blocks = memory_alloc((size_t)block_count(writer, split) + 1, sizeof(struct column_block *));
}

/* For the widest of the columns. */
static void create_filter(struct dataset_writer *writer) {
    size_t widest = 0;
    for (int i = 0; i < writer->column_count; i++) {
        size_t bytes = COLUMN_CHUNK * dataset_column_bytes(&writer->columns[i]);
        widest = bytes > widest ? bytes : widest;
    }
    chunk_filter_create(&writer->filter, widest);
    writer->filtered = memory_alloc(chunk_filter_bound(widest), 1);
}

/* HDF5 keeps the index of all chunks in memory unless told that this is enough. */
static hid_t limit_cache(struct dataset_writer *writer) {
    hid_t list = check(writer, H5Pcreate(H5P_FILE_ACCESS));
    H5AC_cache_config_t config = {.version = H5AC__CURR_CACHE_CONFIG_VERSION};
    check(writer, H5Pget_mdc_config(list, &config));
    config.set_initial_size = true;
    config.initial_size = config.min_size = config.max_size = INDEX_CACHE;
    config.incr_mode = H5C_incr__off;
    config.flash_incr_mode = H5C_flash_incr__off;
    config.decr_mode = H5C_decr__off;
    check(writer, H5Pset_mdc_config(list, &config));
    return list;
}

enum status dataset_writer_create(struct dataset_writer **out, const char *part, const char *path,
                                  const struct simulator *simulator, const struct dataset_info *info) {
    dataset_hdf5_silence();
    struct dataset_writer *writer = memory_alloc(1, sizeof *writer);
    writer->simulator = simulator;
    writer->info = *info;
    writer->column_count = dataset_layout_columns(simulator, info, writer->columns);
    create_filter(writer);
    writer->part = memory_copy_string(part);
    writer->path = memory_copy_string(path);
    writer->text_type = dataset_hdf5_text_type();
    hid_t list = check(writer, H5Pcreate(H5P_FILE_CREATE));
    check(writer, H5Pset_obj_track_times(list, false));
    hid_t access = limit_cache(writer);
    writer->file = check(writer, H5Fcreate(part, H5F_ACC_TRUNC, list, access));
    check(writer, H5Pclose(access));
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
        start[1] += (hsize_t)series->frames;
    }
}

/* Opens rows `block` * COLUMN_CHUNK and on of a column, in the file and in memory; the caller closes both. */
static void select_rows(struct dataset_writer *writer, enum dataset_split split, int column, int block,
                        hid_t *file, hid_t *memory) {
    hsize_t width = (hsize_t)writer->columns[column].width;
    hsize_t start[2] = {(hsize_t)block * COLUMN_CHUNK, 0};
    hsize_t size[2] = {(hsize_t)block_rows(writer, split, block), width};
    *file = check(writer, H5Dget_space(writer->splits[split].columns[column]));
    *memory = check(writer, H5Screate_simple(width == 0 ? 1 : 2, size, NULL));
    check(writer, H5Sselect_hyperslab(*file, H5S_SELECT_SET, start, NULL, size, NULL));
}

static void free_block(struct dataset_writer *writer, struct column_block *block) {
    for (int i = 0; block != NULL && i < writer->column_count; i++) {
        free(block->rows[i]);
    }
    free(block);
}

/* Rows of a chunk of a column. */
static int chunk_rows(const struct dataset_writer *writer, enum dataset_split split) {
    int count = writer->info.trajectories[split];
    return count < COLUMN_CHUNK ? count : COLUMN_CHUNK;
}

/* Filters are run here as well: the bytes of the file then do not depend on HDF5's. */
static void write_block(struct dataset_writer *writer, enum dataset_split split, int number) {
    struct split_writer *data = &writer->splits[split];
    hsize_t start[2] = {(hsize_t)number * COLUMN_CHUNK, 0};
    for (int i = 0; i < writer->column_count; i++) {
        const struct dataset_column *column = &writer->columns[i];
        size_t bytes = (size_t)chunk_rows(writer, split) * dataset_column_bytes(column);
        size_t element = column->type == COLUMN_BYTE ? 1 : sizeof(double);
        size_t size =
            chunk_filter_run(writer->filter, data->blocks[number]->rows[i], bytes, element, writer->filtered);
        check(writer, H5Dwrite_chunk(data->columns[i], H5P_DEFAULT, 0, start, size, writer->filtered));
    }
    free_block(writer, data->blocks[number]);
    data->blocks[number] = NULL;
}

static void put_row(struct dataset_writer *writer, enum dataset_split split, int index,
                    const struct dataset_row *row) {
    int number = index / COLUMN_CHUNK;
    struct column_block **block = &writer->splits[split].blocks[number];
    if (*block == NULL) {
        *block = memory_alloc(1, sizeof **block);
        for (int i = 0; i < writer->column_count; i++) {
            (*block)->rows[i] = memory_alloc(COLUMN_CHUNK, dataset_column_bytes(&writer->columns[i]));
        }
    }
    for (int i = 0; i < writer->column_count; i++) {
        const struct dataset_column *column = &writer->columns[i];
        size_t at = (size_t)(index % COLUMN_CHUNK) * dataset_column_bytes(column);
        dataset_column_encode(column, row, &(*block)->rows[i][at]);
    }
    if (++(*block)->filled == block_rows(writer, split, number)) {
        write_block(writer, split, number);
    }
}

/* What is said about all trajectories together. */
static void summarise(struct dataset_writer *writer, const struct dataset_row *row) {
    for (int i = 0; i < SIMULATOR_MAX_INVARIANTS; i++) {
        double error = row->invariant_error[i];
        /* Not fmax: a nan must stay. */
        writer->largest_error[i] = error <= writer->largest_error[i] ? writer->largest_error[i] : error;
    }
    writer->rejected += row->rejected;
}

enum status dataset_writer_put(struct dataset_writer *writer, enum dataset_split split, int index,
                               const struct dataset_row *row, const struct packed_series *series) {
    assert(index >= 0 && index < writer->info.trajectories[split]);
    dataset_hdf5_silence();
    struct dataset_row stored = *row;
    for (int i = 0; i < SERIES_COUNT; i++) {
        put_series(writer, writer->splits[split].series[i], index, &series[i]);
        memcpy(stored.digest[i], series[i].digest, SHA256_BYTES);
    }
    put_row(writer, split, index, &stored);
    summarise(writer, row);
    return writer_status(writer);
}

/* --- the end ------------------------------------------------------------------------------------------- */

/* The fingerprint of a column, and of the series whose digests it holds. The rows may have come in any order,
 * and are read back in theirs. */
static void hash_column(struct dataset_writer *writer, enum dataset_split split, int index) {
    const struct dataset_column *column = &writer->columns[index];
    struct split_writer *data = &writer->splits[split];
    size_t bytes = dataset_column_bytes(column);
    uint8_t *rows = memory_alloc(COLUMN_CHUNK, bytes), digest[SHA256_BYTES];
    struct sha256 *hash = sha256_create(), *series_hash = sha256_create();
    for (int block = 0; block < block_count(writer, split) && !writer->failed; block++) {
        size_t count = (size_t)block_rows(writer, split, block);
        hid_t file, memory;
        select_rows(writer, split, index, block, &file, &memory);
        check(writer, H5Dread(data->columns[index], dataset_hdf5_column_type(column->type), memory, file,
                              H5P_DEFAULT, rows));
        check(writer, H5Sclose(memory));
        check(writer, H5Sclose(file));
        dataset_column_add_hash(column, rows, count, hash);
        sha256_add(series_hash, rows, count * bytes);
    }
    sha256_finish(hash, digest);
    write_hash(writer, data->columns[index], digest);
    sha256_finish(series_hash, digest);
    for (int i = 0; i < SERIES_COUNT; i++) {
        if (column->offset == offsetof(struct dataset_row, digest[i])) {
            write_hash(writer, data->series[i], digest);
        }
    }
    sha256_free(series_hash);
    sha256_free(hash);
    free(rows);
}

static void finish_split(struct dataset_writer *writer, enum dataset_split split) {
    for (int i = 0; i < writer->column_count; i++) {
        hash_column(writer, split, i);
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
        (void)truncate(writer->part, 0);
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
        for (int i = 0; i < writer->column_count; i++) {
            if (data->columns[i] > 0) {
                check(writer, H5Dclose(data->columns[i]));
            }
        }
        if (data->group > 0) {
            check(writer, H5Gclose(data->group));
        }
        for (int i = 0; data->blocks != NULL && i < block_count(writer, (enum dataset_split)split); i++) {
            free_block(writer, data->blocks[i]);
        }
        free(data->blocks);
    }
    check(writer, H5Tclose(writer->text_type));
    if (writer->file > 0) {
        check(writer, H5Fclose(writer->file));
    }
}

static void free_writer(struct dataset_writer *writer) {
    chunk_filter_free(writer->filter);
    free(writer->filtered);
    free(writer->part);
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
