/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading cells.jsonl back. A file of its own because the names of jansson and of support/json_text.h
 * collide.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparisons/store.h"
#include "support/memory.h"

/* The keys of all that the comparison asks for, sorted, each with what it stands for. */
struct entry {
    char *key;
    struct measurement *cell; /* one of the two */
    struct outcome_reference *reference;
};

struct index {
    struct entry *entries;
    size_t count;
};

static int compare_entries(const void *left, const void *right) {
    return strcmp(((const struct entry *)left)->key, ((const struct entry *)right)->key);
}

static void index_create(struct index *index, const struct outcome *outcome) {
    const struct comparison *comparison = outcome->comparison;
    size_t horizons = comparison->horizons.count;
    size_t references = comparison->problem_count * horizons;
    index->entries = memory_alloc(outcome->count + references, sizeof *index->entries);
    index->count = 0;
    for (size_t i = 0; i < outcome->count; i++) {
        struct measurement_place place;
        if (outcome_place(outcome, i, &place)) {
            index->entries[index->count++] =
                (struct entry){.key = measurement_key(comparison, place), .cell = &outcome->cells[i]};
        }
    }
    for (size_t i = 0; i < references; i++) {
        index->entries[index->count++] =
            (struct entry){.key = store_reference_key(outcome, i / horizons, i % horizons),
                           .reference = &outcome->references[i]};
    }
    qsort(index->entries, index->count, sizeof *index->entries, compare_entries);
}

static void index_free(struct index *index) {
    for (size_t i = 0; i < index->count; i++) {
        free(index->entries[i].key);
    }
    free(index->entries);
}

/* The entry of that key, NULL when the comparison does not ask for it. */
static const struct entry *index_find(const struct index *index, const char *key) {
    struct entry wanted = {.key = (char *)(uintptr_t)key};
    return bsearch(&wanted, index->entries, index->count, sizeof wanted, compare_entries);
}

static double number_of(const json_t *value) {
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void copy_string(char *out, size_t size, const json_t *line, const char *key) {
    const char *value = json_string_value(json_object_get(line, key));
    (void)snprintf(out, size, "%s", value == NULL ? "" : value);
}

static enum measurement_state state_of(const json_t *line) {
    const char *name = json_string_value(json_object_get(line, "state"));
    return name == NULL ? MEASUREMENT_MISSING : measurement_state_find(name);
}

static void fill_cell(struct measurement *out, const json_t *line) {
    *out = (struct measurement){.state = state_of(line)};
    copy_string(out->reason, sizeof out->reason, line, "reason");
    for (size_t i = 0; i < measurement_fields_count; i++) {
        const struct measurement_field *field = &measurement_fields[i];
        *measurement_value(out, field) = number_of(json_object_get(line, field->name));
    }
    const json_t *samples = json_object_get(line, "samples");
    for (size_t i = 0; i + 1 < json_array_size(samples) && out->sample_count < MEASUREMENT_MAX_SAMPLES;
         i += 2) {
        out->samples[out->sample_count++] = (struct measurement_sample){
            .time = number_of(json_array_get(samples, i)),
            .energy_error = number_of(json_array_get(samples, i + 1)),
        };
    }
}

static void fill_reference(struct outcome_reference *out, const json_t *line) {
    *out = (struct outcome_reference){.state = state_of(line)};
    copy_string(out->reason, sizeof out->reason, line, "reason");
    copy_string(out->first, sizeof out->first, line, "first");
    copy_string(out->second, sizeof out->second, line, "second");
    out->disagreement = number_of(json_object_get(line, "disagreement"));
    const json_t *position = json_object_get(line, "position");
    for (size_t i = 0; i < json_array_size(position) && i < PROBLEM_MAX_STATE; i++) {
        out->position[i] = number_of(json_array_get(position, i));
    }
}

static enum status read_first(const json_t *line, struct text *revision, const char *path) {
    const char *format = json_string_value(json_object_get(line, "format"));
    if (format == NULL || strcmp(format, STORE_FORMAT) != 0) {
        return status_fail(STATUS_DATA, "%s:1: is not a file of measured cells", path);
    }
    json_int_t version = json_integer_value(json_object_get(line, "format_version"));
    if (version != STORE_FORMAT_VERSION) {
        return status_fail(STATUS_DATA, "%s:1: has format version %lld, expected %d", path,
                           (long long)version, STORE_FORMAT_VERSION);
    }
    const char *found = json_string_value(json_object_get(line, "revision"));
    text_add(revision, "%s", found == NULL ? "unknown" : found);
    return STATUS_OK;
}

static enum status read_line(const struct index *index, const json_t *line, const char *path, int number) {
    const char *cell = json_string_value(json_object_get(line, "cell"));
    const char *reference = json_string_value(json_object_get(line, "reference"));
    if (cell == NULL && reference == NULL) {
        return status_fail(STATUS_DATA, "%s:%d: expected a cell or a reference", path, number);
    }
    const struct entry *entry = index_find(index, cell != NULL ? cell : reference);
    if (entry != NULL && entry->cell != NULL) {
        fill_cell(entry->cell, line);
    } else if (entry != NULL) {
        fill_reference(entry->reference, line);
    }
    return STATUS_OK;
}

enum status store_read_lines(struct outcome *outcome, struct text *revision, const char *path,
                             const struct text *content) {
    struct index index;
    index_create(&index, outcome);
    enum status status = STATUS_OK;
    const char *begin = content->data;
    const char *limit = content->data + content->length;
    for (int number = 1; begin < limit && status == STATUS_OK; number++) {
        const char *end =
            memchr(begin, '\n', (size_t)(limit - begin)); /* there is one: the lines are whole */
        json_error_t error;
        json_t *line = json_loadb(begin, (size_t)(end - begin), 0, &error);
        if (line == NULL) {
            status = status_fail(STATUS_DATA, "%s:%d: not JSON: %s", path, number, error.text);
        } else if (number == 1) {
            status = read_first(line, revision, path);
        } else {
            status = read_line(&index, line, path, number);
        }
        json_decref(line);
        begin = end + 1;
    }
    index_free(&index);
    return status;
}
