/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Figures of many curves, cut into panels so that black and white is enough to tell them apart: contenders of
 * one family share a panel, at most PANELS_MAX_CURVES of them, and all panels have the same axes.
 */
#ifndef HAMBENCH_COMPARISONS_PANELS_H
#define HAMBENCH_COMPARISONS_PANELS_H

#include "comparisons/comparison.h"
#include "drawing/figure.h"

enum { PANELS_MAX_CURVES = 5, PANELS_WIDTH = 400, PANELS_HEIGHT = 420 };

struct panel {
    char *title; /* "symplectic composition" */
    size_t contenders[PANELS_MAX_CURVES];
    size_t count;
};

struct panels {
    struct panel *panels;
    size_t count;
    size_t columns;
    size_t rows;
};

/* Panels for the contenders of a comparison, in the order in which their families first occur. */
void panels_create(struct panels *out, const struct comparison *comparison);
void panels_clear(struct panels *panels);

/* Sets the figure's size, and adds the commands that begin and end the page. */
void panels_begin(struct figure *figure, const struct panels *panels, const char *title);
void panels_end(struct figure *figure);

/* Adds the look of curve `index` of its panel: "lw 1.4 dt 2 pt 6 ps 0.7 lc 'black'". */
void panels_add_style(struct text *commands, size_t index);

#endif
