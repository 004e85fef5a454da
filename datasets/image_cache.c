/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/image_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

/* More chunks are not kept, however small they are: they are searched one by one. */
enum { MOST_CHUNKS = 4096 };

struct entry {
    uint64_t used; /* when, on the cache's own clock; 0 for never */
    bool loading;  /* a thread is inflating it: it is neither read nor given away */
    uint8_t *images;
};

struct image_cache {
    struct dataset_file *file;
    int capacity;
    uint64_t *keys; /* [capacity] */
    struct entry *entries;
    uint64_t clock;
    long inflated;
    pthread_mutex_t lock;
    pthread_cond_t loaded;
};

void image_cache_create(struct image_cache **out, struct dataset_file *file, size_t memory) {
    struct image_cache *cache = memory_alloc(1, sizeof *cache);
    size_t fitting = memory / dataset_file_chunk_bytes(file);
    cache->file = file;
    cache->capacity = fitting < 1 ? 1 : fitting > MOST_CHUNKS ? MOST_CHUNKS : (int)fitting;
    cache->keys = memory_alloc((size_t)cache->capacity, sizeof *cache->keys);
    cache->entries = memory_alloc((size_t)cache->capacity, sizeof *cache->entries);
    (void)pthread_mutex_init(&cache->lock, NULL);
    (void)pthread_cond_init(&cache->loaded, NULL);
    *out = cache;
}

void image_cache_free(struct image_cache *cache) {
    if (cache == NULL) {
        return;
    }
    for (int i = 0; i < cache->capacity; i++) {
        free(cache->entries[i].images);
    }
    (void)pthread_cond_destroy(&cache->loaded);
    (void)pthread_mutex_destroy(&cache->lock);
    free(cache->entries);
    free(cache->keys);
    free(cache);
}

/* Never 0, the key of an empty entry. */
static uint64_t make_key(enum dataset_split split, int trajectory, int chunk) {
    return ((uint64_t)split + 1) << 62 | (uint64_t)trajectory << 31 | (uint64_t)chunk;
}

static struct entry *find(struct image_cache *cache, uint64_t key) {
    for (int i = 0; i < cache->capacity; i++) {
        if (cache->keys[i] == key) {
            return &cache->entries[i];
        }
    }
    return NULL;
}

/* The entry that was used longest ago, or never; NULL while all are being loaded. */
static struct entry *find_oldest(struct image_cache *cache) {
    struct entry *oldest = NULL;
    for (int i = 0; i < cache->capacity; i++) {
        struct entry *entry = &cache->entries[i];
        if (!entry->loading && (oldest == NULL || entry->used < oldest->used)) {
            oldest = entry;
        }
    }
    return oldest;
}

/* Inflates a chunk into `entry`; the lock is given up meanwhile. */
static enum status load(struct image_cache *cache, struct entry *entry, uint64_t key,
                        struct dataset_frames frames, int chunk) {
    cache->keys[entry - cache->entries] = key;
    entry->loading = true;
    cache->inflated++;
    (void)pthread_mutex_unlock(&cache->lock);
    if (entry->images == NULL) {
        entry->images = memory_alloc(dataset_file_chunk_bytes(cache->file), 1);
    }
    enum status status =
        dataset_file_read_chunk(cache->file, frames.split, frames.trajectory, chunk, entry->images);
    (void)pthread_mutex_lock(&cache->lock);
    entry->loading = false;
    if (status != STATUS_OK) {
        entry->used = 0;
        cache->keys[entry - cache->entries] = 0;
    }
    (void)pthread_cond_broadcast(&cache->loaded);
    return status;
}

/* The chunk's entry, loaded. Holds the lock, at the end as at the beginning. */
static enum status get(struct image_cache *cache, struct dataset_frames frames, int chunk,
                       struct entry **out) {
    uint64_t key = make_key(frames.split, frames.trajectory, chunk);
    for (;;) {
        struct entry *entry = find(cache, key);
        if (entry != NULL && !entry->loading) {
            *out = entry;
            return STATUS_OK;
        }
        struct entry *oldest = entry == NULL ? find_oldest(cache) : NULL;
        if (oldest == NULL) {
            (void)pthread_cond_wait(&cache->loaded, &cache->lock);
            continue;
        }
        *out = oldest;
        return load(cache, oldest, key, frames, chunk);
    }
}

enum status image_cache_read(struct image_cache *cache, struct dataset_frames frames, uint8_t *out) {
    int chunk_frames = dataset_file_chunk_frames(cache->file), end = frames.start + frames.count;
    enum status status = STATUS_OK;
    (void)pthread_mutex_lock(&cache->lock);
    for (int frame = frames.start; frame < end && status == STATUS_OK;) {
        int first = frame % chunk_frames, left = end - frame;
        int count = left < chunk_frames - first ? left : chunk_frames - first;
        struct entry *entry;
        status = get(cache, frames, frame / chunk_frames, &entry);
        if (status == STATUS_OK) {
            entry->used = ++cache->clock;
            memcpy(out, &entry->images[(size_t)first * IMAGE_VALUES], (size_t)count * IMAGE_VALUES);
            out += (size_t)count * IMAGE_VALUES;
        }
        frame += count;
    }
    (void)pthread_mutex_unlock(&cache->lock);
    return status;
}

long image_cache_inflated(struct image_cache *cache) {
    (void)pthread_mutex_lock(&cache->lock);
    long inflated = cache->inflated;
    (void)pthread_mutex_unlock(&cache->lock);
    return inflated;
}
