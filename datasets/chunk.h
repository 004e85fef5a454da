/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes of one stored chunk: what HDF5's filters shuffle, deflate and Fletcher32 make of its values, made
 * and undone outside of HDF5. Its library works for one thread at a time, and deflating takes longer than
 * simulating; here every thread does it for itself, by libdeflate. For datasets/ and the files of rollouts.
 */
#ifndef HAMBENCH_DATASETS_CHUNK_H
#define HAMBENCH_DATASETS_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The memory of the filters: for one thread. */
struct chunk_filter;

/* For chunks of up to `largest` bytes. The caller frees `*out`. */
void chunk_filter_create(struct chunk_filter **out, size_t largest);
void chunk_filter_free(struct chunk_filter *filter);

/* Room that is enough for what becomes of `bytes` bytes. */
size_t chunk_filter_bound(size_t bytes);

/* Filters the values (`bytes` bytes in elements of `element` bytes, little-endian) into `out`, which has
 * chunk_filter_bound(bytes) bytes, and returns how many it took. HDF5 reads them as its own. */
size_t chunk_filter_run(struct chunk_filter *filter, const void *values, size_t bytes, size_t element,
                        uint8_t *out);

/* Undoes the filters of a chunk of bytes (elements of 1 byte): fills `out` with exactly `bytes` bytes. False
 * when the checksum or the stream is damaged. */
bool chunk_filter_undo(const uint8_t *stored, size_t size, uint8_t *out, size_t bytes);

#endif
