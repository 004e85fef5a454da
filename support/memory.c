/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/memory.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_SIZE = 1 << 20 };

static _Noreturn void out_of_memory(size_t count, size_t size) {
    (void)fprintf(stderr, "hambench: out of memory (%zu elements of %zu bytes)\n", count, size);
    abort();
}

static size_t round_up(size_t size) {
    return (size + MEMORY_ALIGNMENT - 1) / MEMORY_ALIGNMENT * MEMORY_ALIGNMENT;
}

void *memory_alloc(size_t count, size_t size) {
    if (size != 0 && count > (SIZE_MAX - MEMORY_ALIGNMENT) / size) {
        out_of_memory(count, size);
    }
    size_t bytes = round_up(count * size);
    bytes = bytes == 0 ? MEMORY_ALIGNMENT : bytes;
    void *block = aligned_alloc(MEMORY_ALIGNMENT, bytes);
    if (block == NULL) {
        out_of_memory(count, size);
    }
    return memset(block, 0, bytes);
}

void *memory_resize(void *block, size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size) {
        out_of_memory(count, size);
    }
    size_t bytes = count * size;
    void *resized = realloc(block, bytes == 0 ? 1 : bytes);
    if (resized == NULL) {
        out_of_memory(count, size);
    }
    return resized;
}

bool memory_product(size_t *out, size_t a, size_t b) {
    return !__builtin_mul_overflow(a, b, out);
}

char *memory_copy_string(const char *string) {
    size_t size = strlen(string) + 1;
    return memcpy(memory_resize(NULL, size, 1), string, size);
}

struct chunk {
    char *data;
    size_t size;
};

struct arena {
    struct chunk *chunks;
    size_t chunk_count;
    size_t current; /* index of the chunk in use */
    size_t used;    /* bytes used of it */
};

struct arena *arena_create(void) {
    return memory_alloc(1, sizeof(struct arena));
}

void arena_free(struct arena *arena) {
    if (arena == NULL) {
        return;
    }
    for (size_t i = 0; i < arena->chunk_count; i++) {
        free(arena->chunks[i].data);
    }
    free(arena->chunks);
    free(arena);
}

static void add_chunk(struct arena *arena, size_t size) {
    size = size < CHUNK_SIZE ? CHUNK_SIZE : size;
    arena->chunks = memory_resize(arena->chunks, arena->chunk_count + 1, sizeof *arena->chunks);
    char *data = aligned_alloc(MEMORY_ALIGNMENT, size);
    if (data == NULL) {
        out_of_memory(size, 1);
    }
    arena->chunks[arena->chunk_count++] = (struct chunk){.data = data, .size = size};
}

void *arena_alloc(struct arena *arena, size_t size) {
    if (size > SIZE_MAX / 2) {
        out_of_memory(size, 1);
    }
    size = round_up(size);
    while (arena->current < arena->chunk_count && arena->used + size > arena->chunks[arena->current].size) {
        arena->current++;
        arena->used = 0;
    }
    if (arena->current == arena->chunk_count) {
        add_chunk(arena, size);
    }
    void *block = arena->chunks[arena->current].data + arena->used;
    arena->used += size;
    return block;
}

struct arena_mark arena_mark(const struct arena *arena) {
    return (struct arena_mark){.chunk = arena->current, .used = arena->used};
}

void arena_rewind(struct arena *arena, struct arena_mark mark) {
    assert(mark.chunk < arena->current || (mark.chunk == arena->current && mark.used <= arena->used));
    arena->current = mark.chunk;
    arena->used = mark.used;
}

size_t arena_size(const struct arena *arena) {
    size_t size = 0;
    for (size_t i = 0; i < arena->chunk_count; i++) {
        size += arena->chunks[i].size;
    }
    return size;
}

/* ---- what sanitizers are told about the libraries; here, because every program has this file ---- */

#ifdef __SANITIZE_ADDRESS__
const char *__asan_default_options(void);
const char *__asan_default_suppressions(void);
const char *__lsan_default_options(void);
const char *__lsan_default_suppressions(void);

/* HDF5 asks for memory of whatever size a damaged file names and takes a refusal well; the sanitizer would
 * end the program instead. */
const char *__asan_default_options(void) {
    return "allocator_may_return_null=1";
}

/* HDF5 1.10 copies a few bytes too many out of damaged object headers: not ours to mend. */
const char *__asan_default_suppressions(void) {
    return "interceptor_via_lib:libhdf5";
}

const char *__lsan_default_options(void) {
    return "print_suppressions=0";
}

/* HDF5 forgets what it has read of an object when the rest turns out to be damaged; fontconfig keeps what it
 * once read for the life of the program, behind pointers that the sanitizer cannot follow. */
const char *__lsan_default_suppressions(void) {
    return "leak:libhdf5\nleak:libfontconfig\n";
}
#endif
