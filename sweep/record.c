/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/record.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "support/file.h"
#include "support/lock.h"
#include "support/memory.h"

const char record_file_name[] = "cell.json";
const char record_store_name[] = "cells.jsonl";
const struct store_format record_store_format = {
    .name = "hambench experiment", .version = 1, .holds = "an experiment's cells"};

static const char *const state_names[RECORD_STATES] = {
    [RECORD_WAITING] = "waiting", [RECORD_RUNNING] = "running", [RECORD_DONE] = "done",
    [RECORD_FAILED] = "failed",   [RECORD_CRASHED] = "crashed", [RECORD_STALE] = "stale",
};

const char *record_state_name(enum record_state state) {
    return state_names[state];
}

enum record_state record_state_find(const char *name) {
    for (int i = 0; i < RECORD_STATES; i++) {
        if (strcmp(state_names[i], name) == 0) {
            return (enum record_state)i;
        }
    }
    return RECORD_WAITING;
}

void record_stamp(struct record *record) {
    time_t now = time(NULL);
    struct tm utc;
    record->when[0] = '\0';
    if (gmtime_r(&now, &utc) != NULL) {
        (void)strftime(record->when, sizeof record->when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    }
    if (gethostname(record->host, sizeof record->host - 1) != 0) {
        (void)snprintf(record->host, sizeof record->host, "unknown");
    }
}

/* ---- lines ---- */

/* The members that are strings, once for both directions. */
struct string_member {
    const char *key;
    size_t offset, size;
};
#define STRING(key, member)                                                                                  \
    { key, offsetof(struct record, member), sizeof((struct record *)NULL)->member }
static const struct string_member strings[] = {
    STRING("cell", cell),         STRING("identity", identity), STRING("data", data),
    STRING("reason", reason),     STRING("figures", figures),   STRING("data_file", data_file),
    STRING("revision", revision), STRING("begun_by", begun_by), STRING("host", host),
    STRING("when", when),
};
enum { STRINGS = sizeof strings / sizeof *strings };

void record_format(struct text *out, const struct record *record) {
    struct json_text json = {.out = out};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "state", record_state_name(record->state));
    for (size_t i = 0; i < STRINGS; i++) {
        json_text_string(&json, strings[i].key, (const char *)record + strings[i].offset);
    }
    json_text_integer(&json, "steps", record->steps);
    json_text_number(&json, "seconds", record->seconds);
    json_text_close(&json, '}');
}

enum status record_parse(struct record *out, const struct store_record *line) {
    *out = (struct record){.state = record_state_find(store_string(line, "state"))};
    for (size_t i = 0; i < STRINGS; i++) {
        (void)snprintf((char *)out + strings[i].offset, strings[i].size, "%s",
                       store_string(line, strings[i].key));
    }
    double steps = store_number(line, "steps"), seconds = store_number(line, "seconds");
    if (*out->cell == '\0' || !(steps >= 0 && steps <= INT_MAX) || !(seconds >= 0)) {
        return status_fail(STATUS_DATA, "expected a cell with its state, steps and seconds");
    }
    out->steps = (int)steps;
    out->seconds = seconds;
    return STATUS_OK;
}

/* ---- files ---- */

static enum status parse_single(void *context, const struct store_record *line) {
    return record_parse(context, line);
}

enum status record_read(struct record *out, const char *folder) {
    *out = (struct record){.state = RECORD_WAITING};
    char *path = file_join(folder, record_file_name);
    const struct store_reader reader = {parse_single, out};
    enum status status = file_exists(path) ? store_read_single(path, &reader) : STATUS_OK;
    free(path);
    return status;
}

enum status record_write(const struct record *record, const char *folder) {
    struct text line = {0};
    record_format(&line, record);
    char *path = file_join(folder, record_file_name);
    enum status status = store_write_single(path, &line);
    free(path);
    text_free(&line);
    return status;
}

char *record_lock_path(const char *folder) {
    return file_join(folder, "cell.lock");
}

enum record_state record_state_now(const struct record *record, const char *folder) {
    struct lock_owner owner;
    char *path = record_lock_path(folder);
    bool held = lock_read_owner(path, &owner) == STATUS_OK && owner.held;
    free(path);
    if (held) {
        return RECORD_RUNNING;
    }
    return record->state == RECORD_RUNNING ? RECORD_CRASHED : record->state;
}

/* ---- paths ---- */

char *record_relative_path(const char *folder, const char *path) {
    char *from = realpath(folder, NULL), *to = realpath(path, NULL);
    if (from == NULL || to == NULL) {
        free(from);
        free(to);
        return memory_copy_string(path);
    }
    /* The common part ends at a '/', or at the end of `from`. */
    size_t common = 0, i = 0;
    for (; from[i] != '\0' && from[i] == to[i]; i++) {
        common = from[i] == '/' ? i + 1 : common;
    }
    if (from[i] == '\0' && to[i] == '/') {
        common = i + 1;
    }
    struct text out = {0};
    if (common <= 1) {
        text_add(&out, "%s", to);
    } else {
        const char *rest = i < common ? "" : from + common;
        for (bool inside = false; *rest != '\0'; rest++) {
            if (*rest != '/' && !inside) {
                text_add(&out, "../");
            }
            inside = *rest != '/';
        }
        text_add(&out, "%s", to + common);
    }
    free(from);
    free(to);
    return out.data;
}
