/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A canvas of 8 bit RGB pixels that is written as PNG: enough to set small images and short labels.
 * x grows to the right and y downwards, both from 0; drawing outside the canvas is cut off.
 */
#ifndef HAMBENCH_DRAWING_PICTURE_H
#define HAMBENCH_DRAWING_PICTURE_H

#include <stdint.h>

#include "support/status.h"

struct picture {
    int width;
    int height;
    uint8_t *pixels; /* [height][width][3] */
};

/* Glyphs of the built-in font and the distance from one to the next, before scaling. */
enum { GLYPH_WIDTH = 5, GLYPH_HEIGHT = 7, GLYPH_ADVANCE = 6 };

/* A white canvas. The caller frees it. */
struct picture picture_create(int width, int height);
void picture_free(struct picture *picture);

/* Fills a rectangle with a grey level. */
void picture_fill(struct picture *picture, int x, int y, int width, int height, uint8_t grey);

/* Draws pixel (row, column) of a [side][side][3] image as a square of `scale` pixels. */
void picture_image(struct picture *picture, int x, int y, int scale, const uint8_t *image, int side);

/* Writes `text` in black from its top left corner; letters are drawn as capitals, characters that the font
 * does not have as blanks. Returns the width in pixels. */
int picture_text(struct picture *picture, int x, int y, int scale, const char *text);
int picture_text_width(int scale, const char *text);

/* The rows of a glyph from the top; bit 4 is the leftmost column. */
const uint8_t *picture_glyph(char character);

/* Writes a PNG file, whole or not at all. STATUS_IO. */
enum status picture_write(const struct picture *picture, const char *path);

/* Reads a PNG file. STATUS_IO, STATUS_DATA. The caller frees `*out`. */
enum status picture_read(struct picture *out, const char *path);

#endif
