/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * YAML files made for a test.
 */
#ifndef HAMBENCH_TESTS_YAML_CASE_H
#define HAMBENCH_TESTS_YAML_CASE_H

#include <stddef.h>

#include "support/status.h"

/* Writes a file with this content, in place of the last one. Returns its path, released with `free`. */
char *yaml_write(const char *content);

/* Where in a file the mistake is, and what is said about it. */
struct yaml_mistake {
    const char *content;
    const char *place; /* line:column */
    const char *reason;
};

/* Fails the test unless `read` answers each of them with STATUS_DATA and "FILE:PLACE: REASON". */
void yaml_check_mistakes(const struct yaml_mistake *mistakes, size_t count,
                         enum status (*read)(const char *path));

#endif
