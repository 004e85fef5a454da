/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/scratch.h"

#include <pthread.h>
#include <stdlib.h>

#include "support/memory.h"

struct buffers {
    void *data[SCRATCH_USERS];
    size_t size[SCRATCH_USERS];
};

static _Thread_local struct buffers *thread_buffers;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

static void free_buffers(void *ended) {
    struct buffers *buffers = ended;
    for (int i = 0; i < SCRATCH_USERS; i++) {
        free(buffers->data[i]);
    }
    free(buffers);
}

static void create_key(void) {
    if (pthread_key_create(&key, free_buffers) != 0) {
        abort(); /* only with no keys left: a process has a thousand, we take two */
    }
}

void *scratch(enum scratch_user user, size_t size) {
    if (thread_buffers == NULL) {
        (void)pthread_once(&key_once, create_key);
        thread_buffers = memory_alloc(1, sizeof *thread_buffers);
        (void)pthread_setspecific(key, thread_buffers);
    }
    struct buffers *buffers = thread_buffers;
    if (buffers->size[user] < size) {
        free(buffers->data[user]);
        buffers->data[user] = memory_alloc(size, 1);
        buffers->size[user] = size;
    }
    return buffers->data[user];
}
