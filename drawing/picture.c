/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The only file that includes cairo.h: cairo sets the letters and codes PNG. Tiles are set here, pixel by
 * pixel, so that what a picture shows of an image is exactly that image.
 */
#include "drawing/picture.h"

#include <assert.h>
#include <cairo.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "support/file.h"
#include "support/memory.h"
#include "support/text.h"

static const uint32_t WHITE = 0xffffff;

struct picture picture_create(int width, int height) {
    assert(width > 0 && height > 0);
    struct picture picture = {.width = width, .height = height};
    size_t pixels = (size_t)width * (size_t)height;
    picture.pixels = memory_alloc(pixels, sizeof *picture.pixels);
    for (size_t i = 0; i < pixels; i++) {
        picture.pixels[i] = WHITE;
    }
    return picture;
}

void picture_free(struct picture *picture) {
    free(picture->pixels);
    *picture = (struct picture){0};
}

static void fill(struct picture *picture, int x, int y, int width, int height, uint32_t color) {
    int right = x + width < picture->width ? x + width : picture->width;
    int bottom = y + height < picture->height ? y + height : picture->height;
    for (int row = y > 0 ? y : 0; row < bottom; row++) {
        for (int column = x > 0 ? x : 0; column < right; column++) {
            picture->pixels[(size_t)row * (size_t)picture->width + (size_t)column] = color;
        }
    }
}

void picture_fill(struct picture *picture, int x, int y, int width, int height, uint8_t grey) {
    fill(picture, x, y, width, height, grey * 0x010101u);
}

void picture_image(struct picture *picture, int x, int y, int scale, const uint8_t *image, int side) {
    for (int row = 0; row < side; row++) {
        for (int column = 0; column < side; column++, image += 3) {
            fill(picture, x + column * scale, y + row * scale, scale, scale,
                 (uint32_t)image[0] << 16 | (uint32_t)image[1] << 8 | image[2]);
        }
    }
}

/* The canvas as cairo sees it: the same memory, whose rows need no padding. */
static cairo_surface_t *surface_of(const struct picture *picture) {
    int stride = cairo_format_stride_for_width(CAIRO_FORMAT_RGB24, picture->width);
    assert(stride == picture->width * (int)sizeof *picture->pixels);
    return cairo_image_surface_create_for_data((unsigned char *)picture->pixels, CAIRO_FORMAT_RGB24,
                                               picture->width, picture->height, stride);
}

/* A context that draws on `surface`, which it takes over. */
static cairo_t *begin(cairo_surface_t *surface) {
    cairo_t *cairo = cairo_create(surface);
    cairo_surface_destroy(surface);
    return cairo;
}

/* What can fail is memory, and text that is no UTF-8, which text_add_printable has mended. */
static void end(cairo_t *cairo) {
    assert(cairo_status(cairo) == CAIRO_STATUS_SUCCESS);
    cairo_destroy(cairo);
}

/* --- text ----------------------------------------------------------------------------------------------- */

/* Says what fontconfig would otherwise take from the user's own settings. */
static void choose_font(cairo_t *cairo, int size) {
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_ON);
    cairo_set_font_options(cairo, options);
    cairo_font_options_destroy(options);
    cairo_select_font_face(cairo, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, size);
}

/* A context for text on `picture`; NULL: for measuring only. */
static cairo_t *begin_text(const struct picture *picture, int size) {
    cairo_t *cairo =
        begin(picture == NULL ? cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1, 1) : surface_of(picture));
    choose_font(cairo, size);
    return cairo;
}

static int advance(cairo_t *cairo, const char *line) {
    cairo_text_extents_t extents;
    cairo_text_extents(cairo, line, &extents);
    return (int)ceil(extents.x_advance);
}

void picture_text(struct picture *picture, int x, int y, int size, enum picture_anchor anchor,
                  const char *text) {
    struct text line = {0};
    text_add_printable(&line, text);
    cairo_t *cairo = begin_text(picture, size);
    int width = advance(cairo, line.data);
    cairo_move_to(cairo,
                  anchor == PICTURE_LEFT     ? x
                  : anchor == PICTURE_CENTRE ? x - width / 2
                                             : x - width,
                  y);
    cairo_show_text(cairo, line.data);
    end(cairo);
    text_free(&line);
}

int picture_text_width(int size, const char *text) {
    struct text line = {0};
    text_add_printable(&line, text);
    cairo_t *cairo = begin_text(NULL, size);
    int width = advance(cairo, line.data);
    end(cairo);
    text_free(&line);
    return width;
}

/* Bytes of `line` without its last character. */
static size_t without_last(const char *line, size_t length) {
    while (length > 0 && ((unsigned char)line[--length] & 0xc0) == 0x80) {
    }
    return length;
}

char *picture_text_cut(int size, const char *text, int width) {
    static const char ELLIPSIS[] = "…";
    struct text line = {0};
    text_add_printable(&line, text);
    cairo_t *cairo = begin_text(NULL, size);
    if (advance(cairo, line.data) > width) {
        /* No letter is narrower than a pixel. */
        size_t length = line.length < (size_t)width ? line.length : (size_t)width;
        do {
            length = without_last(line.data, length);
            line.length = length;
            text_add(&line, "%s", ELLIPSIS);
        } while (length > 0 && advance(cairo, line.data) > width);
    }
    end(cairo);
    return line.data;
}

/* --- files ---------------------------------------------------------------------------------------------- */

static cairo_status_t add_bytes(void *out, const unsigned char *bytes, unsigned length) {
    text_add_bytes(out, bytes, length);
    return CAIRO_STATUS_SUCCESS;
}

enum status picture_write(const struct picture *picture, const char *path) {
    struct text bytes = {0};
    cairo_surface_t *surface = surface_of(picture);
    cairo_status_t result = cairo_surface_write_to_png_stream(surface, add_bytes, &bytes);
    cairo_surface_destroy(surface);
    enum status status = result == CAIRO_STATUS_SUCCESS ? file_write(path, bytes.data, bytes.length)
                                                        : status_fail(STATUS_IO, "%s: cannot write: %s", path,
                                                                      cairo_status_to_string(result));
    text_free(&bytes);
    return status;
}

struct source {
    const struct text *file;
    size_t at;
};

static cairo_status_t take_bytes(void *closure, unsigned char *out, unsigned length) {
    struct source *source = closure;
    if (length > source->file->length - source->at) {
        return CAIRO_STATUS_READ_ERROR;
    }
    memcpy(out, source->file->data + source->at, length);
    source->at += length;
    return CAIRO_STATUS_SUCCESS;
}

static enum status decode(struct picture *out, const struct text *file, const char *path) {
    struct source source = {.file = file};
    cairo_surface_t *image = cairo_image_surface_create_from_png_stream(take_bytes, &source);
    if (cairo_surface_status(image) != CAIRO_STATUS_SUCCESS) {
        cairo_surface_destroy(image);
        return status_fail(STATUS_DATA, "%s: not a PNG picture, or damaged", path);
    }
    *out = picture_create(cairo_image_surface_get_width(image), cairo_image_surface_get_height(image));
    cairo_t *cairo = begin(surface_of(out));
    cairo_set_source_surface(cairo, image, 0, 0);
    cairo_paint(cairo);
    end(cairo);
    cairo_surface_destroy(image);
    for (size_t i = 0; i < (size_t)out->width * (size_t)out->height; i++) {
        out->pixels[i] &= WHITE;
    }
    return STATUS_OK;
}

enum status picture_read(struct picture *out, const char *path) {
    *out = (struct picture){0};
    struct text file = {0};
    enum status status = file_check_readable(path);
    if (status == STATUS_OK) {
        status = file_read(&file, path);
    }
    if (status == STATUS_OK) {
        status = decode(out, &file, path);
    }
    text_free(&file);
    return status;
}
