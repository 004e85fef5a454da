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

void text_add_arguments(struct text *text, const char *format, va_list arguments) {
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
    text_add_arguments(text, format, arguments);
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

void text_add_seconds(struct text *text, double seconds) {
    static const struct {
        double seconds;
        double most; /* of the unit */
        const char *name;
    } units[] = {{1.0, 99.5, "s"}, {60.0, 99.5, "min"}, {3600.0, 72.0, "h"}, {86400.0, 730.5, "days"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (seconds < units[i].most * units[i].seconds) {
            text_add(text, "%.0f %s", fmax(seconds, 1.0) / units[i].seconds, units[i].name);
            return;
        }
    }
    text_add(text, "%.3g years", seconds / 31557600.0);
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

/* Length of the character of UTF-8 at `bytes`, which is put into `*code`; 0 when it is none. */
static int decode(const unsigned char *bytes, uint32_t *code) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    int length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xc2 ? 0 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
    if (length == 0 || bytes[0] > 0xf4) {
        return 0;
    }
    *code = length == 1 ? bytes[0] : bytes[0] & (0x7fu >> length);
    for (int i = 1; i < length; i++) { /* the '\0' at the end is no continuation either */
        if ((bytes[i] & 0xc0) != 0x80) {
            return 0;
        }
        *code = *code << 6 | (bytes[i] & 0x3fu);
    }
    bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
    return *code < least[length] || *code > 0x10ffff || surrogate ? 0 : length;
}

/* Controls of a terminal, ends of lines, and marks that show characters in another order than they stand. */
static bool is_control(uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
           code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

void text_add_printable(struct text *text, const char *value) {
    const unsigned char *byte = (const unsigned char *)value;
    text_add_bytes(text, "", 0); /* a string even where nothing is added */
    while (*byte != '\0') {
        uint32_t code = 0;
        int length = decode(byte, &code);
        if (length > 0 && !is_control(code)) {
            text_add_bytes(text, byte, (size_t)length);
        } else if (*byte == '\n' || *byte == '\t' || *byte == '\r') {
            text_add(text, *byte == '\n' ? "\\n" : *byte == '\t' ? "\\t" : "\\r");
        } else if (length > 1) {
            text_add(text, "\\u%04x", (unsigned)code);
        } else {
            text_add(text, "\\x%02x", (unsigned)*byte);
        }
        byte += length > 0 ? length : 1;
    }
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

char *text_format(const char *format, ...) {
    struct text text = {0};
    va_list arguments;
    va_start(arguments, format);
    text_add_arguments(&text, format, arguments);
    va_end(arguments);
    return text.data;
}

size_t text_character_length(const char *string) {
    uint32_t code;
    int length = decode((const unsigned char *)string, &code);
    return length == 0 ? 1 : (size_t)length;
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

/* Levenshtein distance of two short words; nothing is close to a long one. */
static size_t edit_distance(const char *a, const char *b) {
    enum { LONGEST = 63 };
    size_t row[LONGEST + 1];
    size_t columns = strlen(b);
    if (strlen(a) > LONGEST || columns > LONGEST) {
        return SIZE_MAX;
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
