/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drawing/picture.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

struct picture picture_create(int width, int height) {
    assert(width > 0 && height > 0);
    struct picture picture = {.width = width, .height = height};
    size_t bytes = (size_t)width * (size_t)height * 3;
    picture.pixels = memory_alloc(bytes, 1);
    memset(picture.pixels, 255, bytes);
    return picture;
}

void picture_free(struct picture *picture) {
    free(picture->pixels);
    *picture = (struct picture){0};
}

static void set_pixel(struct picture *picture, int x, int y, const uint8_t rgb[3]) {
    if (x >= 0 && y >= 0 && x < picture->width && y < picture->height) {
        memcpy(picture->pixels + ((size_t)y * (size_t)picture->width + (size_t)x) * 3, rgb, 3);
    }
}

static void fill(struct picture *picture, int x, int y, int width, int height, const uint8_t rgb[3]) {
    for (int row = y; row < y + height; row++) {
        for (int column = x; column < x + width; column++) {
            set_pixel(picture, column, row, rgb);
        }
    }
}

void picture_fill(struct picture *picture, int x, int y, int width, int height, uint8_t grey) {
    const uint8_t rgb[3] = {grey, grey, grey};
    fill(picture, x, y, width, height, rgb);
}

void picture_image(struct picture *picture, int x, int y, int scale, const uint8_t *image, int side) {
    for (int row = 0; row < side; row++) {
        for (int column = 0; column < side; column++) {
            fill(picture, x + column * scale, y + row * scale, scale, scale,
                 image + (size_t)(row * side + column) * 3);
        }
    }
}

int picture_text_width(int scale, const char *text) {
    int characters = (int)strlen(text);
    return characters == 0 ? 0 : (characters * GLYPH_ADVANCE - (GLYPH_ADVANCE - GLYPH_WIDTH)) * scale;
}

int picture_text(struct picture *picture, int x, int y, int scale, const char *text) {
    for (const char *c = text; *c != '\0'; c++) {
        const uint8_t *glyph = picture_glyph(*c);
        int left = x + (int)(c - text) * GLYPH_ADVANCE * scale;
        for (int row = 0; row < GLYPH_HEIGHT; row++) {
            for (int column = 0; column < GLYPH_WIDTH; column++) {
                if (glyph[row] >> (GLYPH_WIDTH - 1 - column) & 1) {
                    picture_fill(picture, left + column * scale, y + row * scale, scale, scale, 0);
                }
            }
        }
    }
    return picture_text_width(scale, text);
}
