/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/packed.h"

#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

void packed_series_create(struct packed_series *out, const struct dataset_shape *shape,
                          const struct dataset_info *info) {
    *out = (struct packed_series){0};
    if (shape->frame_bytes == 0) {
        return;
    }
    size_t chunk_bytes = (size_t)shape->chunk_frames * shape->frame_bytes;
    out->chunks = (info->frames + shape->chunk_frames - 1) / shape->chunk_frames;
    out->frames = shape->chunk_frames;
    out->room = chunk_filter_bound(chunk_bytes);
    out->sizes = memory_alloc((size_t)out->chunks, sizeof *out->sizes);
    out->bytes = memory_alloc((size_t)out->chunks, out->room);
    out->padded = memory_alloc(chunk_bytes, 1);
}

void packed_series_free(struct packed_series *series) {
    free(series->sizes);
    free(series->bytes);
    free(series->padded);
}

void packed_series_fill(struct packed_series *series, struct chunk_filter *filter,
                        const struct dataset_shape *shape, const struct dataset_info *info,
                        const void *values) {
    size_t left = dataset_layout_bytes(shape, info);
    size_t chunk_bytes = (size_t)shape->chunk_frames * shape->frame_bytes;
    const uint8_t *from = values;
    sha256_of(values, left, series->digest);
    for (int i = 0; i < series->chunks; i++, from += chunk_bytes, left -= chunk_bytes) {
        const uint8_t *chunk = from;
        if (left < chunk_bytes) {
            /* HDF5 stores whole chunks; what lies beyond the frames is zero. */
            memcpy(series->padded, from, left);
            chunk = series->padded;
        }
        uint8_t *out = &series->bytes[(size_t)i * series->room];
        series->sizes[i] = chunk_filter_run(filter, chunk, chunk_bytes, shape->element, out);
        if (left < chunk_bytes) {
            break;
        }
    }
}

size_t packed_series_size(const struct packed_series *series) {
    size_t sum = 0;
    for (int i = 0; i < series->chunks; i++) {
        sum += series->sizes[i];
    }
    return sum;
}
