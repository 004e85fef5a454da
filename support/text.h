/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Strings: a growing buffer, strict number parsing, and the nearest name for "did you mean".
 */
#ifndef HAMBENCH_SUPPORT_TEXT_H
#define HAMBENCH_SUPPORT_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A string that grows; always ends with '\0' once something was added. Starts as {0}. */
struct text {
    char *data;
    size_t length;
    size_t capacity;
};

void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_arguments(struct text *text, const char *format, va_list arguments);
void text_add_bytes(struct text *text, const void *bytes, size_t length);
/* Adds the shortest decimal that reads back to the same double. */
void text_add_number(struct text *text, double value);
/* Adds a time that is known to one or two digits: "4 s", "12 min", "3 h", "40 days", "300 years"; at least 1
 * s. */
void text_add_seconds(struct text *text, double seconds);
/* Adds a field of a CSV file: in quotes where it needs them (RFC 4180). */
void text_add_csv(struct text *text, const char *value);
/* Adds a string from outside (a title, a name, a path) so that it can neither break a line nor give orders to
 * a terminal: control characters, bytes that are no UTF-8 and marks that turn the direction of writing are
 * spelled out, "\n", "\x1b". What is added is one line of UTF-8. */
void text_add_printable(struct text *text, const char *value);
/* Drops the content and keeps the memory. */
void text_clear(struct text *text);
void text_free(struct text *text);

/* A formatted string of the caller's own, released with `free`. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Bytes of the character of UTF-8 at the beginning of `string`, 1 where there is none. */
size_t text_character_length(const char *string);

/* `string` with at most `most` bytes (16 or more): of a longer one the beginning and the end, and "..."
 * between them. No character of UTF-8 is cut in two. Released with `free`. */
char *text_shorten(const char *string, size_t most);

/* The whole of `string` as a decimal number: false on empty, blanks, other characters, hexadecimal digits,
 * nan, infinity or overflow. An integer has no fraction and no exponent. */
bool text_parse_double(const char *string, double *out);
bool text_parse_integer(const char *string, int64_t *out);

/* The candidate with the smallest edit distance to `word`, or NULL when none is close enough to be a likely
 * misspelling. `candidates` ends with NULL. */
const char *text_closest(const char *word, const char *const *candidates);

#endif
