/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/text.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
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
    add_formatted(&text, format, arguments);
    va_end(arguments);
    return text.data;
}

bool text_parse_double(const char *string, double *out) {
    char *end;
    errno = 0;
    double value = strtod(string, &end);
    bool overflow = errno == ERANGE && fabs(value) > 1.0;
    if (end == string || *end != '\0' || overflow || !isfinite(value)) {
        return false;
    }
    *out = value;
    return true;
}

bool text_parse_integer(const char *string, int64_t *out) {
    char *end;
    errno = 0;
    long long value = strtoll(string, &end, 10);
    if (end == string || *end != '\0' || errno == ERANGE) {
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
