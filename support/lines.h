/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A list of strings that grows: names of files, notes to the user.
 */
#ifndef HAMBENCH_SUPPORT_LINES_H
#define HAMBENCH_SUPPORT_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Starts as {0}. The strings belong to the list. */
struct lines {
    char **line; /* [count] */
    size_t count;
};

/* Adds a formatted string to the end. */
void lines_add(struct lines *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether one of them is `line`. */
bool lines_contain(const struct lines *lines, const char *line);

/* Releases the strings and leaves the list empty. */
void lines_free(struct lines *lines);

#endif
