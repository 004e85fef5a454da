/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing JSON into a text. Commas are placed by the writer; nesting is the caller's.
 *
 *     struct json json = {.out = &text};
 *     json_write_open(&json, NULL, '{');
 *     json_write_number(&json, "loss", 0.5);
 *     json_write_close(&json, '}');
 */
#ifndef HAMBENCH_SUPPORT_JSON_H
#define HAMBENCH_SUPPORT_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "support/text.h"

struct json {
    struct text *out;
    bool needs_comma;
};

/* `key` is NULL inside an array and at the top. `bracket` is '{' or '['; json_write_close takes the matching
 * one.
 */
void json_write_open(struct json *json, const char *key, char bracket);
void json_write_close(struct json *json, char bracket);
void json_write_string(struct json *json, const char *key, const char *value);
/* The shortest decimal that reads back to the same double; null for nan and infinities. */
void json_write_number(struct json *json, const char *key, double value);
void json_write_integer(struct json *json, const char *key, int64_t value);
void json_write_bool(struct json *json, const char *key, bool value);

#endif
