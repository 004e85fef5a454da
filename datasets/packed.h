/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One trajectory of a series as it goes into the file: its digest and its filtered chunks. Made by the thread
 * that made the trajectory, so that the one that writes has only to write. Internal to datasets/.
 */
#ifndef HAMBENCH_DATASETS_PACKED_H
#define HAMBENCH_DATASETS_PACKED_H

#include "datasets/chunk.h"
#include "datasets/dataset_layout.h"

struct packed_series {
    int chunks;    /* 0 for a series that the file does not have */
    int frames;    /* of a chunk */
    size_t room;   /* of each chunk in `bytes` */
    size_t *sizes; /* [chunks], of the filtered chunks */
    uint8_t *bytes;
    uint8_t *padded; /* the last chunk before filtering, where frames do not fill it */
    uint8_t digest[SHA256_BYTES];
};

/* Memory for trajectories of that shape. */
void packed_series_create(struct packed_series *out, const struct dataset_shape *shape,
                          const struct dataset_info *info);
void packed_series_free(struct packed_series *series);

/* Packs the values of a trajectory, [T] frames. */
void packed_series_fill(struct packed_series *series, struct chunk_filter *filter,
                        const struct dataset_shape *shape, const struct dataset_info *info,
                        const void *values);

/* Bytes of all filtered chunks. */
size_t packed_series_size(const struct packed_series *series);

#endif
