/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drawing/markdown.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

/* A bar would begin the next cell. Takes `entry` over. */
static char *escape_bars(char *entry) {
    if (strchr(entry, '|') == NULL) {
        return entry;
    }
    struct text escaped = {0};
    for (const char *letter = entry; *letter != '\0'; letter++) {
        text_add(&escaped, *letter == '|' ? "\\|" : "%c", *letter);
    }
    free(entry);
    return escaped.data;
}

void markdown_add(struct markdown *table, char *entry) {
    table->entries = memory_resize(table->entries, table->count + 1, sizeof *table->entries);
    struct text safe = {0};
    text_add_printable(&safe, entry);
    free(entry);
    table->entries[table->count++] = escape_bars(safe.data);
}

void markdown_clear(struct markdown *table) {
    for (size_t i = 0; i < table->count; i++) {
        free(table->entries[i]);
    }
    free(table->entries);
    table->entries = NULL;
    table->count = 0;
}

/* Characters, not bytes, of UTF-8. */
static size_t width_of(const char *string) {
    size_t width = 0;
    for (; *string != '\0'; string++) {
        width += ((unsigned char)*string & 0xC0) != 0x80;
    }
    return width;
}

static void add_repeated(struct text *out, char character, size_t count) {
    for (size_t i = 0; i < count; i++) {
        text_add_bytes(out, &character, 1);
    }
}

static void add_row(struct text *out, const struct markdown *table, size_t row, const size_t *widths) {
    for (size_t c = 0; c < table->columns; c++) {
        const char *entry = table->entries[row * table->columns + c];
        size_t padding = widths[c] - width_of(entry);
        text_add(out, "| ");
        add_repeated(out, ' ', c < table->left ? 0 : padding);
        text_add(out, "%s ", entry);
        add_repeated(out, ' ', c < table->left ? padding : 0);
    }
    text_add(out, "|\n");
}

/* The line of dashes below the titles; a colon at the right sets a column flush right. */
static void add_rule(struct text *out, const struct markdown *table, const size_t *widths) {
    for (size_t c = 0; c < table->columns; c++) {
        text_add(out, "| ");
        add_repeated(out, '-', widths[c] - 1);
        text_add(out, c < table->left ? "- " : ": ");
    }
    text_add(out, "|\n");
}

void markdown_format(struct text *out, const struct markdown *table) {
    assert(table->count % table->columns == 0);
    size_t *widths = memory_alloc(table->columns, sizeof *widths);
    for (size_t i = 0; i < table->count; i++) {
        size_t width = width_of(table->entries[i]);
        size_t *widest = &widths[i % table->columns];
        *widest = width > *widest ? width : *widest;
    }
    for (size_t row = 0; row < table->count / table->columns; row++) {
        add_row(out, table, row, widths);
        if (row == 0) {
            add_rule(out, table, widths);
        }
    }
    free(widths);
}

void markdown_add_heading(struct text *out, int level, const char *title) {
    add_repeated(out, '#', (size_t)level);
    text_add(out, " ");
    text_add_printable(out, title);
    text_add(out, "\n\n");
}
