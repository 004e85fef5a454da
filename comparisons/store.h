/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file cells.jsonl of a comparison: a first line that says what it is, then a line for each reference and
 * each cell, added as they are made. What it holds is not made again; lines of cells that the comparison does
 * not ask for are left alone.
 */
#ifndef HAMBENCH_COMPARISONS_STORE_H
#define HAMBENCH_COMPARISONS_STORE_H

#include <stdio.h>

#include "comparisons/outcome.h"
#include "support/text.h"

#define STORE_FILE "cells.jsonl"
#define STORE_FORMAT "hambench comparison"
enum { STORE_FORMAT_VERSION = 1 };

struct store {
    char *path;
    FILE *stream;
    struct text revision; /* of the program that began the file */
};

/* Opens the file in `folder`, made where it is missing, and fills the outcome with what it holds. Half a line
 * at its end, left by a program that was killed, is cut off. STATUS_IO; STATUS_DATA with file:line. The
 * caller closes `*out`. */
enum status store_open(struct store **out, const char *folder, struct outcome *outcome);
void store_close(struct store *store);

/* Adds a line, at once on disk as far as the program is concerned. One thread at a time. STATUS_IO. */
enum status store_add_cell(struct store *store, const struct outcome *outcome,
                           struct measurement_place place);
enum status store_add_reference(struct store *store, const struct outcome *outcome, size_t problem,
                                size_t horizon);

/* "kepler_06 horizon=100"; released with `free`. */
char *store_reference_key(const struct outcome *outcome, size_t problem, size_t horizon);

/* Fills the outcome from `content`, whole lines of the file `path`; adds the revision of its first line to
 * `revision`. STATUS_DATA. Needed by store_open only. */
enum status store_read_lines(struct outcome *outcome, struct text *revision, const char *path,
                             const struct text *content);

#endif
