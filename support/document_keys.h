/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files that are a mapping of known keys, and assignments "key=value" of a command line that mean the same as
 * a line of such a file.
 */
#ifndef HAMBENCH_SUPPORT_DOCUMENT_KEYS_H
#define HAMBENCH_SUPPORT_DOCUMENT_KEYS_H

#include "support/document.h"
#include "support/schema.h"

/* A key. `context` is the reader's, here and below; errors begin with the place of `node`. */
struct document_key {
    const char *name;
    bool required;
    enum status (*read)(void *context, const struct document *document, const struct document_node *node);
};

struct document_reader {
    const char *what; /* the file, as in "expected the keys of an experiment" */
    const struct document_key *keys;
    size_t count;

    /* The value of a key that is not in the list but among `other_names`, which is ended by NULL: settings,
     * groups of settings. NULL, and no names: there are no others. */
    enum status (*read_other)(void *context, const struct document *document, const struct document_node *key,
                              const struct document_node *node);
    const char *const *other_names;
    void *context;
};

/* Reads a file and hands each key to its function, in the order of the file; then misses what is required.
 * STATUS_IO; STATUS_DATA with file:line:column. */
enum status document_read_keys(const struct document_reader *reader, const char *path);

/* Reads "key=value", or "group.key=value" for a key of a mapping, with the value written as in a file (lists,
 * quotes). STATUS_USAGE, without a place. */
enum status document_read_assignment(const struct document_reader *reader, const char *assignment);

/* Checks that `node` is one scalar that can be the value of a field (a number without quotes). */
enum status document_check_value(const struct document *document, const struct document_node *node,
                                 const struct field *field, const char *key);

#endif
