/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The only file that knows libyaml: its events become the tree of document.h.
 */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "support/document.h"
#include "support/file.h"
#include "support/memory.h"
#include "support/text.h"
#include "support/text_set.h"

enum {
    DEEPEST = 16,        /* levels; the message says the number as well */
    MOST_BYTES = 1 << 20 /* of a file: 100,000 seeds, and far more than anybody writes by hand */
};

struct reader {
    const struct document *document;
    yaml_parser_t parser;
    yaml_event_t event; /* the current one, owned by the reader */
    bool has_event;
};

static void free_node(struct document_node *node) {
    for (size_t i = 0; i < node->count; i++) {
        free_node(&node->children[i]);
        if (node->keys != NULL) {
            free_node(&node->keys[i]);
        }
    }
    free(node->children);
    free(node->keys);
    free(node->text);
}

void document_free(struct document *document) {
    if (document == NULL) {
        return;
    }
    free_node(&document->root);
    free(document->path);
    free(document);
}

static struct document_node place_of(yaml_mark_t mark) {
    return (struct document_node){.line = (int)mark.line + 1, .column = (int)mark.column + 1};
}

static enum status fail_syntax(const struct reader *reader) {
    const yaml_parser_t *parser = &reader->parser;
    struct document_node place = place_of(parser->problem_mark);
    const char *problem = parser->problem == NULL ? "cannot be parsed" : parser->problem;
    if (parser->error == YAML_READER_ERROR) {
        return document_fail(reader->document, &place, "not a text file: %s", problem);
    }
    return document_fail(reader->document, &place, "not YAML: %s", problem);
}

static enum status next_event(struct reader *reader) {
    if (reader->has_event) {
        yaml_event_delete(&reader->event);
        reader->has_event = false;
    }
    if (yaml_parser_parse(&reader->parser, &reader->event) == 0) {
        return fail_syntax(reader);
    }
    reader->has_event = true;
    return STATUS_OK;
}

static enum status fail_here(const struct reader *reader, const char *reason) {
    struct document_node place = place_of(reader->event.start_mark);
    return document_fail(reader->document, &place, "%s", reason);
}

/* Anchors and tags are refused on every kind of node. */
static enum status check_plain(const struct reader *reader, const yaml_char_t *anchor,
                               const yaml_char_t *tag) {
    if (anchor != NULL) {
        return fail_here(reader, "anchors (&name) are not supported, write the value out");
    }
    if (tag != NULL) {
        return fail_here(reader, "tags (!name) are not supported");
    }
    return STATUS_OK;
}

/* Room for node `count`: at 0 and each power of two the list is doubled. */
static struct document_node *grow(struct document_node **nodes, size_t count) {
    if ((count & (count - 1)) == 0) {
        *nodes = memory_resize(*nodes, count == 0 ? 1 : 2 * count, sizeof **nodes);
    }
    struct document_node *added = &(*nodes)[count];
    *added = (struct document_node){0};
    return added;
}

static enum status read_node(struct reader *reader, struct document_node *out, int depth);

static enum status read_scalar(struct reader *reader, struct document_node *out) {
    enum status status = check_plain(reader, reader->event.data.scalar.anchor, reader->event.data.scalar.tag);
    if (status != STATUS_OK) {
        return status;
    }
    const char *value = (const char *)reader->event.data.scalar.value;
    if (strlen(value) != reader->event.data.scalar.length) {
        return fail_here(reader, "a value with a zero byte");
    }
    out->kind = DOCUMENT_SCALAR;
    out->text = memory_copy_string(value);
    out->quoted = reader->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return STATUS_OK;
}

static enum status read_list(struct reader *reader, struct document_node *out, int depth) {
    enum status status =
        check_plain(reader, reader->event.data.sequence_start.anchor, reader->event.data.sequence_start.tag);
    out->kind = DOCUMENT_LIST;
    while (status == STATUS_OK) {
        status = next_event(reader);
        if (status != STATUS_OK || reader->event.type == YAML_SEQUENCE_END_EVENT) {
            break;
        }
        struct document_node *child = grow(&out->children, out->count);
        out->count++;
        status = read_node(reader, child, depth + 1);
    }
    return status;
}

static enum status fail_duplicate(const struct reader *reader, const struct document_node *mapping,
                                  const struct document_node *key) {
    const struct document_node *first = mapping->keys;
    while (strcmp(first->text, key->text) != 0) {
        first++;
    }
    return document_fail(reader->document, key, "duplicate key '%s', first on line %d", key->text,
                         first->line);
}

/* The key of the next pair, already counted in `out`; `seen` are those before it. */
static enum status read_key(struct reader *reader, struct document_node *out, struct document_node *key,
                            struct text_set *seen) {
    if (reader->event.type != YAML_SCALAR_EVENT) {
        return fail_here(reader, "a key must be a word");
    }
    *key = place_of(reader->event.start_mark);
    enum status status = read_scalar(reader, key);
    if (status == STATUS_OK && !text_set_add(seen, key->text)) {
        status = fail_duplicate(reader, out, key);
    }
    return status;
}

static enum status read_mapping(struct reader *reader, struct document_node *out, int depth) {
    enum status status =
        check_plain(reader, reader->event.data.mapping_start.anchor, reader->event.data.mapping_start.tag);
    struct text_set seen = {0};
    out->kind = DOCUMENT_MAPPING;
    while (status == STATUS_OK) {
        status = next_event(reader);
        if (status != STATUS_OK || reader->event.type == YAML_MAPPING_END_EVENT) {
            break;
        }
        struct document_node *key = grow(&out->keys, out->count);
        struct document_node *child = grow(&out->children, out->count);
        out->count++;
        status = read_key(reader, out, key, &seen);
        if (status == STATUS_OK) {
            status = next_event(reader);
        }
        if (status == STATUS_OK) {
            status = read_node(reader, child, depth + 1);
        }
    }
    text_set_clear(&seen);
    return status;
}

/* The node that the current event begins. */
static enum status read_node(struct reader *reader, struct document_node *out, int depth) {
    *out = place_of(reader->event.start_mark);
    if (depth > DEEPEST) {
        return document_fail(reader->document, out, "nested too deep, expected at most %d levels", DEEPEST);
    }
    switch (reader->event.type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(reader, out);
    case YAML_SEQUENCE_START_EVENT:
        return read_list(reader, out, depth);
    case YAML_MAPPING_START_EVENT:
        return read_mapping(reader, out, depth);
    case YAML_ALIAS_EVENT:
        return fail_here(reader, "aliases (*name) are not supported, write the value out");
    default:
        return fail_here(reader, "expected a value");
    }
}

/* Stream start, document start, the root, document end, stream end. */
static enum status read_stream(struct reader *reader, struct document_node *root) {
    enum status status = next_event(reader);
    if (status == STATUS_OK) {
        status = next_event(reader);
    }
    if (status != STATUS_OK) {
        return status;
    }
    if (reader->event.type == YAML_STREAM_END_EVENT) {
        struct document_node start = {.line = 1, .column = 1};
        return document_fail(reader->document, &start, "the file is empty");
    }
    status = next_event(reader);
    if (status == STATUS_OK) {
        status = read_node(reader, root, 0);
    }
    if (status == STATUS_OK) {
        status = next_event(reader); /* end of the document */
    }
    if (status == STATUS_OK) {
        status = next_event(reader);
    }
    if (status == STATUS_OK && reader->event.type != YAML_STREAM_END_EVENT) {
        status = fail_here(reader, "a second document, expected the end of the file");
    }
    return status;
}

enum status document_parse(struct document **out, const char *path, const char *bytes, size_t length) {
    struct document *document = memory_alloc(1, sizeof *document);
    document->path = memory_copy_string(path);
    struct reader reader = {.document = document};
    if (yaml_parser_initialize(&reader.parser) == 0) {
        abort(); /* no memory */
    }
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)bytes, length);
    enum status status = read_stream(&reader, &document->root);
    if (reader.has_event) {
        yaml_event_delete(&reader.event);
    }
    yaml_parser_delete(&reader.parser);
    if (status == STATUS_OK) {
        *out = document;
    } else {
        document_free(document);
    }
    return status;
}

enum status document_read(struct document **out, const char *path) {
    struct text content = {0};
    enum status status = file_read_within(&content, path, MOST_BYTES);
    if (status == STATUS_OK) {
        status = document_parse(out, path, content.data == NULL ? "" : content.data, content.length);
    }
    text_free(&content);
    return status;
}
