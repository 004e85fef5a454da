/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/kernels.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/provenance.h"
#include "support/text.h"

static const char VARIABLE[] = "HAMBENCH_KERNELS";

/* The engine in double precision has plain loops only. */
const struct kernels *const kernels_all[] = {
#ifndef HAMBENCH_DOUBLE
#ifdef __x86_64__
    &kernels_avx512, &kernels_avx2,
#endif
    &kernels_portable,
#endif
    &kernels_reference, NULL};
enum { TABLES = sizeof kernels_all / sizeof *kernels_all - 1 };

/* As engine/local.mk tells the compiler. */
bool kernels_run_here(const struct kernels *kernels) {
#if !defined(HAMBENCH_DOUBLE) && defined(__x86_64__)
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (kernels == &kernels_avx2) {
        return avx2;
    }
    if (kernels == &kernels_avx512) {
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    }
#endif
    (void)kernels;
    return true;
}

static enum status fail_not_here(const char *name) {
    struct text can = {0};
    for (int i = 0; i < TABLES; i++) {
        if (kernels_run_here(kernels_all[i])) {
            text_add(&can, "%s%s", can.length == 0 ? "" : ", ", kernels_all[i]->name);
        }
    }
    enum status status = status_fail(STATUS_USAGE, "%s: this processor can't run '%s'; it can run %s",
                                     VARIABLE, name, can.data);
    text_free(&can);
    return status;
}

static enum status find(const char *name, const struct kernels **out) {
    const char *names[TABLES + 1] = {NULL};
    for (int i = 0; i < TABLES; i++) {
        names[i] = kernels_all[i]->name;
        if (strcmp(name, names[i]) == 0) {
            *out = kernels_all[i];
            return kernels_run_here(*out) ? STATUS_OK : fail_not_here(name);
        }
    }
    (void)status_unknown(STATUS_USAGE, "kernels", name, names);
    return status_prefix(STATUS_USAGE, "%s", VARIABLE);
}

static const struct kernels *find_best(void) {
    int best = 0;
    while (!kernels_run_here(kernels_all[best])) { /* the last one runs everywhere */
        best++;
    }
    return kernels_all[best];
}

static _Atomic(const struct kernels *) current;

/* Threads that come here at the same time choose the same. */
enum status kernels_choose(void) {
    const char *name = getenv(VARIABLE);
    const struct kernels *chosen = NULL;
    if (name == NULL || *name == '\0') {
        chosen = find_best();
    } else {
        enum status status = find(name, &chosen);
        if (status != STATUS_OK) {
            return status;
        }
    }
    if (chosen->begin != NULL) {
        chosen->begin();
    }
    provenance_set_kernels(chosen->name);
    atomic_store_explicit(&current, chosen, memory_order_release);
    return STATUS_OK;
}

const struct kernels *kernels_current(void) {
    const struct kernels *kernels = atomic_load_explicit(&current, memory_order_acquire);
    if (kernels == NULL) {
        if (kernels_choose() != STATUS_OK) {
            (void)fprintf(stderr, "hambench: %s\n", status_detail());
            abort();
        }
        kernels = atomic_load_explicit(&current, memory_order_acquire);
    }
    return kernels;
}

bool kernel_has_half(void) {
    return kernels_current()->has_half();
}
