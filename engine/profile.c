/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/profile.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"
#include "support/timer.h"

/* What one thread has counted. Names are string constants: equal pointers mean equal names within a thread's
 * table. */
struct counters {
    struct profile_summary totals;
    const char *phase;
    double entered;
    struct counters *next;
};

static bool running;
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct counters *all_counters; /* of every thread that ever counted */
static _Thread_local struct counters *own;

static struct counters *get_counters(void) {
    if (own == NULL) {
        own = memory_alloc(1, sizeof *own);
        (void)pthread_mutex_lock(&list_lock);
        own->next = all_counters;
        all_counters = own;
        (void)pthread_mutex_unlock(&list_lock);
    }
    return own;
}

static void add(struct profile_entry *entries, size_t *count, struct profile_entry more) {
    size_t i = 0;
    while (i < *count && strcmp(entries[i].name, more.name) != 0) {
        i++;
    }
    if (i == *count) {
        assert(*count < PROFILE_MAX_ENTRIES);
        entries[(*count)++] = (struct profile_entry){.name = more.name};
    }
    entries[i].seconds += more.seconds;
    entries[i].work += more.work;
    entries[i].count += more.count;
}

void profile_start(void) {
    for (struct counters *c = all_counters; c != NULL; c = c->next) {
        memset(&c->totals, 0, sizeof c->totals);
        c->phase = NULL;
    }
    running = true;
}

void profile_stop(void) {
    running = false;
}

bool profile_running(void) {
    return running;
}

static int by_seconds(const void *a, const void *b) {
    double x = ((const struct profile_entry *)a)->seconds, y = ((const struct profile_entry *)b)->seconds;
    return (x < y) - (x > y);
}

void profile_read(struct profile_summary *out) {
    memset(out, 0, sizeof *out);
    for (const struct counters *c = all_counters; c != NULL; c = c->next) {
        for (size_t i = 0; i < c->totals.op_count; i++) {
            add(out->ops, &out->op_count, c->totals.ops[i]);
        }
        for (size_t i = 0; i < c->totals.phase_count; i++) {
            add(out->phases, &out->phase_count, c->totals.phases[i]);
        }
    }
    qsort(out->ops, out->op_count, sizeof *out->ops, by_seconds);
    qsort(out->phases, out->phase_count, sizeof *out->phases, by_seconds);
}

double profile_work(const struct profile_summary *profile) {
    double work = 0.0;
    for (size_t i = 0; i < profile->op_count; i++) {
        work += profile->ops[i].work;
    }
    return work;
}

static void add_table(const char *title, const struct profile_entry *entries, size_t count,
                      struct text *out) {
    double total = 0.0;
    for (size_t i = 0; i < count; i++) {
        total += entries[i].seconds;
    }
    text_add(out, "%-28s %10s %7s %12s %10s\n", title, "seconds", "share", "calls", "GFLOP/s");
    for (size_t i = 0; i < count; i++) {
        const struct profile_entry *e = &entries[i];
        text_add(out, "%-28s %10.3f %6.1f%% %12ld", e->name, e->seconds,
                 total > 0.0 ? 100.0 * e->seconds / total : 0.0, e->count);
        if (e->work > 0.0 && e->seconds > 0.0) {
            text_add(out, " %10.1f", 2e-9 * e->work / e->seconds);
        }
        text_add(out, "\n");
    }
}

void profile_add_text(const struct profile_summary *profile, struct text *out) {
    text_add(
        out,
        "Seconds of all threads together; GFLOP/s of one thread, convolutions counted as direct ones.\n\n");
    add_table("phase", profile->phases, profile->phase_count, out);
    text_add(out, "\n");
    add_table("op", profile->ops, profile->op_count, out);
}

const char *profile_enter(const char *phase) {
    if (!running) {
        return NULL;
    }
    struct counters *c = get_counters();
    double now = timer_now();
    const char *before = c->phase;
    if (before != NULL) {
        struct profile_entry spent = {.name = before, .seconds = now - c->entered, .count = 1};
        add(c->totals.phases, &c->totals.phase_count, spent);
    }
    c->phase = phase;
    c->entered = now;
    return before;
}

double profile_begin(void) {
    return running ? timer_now() : 0.0;
}

void profile_end(const char *op, double begun, double work) {
    if (running) {
        struct counters *c = get_counters();
        struct profile_entry spent = {.name = op, .seconds = timer_now() - begun, .work = work, .count = 1};
        add(c->totals.ops, &c->totals.op_count, spent);
    }
}
