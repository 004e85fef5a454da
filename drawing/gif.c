/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The only file that codes GIF, by giflib. Which colours a frame has is decided here.
 */
#include "drawing/gif.h"

#include <assert.h>
#include <gif_lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/file.h"
#include "support/memory.h"
#include "support/text.h"

enum { COLOR_BITS = 8, COLORS = 1 << COLOR_BITS };

/* --- colours -------------------------------------------------------------------------------------------- */

struct palette {
    uint8_t colors[COLORS][3];
    int count;
    int dropped; /* lowest bits of each component that are not looked at */
};

/* The index of a colour, which is added when it is new; -1 when there is no room for it. */
static int color_index(struct palette *palette, const uint8_t rgb[3]) {
    uint8_t color[3];
    for (int c = 0; c < 3; c++) {
        color[c] = (uint8_t)(rgb[c] >> palette->dropped << palette->dropped);
    }
    for (int i = 0; i < palette->count; i++) {
        if (memcmp(palette->colors[i], color, 3) == 0) {
            return i;
        }
    }
    if (palette->count == COLORS) {
        return -1;
    }
    memcpy(palette->colors[palette->count], color, 3);
    return palette->count++;
}

/* Finds the colours of a frame and the index of each pixel. */
static struct palette find_colors(const uint8_t *image, int pixels, uint8_t *indices) {
    struct palette palette = {0};
    for (int i = 0; i < pixels;) {
        int index = color_index(&palette, &image[3 * i]);
        if (index < 0) {
            palette = (struct palette){.dropped = palette.dropped + 1};
            i = 0;
        } else {
            indices[i++] = (uint8_t)index;
        }
    }
    return palette;
}

/* --- the file ------------------------------------------------------------------------------------------- */

static int add_bytes(GifFileType *file, const GifByteType *bytes, int count) {
    text_add_bytes(file->UserData, bytes, (size_t)count);
    return count;
}

/* What can fail is memory, and an order of calls that makes no file. */
static void must(int result) {
    assert(result == GIF_OK);
}

static void add_header(GifFileType *file, const struct gif *gif) {
    static const uint8_t repeat[] = {1, 0, 0}; /* for ever */
    int size = gif->side * gif->scale;
    EGifSetGifVersion(file, true);
    must(EGifPutScreenDesc(file, size, size, COLOR_BITS, 0, NULL));
    must(EGifPutExtensionLeader(file, APPLICATION_EXT_FUNC_CODE));
    must(EGifPutExtensionBlock(file, 11, "NETSCAPE2.0"));
    must(EGifPutExtensionBlock(file, sizeof repeat, repeat));
    must(EGifPutExtensionTrailer(file));
}

/* Hundredths of a second that frame `index` stands: the rounding of one frame is made good by the next. Many
 * viewers take less than two as ten. */
static int delay_of(const struct gif *gif, int index) {
    double each = fmin(fmax(100.0 * gif->delay, 2.0), 1000.0);
    return (int)(lrint((index + 1) * each) - lrint(index * each));
}

/* The frame's own colours, as many as the next power of two. */
static void begin_frame(GifFileType *file, const struct gif *gif, int index, const struct palette *palette) {
    GraphicsControlBlock control = {.DisposalMode = DISPOSE_DO_NOT,
                                    .DelayTime = delay_of(gif, index),
                                    .TransparentColor = NO_TRANSPARENT_COLOR};
    GifByteType bytes[4];
    GifColorType colors[COLORS] = {0};
    for (int i = 0; i < palette->count; i++) {
        const uint8_t *color = palette->colors[i];
        colors[i] = (GifColorType){.Red = color[0], .Green = color[1], .Blue = color[2]};
    }
    must(EGifGCBToExtension(&control, bytes) == sizeof bytes ? GIF_OK : GIF_ERROR);
    must(EGifPutExtension(file, GRAPHICS_EXT_FUNC_CODE, sizeof bytes, bytes));
    ColorMapObject *map = GifMakeMapObject(1 << GifBitSize(palette->count), colors);
    int size = gif->side * gif->scale;
    must(EGifPutImageDesc(file, 0, 0, size, size, false, map));
    GifFreeMapObject(map);
}

static void add_frame(GifFileType *file, const struct gif *gif, int index) {
    int pixels = gif->side * gif->side, size = gif->side * gif->scale;
    uint8_t *indices = memory_alloc((size_t)pixels, 1), *line = memory_alloc((size_t)size, 1);
    struct palette palette = find_colors(&gif->images[(size_t)index * (size_t)pixels * 3], pixels, indices);
    begin_frame(file, gif, index, &palette);
    for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
            line[x] = indices[y / gif->scale * gif->side + x / gif->scale];
        }
        must(EGifPutLine(file, line, size));
    }
    free(line);
    free(indices);
}

enum status gif_write(const struct gif *gif, const char *path) {
    assert(gif->frames > 0 && gif->side > 0 && gif->scale > 0 && gif->side * gif->scale < 65536);
    struct text out = {0};
    GifFileType *file = EGifOpen(&out, add_bytes, NULL);
    assert(file != NULL);
    add_header(file, gif);
    for (int i = 0; i < gif->frames; i++) {
        add_frame(file, gif, i);
    }
    must(EGifCloseFile(file, NULL));
    enum status status = file_write(path, out.data, out.length);
    text_free(&out);
    return status;
}
