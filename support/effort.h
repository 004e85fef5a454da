/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How work is to be done, as against what is to be done: with how many threads, and who is told about it.
 * No result depends on it.
 */
#ifndef HAMBENCH_SUPPORT_EFFORT_H
#define HAMBENCH_SUPPORT_EFFORT_H

#include <stdbool.h>

#include "support/status.h"

/* Starts as {.threads = 1}. */
struct effort {
    int threads; /* at least 1 */
    bool quiet;  /* no progress on standard error */

    /* Called with one line, without its newline, that somebody may want to read; NULL: nobody does. */
    void (*report)(void *context, const char *line);
    void *context;
};

/* Hands a formatted line to whoever wants the reports; printable as those of status_fail are. */
void effort_report(const struct effort *effort, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

enum { EFFORT_MOST_THREADS = 1024 };

/* Processors that this process may use, at least 1: those of its affinity mask, or fewer where a control
 * group (of a container, a batch system or systemd) grants it the time of fewer. */
int effort_processors(void);

/* The number of threads to use where nobody says another one: the first number of the environment variable
 * OMP_NUM_THREADS, otherwise effort_processors. STATUS_USAGE when the variable holds none from 1 to
 * EFFORT_MOST_THREADS. */
enum status effort_threads(int *out);

/* The processors that the groups named in `membership` (/proc/self/cgroup) grant, by their own quota and
 * those of the groups above, rounded up; INT_MAX when no quota is set. Control groups of both versions are
 * looked for below `mount` (/sys/fs/cgroup). */
int effort_quota(const char *membership, const char *mount);

#endif
