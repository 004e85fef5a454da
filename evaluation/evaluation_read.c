/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading evaluation.json back. A file of its own because the names of jansson and of support/json_text.h
 * collide.
 */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/evaluation_file.h"
#include "support/file.h"

/* Reads and checks the file as far as its format; the caller releases `*out` with json_decref. */
static enum status load(json_t **out, const char *path) {
    *out = NULL;
    struct text text = {0};
    enum status status = file_read(&text, path);
    if (status == STATUS_OK) {
        json_error_t error;
        *out = json_loadb(text.length == 0 ? "" : text.data, text.length, 0, &error);
        if (*out == NULL) {
            status = status_fail(STATUS_DATA, "%s:%d: not JSON: %s", path, error.line, error.text);
        }
    }
    text_free(&text);
    if (status != STATUS_OK) {
        return status;
    }
    const char *format = json_string_value(json_object_get(*out, "format"));
    if (format == NULL || strcmp(format, "hambench evaluation") != 0) {
        return status_fail(STATUS_DATA, "%s: is not the result of an evaluation", path);
    }
    json_int_t version = json_integer_value(json_object_get(*out, "format_version"));
    if (version != EVALUATION_FORMAT) {
        return status_fail(STATUS_DATA, "%s: has format version %lld, expected %d", path, (long long)version,
                           EVALUATION_FORMAT);
    }
    return STATUS_OK;
}

/* A number of the object `section`; null stands for nan. */
static enum status read_number(double *out, const json_t *root, const char *section, const char *key,
                               const char *path) {
    const json_t *value = json_object_get(json_object_get(root, section), key);
    if (value == NULL || !(json_is_number(value) || json_is_null(value))) {
        return status_fail(STATUS_DATA, "%s: expected a number %s.%s", path, section, key);
    }
    *out = json_is_null(value) ? NAN : json_number_value(value);
    return STATUS_OK;
}

static enum status read_error(struct evaluation_error *out, const json_t *root, const char *section,
                              const char *path) {
    enum status status = STATUS_OK;
    for (int m = 0; m < METRICS && status == STATUS_OK; m++) {
        status = read_number(metric_field(metrics[m], out), root, section, metrics[m]->name, path);
    }
    return status;
}

static enum status read_result(struct evaluation_result *out, const json_t *root, const char *path) {
    json_int_t windows = json_integer_value(json_object_get(root, "windows"));
    if (windows < 1 || windows > INT32_MAX) {
        return status_fail(STATUS_DATA, "%s: expected a positive number of windows", path);
    }
    *out = (struct evaluation_result){.windows = (int)windows};
    enum status status = read_error(&out->train, root, "train", path);
    if (status == STATUS_OK) {
        status = read_error(&out->extrapolation, root, "extrapolation", path);
    }
    if (status == STATUS_OK) {
        status = read_number(&out->energy_drift, root, "energy", "drift", path);
    }
    return status;
}

enum status evaluation_read(struct evaluation_result *out, const char *folder) {
    char *path = file_join(folder, EVALUATION_FILE);
    json_t *root;
    enum status status = load(&root, path);
    if (status == STATUS_OK) {
        status = read_result(out, root, path);
    }
    json_decref(root);
    free(path);
    return status;
}

static void list_strings(struct text *out, const json_t *list, const char *prefix) {
    size_t i;
    json_t *value;
    json_array_foreach(list, i, value) {
        if (json_is_string(value)) {
            text_add(out, "%s%s\n", prefix, json_string_value(value));
        }
    }
}

enum status evaluation_list_pictures(struct text *pictures, struct text *notes, const char *folder) {
    char *path = file_join(folder, EVALUATION_FILE);
    char *prefix = file_join(folder, "");
    json_t *root;
    enum status status = load(&root, path);
    if (status == STATUS_OK) {
        list_strings(pictures, json_object_get(root, "pictures"), prefix);
        list_strings(notes, json_object_get(root, "notes"), "");
    }
    json_decref(root);
    free(prefix);
    free(path);
    return status;
}
