/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/json_text.h"

#include <inttypes.h>
#include <math.h>

static void add_quoted(struct text *out, const char *value) {
    text_add(out, "\"");
    for (const unsigned char *c = (const unsigned char *)value; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') {
            text_add(out, "\\%c", *c);
        } else if (*c < 0x20) {
            text_add(out, "\\u%04x", *c);
        } else {
            text_add(out, "%c", *c);
        }
    }
    text_add(out, "\"");
}

static void begin_value(struct json_text *json, const char *key) {
    if (json->needs_comma) {
        text_add(json->out, ", ");
    }
    if (key != NULL) {
        add_quoted(json->out, key);
        text_add(json->out, ": ");
    }
    json->needs_comma = true;
}

void json_text_open(struct json_text *json, const char *key, char bracket) {
    begin_value(json, key);
    text_add(json->out, "%c", bracket);
    json->needs_comma = false;
}

void json_text_close(struct json_text *json, char bracket) {
    text_add(json->out, "%c", bracket);
    json->needs_comma = true;
}

void json_text_string(struct json_text *json, const char *key, const char *value) {
    begin_value(json, key);
    add_quoted(json->out, value);
}

void json_text_number(struct json_text *json, const char *key, double value) {
    begin_value(json, key);
    if (!isfinite(value)) {
        text_add(json->out, "null");
        return;
    }
    text_add_number(json->out, value);
}

void json_text_integer(struct json_text *json, const char *key, int64_t value) {
    begin_value(json, key);
    text_add(json->out, "%" PRId64, value);
}

void json_text_bool(struct json_text *json, const char *key, bool value) {
    begin_value(json, key);
    text_add(json->out, value ? "true" : "false");
}
