/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/dataset_writer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/dataset_attributes.h"
#include "datasets/dataset_words.h"
#include "simulators/shift.h"
#include "support/memory.h"
#include "support/text.h"

/* Bytes of HDF5's cache. */
enum { INDEX_CACHE = 1 << 20 };

/* Rows of all columns that are waiting until they fill a chunk of each. */
struct column_block {
    int filled;
    uint8_t *rows[DATASET_MAX_COLUMNS]; /* [DATASET_COLUMN_CHUNK] stored rows */
};

struct split_writer {
    int64_t series[SERIES_COUNT];         /* 0 for those that the file does not have */
    int64_t columns[DATASET_MAX_COLUMNS]; /* [column_count] */
    struct column_block **blocks;         /* NULL for those that are not begun, or written */
};

struct dataset_writer {
    const struct simulator *simulator;
    struct dataset_info info;
    struct dataset_column columns[DATASET_MAX_COLUMNS];
    int column_count;
    struct chunk_filter *filter; /* of columns */
    uint8_t *filtered;
    struct hdf5_file *file;
    struct split_writer splits[DATASET_SPLITS];
    struct dataset_summary summary;
};

static void write_text(struct dataset_writer *writer, const char *name, const char *value) {
    hdf5_file_put_text(writer->file, "/", name, value);
}

static const char *images_word(const struct dataset_info *info) {
    return info->stored_images ? DATASET_IMAGES_STORE : DATASET_IMAGES_NONE;
}

static void write_attributes(struct dataset_writer *writer) {
    const struct simulator *simulator = writer->simulator;
    const struct dataset_info *info = &writer->info;
    write_text(writer, "environment", info->environment);
    if (info->shift != SIMULATOR_SHIFT_NONE) {
        write_text(writer, "shift", simulator_shift_names[info->shift]);
    }
    write_text(writer, "generator", info->generator);
    write_text(writer, "definition", info->definition);
    hdf5_file_put_unsigned(writer->file, "seed", info->seed);
    hdf5_file_put_integer(writer->file, "frames", info->frames);
    hdf5_file_put_real(writer->file, "dt", info->dt);
    write_text(writer, "images", images_word(info));
    for (int i = 0; i < simulator_option_count(simulator); i++) {
        hdf5_file_put_real(writer->file, simulator->options[i].name, info->options[i]);
    }
    dataset_attributes_write(writer->file, simulator, info);
}

/* --- datasets ------------------------------------------------------------------------------------------- */

static int64_t create_dataset(struct dataset_writer *writer, enum dataset_split split, const char *path,
                              const struct hdf5_file_shape *shape) {
    char name[DATASET_NAME];
    dataset_layout_name(name, split, path);
    return hdf5_file_create_dataset(writer->file, name, shape);
}

static int block_count(const struct dataset_writer *writer, enum dataset_split split) {
    return (writer->info.trajectories[split] + DATASET_COLUMN_CHUNK - 1) / DATASET_COLUMN_CHUNK;
}

/* Rows of a block: the last one may be shorter. */
static int block_rows(const struct dataset_writer *writer, enum dataset_split split, int block) {
    int left = writer->info.trajectories[split] - block * DATASET_COLUMN_CHUNK;
    return left < DATASET_COLUMN_CHUNK ? left : DATASET_COLUMN_CHUNK;
}

static void create_split(struct dataset_writer *writer, enum dataset_split split) {
    if (!dataset_layout_has_split(&writer->info, split)) {
        return;
    }
    struct split_writer *data = &writer->splits[split];
    int count = writer->info.trajectories[split];
    hdf5_file_create_group(writer->file, dataset_split_names[split]);
    for (int i = 0; i < SERIES_COUNT; i++) {
        enum dataset_series series = (enum dataset_series)i;
        struct dataset_shape shape = dataset_layout_shape(writer->simulator, &writer->info, series);
        struct hdf5_file_shape stored =
            dataset_layout_series(writer->simulator, &writer->info, series, count);
        if (shape.frame_bytes > 0) {
            data->series[i] = create_dataset(writer, split, shape.name, &stored);
        }
    }
    for (int i = 0; i < writer->column_count; i++) {
        struct hdf5_file_shape stored = dataset_column_shape(&writer->columns[i], count);
        data->columns[i] = create_dataset(writer, split, writer->columns[i].path, &stored);
    }
    data->blocks = memory_alloc((size_t)block_count(writer, split) + 1, sizeof(struct column_block *));
}

/* For the widest of the columns. */
static void create_filter(struct dataset_writer *writer) {
    size_t widest = 0;
    for (int i = 0; i < writer->column_count; i++) {
        size_t bytes = DATASET_COLUMN_CHUNK * dataset_column_bytes(&writer->columns[i]);
        widest = bytes > widest ? bytes : widest;
    }
    chunk_filter_create(&writer->filter, widest);
    writer->filtered = memory_alloc(chunk_filter_bound(widest), 1);
}

enum status dataset_writer_create(struct dataset_writer **out, const char *part, const char *path,
                                  const struct simulator *simulator, const struct dataset_info *info) {
    struct dataset_writer *writer = memory_alloc(1, sizeof *writer);
    writer->simulator = simulator;
    writer->info = *info;
    writer->column_count = dataset_layout_columns(simulator, info, writer->columns);
    create_filter(writer);
    enum status status = hdf5_file_begin(&writer->file, part, path, &dataset_layout_format, INDEX_CACHE);
    if (status == STATUS_OK) {
        write_attributes(writer);
        for (int split = 0; split < DATASET_SPLITS; split++) {
            create_split(writer, (enum dataset_split)split);
        }
        status = hdf5_file_status(writer->file);
    }
    if (status != STATUS_OK) {
        dataset_writer_abandon(writer);
        return status;
    }
    *out = writer;
    return STATUS_OK;
}

/* Puts the filtered chunks of a trajectory into the file as they are. */
static void put_series(struct dataset_writer *writer, int64_t dataset, int index,
                       const struct packed_series *series) {
    uint64_t start[HDF5_FILE_MAX_RANK] = {(uint64_t)index};
    for (int i = 0; i < series->chunks; i++) {
        hdf5_file_write_chunk(writer->file, dataset, start, series->sizes[i],
                              &series->bytes[(size_t)i * series->room]);
        start[1] += (uint64_t)series->frames;
    }
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
    return count < DATASET_COLUMN_CHUNK ? count : DATASET_COLUMN_CHUNK;
}

/* Filters are run here as well: the bytes of the file then do not depend on HDF5's. */
static void write_block(struct dataset_writer *writer, enum dataset_split split, int number) {
    struct split_writer *data = &writer->splits[split];
    uint64_t start[HDF5_FILE_MAX_RANK] = {(uint64_t)number * DATASET_COLUMN_CHUNK};
    for (int i = 0; i < writer->column_count; i++) {
        const struct dataset_column *column = &writer->columns[i];
        size_t bytes = (size_t)chunk_rows(writer, split) * dataset_column_bytes(column);
        size_t element = column->type == COLUMN_BYTE ? 1 : sizeof(double);
        size_t size =
            chunk_filter_run(writer->filter, data->blocks[number]->rows[i], bytes, element, writer->filtered);
        hdf5_file_write_chunk(writer->file, data->columns[i], start, size, writer->filtered);
    }
    free_block(writer, data->blocks[number]);
    data->blocks[number] = NULL;
}

static void put_row(struct dataset_writer *writer, enum dataset_split split, int index,
                    const struct dataset_row *row) {
    int number = index / DATASET_COLUMN_CHUNK;
    struct column_block **block = &writer->splits[split].blocks[number];
    if (*block == NULL) {
        *block = memory_alloc(1, sizeof **block);
        for (int i = 0; i < writer->column_count; i++) {
            (*block)->rows[i] = memory_alloc(DATASET_COLUMN_CHUNK, dataset_column_bytes(&writer->columns[i]));
        }
    }
    for (int i = 0; i < writer->column_count; i++) {
        const struct dataset_column *column = &writer->columns[i];
        size_t at = (size_t)(index % DATASET_COLUMN_CHUNK) * dataset_column_bytes(column);
        dataset_column_encode(column, row, &(*block)->rows[i][at]);
    }
    if (++(*block)->filled == block_rows(writer, split, number)) {
        write_block(writer, split, number);
    }
}

enum status dataset_writer_put(struct dataset_writer *writer, enum dataset_split split, int index,
                               const struct dataset_row *row, const struct packed_series *series) {
    assert(index >= 0 && index < writer->info.trajectories[split]);
    struct dataset_row stored = *row;
    for (int i = 0; i < SERIES_COUNT; i++) {
        put_series(writer, writer->splits[split].series[i], index, &series[i]);
        memcpy(stored.digest[i], series[i].digest, SHA256_BYTES);
    }
    put_row(writer, split, index, &stored);
    dataset_summary_add(&writer->summary, writer->simulator, row);
    return hdf5_file_status(writer->file);
}

/* --- the end -------------------------------------------------------------------------------------------- */

static void put_digest(struct dataset_writer *writer, enum dataset_split split, const char *path,
                       struct sha256 *hash) {
    uint8_t digest[SHA256_BYTES];
    char name[DATASET_NAME];
    dataset_layout_name(name, split, path);
    sha256_finish(hash, digest);
    hdf5_file_put_digest(writer->file, name, digest);
}

/* The fingerprint of a column, and of the series whose digests it holds. The rows may have come in any order,
 * and are read back in theirs. */
static void hash_column(struct dataset_writer *writer, enum dataset_split split, int index) {
    const struct dataset_column *column = &writer->columns[index];
    size_t bytes = dataset_column_bytes(column);
    uint8_t *rows = memory_alloc(DATASET_COLUMN_CHUNK, bytes);
    struct sha256 *hash = sha256_create(), *series_hash = sha256_create();
    for (int block = 0; block < block_count(writer, split); block++) {
        int count = block_rows(writer, split, block);
        uint64_t start[HDF5_FILE_MAX_RANK] = {(uint64_t)block * DATASET_COLUMN_CHUNK};
        uint64_t size[HDF5_FILE_MAX_RANK] = {(uint64_t)count, (uint64_t)column->width};
        hdf5_file_read_back(writer->file, writer->splits[split].columns[index], start, size, rows);
        dataset_column_add_hash(column, rows, (size_t)count, hash);
        sha256_add(series_hash, rows, (size_t)count * bytes);
    }
    put_digest(writer, split, column->path, hash);
    for (int i = 0; i < SERIES_COUNT; i++) {
        if (column->offset == offsetof(struct dataset_row, digest[i])) {
            struct dataset_shape shape =
                dataset_layout_shape(writer->simulator, &writer->info, (enum dataset_series)i);
            put_digest(writer, split, shape.name, series_hash);
        }
    }
    sha256_free(series_hash);
    sha256_free(hash);
    free(rows);
}

static void finish_split(struct dataset_writer *writer, enum dataset_split split) {
    for (int i = 0; i < writer->column_count && dataset_layout_has_split(&writer->info, split); i++) {
        hash_column(writer, split, i);
    }
}

static void free_writer(struct dataset_writer *writer) {
    for (int split = 0; split < DATASET_SPLITS; split++) {
        struct column_block **blocks = writer->splits[split].blocks;
        for (int i = 0; blocks != NULL && i < block_count(writer, (enum dataset_split)split); i++) {
            free_block(writer, blocks[i]);
        }
        free(blocks);
    }
    chunk_filter_free(writer->filter);
    free(writer->filtered);
    free(writer);
}

enum status dataset_writer_finish(struct dataset_writer *writer) {
    for (int split = 0; split < DATASET_SPLITS; split++) {
        finish_split(writer, (enum dataset_split)split);
    }
    dataset_attributes_write_summary(writer->file, writer->simulator, &writer->summary);
    enum status status = hdf5_file_finish(writer->file);
    free_writer(writer);
    return status;
}

void dataset_writer_abandon(struct dataset_writer *writer) {
    hdf5_file_abandon(writer->file);
    free_writer(writer);
}
