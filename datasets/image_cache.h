/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Chunks of images of a dataset whose images stay in the file: those used last are kept inflated. Frames of
 * many sequences may be read in turn, by many threads, and no chunk is inflated twice as long as the chunks
 * in use fit in. Internal to datasets/.
 */
#ifndef HAMBENCH_DATASETS_IMAGE_CACHE_H
#define HAMBENCH_DATASETS_IMAGE_CACHE_H

#include "datasets/dataset_file.h"

struct image_cache;

/* A cache of up to `memory` bytes (one chunk at least), taken as chunks come in. The file stays the caller's,
 * who frees `*out` before it is closed. */
void image_cache_create(struct image_cache **out, struct dataset_file *file, size_t memory);
void image_cache_free(struct image_cache *cache);

/* Reads frames of a trajectory, `out` [count] images. Errors of dataset_file_read. */
enum status image_cache_read(struct image_cache *cache, struct dataset_frames frames, uint8_t *out);

/* How many chunks have been inflated so far. */
long image_cache_inflated(struct image_cache *cache);

#endif
