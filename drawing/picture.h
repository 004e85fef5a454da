/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A canvas of 8 bit RGB pixels that is written as PNG: enough to set small images and labels.
 * x grows to the right and y downwards, both from 0; drawing outside the canvas is cut off.
 *
 * Text is anti-aliased and always the same on one machine; its font is DejaVu Sans, or what fontconfig has in
 * its place, or else a stroke font of cairo's. Characters that could break a line are spelled out.
 */
#ifndef HAMBENCH_DRAWING_PICTURE_H
#define HAMBENCH_DRAWING_PICTURE_H

#include <stdint.h>

#include "support/status.h"

struct picture {
    int width;
    int height;
    uint32_t *pixels; /* [height][width], 0xRRGGBB; the highest byte says nothing */
};

/* Where a text stands relative to its x. */
enum picture_anchor { PICTURE_LEFT, PICTURE_CENTRE, PICTURE_RIGHT };

/* A white canvas. The caller frees it. */
struct picture picture_create(int width, int height);
void picture_free(struct picture *picture);

/* Fills a rectangle with a grey level. */
void picture_fill(struct picture *picture, int x, int y, int width, int height, uint8_t grey);

/* Draws pixel (row, column) of a [side][side][3] image as a square of `scale` pixels. */
void picture_image(struct picture *picture, int x, int y, int scale, const uint8_t *image, int side);

/* Writes a line of text in black, `size` pixels from one line to the next, with its baseline at y. */
void picture_text(struct picture *picture, int x, int y, int size, enum picture_anchor anchor,
                  const char *text);

/* Pixels that a line of text needs. */
int picture_text_width(int size, const char *text);

/* The line of text when it fits into `width` pixels, otherwise its beginning and "…"; released with `free`.
 */
char *picture_text_cut(int size, const char *text, int width);

/* Writes a PNG file, whole or not at all. STATUS_IO. */
enum status picture_write(const struct picture *picture, const char *path);

/* Reads a PNG file; what is transparent becomes white, highest bytes 0. STATUS_IO, STATUS_DATA. The caller
 * frees `*out`. */
enum status picture_read(struct picture *out, const char *path);

#endif
