/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table of strings, set as a LaTeX tabular with the rules of the booktabs package.
 */
#ifndef HAMBENCH_DRAWING_LATEX_H
#define HAMBENCH_DRAWING_LATEX_H

#include <stdbool.h>
#include <stddef.h>

#include "support/text.h"

/* Starts with `columns` and `left` given and the rest zero. */
struct latex {
    size_t columns;
    size_t left;    /* the first columns are set flush left, the others flush right */
    char **entries; /* [count], row by row; the first row holds the titles */
    size_t count;
    size_t *apart; /* [apart_count], rows (the titles are row 0) with some space before them */
    size_t apart_count;
};

/* Adds any text so that LaTeX prints it: characters with a meaning are escaped, a minus before a digit and
 * numbers like 2.0e-03 become formulas. Letters beyond Latin, which a document may lack a font for, are
 * spelled out as U+03BB. */
void latex_add_text(struct text *out, const char *value);

/* Adds the next entry, which is any text. It becomes the table's to free. */
void latex_add(struct latex *table, char *entry);

/* Sets some space before the row that the next entry begins. */
void latex_space(struct latex *table);

/* Adds the tabular to `out`. Every row must be whole. */
void latex_format(struct text *out, const struct latex *table);

/* Releases the entries. */
void latex_clear(struct latex *table);

#endif
