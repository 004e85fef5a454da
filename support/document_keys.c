/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/document_keys.h"

#include <stdlib.h>
#include <string.h>

#include "support/memory.h"
#include "support/text.h"

static size_t count_others(const struct document_reader *reader) {
    size_t count = 0;
    while (reader->other_names != NULL && reader->other_names[count] != NULL) {
        count++;
    }
    return count;
}

static enum status fail_unknown(const struct document_reader *reader, const struct document *document,
                                const struct document_node *key) {
    size_t others = count_others(reader);
    const char **names = memory_alloc(reader->count + others + 1, sizeof *names);
    for (size_t i = 0; i < reader->count; i++) {
        names[i] = reader->keys[i].name;
    }
    for (size_t i = 0; i < others; i++) {
        names[reader->count + i] = reader->other_names[i];
    }
    (void)status_unknown(STATUS_DATA, "key", key->text, names);
    free(names);
    return document_locate(document, key, STATUS_DATA);
}

static enum status read_key(const struct document_reader *reader, const struct document *document,
                            const struct document_node *key, const struct document_node *node) {
    for (size_t i = 0; i < reader->count; i++) {
        if (strcmp(key->text, reader->keys[i].name) == 0) {
            return reader->keys[i].read(reader->context, document, node);
        }
    }
    for (size_t i = 0; i < count_others(reader); i++) {
        if (strcmp(key->text, reader->other_names[i]) == 0) {
            return reader->read_other(reader->context, document, key, node);
        }
    }
    return fail_unknown(reader, document, key);
}

static enum status read_mapping(const struct document_reader *reader, const struct document *document) {
    const struct document_node *root = &document->root;
    if (root->kind != DOCUMENT_MAPPING) {
        return document_fail(document, root, "expected the keys of %s, found %s", reader->what,
                             document_describe(root));
    }
    enum status status = STATUS_OK;
    for (size_t i = 0; i < root->count && status == STATUS_OK; i++) {
        status = read_key(reader, document, &root->keys[i], &root->children[i]);
    }
    return status;
}

enum status document_read_keys(const struct document_reader *reader, const char *path) {
    struct document *document = NULL;
    enum status status = document_read(&document, path);
    if (status == STATUS_OK) {
        status = read_mapping(reader, document);
    }
    for (size_t i = 0; i < reader->count && status == STATUS_OK; i++) {
        if (reader->keys[i].required && document_find(&document->root, reader->keys[i].name) == NULL) {
            status =
                document_fail(document, &document->root, "the key '%s' is missing", reader->keys[i].name);
        }
    }
    document_free(document);
    return status;
}

/* "a.b" and a value: the mapping {a: {b: value}}, whose scalars are the document's own. */
static enum status read_path(const struct document_reader *reader, const struct document *document,
                             char *key) {
    struct document_node value = document->root;
    struct document_node outer = {.kind = DOCUMENT_SCALAR, .text = key};
    struct document_node inner = {.kind = DOCUMENT_SCALAR};
    struct document_node mapping = {.kind = DOCUMENT_MAPPING, .count = 1, .children = &value, .keys = &inner};
    char *dot = strchr(key, '.');
    if (dot == NULL) {
        return read_key(reader, document, &outer, &value);
    }
    *dot = '\0';
    inner.text = dot + 1;
    return read_key(reader, document, &outer, &mapping);
}

enum status document_read_assignment(const struct document_reader *reader, const char *assignment) {
    const char *equals = strchr(assignment, '=');
    if (equals == NULL || equals == assignment) {
        return status_fail(STATUS_USAGE, "'%s': expected key=value", assignment);
    }
    char *key = text_format("%.*s", (int)(equals - assignment), assignment);
    struct document *document = NULL;
    enum status status = document_parse_value(&document, equals + 1);
    if (status == STATUS_OK) {
        status = read_path(reader, document, key);
    } else {
        status = status_prefix(status, "%s", key);
    }
    document_free(document);
    free(key);
    return status == STATUS_OK ? STATUS_OK : STATUS_USAGE;
}

enum status document_check_value(const struct document *document, const struct document_node *node,
                                 const struct field *field, const char *key) {
    bool text_for_number = node->quoted && field->type != FIELD_NAME;
    if (node->kind == DOCUMENT_SCALAR && !text_for_number && (*node->text != '\0' || node->quoted)) {
        return STATUS_OK;
    }
    return document_fail(document, node, "%s: expected one %s, found %s", key, field_type_name(field),
                         document_describe(node));
}
