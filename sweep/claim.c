/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/claim.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "support/memory.h"

struct claim {
    struct lock *lock;
    pthread_t heart;
    pthread_mutex_t mutex;
    pthread_cond_t stop;
    bool beating; /* there is a thread */
    bool stopped;
};

static void *beat(void *context) {
    struct claim *claim = context;
    (void)pthread_mutex_lock(&claim->mutex);
    while (!claim->stopped) {
        struct timespec next;
        (void)clock_gettime(CLOCK_REALTIME, &next);
        next.tv_sec += CLAIM_HEARTBEAT;
        (void)pthread_cond_timedwait(&claim->stop, &claim->mutex, &next);
        if (!claim->stopped) {
            lock_heartbeat(claim->lock);
        }
    }
    (void)pthread_mutex_unlock(&claim->mutex);
    return NULL;
}

/* Signals are for the threads that work. Without a thread the lock is as good, only silent. */
static struct claim *make_claim(struct lock *lock) {
    struct claim *claim = memory_alloc(1, sizeof *claim);
    sigset_t all, before;
    claim->lock = lock;
    (void)pthread_mutex_init(&claim->mutex, NULL);
    (void)pthread_cond_init(&claim->stop, NULL);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    claim->beating = pthread_create(&claim->heart, NULL, beat, claim) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return claim;
}

enum status claim_try(struct claim **out, const char *path) {
    struct lock *lock = NULL;
    enum status status = lock_try(&lock, path);
    *out = status == STATUS_OK && lock != NULL ? make_claim(lock) : NULL;
    return status;
}

enum status claim_wait(struct claim **out, const char *path, const struct lock_wait *wait) {
    struct lock *lock = NULL;
    enum status status = lock_wait(&lock, path, wait);
    *out = status == STATUS_OK ? make_claim(lock) : NULL;
    return status;
}

void claim_release(struct claim *claim) {
    if (claim == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&claim->mutex);
    claim->stopped = true;
    (void)pthread_cond_signal(&claim->stop);
    (void)pthread_mutex_unlock(&claim->mutex);
    if (claim->beating) {
        (void)pthread_join(claim->heart, NULL);
    }
    lock_release(claim->lock);
    (void)pthread_cond_destroy(&claim->stop);
    (void)pthread_mutex_destroy(&claim->mutex);
    free(claim);
}

bool claim_is_exclusive(const struct claim *claim) {
    return lock_is_exclusive(claim->lock);
}
