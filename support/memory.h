/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Memory: allocation that cannot fail, and arenas whose content is dropped at once.
 */
#ifndef HAMBENCH_SUPPORT_MEMORY_H
#define HAMBENCH_SUPPORT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Every block starts on a cache line, which is also the widest vector register. */
enum { MEMORY_ALIGNMENT = 64 };

/* `count` elements of `size` bytes, zeroed, on a MEMORY_ALIGNMENT boundary. Ends the program with a message
 * when the machine has no memory left or the product overflows. The caller releases it with `free`. */
void *memory_alloc(size_t count, size_t size);

/* Grows or shrinks a block from memory_resize (or NULL) to `count` elements of `size` bytes; new bytes are
 * not set. Not for blocks of memory_alloc. Released with `free`. */
void *memory_resize(void *block, size_t count, size_t size);

/* Puts a * b into `*out`; false when no size_t can hold it. For sizes that a file or a setting decides:
 * whoever reads them refuses with a line what memory_alloc would end the program for. */
bool memory_product(size_t *out, size_t a, size_t b);

/* A copy of `string`, released with `free`. */
char *memory_copy_string(const char *string);

/* A stack of memory: many allocations, one release. Not shared between threads. */
struct arena;

struct arena *arena_create(void);
void arena_free(struct arena *arena);

/* `size` bytes, not zeroed, MEMORY_ALIGNMENT aligned; valid until the arena is rewound past this point. */
void *arena_alloc(struct arena *arena, size_t size);

/* A point to return to. Rewinding keeps the memory for reuse: a loop that does the same work again allocates
 * nothing from the system. */
struct arena_mark {
    size_t chunk;
    size_t used;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* Bytes held from the system. */
size_t arena_size(const struct arena *arena);

#endif
