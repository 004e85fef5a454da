/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The film strip: for a few windows a row of true frames, one of predicted frames and one of their
 * difference, from the first prediction to the end of the window. A black bar stands where the reconstruction
 * ends and extrapolation begins. Where nobody knows the truth there are the predicted frames alone, a row for
 * each window.
 *
 * Images whose rows grow with the height Y are turned upside down for display: on paper they grow downwards.
 */
#ifndef HAMBENCH_DRAWING_FILM_STRIP_H
#define HAMBENCH_DRAWING_FILM_STRIP_H

#include <stdbool.h>

#include "support/image.h"
#include "support/status.h"

enum {
    FILM_COLUMNS = 16,   /* at most; every k-th frame with the smallest k that fits */
    FILM_SCALE = 3,      /* pixels of the strip for one of the image */
    FILM_DIFFERENCE = 4, /* the difference row shows |prediction - truth| times this, clipped at white */
};

enum film_row { FILM_TRUTH, FILM_MODEL, FILM_ERROR, FILM_ROWS };

struct film_strip {
    const char *title;
    int windows;
    int frames;               /* predicted in each window */
    int first;                /* frame number of the first of them, for the labels */
    int step;                 /* frame number from one to the next; 0: 1 */
    int train_frames;         /* of these, reconstruction */
    bool top_first;           /* rows of the images begin at the top: they are shown as they are */
    const float *truth;       /* [windows][columns][H][W][C]: the frames that are shown; NULL: not known */
    const float *predictions; /* [windows][columns][H][W][C] */
};

/* Where a tile stands. */
struct film_tile {
    int frame; /* of the predicted ones; outside 0 .. frames-1 when there is no such column */
    int x;     /* top left corner in the picture */
    int y;
};
/* Without a truth there is only FILM_MODEL. */
struct film_tile film_strip_tile(const struct film_strip *strip, int window, enum film_row row, int column);

/* k: the strip shows every k-th frame. And how many these are: column c is frame c k. Both depend on `frames`
 * only. */
int film_strip_stride(const struct film_strip *strip);
int film_strip_columns(const struct film_strip *strip);

/* Writes the strip as PNG. STATUS_IO. */
enum status film_strip_write(const struct film_strip *strip, const char *path);

#endif
