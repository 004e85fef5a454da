/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A configuration file as a tree of scalars, lists and mappings, each with its place in the file. The tree
 * says nothing about what the keys mean.
 */
#ifndef HAMBENCH_SUPPORT_DOCUMENT_H
#define HAMBENCH_SUPPORT_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "support/status.h"

enum document_kind { DOCUMENT_SCALAR, DOCUMENT_LIST, DOCUMENT_MAPPING };

struct document_node {
    enum document_kind kind;
    int line; /* from 1, of the first character */
    int column;
    char *text;  /* of a scalar */
    bool quoted; /* whether the scalar stood in quotes: then it is text, not a number */
    size_t count;
    struct document_node *children; /* [count] entries of a list, values of a mapping */
    struct document_node *keys;     /* [count] scalars of a mapping, each different */
};

struct document {
    char *path;
    struct document_node root;
};

/* Reads a YAML file that holds one document. STATUS_IO when it cannot be read or is no regular file;
 * STATUS_DATA when it is larger than 1 MiB and, with file:line:column, on a syntax error, a key that occurs
 * twice, nesting deeper than 16, or a part of YAML that
 * configurations have no use for (anchors, aliases, tags, several documents, keys that are no scalars). The
 * caller closes `*out`. */
enum status document_read(struct document **out, const char *path);

/* The same for `length` bytes of YAML; `path` is what messages call them. STATUS_DATA. */
enum status document_parse(struct document **out, const char *path, const char *bytes, size_t length);

/* The value of an assignment on a command line, written as in a file. It has no place: messages about it
 * begin with what they say. STATUS_DATA. */
enum status document_parse_value(struct document **out, const char *text);
void document_free(struct document *document);

/* Fails with "path:line:column: ..." of that node; without the place where the path is empty. */
enum status document_fail(const struct document *document, const struct document_node *node,
                          const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "path:line:column: " in front of the recorded detail. */
enum status document_locate(const struct document *document, const struct document_node *node,
                            enum status code);

/* The value under `key` in a mapping, NULL when there is none. */
const struct document_node *document_find(const struct document_node *mapping, const char *key);

/* "a list", "a mapping", "the text \"abc\"" or "abc": what stands there, for messages. Overwritten by the
 * next call on the same thread. */
const char *document_describe(const struct document_node *node);

/* Puts a copy of the scalar's text in place of `*out` (freed). STATUS_DATA for a list, a mapping or nothing.
 * Here and below `key` is what messages call the value. */
enum status document_copy_text(const struct document *document, const struct document_node *node,
                               const char *key, char **out);

/* The same for what people read in tables and on terminals: refuses line breaks and control characters. */
enum status document_copy_line(const struct document *document, const struct document_node *node,
                               const char *key, char **out);

/* Fails unless the node is a list with at least one entry, all of them scalars, no two equal. STATUS_DATA. */
enum status document_check_list(const struct document *document, const struct document_node *node,
                                const char *key);

/* "experiments/quick.yaml" -> "quick", the name of a file or folder to make; never "", "." or "..": "...yaml"
 * stays as it is. Released with `free`. */
char *document_name_of_file(const char *path);

#endif
