/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing JSON into a text. Commas are placed by the writer; nesting is the caller's.
 *
 *     struct json_text json = {.out = &text};
 *     json_text_open(&json, NULL, '{');
 *     json_text_number(&json, "loss", 0.5);
 *     json_text_close(&json, '}');
 */
#ifndef HAMBENCH_SUPPORT_JSON_TEXT_H
#define HAMBENCH_SUPPORT_JSON_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "support/text.h"

struct json_text {
    struct text *out;
    bool needs_comma;
};

/* `key` is NULL inside an array and at the top. `bracket` is '{' or '['; json_text_close takes the matching
 * one.
 */
void json_text_open(struct json_text *json, const char *key, char bracket);
void json_text_close(struct json_text *json, char bracket);
void json_text_string(struct json_text *json, const char *key, const char *value);
/* The shortest decimal that reads back to the same double; null for nan and infinities. */
void json_text_number(struct json_text *json, const char *key, double value);
void json_text_integer(struct json_text *json, const char *key, int64_t value);
void json_text_bool(struct json_text *json, const char *key, bool value);

#endif
