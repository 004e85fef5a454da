/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rollout.h5: written a few frames at a time, so that a long rollout needs no more memory than a short one.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/chunk.h"
#include "integrators/integrator.h"
#include "rollouts/rollouts_private.h"
#include "support/file.h"
#include "support/json_text.h"
#include "support/memory.h"
#include "support/provenance.h"
#include "support/text.h"

enum { MOST_SERIES = 8, MOST_CHUNK_FRAMES = 512, CHUNK_BYTES = 512 * 1024 };

static const struct hdf5_file_format rollout_format = {"hambench-rollout", "rollout", 1};

struct rollouts_series {
    struct rollouts_file *file;
    char *name;
    int64_t dataset;
    struct hdf5_file_shape shape;
    size_t frame;     /* bytes */
    uint64_t row, at; /* the next frame */
    uint8_t *chunk, *stored;
    uint64_t filled; /* frames in the chunk */
    struct chunk_filter *filter;
    struct sha256 *row_hash, *hash;
};

struct rollouts_file {
    struct hdf5_file *file;
    char *part, *path;
    struct rollouts_series *series[MOST_SERIES];
    int count;
};

/* ---- attributes ---- */

static void put_provenance(struct hdf5_file *file) {
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    provenance_add_json(&json);
    json_text_close(&json, '}');
    hdf5_file_put_text(file, "/", "provenance", text.data);
    text_free(&text);
}

static void put_request(struct hdf5_file *file, const struct rollouts_request *request) {
    hdf5_file_put_text(file, "/", "model", request->model->kind->name);
    hdf5_file_put_text(file, "/", "variant", request->name);
    hdf5_file_put_text(file, "/", "environment", request->simulator->name);
    hdf5_file_put_text(file, "/", "run", request->run);
    hdf5_file_put_unsigned(file, "model_seed", request->model_seed);
    hdf5_file_put_integer(file, "steps", request->steps);
    if (request->samples > 0) {
        hdf5_file_put_unsigned(file, "seed", request->seed);
        return;
    }
    hdf5_file_put_text(file, "/", "dataset", request->dataset_file);
    hdf5_file_put_text(file, "/", "dataset_fingerprint", dataset_fingerprint(request->dataset));
    hdf5_file_put_integer(file, "trajectory", request->trajectory);
    hdf5_file_put_integer(file, "first_seen", rollouts_start(request));
    hdf5_file_put_integer(file, "origin", rollouts_origin(request));
}

enum status rollouts_file_begin(struct rollouts_file **out, const char *folder,
                                const struct rollouts_request *request) {
    struct rollouts_file *file = memory_alloc(1, sizeof *file);
    file->path = file_join(folder, rollouts_file_name);
    enum status status = file_temporary(&file->part, file->path);
    if (status == STATUS_OK) {
        status = hdf5_file_begin(&file->file, file->part, file->path, &rollout_format, 0);
    }
    if (status != STATUS_OK) {
        free(file->part);
        free(file->path);
        free(file);
        return status;
    }
    put_request(file->file, request);
    put_provenance(file->file);
    *out = file;
    return STATUS_OK;
}

struct hdf5_file *rollouts_file_attributes(struct rollouts_file *file) {
    return file->file;
}

/* ---- series ---- */

static size_t chunk_bytes(const struct rollouts_series *series) {
    return series->shape.chunk[1] * series->frame;
}

static uint64_t chunk_frames(size_t frame, int frames) {
    size_t fit = CHUNK_BYTES / frame;
    size_t most = fit < 1 ? 1 : fit < MOST_CHUNK_FRAMES ? fit : MOST_CHUNK_FRAMES;
    return (uint64_t)frames < most ? (uint64_t)frames : most;
}

struct rollouts_series *rollouts_file_add(struct rollouts_file *file, const char *name,
                                          enum hdf5_file_type type, int rows, int frames, int rank,
                                          const int *shape) {
    assert(file->count < MOST_SERIES && rows > 0 && frames > 0);
    struct rollouts_series *series = memory_alloc(1, sizeof *series);
    series->file = file;
    series->name = memory_copy_string(name);
    series->shape = (struct hdf5_file_shape){.type = type, .rank = rank + 2};
    series->shape.size[0] = (uint64_t)rows;
    series->shape.size[1] = (uint64_t)frames;
    series->frame = hdf5_file_type_size(type);
    for (int i = 0; i < rank; i++) {
        series->shape.size[2 + i] = series->shape.chunk[2 + i] = (uint64_t)shape[i];
        series->frame *= (size_t)shape[i];
    }
    series->shape.chunk[0] = 1;
    series->shape.chunk[1] = chunk_frames(series->frame, frames);
    series->dataset = hdf5_file_create_dataset(file->file, name, &series->shape);
    series->chunk = memory_alloc(chunk_bytes(series), 1);
    series->stored = memory_alloc(chunk_filter_bound(chunk_bytes(series)), 1);
    chunk_filter_create(&series->filter, chunk_bytes(series));
    series->row_hash = sha256_create();
    series->hash = sha256_create();
    file->series[file->count++] = series;
    return series;
}

/* Of the last chunk of a row, what lies beyond the frames is zero. */
static void write_chunk(struct rollouts_series *series) {
    size_t used = series->filled * series->frame;
    memset(series->chunk + used, 0, chunk_bytes(series) - used);
    size_t size = chunk_filter_run(series->filter, series->chunk, chunk_bytes(series),
                                   hdf5_file_type_size(series->shape.type), series->stored);
    uint64_t start[HDF5_FILE_MAX_RANK] = {series->row, series->at - series->filled};
    hdf5_file_write_chunk(series->file->file, series->dataset, start, size, series->stored);
    series->filled = 0;
}

static void end_row(struct rollouts_series *series) {
    uint8_t digest[SHA256_BYTES];
    sha256_finish(series->row_hash, digest);
    sha256_add(series->hash, digest, sizeof digest);
    series->row++;
    series->at = 0;
}

void rollouts_series_append(struct rollouts_series *series, const void *values, int frames) {
    const uint8_t *from = values;
    assert(series->row < series->shape.size[0] && series->at + (uint64_t)frames <= series->shape.size[1]);
    sha256_add(series->row_hash, values, (size_t)frames * series->frame);
    for (int i = 0; i < frames; i++, from += series->frame) {
        memcpy(series->chunk + series->filled * series->frame, from, series->frame);
        series->filled++;
        series->at++;
        if (series->filled == series->shape.chunk[1] || series->at == series->shape.size[1]) {
            write_chunk(series);
        }
    }
    if (series->at == series->shape.size[1]) {
        end_row(series);
    }
}

void rollouts_file_add_times(struct rollouts_file *file, const struct rollouts_request *request) {
    struct hdf5_file_shape shape = {.type = HDF5_FILE_REAL64, .rank = 1, .size = {(uint64_t)request->frames}};
    double *times = memory_alloc((size_t)request->frames, sizeof *times);
    uint8_t digest[SHA256_BYTES];
    for (int t = 0; t < request->frames; t++) {
        times[t] = t * request->speed * (request->backward ? -1 : 1) + 0.0; /* no -0 */
    }
    hdf5_file_write(file->file, hdf5_file_create_dataset(file->file, "time", &shape), times);
    sha256_of(times, (size_t)request->frames * sizeof *times, digest);
    hdf5_file_put_digest(file->file, "time", digest);
    free(times);
}

static void free_series(struct rollouts_series *series) {
    sha256_free(series->row_hash);
    sha256_free(series->hash);
    chunk_filter_free(series->filter);
    free(series->chunk);
    free(series->stored);
    free(series->name);
    free(series);
}

static void finish_series(struct rollouts_series *series) {
    uint8_t digest[SHA256_BYTES];
    assert(series->row == series->shape.size[0] && series->at == 0);
    sha256_finish(series->hash, digest);
    hdf5_file_put_digest(series->file->file, series->name, digest);
}

enum status rollouts_file_end(struct rollouts_file *file, enum status status) {
    for (int i = 0; i < file->count && status == STATUS_OK; i++) {
        finish_series(file->series[i]);
    }
    if (status == STATUS_OK) {
        status = hdf5_file_finish(file->file);
    } else {
        hdf5_file_abandon(file->file);
    }
    status = file_settle(file->part, file->path, status);
    for (int i = 0; i < file->count; i++) {
        free_series(file->series[i]);
    }
    free(file->path);
    free(file);
    return status;
}
