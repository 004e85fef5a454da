/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A fast compressor for images: zlib streams (RFC 1950 and 1951) that every inflater reads.
 *
 * Why not zlib: on these images this takes half the time of zlib's level 1 (1.2 against 2.5 ms for the 768
 * KiB of a trajectory) for 3 to 10 % larger files, compression is most of the work of making a dataset, and
 * the bytes of a file do not change with the version or variant of zlib that a system has. Internal to
 * datasets/.
 */
#ifndef HAMBENCH_DATASETS_DEFLATE_H
#define HAMBENCH_DATASETS_DEFLATE_H

#include <stddef.h>
#include <stdint.h>

/* The memory of a compressor: for one thread. */
struct deflate;

/* For inputs of up to `largest` bytes. The caller frees `*out`. */
void deflate_create(struct deflate **out, size_t largest);
void deflate_free(struct deflate *deflate);

/* Room that is enough for what becomes of `bytes` bytes. */
size_t deflate_bound(size_t bytes);

/* Compresses into `out`, which has deflate_bound(length) bytes, and returns how many it took. The result
 * depends on the bytes only. */
size_t deflate_run(struct deflate *deflate, const uint8_t *bytes, size_t length, uint8_t *out);

#endif
