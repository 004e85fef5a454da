/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/chunk.h"

#include <stdlib.h>

#include "datasets/deflate.h"
#include "support/memory.h"

/* Bytes of the checksum behind a chunk. */
enum { CHECKSUM = 4 };

struct chunk_filter {
    struct deflate *deflate;
    uint8_t *shuffled; /* [largest] */
};

void chunk_filter_create(struct chunk_filter **out, size_t largest) {
    struct chunk_filter *filter = memory_alloc(1, sizeof *filter);
    filter->shuffled = memory_alloc(largest, 1);
    deflate_create(&filter->deflate, largest);
    *out = filter;
}

void chunk_filter_free(struct chunk_filter *filter) {
    if (filter != NULL) {
        deflate_free(filter->deflate);
        free(filter->shuffled);
        free(filter);
    }
}

size_t chunk_filter_bound(size_t bytes) {
    return deflate_bound(bytes) + CHECKSUM;
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
    size_t length = deflate_run(filter->deflate, source, bytes, out);
    uint32_t checksum = fletcher32(out, length);
    for (int i = 0; i < CHECKSUM; i++) {
        out[length + (size_t)i] = (uint8_t)(checksum >> (8 * i));
    }
    return length + CHECKSUM;
}
