/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/chunk.h"

#include <assert.h>
#include <libdeflate.h>
#include <stdlib.h>

#include "support/memory.h"

/* Bytes of the checksum behind a chunk. */
enum { CHECKSUM = 4 };

/* The fastest level that compresses. Measured on images of the pendulum: see docs/performance.md. */
enum { LEVEL = 1 };

static void *allocate(size_t size) {
    return memory_alloc(size, 1);
}

/* Memory for compressors cannot fail then, like all other. */
__attribute__((constructor)) static void set_allocator(void) {
    libdeflate_set_memory_allocator(allocate, free);
}

struct chunk_filter {
    struct libdeflate_compressor *compressor;
    uint8_t *shuffled; /* [largest] */
};

void chunk_filter_create(struct chunk_filter **out, size_t largest) {
    struct chunk_filter *filter = memory_alloc(1, sizeof *filter);
    filter->shuffled = memory_alloc(largest, 1);
    filter->compressor = libdeflate_alloc_compressor(LEVEL);
    *out = filter;
}

void chunk_filter_free(struct chunk_filter *filter) {
    if (filter != NULL) {
        libdeflate_free_compressor(filter->compressor);
        free(filter->shuffled);
        free(filter);
    }
}

size_t chunk_filter_bound(size_t bytes) {
    return libdeflate_zlib_compress_bound(NULL, bytes) + CHECKSUM;
}

/* All first bytes of the elements, then all second bytes, and so on: bytes that are alike come together. */
static void shuffle(const uint8_t *values, size_t bytes, size_t element, uint8_t *out) {
    size_t count = bytes / element;
    for (size_t byte = 0; byte < element; byte++) {
        for (size_t i = 0; i < count; i++) {
            *out++ = values[i * element + byte];
        }
    }
}

/* Fletcher's checksum over big-endian 16-bit words, modulo 65535, as in HDF5's H5checksum.c; an odd last byte
 * is the high half of a word. 360 words cannot overflow the sums. */
static uint32_t fletcher32(const uint8_t *bytes, size_t length) {
    uint32_t low = 0, high = 0;
    size_t words = length / 2;
    while (words > 0) {
        size_t run = words < 360 ? words : 360;
        words -= run;
        for (; run > 0; run--, bytes += 2) {
            low += (uint32_t)bytes[0] << 8 | bytes[1];
            high += low;
        }
        low = (low & 0xffff) + (low >> 16);
        high = (high & 0xffff) + (high >> 16);
    }
    if (length % 2 != 0) {
        low += (uint32_t)bytes[0] << 8;
        high += low;
        low = (low & 0xffff) + (low >> 16);
        high = (high & 0xffff) + (high >> 16);
    }
    low = (low & 0xffff) + (low >> 16);
    high = (high & 0xffff) + (high >> 16);
    return high << 16 | low;
}

size_t chunk_filter_run(struct chunk_filter *filter, const void *values, size_t bytes, size_t element,
                        uint8_t *out) {
    const uint8_t *source = values;
    if (element > 1) {
        shuffle(values, bytes, element, filter->shuffled);
        source = filter->shuffled;
    }
    size_t length = libdeflate_zlib_compress(filter->compressor, source, bytes, out,
                                             libdeflate_zlib_compress_bound(NULL, bytes));
    assert(length > 0); /* the bound is always enough */
    uint32_t checksum = fletcher32(out, length);
    for (int i = 0; i < CHECKSUM; i++) {
        out[length + (size_t)i] = (uint8_t)(checksum >> (8 * i));
    }
    return length + CHECKSUM;
}

bool chunk_filter_undo(const uint8_t *stored, size_t size, uint8_t *out, size_t bytes) {
    if (size <= CHECKSUM) {
        return false;
    }
    size_t length = size - CHECKSUM;
    uint32_t checksum = 0;
    for (int i = 0; i < CHECKSUM; i++) {
        checksum |= (uint32_t)stored[length + (size_t)i] << (8 * i);
    }
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    /* Without room for the length found, anything but `bytes` bytes is an error. */
    bool done =
        checksum == fletcher32(stored, length) &&
        libdeflate_zlib_decompress(decompressor, stored, length, out, bytes, NULL) == LIBDEFLATE_SUCCESS;
    libdeflate_free_decompressor(decompressor);
    return done;
}
