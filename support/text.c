/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/text.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

static void reserve(struct text *text, size_t extra) {
    size_t needed = text->length + extra + 1;
    if (needed > text->capacity) {
        text->capacity = needed < 2 * text->capacity ? 2 * text->capacity : needed;
        text->data = memory_resize(text->data, text->capacity, 1);
    }
}

static void add_formatted(struct text *text, const char *format, va_list arguments) {
    va_list copy;
    va_copy(copy, arguments);
    int length = vsnprintf(NULL, 0, format, copy);
    va_end(copy);
    assert(length >= 0);
    reserve(text, (size_t)length);
    (void)vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
    text->length += (size_t)length;
}

void text_add(struct text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add_formatted(text, format, arguments);
    va_end(arguments);
}

void text_add_bytes(struct text *text, const void *bytes, size_t length) {
    reserve(text, length);
    memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void text_add_number(struct text *text, double value) {
    static const double LARGEST_PLAIN = 1e9; /* integers up to here are written without an exponent */
    if (value == floor(value) && fabs(value) <= LARGEST_PLAIN) {
        text_add(text, "%.0f", value);
        return;
    }
    char digits[32];
    for (int precision = 1; precision <= 17; precision++) {
        (void)snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (strtod(digits, NULL) == value) {
            break;
        }
    }
    text_add(text, "%s", digits);
}

void text_add_csv(struct text *text, const char *value) {
    if (strpbrk(value, ",\"\n\r") == NULL) {
        text_add(text, "%s", value);
        return;
    }
    text_add(text, "\"");
    for (; *value != '\0'; value++) {
        text_add(text, *value == '"' ? "\"\"" : "%c", *value);
    }
    text_add(text, "\"");
}

void text_clear(struct text *text) {
    text->length = 0;
    if (text->data != NULL) {
        text->data[0] = '\0';
    }
}

void text_free(struct text *text) {
    free(text->data);
    *text = (struct text){0};
}

char *text_format_list(const char *format, va_list arguments) {
    struct text text = {0};
    add_formatted(&text, format, arguments);
    return text.data;
}

char *text_format(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *string = text_format_list(format, arguments);
    va_end(arguments);
    return string;
}

/* The character of UTF-8 that begins at `bytes`: its code point, and in `*length` its bytes. -1 and one byte
 * when there is none: cut short, longer than needed, a surrogate, or beyond Unicode. */
static int32_t decode_character(const unsigned char *bytes, size_t *length) {
    static const int32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t count = bytes[0] < 0x80 ? 1 : bytes[0] < 0xc0 ? 0 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
    *length = 1;
    if (count == 1) {
        return bytes[0];
    }
    if (count == 0 || bytes[0] > 0xf4) {
        return -1;
    }
    int32_t point = bytes[0] & (0xff >> (count + 1));
    for (size_t i = 1; i < count; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            return -1;
        }
        point = point << 6 | (bytes[i] & 0x3f);
    }
    if (point < smallest[count] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
        return -1;
    }
    *length = count;
    return point;
}

/* Controls (C0, DEL, C1), separators of lines and paragraphs, and what turns the direction of writing. */
static bool is_printable(int32_t point) {
    return point >= 0x20 && !(point >= 0x7f && point < 0xa0) && !(point >= 0x2028 && point <= 0x202e) &&
           !(point >= 0x2066 && point <= 0x2069) && point != 0x200e && point != 0x200f && point != 0x61c &&
           point != 0xfeff;
}

size_t text_character_length(const char *string) {
    size_t length;
    (void)decode_character((const unsigned char *)string, &length);
    return length;
}

char *text_printable(const char *string) {
    struct text text = {0};
    reserve(&text, strlen(string));
    text_clear(&text);
    while (*string != '\0') {
        size_t length;
        int32_t point = decode_character((const unsigned char *)string, &length);
        if (point == '\n' || point == '\t' || point == '\r') {
            text_add(&text, "\\%c", point == '\n' ? 'n' : point == '\t' ? 't' : 'r');
        } else if (point < 0 || (point < 0x80 && !is_printable(point))) {
            text_add(&text, "\\x%02x", (unsigned)(unsigned char)*string);
        } else if (!is_printable(point)) {
            text_add(&text, "\\u{%04x}", (unsigned)point);
        } else {
            text_add_bytes(&text, string, length);
        }
        string += length;
    }
    return text.data;
}

static bool continues_character(char byte) {
    return ((unsigned char)byte & 0xc0) == 0x80;
}

char *text_shorten(const char *string, size_t most) {
    static const char gap[] = "...";
    size_t length = strlen(string);
    assert(most >= 16);
    if (length <= most) {
        return memory_copy_string(string);
    }
    size_t kept = most - strlen(gap);
    size_t head = 2 * kept / 3;
    size_t tail = length - (kept - head);
    while (head > 0 && continues_character(string[head])) {
        head--;
    }
    while (continues_character(string[tail])) {
        tail++;
    }
    return text_format("%.*s%s%s", (int)head, string, gap, string + tail);
}

/* The C library reads leading blanks and hexadecimal digits as well. */
static bool looks_decimal(const char *string) {
    return *string != '\0' && strspn(string, "+-.0123456789eE") == strlen(string);
}

bool text_parse_double(const char *string, double *out) {
    char *end;
    errno = 0;
    double value = strtod(string, &end);
    bool overflow = errno == ERANGE && fabs(value) > 1.0;
    if (!looks_decimal(string) || *end != '\0' || overflow || !isfinite(value)) {
        return false;
    }
    *out = value;
    return true;
}

bool text_parse_integer(const char *string, int64_t *out) {
    char *end;
    errno = 0;
    long long value = strtoll(string, &end, 10);
    if (!looks_decimal(string) || *end != '\0' || errno == ERANGE) {
        return false;
    }
    *out = value;
    return true;
}

/* Levenshtein distance of two short words. */
static size_t edit_distance(const char *a, const char *b) {
    enum { LONGEST = 63 };
    size_t row[LONGEST + 1];
    size_t columns = strlen(b);
    if (strlen(a) > LONGEST || columns > LONGEST) {
        return LONGEST;
    }
    for (size_t j = 0; j <= columns; j++) {
        row[j] = j;
    }
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < columns; j++) {
            size_t best = diagonal + (a[i] != b[j]);
            best = row[j + 1] + 1 < best ? row[j + 1] + 1 : best;
            best = row[j] + 1 < best ? row[j] + 1 : best;
            diagonal = row[j + 1];
            row[j + 1] = best;
        }
    }
    return row[columns];
}

const char *text_closest(const char *word, const char *const *candidates) {
    const char *closest = NULL;
    size_t smallest = strlen(word) / 3 + 2;
    for (; *candidates != NULL; candidates++) {
        size_t distance = edit_distance(word, *candidates);
        if (distance < smallest) {
            smallest = distance;
            closest = *candidates;
        }
    }
    return closest;
}
