/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file of records, one JSON object a line, that several processes add to: a first line that says what the
 * file is and which program began it, then the records as they are made. Nothing is ever changed; where a key
 * occurs again the last record counts. Half a line at the end, left by a program that was killed, is cut off
 * by whoever adds the next line; a damaged line before it is an error.
 */
#ifndef HAMBENCH_SWEEP_STORE_H
#define HAMBENCH_SWEEP_STORE_H

#include <stddef.h>

#include "support/json_text.h"
#include "support/status.h"

struct store;

/* What kind of file it is. */
struct store_format {
    const char *name; /* "hambench comparison" */
    int version;
    const char *holds; /* "measured cells", for messages about another kind of file */
};

/* A line of the file, only while it is being read. */
struct store_record;

/* The members of a record: "" and nan for what there is not. */
const char *store_string(const struct store_record *record, const char *key);
double store_number(const struct store_record *record, const char *key);
/* Fills `out` with the numbers of an array, at most `capacity`; returns how many. */
size_t store_numbers(const struct store_record *record, const char *key, double *out, size_t capacity);

/* The member that is an object, as a record of its own; NULL where there is none. */
const struct store_record *store_object(const struct store_record *record, const char *key);
/* Adds the record as JSON on one line. */
void store_add_json(struct text *out, const struct store_record *record);

/* Who is told of records, in the order of the file. STATUS_DATA where one cannot be: the file's name and the
 * line are put before the detail. */
struct store_reader {
    enum status (*read)(void *context, const struct store_record *record);
    void *context;
};

/* Opens the file, begun where it is missing, and reads what it holds. STATUS_IO; STATUS_DATA with file:line.
 * The caller closes `*out`. */
enum status store_open(struct store **out, const char *path, const struct store_format *format,
                       const struct store_reader *reader);
/* Syncs what was added. STATUS_IO. NULL is allowed. */
enum status store_close(struct store *store);

/* Reads the records that were added since the last reading, by this process or others. As store_open. */
enum status store_read_new(struct store *store, const struct store_reader *reader);

/* Adds a line: `line` is a JSON object without line end. Whole lines of several processes do not mix. It is
 * on the disk a second later at most, or when the store is closed. One thread at a time. STATUS_IO. */
enum status store_add(struct store *store, const struct text *line);

/* The revision of the program that began the file. Owned by the store. */
const char *store_revision(const struct store *store);
const char *store_path(const struct store *store);

/* One record as a file of its own, replaced as a whole: `line` as above. STATUS_IO. */
enum status store_write_single(const char *path, const struct text *line);
/* The record of a line that is at hand. STATUS_DATA. */
enum status store_read_line(const char *line, size_t length, const struct store_reader *reader);
/* STATUS_IO, STATUS_DATA. */
enum status store_read_single(const char *path, const struct store_reader *reader);

#endif
