/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/document.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/file.h"
#include "support/memory.h"
#include "support/text.h"
#include "support/text_set.h"

enum status document_locate(const struct document *document, const struct document_node *node,
                            enum status code) {
    if (*document->path == '\0') {
        return code;
    }
    return status_prefix(code, "%s:%d:%d", document->path, node->line, node->column);
}

enum status document_fail(const struct document *document, const struct document_node *node,
                          const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    struct text line = {0};
    text_add_arguments(&line, format, arguments);
    va_end(arguments);
    (void)status_fail(STATUS_DATA, "%s", line.data);
    text_free(&line);
    return document_locate(document, node, STATUS_DATA);
}

const struct document_node *document_find(const struct document_node *mapping, const char *key) {
    for (size_t i = 0; mapping->kind == DOCUMENT_MAPPING && i < mapping->count; i++) {
        if (strcmp(mapping->keys[i].text, key) == 0) {
            return &mapping->children[i];
        }
    }
    return NULL;
}

const char *document_describe(const struct document_node *node) {
    static _Thread_local char description[80];
    if (node->kind == DOCUMENT_LIST) {
        return "a list";
    }
    if (node->kind == DOCUMENT_MAPPING) {
        return "a mapping";
    }
    if (*node->text == '\0' && !node->quoted) {
        return "nothing";
    }
    char *value = text_shorten(node->text, 60);
    (void)snprintf(description, sizeof description, node->quoted ? "the text \"%s\"" : "%s", value);
    free(value);
    return description;
}

enum status document_copy_text(const struct document *document, const struct document_node *node,
                               const char *key, char **out) {
    if (node->kind != DOCUMENT_SCALAR || (*node->text == '\0' && !node->quoted)) {
        return document_fail(document, node, "%s: expected a text, found %s", key, document_describe(node));
    }
    free(*out);
    *out = memory_copy_string(node->text);
    return STATUS_OK;
}

enum status document_copy_line(const struct document *document, const struct document_node *node,
                               const char *key, char **out) {
    struct text printable = {0};
    if (node->kind == DOCUMENT_SCALAR) {
        text_add_printable(&printable, node->text);
        if (strcmp(printable.data, node->text) != 0) {
            enum status status = document_fail(
                document, node, "%s: expected one line without control characters, found \"%s\"", key,
                printable.data);
            text_free(&printable);
            return status;
        }
    }
    text_free(&printable);
    return document_copy_text(document, node, key, out);
}

static enum status check_list(const struct document *document, const struct document_node *node,
                              const char *key, struct text_set *seen) {
    if (node->kind != DOCUMENT_LIST) {
        return document_fail(document, node, "%s: expected a list [a, b], found %s", key,
                             document_describe(node));
    }
    if (node->count == 0) {
        return document_fail(document, node, "%s: the list is empty, expected at least one entry", key);
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct document_node *entry = &node->children[i];
        if (entry->kind != DOCUMENT_SCALAR) {
            return document_fail(document, entry, "%s: expected a word, found %s", key,
                                 document_describe(entry));
        }
        if (!text_set_add(seen, entry->text)) {
            return document_fail(document, entry, "%s: '%s' is listed twice", key, entry->text);
        }
    }
    return STATUS_OK;
}

enum status document_parse_value(struct document **out, const char *text) {
    if (text[strspn(text, " ")] != '\0') {
        return document_parse(out, "", text, strlen(text));
    }
    struct document *document = memory_alloc(1, sizeof *document);
    document->path = memory_copy_string("");
    document->root = (struct document_node){.kind = DOCUMENT_SCALAR, .text = memory_copy_string("")};
    *out = document;
    return STATUS_OK;
}

enum status document_check_list(const struct document *document, const struct document_node *node,
                                const char *key) {
    struct text_set seen = {0};
    enum status status = check_list(document, node, key, &seen);
    text_set_clear(&seen);
    return status;
}

char *document_name_of_file(const char *path) {
    char *name = memory_copy_string(file_base_name(path));
    char *ending = strrchr(name, '.');
    /* What would be left of ".yaml", "..yaml" and "...yaml" is nothing or leads to another folder. */
    if (ending != NULL && strspn(name, ".") < (size_t)(ending - name)) {
        *ending = '\0';
    }
    return name;
}
