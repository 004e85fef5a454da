/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A plot as three kinds of file: NAME.dat holds the numbers, NAME.gp the gnuplot script, and from both
 * gnuplot makes NAME.svg and NAME.png. `gnuplot -d NAME.gp` in their folder makes the pictures again.
 */
#ifndef HAMBENCH_DRAWING_FIGURE_H
#define HAMBENCH_DRAWING_FIGURE_H

#include <stdbool.h>

#include "support/lines.h"
#include "support/status.h"
#include "support/text.h"

struct figure {
    const char *name; /* of its files, without an ending */
    int width;        /* of the picture, in pixels */
    int height;
    struct text data;     /* the content of NAME.dat */
    struct text commands; /* the gnuplot commands that plot it, between opening and closing the output */
};

/* Releases data and commands, not the figure. */
void figure_clear(struct figure *figure);

/* Writes NAME.dat and NAME.gp into `folder`, which is there. STATUS_IO. */
enum status figure_write(const struct figure *figure, const char *folder);

/* Whether data and script in `folder` are already these, and both pictures are there and whole. */
bool figure_is_drawn(const struct figure *figure, const char *folder);

/* Lets gnuplot make the pictures from what figure_write wrote. STATUS_IO when it cannot or a
 * picture is not whole; STATUS_INTERRUPTED. Then no older picture of that name is left to stand for the one
 * that is missing. */
enum status figure_draw(const struct figure *figure, const char *folder);

/* What came of some figures. */
struct figure_report {
    struct lines pictures; /* "plots/error.svg" */
    struct lines notes;    /* why a picture is missing */
};
void figure_report_free(struct figure_report *report);

/* Writes and draws into `folder`, which is called `label` in the report ("plots/"). A picture that cannot be
 * made becomes a note. STATUS_IO when data and script cannot be written; STATUS_INTERRUPTED. */
enum status figure_publish(const struct figure *figure, const char *folder, const char *label,
                           struct figure_report *report);

/* Adds the detail of the last failure, unless it is there already: what keeps one picture from
 * being made is often the same for all. */
void figure_add_note(struct lines *notes);

/* Adds a blank and a number, or NaN in gnuplot's spelling. */
void figure_add_value(struct text *data, double value);

/* Adds words that a plot shows as they are, a title or a label: as a string of gnuplot's, whatever characters
 * are in it, and the word that keeps it from reading _ and ^ as orders. */
void figure_add_literal(struct text *commands, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
