/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table of strings, set as Markdown with its columns aligned.
 */
#ifndef HAMBENCH_DRAWING_MARKDOWN_H
#define HAMBENCH_DRAWING_MARKDOWN_H

#include <stddef.h>

#include "support/text.h"

/* Starts with `columns` and `left` given and the rest zero. */
struct markdown {
    size_t columns;
    size_t left;    /* the first columns are set flush left, the others flush right */
    char **entries; /* [count], row by row; the first row holds the titles */
    size_t count;
};

/* Adds the next entry, which is any text: what would end a cell or a line, or command a terminal, is spelled
 * out. It becomes the table's to free. */
void markdown_add(struct markdown *table, char *entry);

/* Adds the table to `out`. Every row must be whole. */
void markdown_format(struct text *out, const struct markdown *table);

/* Adds "### TITLE" for level 3, and a blank line; the title is any text, as an entry is. */
void markdown_add_heading(struct text *out, int level, const char *title);

/* Releases the entries. */
void markdown_clear(struct markdown *table);

#endif
