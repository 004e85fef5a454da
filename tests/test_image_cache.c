/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Images that stay in the file: the same bytes in any order of reading, and no chunk is inflated twice while
 * those in use fit into the cache. What is counted is inflations, not seconds.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/image_cache.h"
#include "support/memory.h"
#include "tests/dataset_fixture.h"
#include "tests/harness.h"

enum { SEQUENCES = 24, FRAMES = 70, CHUNKS = 3 /* of 32, 32 and 6 frames */, WINDOW = 50 };

static struct dataset_content content;
static struct dataset_file *file;

static void open_file(void) {
    struct generate_request request = fixture_request("pendulum", fixture_path("cached.h5"));
    request.train = SEQUENCES;
    request.test = 2;
    request.frames = FRAMES;
    CU_ASSERT_EQUAL_FATAL(dataset_generate(&request), STATUS_OK);
    content = (struct dataset_content){0};
    CU_ASSERT_EQUAL_FATAL(dataset_file_open(&file, request.path, &content, true), STATUS_OK);
}

static void close_file(void) {
    dataset_file_close(file);
    dataset_content_free(&content);
}

/* Where the window of a sequence begins. */
static int start_of(int sequence) {
    return sequence * 7 % (FRAMES - WINDOW + 1);
}

/* Reads one frame and compares it with what is drawn. */
static bool read_frame(struct image_cache *cache, int sequence, int frame) {
    struct dataset_frames frames = {SERIES_IMAGE, DATASET_TRAIN, sequence, frame, 1};
    uint8_t read[IMAGE_VALUES], drawn[IMAGE_VALUES];
    size_t size = (size_t)content.info.state_size;
    simulator_draw(content.simulator, &content.rows[DATASET_TRAIN][sequence].setup,
                   &content.states[DATASET_TRAIN][((size_t)sequence * FRAMES + (size_t)frame) * size], drawn);
    return image_cache_read(cache, frames, read) == STATUS_OK && memcmp(read, drawn, sizeof read) == 0;
}

/* As training reads: the same frame of all windows, then the next. */
static int read_in_turn(struct image_cache *cache, int first, int count) {
    int wrong = 0;
    for (int i = 0; i < WINDOW; i++) {
        for (int sequence = first; sequence < first + count; sequence++) {
            wrong += !read_frame(cache, sequence, start_of(sequence) + i);
        }
    }
    return wrong;
}

/* Chunks that the windows of the sequences touch. */
static long chunks_touched(int count) {
    long chunks = 0;
    for (int sequence = 0; sequence < count; sequence++) {
        chunks += (start_of(sequence) + WINDOW - 1) / DATASET_IMAGE_CHUNK -
                  start_of(sequence) / DATASET_IMAGE_CHUNK + 1;
    }
    return chunks;
}

static void no_chunk_is_inflated_twice_when_sequences_are_read_in_turn(void) {
    static const int counts[] = {1, 8, 16, SEQUENCES};
    open_file();
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct image_cache *cache;
        image_cache_create(&cache, file, DATASET_CHUNK_MEMORY);
        CU_ASSERT_EQUAL(read_in_turn(cache, 0, counts[i]), 0);
        CU_ASSERT_EQUAL(image_cache_inflated(cache), chunks_touched(counts[i]));
        CU_ASSERT_EQUAL(read_in_turn(cache, 0, counts[i]), 0);
        CU_ASSERT_EQUAL(image_cache_inflated(cache), chunks_touched(counts[i]));
        image_cache_free(cache);
    }
    close_file();
}

/* The same through the dataset, as it is opened for training. */
static void the_dataset_reads_its_images_so(void) {
    struct dataset *dataset;
    float image[IMAGE_VALUES];
    open_file();
    CU_ASSERT_EQUAL_FATAL(dataset_open_within(&dataset, fixture_path("cached.h5"), 0), STATUS_OK);
    for (int i = 0; i < WINDOW; i++) {
        for (int sequence = 0; sequence < SEQUENCES; sequence++) {
            struct dataset_window window = {.trajectory = sequence, .start = start_of(sequence) + i};
            dataset_read_window(dataset, DATASET_TRAIN, window, 1, image);
        }
    }
    CU_ASSERT_EQUAL(dataset_status(dataset), STATUS_OK);
    CU_ASSERT_EQUAL(dataset_chunks_inflated(dataset), chunks_touched(SEQUENCES));
    dataset_close(dataset);
    CU_ASSERT_EQUAL_FATAL(dataset_open(&dataset, fixture_path("cached.h5")), STATUS_OK);
    CU_ASSERT_EQUAL(dataset_chunks_inflated(dataset), 0); /* they are in memory */
    dataset_close(dataset);
    close_file();
}

struct reader {
    struct image_cache *cache;
    int first, count;
    int wrong;
};

static void *run_reader(void *context) {
    struct reader *reader = context;
    reader->wrong = read_in_turn(reader->cache, reader->first, reader->count);
    return NULL;
}

static int read_by_threads(struct image_cache *cache, int threads, bool same_sequences) {
    struct reader readers[8];
    pthread_t ids[8];
    int wrong = 0;
    for (int i = 0; i < threads; i++) {
        int count = same_sequences ? SEQUENCES : SEQUENCES / threads;
        readers[i] = (struct reader){cache, same_sequences ? 0 : i * count, count, 0};
        CU_ASSERT_EQUAL_FATAL(pthread_create(&ids[i], NULL, run_reader, &readers[i]), 0);
    }
    for (int i = 0; i < threads; i++) {
        (void)pthread_join(ids[i], NULL);
        wrong += readers[i].wrong;
    }
    return wrong;
}

static void threads_share_the_chunks(void) {
    open_file();
    for (int same = 0; same < 2; same++) {
        for (int threads = 2; threads <= 8; threads *= 2) {
            struct image_cache *cache;
            image_cache_create(&cache, file, DATASET_CHUNK_MEMORY);
            CU_ASSERT_EQUAL(read_by_threads(cache, threads, same != 0), 0);
            CU_ASSERT_EQUAL(image_cache_inflated(cache), chunks_touched(SEQUENCES));
            image_cache_free(cache);
        }
    }
    close_file();
}

/* Far fewer chunks than are in use: slower, and right. */
static void a_cache_that_is_too_small_gives_the_same_images(void) {
    open_file();
    for (size_t chunks = 0; chunks <= 3; chunks += 3) {
        struct image_cache *cache;
        image_cache_create(&cache, file, chunks * dataset_file_chunk_bytes(file));
        CU_ASSERT_EQUAL(read_in_turn(cache, 0, 6), 0);
        CU_ASSERT_EQUAL(image_cache_inflated(cache), 6 * WINDOW);
        CU_ASSERT_EQUAL(read_by_threads(cache, 8, false), 0);
        image_cache_free(cache);
    }
    close_file();
}

static void windows_go_over_the_bounds_of_chunks(void) {
    struct image_cache *cache;
    uint8_t *read = memory_alloc(FRAMES, IMAGE_VALUES), *expected = memory_alloc(FRAMES, IMAGE_VALUES);
    open_file();
    image_cache_create(&cache, file, DATASET_CHUNK_MEMORY);
    for (int start = 0; start < FRAMES; start += 13) {
        for (int count = 1; start + count <= FRAMES; count += 11) {
            struct dataset_frames frames = {SERIES_IMAGE, DATASET_TRAIN, 5, start, count};
            CU_ASSERT_EQUAL(image_cache_read(cache, frames, read), STATUS_OK);
            CU_ASSERT_EQUAL(dataset_file_read(file, frames, expected), STATUS_OK);
            CU_ASSERT(memcmp(read, expected, (size_t)count * IMAGE_VALUES) == 0);
        }
    }
    CU_ASSERT_EQUAL(image_cache_inflated(cache), CHUNKS);
    image_cache_free(cache);
    close_file();
    free(expected);
    free(read);
}

int main(void) {
    static const struct test tests[] = {
        TEST(no_chunk_is_inflated_twice_when_sequences_are_read_in_turn),
        TEST(the_dataset_reads_its_images_so),
        TEST(threads_share_the_chunks),
        TEST(a_cache_that_is_too_small_gives_the_same_images),
        TEST(windows_go_over_the_bounds_of_chunks),
    };
    return tests_run("image_cache", tests, sizeof tests / sizeof *tests);
}
