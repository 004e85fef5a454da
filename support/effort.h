/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How work is to be done, as against what is to be done: with how many threads, and who is told about it.
 * No result depends on it.
 */
#ifndef HAMBENCH_SUPPORT_EFFORT_H
#define HAMBENCH_SUPPORT_EFFORT_H

#include <stdbool.h>

/* Starts as {.threads = 1}. */
struct effort {
    int threads; /* at least 1 */
    bool quiet;  /* no progress on standard error */

    /* Called with one line, without its newline, that somebody may want to read; NULL: nobody does. */
    void (*report)(void *context, const char *line);
    void *context;
};

/* Hands a formatted line to whoever wants the reports; made printable as those of status_fail are. */
void effort_report(const struct effort *effort, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
