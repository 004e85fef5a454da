/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Animated pictures: GIF files (CompuServe, GIF89a), which every viewer plays.
 */
#ifndef HAMBENCH_DRAWING_GIF_H
#define HAMBENCH_DRAWING_GIF_H

#include <stdbool.h>
#include <stdint.h>

#include "support/status.h"

struct gif {
    int frames;
    int side;              /* of a frame in pixels; each is square */
    int scale;             /* pixels of the animation for one of the frame */
    double delay;          /* seconds from one frame to the next, 0.02 to 10; a file counts in hundredths */
    const uint8_t *images; /* [frames][side][side][3], top row first */
};

/* Writes the animation, which repeats for ever. A frame of up to 256 colours is exact; of a frame with more
 * the lowest bits are dropped until 256 are enough. STATUS_IO. */
enum status gif_write(const struct gif *gif, const char *path);

#endif
