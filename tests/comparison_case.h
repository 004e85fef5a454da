/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of comparisons have in common.
 */
#ifndef HAMBENCH_TESTS_COMPARISON_CASE_H
#define HAMBENCH_TESTS_COMPARISON_CASE_H

#include "comparisons/comparison.h"

/* The comparison of a file with this content, which must be good; with --set `assignment`, NULL for none.
 * Released with comparison_free. */
struct comparison *comparison_of(const char *content, const char *assignment);

/* A new folder in that of the test program. Returns its path, released with `free`. */
char *fresh_folder(const char *name);

#endif
