/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drawing/film_strip.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "drawing/picture.h"
#include "support/text.h"

/* Pixels of the layout. */
enum {
    TILE = IMAGE_SIDE * FILM_SCALE,
    GAP = 4,
    BAR = 4,            /* the mark of the training horizon */
    BAR_GAP = BAR + 16, /* space between the columns around it */
    MARGIN = 12,
    LABELS = 96, /* width of the column of row labels */
    LETTERS = 2, /* scale of the font */
    LINE = GLYPH_HEIGHT * LETTERS + 8,
    TITLE = LINE + 8,
    HEADER = TITLE + 2 * LINE + 4, /* title, sections, frame numbers */
    GROUP = FILM_ROWS * (TILE + GAP),
    GROUP_GAP = 16,
};

int film_strip_stride(const struct film_strip *strip) {
    return (strip->frames + FILM_COLUMNS - 1) / FILM_COLUMNS;
}

static int columns(const struct film_strip *strip) {
    int stride = film_strip_stride(strip);
    return (strip->frames + stride - 1) / stride;
}

/* The first column beyond the training window; `columns` when there is none. */
static int bar_column(const struct film_strip *strip) {
    int stride = film_strip_stride(strip);
    int column = (strip->train_frames + stride - 1) / stride;
    return column < columns(strip) ? column : columns(strip);
}

static int column_x(const struct film_strip *strip, int column) {
    int beyond = column >= bar_column(strip) ? BAR_GAP - GAP : 0;
    return MARGIN + LABELS + column * (TILE + GAP) + beyond;
}

struct film_tile film_strip_tile(const struct film_strip *strip, int window, enum film_row row, int column) {
    return (struct film_tile){
        .frame = column * film_strip_stride(strip),
        .x = column_x(strip, column),
        .y = MARGIN + HEADER + window * (GROUP + GROUP_GAP) + (int)row * (TILE + GAP),
    };
}

static uint8_t to_byte(double value) {
    if (!(value > 0)) { /* nan as well */
        return 0;
    }
    return value >= 1 ? 255 : (uint8_t)lrint(value * 255);
}

/* One tile as 8 bit, top row first. */
static void convert_tile(enum film_row row, bool top_first, const float *truth, const float *prediction,
                         uint8_t *out) {
    for (int y = 0; y < IMAGE_SIDE; y++) {
        size_t source = (size_t)(top_first ? y : IMAGE_SIDE - 1 - y) * IMAGE_SIDE * IMAGE_CHANNELS;
        for (int i = 0; i < IMAGE_SIDE * IMAGE_CHANNELS; i++, source++, out++) {
            double difference = fabs((double)prediction[source] - (double)truth[source]);
            *out = to_byte(row == FILM_TRUTH   ? (double)truth[source]
                           : row == FILM_MODEL ? (double)prediction[source]
                                               : FILM_DIFFERENCE * difference);
        }
    }
}

static void draw_window(struct picture *picture, const struct film_strip *strip, int window) {
    uint8_t tile[IMAGE_VALUES];
    for (enum film_row row = 0; row < FILM_ROWS; row++) {
        for (int column = 0; column < columns(strip); column++) {
            struct film_tile place = film_strip_tile(strip, window, row, column);
            size_t image = ((size_t)window * (size_t)strip->frames + (size_t)place.frame) * IMAGE_VALUES;
            convert_tile(row, strip->top_first, strip->truth + image, strip->predictions + image, tile);
            picture_image(picture, place.x, place.y, FILM_SCALE, tile, IMAGE_SIDE);
        }
    }
}

static void draw_row_labels(struct picture *picture, const struct film_strip *strip, int window) {
    char factor[16];
    (void)snprintf(factor, sizeof factor, "x %d", FILM_DIFFERENCE);
    static const char *const names[FILM_ROWS] = {"truth", "model", "error"};
    for (enum film_row row = 0; row < FILM_ROWS; row++) {
        int y = film_strip_tile(strip, window, row, 0).y + TILE / 2 - LINE / 2;
        (void)picture_text(picture, MARGIN, y, LETTERS, names[row]);
        if (row == FILM_ERROR) {
            (void)picture_text(picture, MARGIN, y + LINE, LETTERS, factor);
        }
    }
}

static void draw_header(struct picture *picture, const struct film_strip *strip) {
    int bar = bar_column(strip);
    (void)picture_text(picture, MARGIN, MARGIN, LETTERS, strip->title);
    if (bar > 0) {
        (void)picture_text(picture, column_x(strip, 0), MARGIN + TITLE, LETTERS,
                           "within the training window");
    }
    if (bar < columns(strip)) {
        (void)picture_text(picture, column_x(strip, bar), MARGIN + TITLE, LETTERS, "extrapolation");
        picture_fill(picture, column_x(strip, bar) - (BAR_GAP + BAR) / 2, MARGIN + TITLE, BAR,
                     picture->height - 2 * MARGIN - TITLE, 0);
    }
    (void)picture_text(picture, MARGIN, MARGIN + TITLE + LINE, LETTERS, "frame");
    for (int column = 0; column < columns(strip); column++) {
        char number[16];
        (void)snprintf(number, sizeof number, "%d", strip->first + column * film_strip_stride(strip));
        int x = column_x(strip, column) + (TILE - picture_text_width(LETTERS, number)) / 2;
        (void)picture_text(picture, x, MARGIN + TITLE + LINE, LETTERS, number);
    }
}

enum status film_strip_write(const struct film_strip *strip, const char *path) {
    int tiles = column_x(strip, columns(strip)) - GAP + MARGIN;
    int title = picture_text_width(LETTERS, strip->title) + 2 * MARGIN;
    struct picture picture =
        picture_create(tiles > title ? tiles : title,
                       MARGIN + HEADER + strip->windows * (GROUP + GROUP_GAP) - GROUP_GAP - GAP + MARGIN);
    draw_header(&picture, strip);
    for (int window = 0; window < strip->windows; window++) {
        draw_row_labels(&picture, strip, window);
        draw_window(&picture, strip, window);
    }
    enum status status = picture_write(&picture, path);
    picture_free(&picture);
    return status;
}
