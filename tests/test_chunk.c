/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Chunks filtered by the program are read by HDF5, that is by zlib and by HDF5's own checksum, as they were.
 */
#include <hdf5.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/chunk.h"
#include "datasets/deflate.h"
#include "support/memory.h"
#include "support/random.h"
#include "support/sha256.h"
#include "tests/harness.h"

/* Puts the filtered bytes into a dataset of one chunk and lets HDF5 read it. */
static void read_by_hdf5(const uint8_t *filtered, size_t size, size_t count, hid_t type, void *out) {
    hsize_t dimension = count, start = 0;
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), list = H5Pcreate(H5P_DATASET_CREATE);
    CU_ASSERT_FATAL(H5Pset_fapl_core(access, 1 << 16, false) >= 0);
    CU_ASSERT(H5Pset_chunk(list, 1, &dimension) >= 0 && H5Pset_shuffle(list) >= 0);
    CU_ASSERT(H5Pset_deflate(list, CHUNK_DEFLATE_LEVEL) >= 0 && H5Pset_fletcher32(list) >= 0);
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

/* Matches reach back 32768 bytes and not one more: random bytes that come again after so many. */
static void matches_do_not_reach_too_far(void) {
    for (size_t period = 32768; period <= 32769; period++) {
        uint8_t *bytes = make_bytes(256, 1);
        for (size_t i = period; i < 100000; i++) {
            bytes[i] = bytes[i - period];
        }
        size_t size = check_round_trip(bytes, 100000, 1);
        CU_ASSERT(period == 32768 ? size < 60000 : size >= 100000);
        free(bytes);
    }
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
    static const uint8_t text[] = "abracadabra abracadabra abracadabra";
    struct deflate *deflate;
    uint8_t out[2000];
    uint32_t a = 1, b = 0; /* Adler-32 as RFC 1950 defines it */
    for (size_t i = 0; i < sizeof text; i++) {
        a = (a + text[i]) % 65521;
        b = (b + a) % 65521;
    }
    deflate_create(&deflate, sizeof text);
    size_t size = deflate_run(deflate, text, sizeof text, out);
    CU_ASSERT(size < sizeof text && (out[0] << 8 | out[1]) % 31 == 0 && (out[0] & 15) == 8);
    CU_ASSERT(out[size - 4] == b >> 8 && out[size - 3] == (b & 255));
    CU_ASSERT(out[size - 2] == a >> 8 && out[size - 1] == (a & 255));
    deflate_free(deflate);
}

/* Equal requests make equal bytes on every machine: another stream would be another file. */
static void the_stream_is_always_the_same(void) {
    uint8_t *bytes = make_bytes(40, 30), *out = memory_alloc(deflate_bound(MOST), 1), digest[SHA256_BYTES];
    char text[SHA256_TEXT];
    struct deflate *deflate;
    deflate_create(&deflate, MOST);
    sha256_of(out, deflate_run(deflate, bytes, MOST, out), digest);
    sha256_format(digest, text);
    CU_ASSERT_STRING_EQUAL(text, "8c5c8bc1dc4e35a4f6a24ea9a6919efb09ef6efdb6b458739c50eef35ddbe4d4");
    deflate_free(deflate);
    free(out);
    free(bytes);
}

int main(void) {
    static const struct test tests[] = {
        TEST(chunks_of_all_sizes_come_back),
        TEST(very_uneven_counts_come_back),
        TEST(doubles_come_back),
        TEST(matches_do_not_reach_too_far),
        TEST(random_bytes_are_stored),
        TEST(constant_bytes_become_very_small),
        TEST(the_stream_has_the_header_and_the_check_of_zlib),
        TEST(the_stream_is_always_the_same),
    };
    return tests_run("chunk", tests, sizeof tests / sizeof *tests);
}
