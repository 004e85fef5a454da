/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Chunks filtered by the program are read by HDF5, that is by zlib and by HDF5's own checksum, as they were.
 */
#include <hdf5.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/chunk.h"
#include "support/hdf5_file.h"
#include "support/memory.h"
#include "support/random.h"
#include "tests/harness.h"

/* Bytes of the checksum behind a chunk. */
enum { CHECKSUM = 4 };

/* Puts the filtered bytes into a dataset of one chunk and lets HDF5 read it. */
static void read_by_hdf5(const uint8_t *filtered, size_t size, size_t count, hid_t type, void *out) {
    hsize_t dimension = count, start = 0;
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), list = H5Pcreate(H5P_DATASET_CREATE);
    CU_ASSERT_FATAL(H5Pset_fapl_core(access, 1 << 16, false) >= 0);
    CU_ASSERT(H5Pset_chunk(list, 1, &dimension) >= 0 && H5Pset_shuffle(list) >= 0);
    CU_ASSERT(H5Pset_deflate(list, HDF5_FILE_DEFLATE_LEVEL) >= 0 && H5Pset_fletcher32(list) >= 0);
    hid_t file = H5Fcreate("chunk.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    hid_t space = H5Screate_simple(1, &dimension, NULL);
    hid_t dataset = H5Dcreate2(file, "values", type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    CU_ASSERT(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, &start, size, filtered) >= 0);
    CU_ASSERT(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) >= 0);
    (void)H5Dclose(dataset);
    (void)H5Sclose(space);
    (void)H5Fclose(file);
    (void)H5Pclose(list);
    (void)H5Pclose(access);
}

/* Returns how many bytes the filtered chunk has. */
static size_t check_round_trip(const void *values, size_t count, size_t element) {
    size_t bytes = count * element;
    struct chunk_filter *filter;
    uint8_t *filtered = memory_alloc(chunk_filter_bound(bytes), 1), *read = memory_alloc(bytes, 1);
    chunk_filter_create(&filter, bytes);
    size_t size = chunk_filter_run(filter, values, bytes, element, filtered);
    CU_ASSERT(size <= chunk_filter_bound(bytes));
    read_by_hdf5(filtered, size, count, element == 1 ? H5T_NATIVE_UINT8 : H5T_NATIVE_DOUBLE, read);
    CU_ASSERT(memcmp(read, values, bytes) == 0);
    /* What was filtered before leaves no trace. */
    uint8_t *again = memory_alloc(chunk_filter_bound(bytes), 1);
    CU_ASSERT_EQUAL(chunk_filter_run(filter, values, bytes, element, again), size);
    CU_ASSERT(memcmp(filtered, again, size) == 0);
    chunk_filter_free(filter);
    free(again);
    free(filtered);
    free(read);
    return size;
}

enum { MOST = 300000 };

/* Bytes of which each is one of `kinds`, in runs of up to `longest`. */
static uint8_t *make_bytes(uint32_t kinds, uint32_t longest) {
    uint8_t *bytes = memory_alloc(MOST, 1);
    struct random_stream random = random_stream(kinds, "bytes", longest, 0);
    for (size_t i = 0; i < MOST;) {
        uint8_t byte = (uint8_t)random_below(&random, kinds);
        for (uint32_t run = 1 + random_below(&random, longest); run > 0 && i < MOST; run--) {
            bytes[i++] = byte;
        }
    }
    return bytes;
}

static void chunks_of_all_sizes_come_back(void) {
    static const size_t sizes[] = {1,   2,   3,    4,    5,     7,     31,    32,    33,     257,
                                   258, 259, 5535, 5536, 32767, 32769, 65535, 65536, 131071, MOST};
    static const uint32_t kinds[][2] = {{1, 1}, {2, 1}, {2, 300}, {5, 9}, {40, 3}, {256, 1}, {256, 600}};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        uint8_t *bytes = make_bytes(kinds[k][0], kinds[k][1]);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            (void)check_round_trip(bytes, sizes[i], 1);
        }
        free(bytes);
    }
}

/* A code of more than 15 bits for the rarest would be needed: counts that grow like Fibonacci's numbers. */
static void very_uneven_counts_come_back(void) {
    uint8_t *bytes = memory_alloc(MOST, 1);
    struct random_stream random = random_stream(1, "uneven", 0, 0);
    size_t made = 0;
    for (size_t symbol = 0, count = 1, before = 0; made < MOST; symbol++) {
        for (size_t i = 0; i < count && made < MOST; i++) {
            bytes[made++] = (uint8_t)symbol;
        }
        size_t next = count + before;
        before = count;
        count = next;
    }
    for (size_t i = MOST - 1; i > 0; i--) { /* shuffled: few matches, so that the counts stay */
        size_t other = random_below(&random, (uint32_t)i + 1);
        uint8_t byte = bytes[i];
        bytes[i] = bytes[other];
        bytes[other] = byte;
    }
    (void)check_round_trip(bytes, MOST, 1);
    free(bytes);
}

static void doubles_come_back(void) {
    enum { COUNT = 20000 };
    double *values = memory_alloc(COUNT, sizeof *values);
    for (int i = 0; i < COUNT; i++) {
        values[i] = sin(0.01 * i);
    }
    CU_ASSERT(check_round_trip(values, COUNT, sizeof *values) < COUNT * sizeof *values);
    (void)check_round_trip(values, 1, sizeof *values);
    free(values);
}

/* What cannot be made smaller grows by a few bytes only. */
static void random_bytes_are_stored(void) {
    uint8_t *bytes = make_bytes(256, 1);
    CU_ASSERT(check_round_trip(bytes, 200000, 1) <= 200000 + 4 * 5 + 6 + 4);
    free(bytes);
}

/* Long runs: 258 bytes for a match of about 2 bits. */
static void constant_bytes_become_very_small(void) {
    uint8_t *bytes = memory_alloc(MOST, 1);
    CU_ASSERT(check_round_trip(bytes, MOST, 1) < MOST / 500);
    free(bytes);
}

static void the_stream_has_the_header_and_the_check_of_zlib(void) {
    enum { LENGTH = 1200 };
    uint8_t text[LENGTH], out[2 * LENGTH];
    struct chunk_filter *filter;
    uint32_t a = 1, b = 0; /* Adler-32 as RFC 1950 defines it */
    for (size_t i = 0; i < LENGTH; i++) {
        text[i] = (uint8_t) "abracadabra "[i % 12];
        a = (a + text[i]) % 65521;
        b = (b + a) % 65521;
    }
    chunk_filter_create(&filter, sizeof text);
    size_t size = chunk_filter_run(filter, text, sizeof text, 1, out) - CHECKSUM;
    CU_ASSERT(size < sizeof text && (out[0] << 8 | out[1]) % 31 == 0 && (out[0] & 15) == 8);
    CU_ASSERT(out[size - 4] == b >> 8 && out[size - 3] == (b & 255));
    CU_ASSERT(out[size - 2] == a >> 8 && out[size - 1] == (a & 255));
    chunk_filter_free(filter);
}

/* Equal requests make equal bytes, whatever a filter was used for before. */
static void the_stream_is_always_the_same(void) {
    uint8_t *bytes = make_bytes(40, 30), *other = make_bytes(256, 2);
    size_t room = chunk_filter_bound(MOST);
    uint8_t *first = memory_alloc(room, 1), *second = memory_alloc(room, 1);
    struct chunk_filter *fresh, *used;
    chunk_filter_create(&fresh, MOST);
    chunk_filter_create(&used, MOST);
    size_t size = chunk_filter_run(fresh, bytes, MOST, 1, first);
    (void)chunk_filter_run(used, other, MOST, 1, second);
    (void)chunk_filter_run(used, other, 100, 1, second);
    CU_ASSERT_EQUAL(chunk_filter_run(used, bytes, MOST, 1, second), size);
    CU_ASSERT(memcmp(first, second, size) == 0);
    chunk_filter_free(fresh);
    chunk_filter_free(used);
    free(second);
    free(first);
    free(other);
    free(bytes);
}

static void what_is_undone_is_what_was_filtered(void) {
    static const size_t sizes[] = {1, 5, 3072, 98304, MOST};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint8_t *bytes = make_bytes(40, 30), *read = memory_alloc(MOST, 1);
        uint8_t *filtered = memory_alloc(chunk_filter_bound(MOST), 1);
        struct chunk_filter *filter;
        chunk_filter_create(&filter, sizes[i]);
        size_t size = chunk_filter_run(filter, bytes, sizes[i], 1, filtered);
        CU_ASSERT(chunk_filter_undo(filtered, size, read, sizes[i]));
        CU_ASSERT(memcmp(read, bytes, sizes[i]) == 0);
        /* A chunk that holds more or less than it should is none. */
        CU_ASSERT(!chunk_filter_undo(filtered, size, read, sizes[i] - 1));
        CU_ASSERT(sizes[i] == MOST || !chunk_filter_undo(filtered, size, read, sizes[i] + 1));
        chunk_filter_free(filter);
        free(filtered);
        free(read);
        free(bytes);
    }
}

/* Every byte of a chunk is turned around once, and it is cut at every length. */
static void damaged_chunks_are_noticed(void) {
    enum { LENGTH = 1000 };
    uint8_t *bytes = make_bytes(5, 9), read[LENGTH], *filtered = memory_alloc(chunk_filter_bound(LENGTH), 1);
    struct chunk_filter *filter;
    chunk_filter_create(&filter, LENGTH);
    size_t size = chunk_filter_run(filter, bytes, LENGTH, 1, filtered);
    for (size_t i = 0; i < size; i++) {
        filtered[i] ^= 0x41;
        CU_ASSERT(!chunk_filter_undo(filtered, size, read, LENGTH));
        filtered[i] ^= 0x41;
        CU_ASSERT(!chunk_filter_undo(filtered, i, read, LENGTH));
    }
    CU_ASSERT(chunk_filter_undo(filtered, size, read, LENGTH));
    chunk_filter_free(filter);
    free(filtered);
    free(bytes);
}

int main(void) {
    static const struct test tests[] = {
        TEST(chunks_of_all_sizes_come_back),
        TEST(very_uneven_counts_come_back),
        TEST(doubles_come_back),
        TEST(random_bytes_are_stored),
        TEST(constant_bytes_become_very_small),
        TEST(the_stream_has_the_header_and_the_check_of_zlib),
        TEST(the_stream_is_always_the_same),
        TEST(what_is_undone_is_what_was_filtered),
        TEST(damaged_chunks_are_noticed),
    };
    return tests_run("chunk", tests, sizeof tests / sizeof *tests);
}
