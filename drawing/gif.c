/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drawing/gif.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/file.h"
#include "support/memory.h"
#include "support/text.h"

enum { COLORS = 256, CODE_BITS = 8, LAST_CODE = 4095, CLEAR = COLORS, END = COLORS + 1, BLOCK = 255 };

static void add_byte(struct text *out, int value) {
    const uint8_t byte = (uint8_t)value;
    text_add_bytes(out, &byte, 1);
}

/* Little-endian. */
static void add_word(struct text *out, int value) {
    add_byte(out, value & 0xff);
    add_byte(out, value >> 8);
}

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

/* --- LZW ------------------------------------------------------------------------------------------------ */

/* Codes are packed from the lowest bit on, and the bytes are sent in blocks. */
struct packer {
    struct text *out;
    uint8_t block[BLOCK];
    int length;
    uint32_t bits;
    int count;
};

static void flush_block(struct packer *packer) {
    if (packer->length > 0) {
        add_byte(packer->out, packer->length);
        text_add_bytes(packer->out, packer->block, (size_t)packer->length);
        packer->length = 0;
    }
}

static void pack(struct packer *packer, int code, int width) {
    packer->bits |= (uint32_t)code << packer->count;
    for (packer->count += width; packer->count >= 8; packer->count -= 8) {
        packer->block[packer->length++] = (uint8_t)packer->bits;
        packer->bits >>= 8;
        if (packer->length == BLOCK) {
            flush_block(packer);
        }
    }
}

/* The table of strings: the code of string `prefix` followed by `next`, 0 for none. */
struct strings {
    uint16_t code[LAST_CODE + 1][COLORS];
    int last;  /* code that was given last */
    int width; /* bits of a code */
};

static void forget(struct strings *strings) {
    memset(strings->code, 0, sizeof strings->code);
    strings->last = END;
    strings->width = CODE_BITS + 1;
}

/* Pixel (x, y) of the enlarged frame. */
static int enlarged(const uint8_t *indices, const struct gif *gif, int x, int y) {
    return indices[y / gif->scale * gif->side + x / gif->scale];
}

static void add_pixels(struct text *out, const struct gif *gif, const uint8_t *indices) {
    struct strings *strings = memory_alloc(1, sizeof *strings);
    struct packer packer = {.out = out};
    int size = gif->side * gif->scale;
    int prefix = enlarged(indices, gif, 0, 0);
    add_byte(out, CODE_BITS);
    forget(strings);
    pack(&packer, CLEAR, strings->width);
    for (int i = 1; i < size * size; i++) {
        int next = enlarged(indices, gif, i % size, i / size);
        if (strings->code[prefix][next] != 0) {
            prefix = strings->code[prefix][next];
            continue;
        }
        pack(&packer, prefix, strings->width);
        if (strings->last == LAST_CODE) {
            pack(&packer, CLEAR, strings->width);
            forget(strings);
        } else {
            strings->code[prefix][next] = (uint16_t)++strings->last;
            /* The reader learns a string one code later than the writer. */
            strings->width += strings->last == 1 << strings->width && strings->width < 12;
        }
        prefix = next;
    }
    pack(&packer, prefix, strings->width);
    pack(&packer, END, strings->width);
    pack(&packer, 0, 7); /* the rest of the last byte */
    flush_block(&packer);
    add_byte(out, 0);
    free(strings);
}

/* --- the file ------------------------------------------------------------------------------------------- */

static void add_header(struct text *out, const struct gif *gif) {
    text_add_bytes(out, "GIF89a", 6);
    add_word(out, gif->side * gif->scale);
    add_word(out, gif->side * gif->scale);
    add_byte(out, 0x70); /* 8 bits a colour, no table for all frames */
    add_byte(out, 0);
    add_byte(out, 0);
    text_add_bytes(out, "\x21\xff\x0bNETSCAPE2.0\x03\x01", 16); /* repeat ... */
    add_word(out, 0);                                           /* ... for ever */
    add_byte(out, 0);
}

static void add_frame(struct text *out, const struct gif *gif, const uint8_t *image) {
    int pixels = gif->side * gif->side;
    uint8_t *indices = memory_alloc((size_t)pixels, 1);
    struct palette palette = find_colors(image, pixels, indices);
    text_add_bytes(out, "\x21\xf9\x04\x04", 4); /* how to show the frame */
    add_word(out, (int)lrint(fmin(fmax(gif->delay, 0.02), 10.0) * 100.0));
    add_word(out, 0);
    add_byte(out, 0x2c); /* the frame: place, size, colours of its own */
    add_word(out, 0);
    add_word(out, 0);
    add_word(out, gif->side * gif->scale);
    add_word(out, gif->side * gif->scale);
    add_byte(out, 0x87);
    text_add_bytes(out, palette.colors, sizeof palette.colors);
    add_pixels(out, gif, indices);
    free(indices);
}

enum status gif_write(const struct gif *gif, const char *path) {
    assert(gif->frames > 0 && gif->side > 0 && gif->scale > 0 && gif->side * gif->scale < 65536);
    size_t bytes = (size_t)gif->side * (size_t)gif->side * 3;
    struct text out = {0};
    add_header(&out, gif);
    for (int i = 0; i < gif->frames; i++) {
        add_frame(&out, gif, &gif->images[(size_t)i * bytes]);
    }
    add_byte(&out, 0x3b);
    enum status status = file_write(path, out.data, out.length);
    text_free(&out);
    return status;
}
