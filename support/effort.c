/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/effort.h"

#include <limits.h>
#include <math.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"
#include "support/text.h"

void effort_report(const struct effort *effort, const char *format, ...) {
    if (effort->report == NULL) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    struct text line = {0}, printable = {0};
    text_add_arguments(&line, format, arguments);
    va_end(arguments);
    text_add_printable(&printable, line.data);
    effort->report(effort->context, printable.data);
    text_free(&printable);
    text_free(&line);
}

/* --- how many threads ----------------------------------------------------------------------------------- */

/* The processors of the affinity mask; as large a mask as the system has. */
static int affinity_processors(void) {
    for (int size = 1024; size <= 1 << 20; size *= 4) {
        cpu_set_t *set = CPU_ALLOC((size_t)size);
        if (set == NULL) {
            break;
        }
        size_t bytes = CPU_ALLOC_SIZE((size_t)size);
        int count = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 0;
        CPU_FREE(set);
        if (count > 0) {
            return count;
        }
    }
    return 1;
}

/* Reads two numbers from FOLDER/NAME, or one; "max" is no number. Returns how many. */
static int read_numbers(const char *folder, const char *name, double out[2]) {
    char *path = text_format("%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    free(path);
    int count = file == NULL ? 0 : fscanf(file, "%lf %lf", &out[0], &out[1]);
    if (file != NULL) {
        (void)fclose(file);
    }
    return count < 0 ? 0 : count;
}

/* The quota of one group in processors, infinite where it has none. Version 2: cpu.max, "200000 100000" or
 * "max 100000". Version 1: two files, and -1 for none. */
static double group_quota(const char *folder) {
    double both[2], period[2];
    if (read_numbers(folder, "cpu.max", both) == 2 && both[0] > 0.0 && both[1] > 0.0) {
        return both[0] / both[1];
    }
    if (read_numbers(folder, "cpu.cfs_quota_us", both) >= 1 && both[0] > 0.0 &&
        read_numbers(folder, "cpu.cfs_period_us", period) >= 1 && period[0] > 0.0) {
        return both[0] / period[0];
    }
    return INFINITY;
}

/* The smallest quota of the group `group` ("/a/b") and of those above it, which bind it too. */
static double smallest_quota(const char *mount, const char *group) {
    char *folder = text_format("%s%s", mount, group);
    double smallest = INFINITY;
    for (;;) {
        smallest = fmin(smallest, group_quota(folder));
        char *slash = strrchr(folder, '/');
        if (strlen(folder) <= strlen(mount) || slash == NULL) {
            break;
        }
        *slash = '\0';
    }
    free(folder);
    return smallest;
}

/* A line of /proc/self/cgroup: "0::/group" of version 2, "4:cpu,cpuacct:/group" of version 1. */
static double line_quota(const char *mount, char *line) {
    char *controllers = strchr(line, ':');
    char *group = controllers == NULL ? NULL : strchr(controllers + 1, ':');
    if (group == NULL) {
        return INFINITY;
    }
    *controllers++ = '\0';
    *group++ = '\0';
    group[strcspn(group, "\n")] = '\0';
    if (*controllers == '\0') {
        char *unified = text_format("%s/unified", mount); /* beside version 1 */
        double quota = fmin(smallest_quota(mount, group), smallest_quota(unified, group));
        free(unified);
        return quota;
    }
    double quota = INFINITY;
    char *whole = memory_copy_string(controllers), *rest = NULL;
    for (char *name = strtok_r(controllers, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest)) {
        if (strcmp(name, "cpu") == 0) {
            char *alone = text_format("%s/cpu", mount), *together = text_format("%s/%s", mount, whole);
            quota = fmin(smallest_quota(alone, group), smallest_quota(together, group));
            free(alone);
            free(together);
        }
    }
    free(whole);
    return quota;
}

int effort_quota(const char *membership, const char *mount) {
    FILE *file = fopen(membership, "r");
    double quota = INFINITY;
    char *line = NULL;
    size_t size = 0;
    while (file != NULL && getline(&line, &size, file) > 0) {
        quota = fmin(quota, line_quota(mount, line));
    }
    free(line);
    if (file != NULL) {
        (void)fclose(file);
    }
    return quota < INT_MAX ? (int)ceil(quota) : INT_MAX;
}

int effort_processors(void) {
    int processors = affinity_processors();
    int quota = effort_quota("/proc/self/cgroup", "/sys/fs/cgroup");
    return quota < processors ? quota : processors;
}

enum status effort_threads(int *out) {
    const char *wanted = getenv("OMP_NUM_THREADS");
    if (wanted == NULL || *wanted == '\0') {
        *out = effort_processors();
        return STATUS_OK;
    }
    char first[16];
    size_t blanks = strspn(wanted, " \t"), length = strcspn(wanted + blanks, ", \t");
    (void)snprintf(first, sizeof first, "%.*s", (int)length, wanted + blanks);
    int64_t threads;
    if (length >= sizeof first || !text_parse_integer(first, &threads) || threads < 1 ||
        threads > EFFORT_MOST_THREADS) {
        return status_fail(STATUS_USAGE,
                           "OMP_NUM_THREADS: '%s' is no number of threads, expected 1 to %d (or --threads)",
                           wanted, EFFORT_MOST_THREADS);
    }
    *out = (int)threads;
    return STATUS_OK;
}
