/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/metrics_log.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/file.h"
#include "support/json_text.h"
#include "support/memory.h"

const char metrics_log_name[] = "metrics.jsonl";

/* ---- lines ---- */

/* A file's lines, one after the other. */
struct reading {
    const char *path;
    struct text content;
    size_t next; /* offset of the line that comes next */
    int line;    /* number of the current one, from 1 */
};

/* The next line as JSON in `out`, to be released with json_decref; NULL at the end, and for a last line that
 * has no end. */
static enum status read_line(struct reading *reading, json_t **out) {
    *out = NULL;
    const char *line = reading->content.data + reading->next;
    size_t rest = reading->content.length - reading->next;
    const char *end = rest == 0 ? NULL : memchr(line, '\n', rest);
    if (end == NULL) {
        return STATUS_OK;
    }
    json_error_t error;
    reading->line++;
    json_t *object = json_loadb(line, (size_t)(end - line), 0, &error);
    json_int_t step = json_integer_value(json_object_get(object, "step"));
    if (step < 1 || step > INT_MAX) {
        json_decref(object);
        return status_fail(STATUS_DATA, "%s:%d: the line is damaged, expected a JSON object with a step",
                           reading->path, reading->line);
    }
    *out = object;
    reading->next += (size_t)(end + 1 - line);
    return STATUS_OK;
}

static int step_of(const json_t *line) {
    return (int)json_integer_value(json_object_get(line, "step"));
}

enum status metrics_log_truncate(const char *path, int step) {
    if (!file_exists(path)) {
        return STATUS_OK;
    }
    struct reading reading = {.path = path};
    enum status status = file_read(&reading.content, path);
    size_t kept = 0;
    int last = 0;
    json_t *line = NULL;
    while (status == STATUS_OK && (status = read_line(&reading, &line)) == STATUS_OK && line != NULL &&
           step_of(line) <= step) {
        if (step_of(line) <= last) {
            status = status_fail(STATUS_DATA, "%s:%d: step %d comes after step %d", path, reading.line,
                                 step_of(line), last);
        }
        last = step_of(line);
        kept = reading.next;
        json_decref(line);
        line = NULL;
    }
    json_decref(line);
    if (status == STATUS_OK && kept < reading.content.length) {
        status = file_write(path, reading.content.data, kept);
    }
    text_free(&reading.content);
    return status;
}

/* ---- writing ---- */

enum status metrics_log_append(const char *path, const struct model_kind *kind,
                               const struct training_figures *figures, double seconds) {
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    json_text_integer(&json, "step", figures->step);
    for (int i = 0; i < kind->figure_count; i++) {
        json_text_number(&json, kind->figures[i].name, figures->figures[i]);
    }
    json_text_number(&json, "learning_rate", figures->learning_rate);
    json_text_number(&json, "gradient_norm", figures->gradient_norm);
    json_text_integer(&json, "horizon", figures->horizon);
    json_text_number(&json, "seconds", seconds);
    json_text_close(&json, '}');
    text_add(&text, "\n");
    enum status status = STATUS_OK;
    FILE *file = fopen(path, "ab");
    bool written = file != NULL && fwrite(text.data, 1, text.length, file) == text.length;
    if (file != NULL) {
        written = fclose(file) == 0 && written;
    }
    if (!written) {
        status = status_fail(STATUS_IO, "%s: cannot append: %s", path, strerror(errno));
    }
    text_free(&text);
    return status;
}

enum status metrics_log_sync(const char *path) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT) {
        return STATUS_OK; /* nothing was logged */
    }
    bool synced = file >= 0 && fsync(file) == 0;
    if (file >= 0) {
        synced = close(file) == 0 && synced;
    }
    return synced ? STATUS_OK : status_fail(STATUS_IO, "%s: cannot sync: %s", path, strerror(errno));
}

/* ---- reading ---- */

void metrics_log_clear(struct metrics_log *log) {
    for (size_t i = 0; i < log->columns; i++) {
        free(log->names[i]);
        free(log->values[i]);
    }
    free(log->names);
    free(log->values);
    *log = (struct metrics_log){0};
}

const double *metrics_log_column(const struct metrics_log *log, const char *name) {
    for (size_t i = 0; i < log->columns; i++) {
        if (strcmp(log->names[i], name) == 0) {
            return log->values[i];
        }
    }
    return NULL;
}

/* The first line says which columns there are. */
static void begin_columns(struct metrics_log *log, json_t *line) {
    const char *key;
    json_t *value;
    log->columns = json_object_size(line);
    log->names = memory_alloc(log->columns, sizeof *log->names);
    log->values = memory_alloc(log->columns, sizeof *log->values);
    size_t i = 0;
    json_object_foreach(line, key, value) {
        log->names[i++] = memory_copy_string(key);
    }
}

static void add_row(struct metrics_log *log, const json_t *line, size_t capacity) {
    for (size_t i = 0; i < log->columns; i++) {
        if (log->lines == capacity) {
            log->values[i] = memory_resize(log->values[i], 2 * capacity + 64, sizeof(double));
        }
        const json_t *value = json_object_get(line, log->names[i]);
        log->values[i][log->lines] = json_is_number(value) ? json_number_value(value) : NAN;
    }
    log->lines++;
}

enum status metrics_log_read(struct metrics_log *out, const char *path) {
    *out = (struct metrics_log){0};
    struct reading reading = {.path = path};
    enum status status = file_read(&reading.content, path);
    size_t capacity = 0;
    json_t *line = NULL;
    while (status == STATUS_OK && (status = read_line(&reading, &line)) == STATUS_OK && line != NULL) {
        if (out->lines == 0) {
            begin_columns(out, line);
        }
        add_row(out, line, capacity);
        capacity = out->lines > capacity ? 2 * capacity + 64 : capacity;
        json_decref(line);
    }
    text_free(&reading.content);
    return status;
}
