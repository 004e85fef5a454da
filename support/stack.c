/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/stack.h"

#include <pthread.h>
#include <stddef.h>
#include <sys/resource.h>

/* The usual limit. Kernels of the engine and of oneDNN use some hundred kilobytes. */
enum { STACK_SIZE = 8 << 20 };

struct call {
    int (*work)(void *context);
    void *context;
    int result;
};

static void *run_call(void *context) {
    struct call *call = context;
    call->result = call->work(call->context);
    return NULL;
}

int stack_run(int (*work)(void *context), void *context) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= STACK_SIZE) {
        return work(context);
    }
    struct call call = {.work = work, .context = context};
    pthread_attr_t attributes;
    pthread_t thread;
    int failed = pthread_attr_init(&attributes);
    if (failed == 0) {
        failed = pthread_attr_setstacksize(&attributes, STACK_SIZE) != 0 ||
                 pthread_setattr_default_np(&attributes) != 0 || /* OpenMP's threads take it from here */
                 pthread_create(&thread, &attributes, run_call, &call) != 0;
        (void)pthread_attr_destroy(&attributes);
    }
    if (failed != 0) {
        return work(context);
    }
    (void)pthread_join(thread, NULL);
    return call.result;
}
