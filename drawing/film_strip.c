/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drawing/film_strip.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "drawing/picture.h"

/* Pixels of the layout. */
enum {
    TILE = IMAGE_SIDE * FILM_SCALE,
    GAP = 4,
    BAR = 4,            /* the mark of the training horizon */
    BAR_GAP = BAR + 16, /* space between the columns around it */
    MARGIN = 16,
    LABELS = 100, /* width of the column of row labels */
    TITLE_SIZE = 26,
    LETTER_SIZE = 22,
    TITLE_LINE = MARGIN + 22, /* baselines from the top of the picture: title, ... */
    SECTION_LINE = TITLE_LINE + 42,
    NUMBER_LINE = SECTION_LINE + 30,
    TILES_TOP = NUMBER_LINE + 10,
    MIDDLE = LETTER_SIZE * 36 / 100, /* of a capital letter, above the baseline */
    GROUP_GAP = 16,                  /* between windows of several rows */
    LEAST_WIDTH = 960,               /* a strip of few columns is made so wide where its title needs it */
};

int film_strip_stride(const struct film_strip *strip) {
    return (strip->frames + FILM_COLUMNS - 1) / FILM_COLUMNS;
}

int film_strip_columns(const struct film_strip *strip) {
    int stride = film_strip_stride(strip);
    return (strip->frames + stride - 1) / stride;
}

/* The first row of a window, and how many there are. */
static enum film_row first_row(const struct film_strip *strip) {
    return strip->truth == NULL ? FILM_MODEL : FILM_TRUTH;
}

static int row_count(const struct film_strip *strip) {
    return strip->truth == NULL ? 1 : FILM_ROWS;
}

/* Height of a window, with the gap behind it. */
static int group_height(const struct film_strip *strip) {
    return row_count(strip) * (TILE + GAP) + (strip->truth == NULL ? 0 : GROUP_GAP);
}

/* The first column beyond the reconstruction; the number of columns when there is none. */
static int bar_column(const struct film_strip *strip) {
    int stride = film_strip_stride(strip);
    int column = (strip->train_frames + stride - 1) / stride, columns = film_strip_columns(strip);
    return column < columns && strip->truth != NULL ? column : columns;
}

static int column_x(const struct film_strip *strip, int column) {
    int beyond = column >= bar_column(strip) ? BAR_GAP - GAP : 0;
    return MARGIN + LABELS + column * (TILE + GAP) + beyond;
}

struct film_tile film_strip_tile(const struct film_strip *strip, int window, enum film_row row, int column) {
    return (struct film_tile){
        .frame = column * film_strip_stride(strip),
        .x = column_x(strip, column),
        .y = TILES_TOP + window * group_height(strip) + (int)(row - first_row(strip)) * (TILE + GAP),
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
    for (int i = 0; i < row_count(strip); i++) {
        enum film_row row = first_row(strip) + (unsigned)i;
        for (int column = 0; column < film_strip_columns(strip); column++) {
            struct film_tile place = film_strip_tile(strip, window, row, column);
            size_t image =
                ((size_t)window * (size_t)film_strip_columns(strip) + (size_t)column) * IMAGE_VALUES;
            const float *prediction = strip->predictions + image;
            convert_tile(row, strip->top_first, strip->truth == NULL ? prediction : strip->truth + image,
                         prediction, tile);
            picture_image(picture, place.x, place.y, FILM_SCALE, tile, IMAGE_SIDE);
        }
    }
}

/* Of windows without a truth, which have nothing but their number. */
static void draw_number(struct picture *picture, const struct film_strip *strip, int window) {
    char number[16];
    (void)snprintf(number, sizeof number, "%d", window);
    picture_text(picture, MARGIN, film_strip_tile(strip, window, FILM_MODEL, 0).y + TILE / 2 + MIDDLE,
                 LETTER_SIZE, PICTURE_LEFT, number);
}

static void draw_row_labels(struct picture *picture, const struct film_strip *strip, int window) {
    char factor[16];
    (void)snprintf(factor, sizeof factor, "× %d", FILM_DIFFERENCE);
    static const char *const names[FILM_ROWS] = {"truth", "model", "error"};
    for (enum film_row row = 0; row < FILM_ROWS; row++) {
        int middle = film_strip_tile(strip, window, row, 0).y + TILE / 2 + MIDDLE;
        int line = LETTER_SIZE * 5 / 8; /* half the distance of two lines */
        bool two = row == FILM_ERROR;
        picture_text(picture, MARGIN, middle - (two ? line : 0), LETTER_SIZE, PICTURE_LEFT, names[row]);
        if (two) {
            picture_text(picture, MARGIN, middle + line, LETTER_SIZE, PICTURE_LEFT, factor);
        }
    }
}

/* Writes the longest of the texts, which come longest first, that is no wider than the columns `first` to
 * `end` - 1; the last one where none is. */
static void draw_section(struct picture *picture, const struct film_strip *strip, int first, int end,
                         const char *const *texts) {
    int left = column_x(strip, first), width = column_x(strip, end - 1) + TILE - left;
    while (texts[1] != NULL && picture_text_width(LETTER_SIZE, *texts) > width) {
        texts++;
    }
    picture_text(picture, left, SECTION_LINE, LETTER_SIZE, PICTURE_LEFT, *texts);
}

static void draw_header(struct picture *picture, const struct film_strip *strip) {
    static const char *const within[] = {"reconstruction", "within", NULL};
    static const char *const beyond[] = {"extrapolation", "beyond", NULL};
    int bar = bar_column(strip), end = film_strip_columns(strip);
    char *title = picture_text_cut(TITLE_SIZE, strip->title, picture->width - 2 * MARGIN);
    picture_text(picture, MARGIN, TITLE_LINE, TITLE_SIZE, PICTURE_LEFT, title);
    free(title);
    if (bar > 0 && strip->truth != NULL) {
        draw_section(picture, strip, 0, bar, within);
    }
    if (bar < end) {
        draw_section(picture, strip, bar, end, beyond);
        int top = SECTION_LINE - LETTER_SIZE;
        picture_fill(picture, column_x(strip, bar) - (BAR_GAP + BAR) / 2, top, BAR,
                     picture->height - MARGIN - top, 0);
    }
    picture_text(picture, MARGIN, NUMBER_LINE, LETTER_SIZE, PICTURE_LEFT, "frame");
    for (int column = 0; column < end; column++) {
        char number[16];
        (void)snprintf(number, sizeof number, "%d",
                       strip->first +
                           column * film_strip_stride(strip) * (strip->step == 0 ? 1 : strip->step));
        picture_text(picture, column_x(strip, column) + TILE / 2, NUMBER_LINE, LETTER_SIZE, PICTURE_CENTRE,
                     number);
    }
}

enum status film_strip_write(const struct film_strip *strip, const char *path) {
    int tiles = column_x(strip, film_strip_columns(strip) - 1) + TILE + MARGIN;
    int title = picture_text_width(TITLE_SIZE, strip->title) + 2 * MARGIN;
    int least = title < LEAST_WIDTH ? title : LEAST_WIDTH;
    int gap = GAP + (strip->truth == NULL ? 0 : GROUP_GAP); /* behind the last window */
    int height = TILES_TOP + strip->windows * group_height(strip) - gap + MARGIN;
    struct picture picture = picture_create(tiles > least ? tiles : least, height);
    draw_header(&picture, strip);
    for (int window = 0; window < strip->windows; window++) {
        (strip->truth == NULL ? draw_number : draw_row_labels)(&picture, strip, window);
        draw_window(&picture, strip, window);
    }
    enum status status = picture_write(&picture, path);
    picture_free(&picture);
    return status;
}
