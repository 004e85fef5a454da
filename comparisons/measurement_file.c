/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "comparisons/measurement_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/file.h"
#include "support/memory.h"

static const char FILE_NAME[] = "cells.jsonl";
static const struct store_format format = {
    .name = "hambench comparison", .version = 1, .holds = "measured cells"};

/* "kepler_06 horizon=100" */
static char *reference_key(const struct outcome *outcome, size_t problem, size_t horizon) {
    return text_format("%s horizon=%.17g", outcome->comparison->problems[problem]->name,
                       outcome->comparison->horizons.values[horizon]);
}

/* ---- adding ---- */

static enum status add_line(struct store *store, struct text *line) {
    enum status status = store_add(store, line);
    text_free(line);
    return status;
}

static void write_samples(struct json_text *json, const struct measurement *cell) {
    json_text_open(json, "samples", '[');
    for (int i = 0; i < cell->sample_count; i++) {
        json_text_number(json, NULL, cell->samples[i].time);
        json_text_number(json, NULL, cell->samples[i].energy_error);
    }
    json_text_close(json, ']');
}

enum status measurement_file_add_cell(struct store *store, const struct outcome *outcome,
                                      struct measurement_place place) {
    const struct measurement *cell = outcome_cell(outcome, place);
    struct text line = {0};
    struct json_text json = {.out = &line};
    char *key = measurement_key(outcome->comparison, place);
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "cell", key);
    json_text_string(&json, "state", measurement_state_name(cell->state));
    json_text_string(&json, "reason", cell->reason);
    for (size_t i = 0; i < measurement_fields_count; i++) {
        const struct field *field = &measurement_fields[i];
        json_text_number(&json, field->name, field_real(cell, field));
    }
    write_samples(&json, cell);
    json_text_close(&json, '}');
    free(key);
    return add_line(store, &line);
}

enum status measurement_file_add_reference(struct store *store, const struct outcome *outcome, size_t problem,
                                           size_t horizon) {
    const struct outcome_reference *reference = outcome_reference(outcome, problem, horizon);
    struct text line = {0};
    struct json_text json = {.out = &line};
    char *key = reference_key(outcome, problem, horizon);
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "reference", key);
    json_text_string(&json, "state", measurement_state_name(reference->state));
    json_text_string(&json, "reason", reference->reason);
    json_text_string(&json, "first", reference->first);
    json_text_string(&json, "second", reference->second);
    json_text_number(&json, "disagreement", reference->disagreement);
    json_text_open(&json, "position", '[');
    for (int i = 0; i < outcome->comparison->problems[problem]->system.size; i++) {
        json_text_number(&json, NULL, reference->position[i]);
    }
    json_text_close(&json, ']');
    json_text_close(&json, '}');
    free(key);
    return add_line(store, &line);
}

/* ---- reading ---- */

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
        index->entries[index->count++] = (struct entry){
            .key = reference_key(outcome, i / horizons, i % horizons), .reference = &outcome->references[i]};
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

static void copy_string(char *out, size_t size, const struct store_record *record, const char *key) {
    (void)snprintf(out, size, "%s", store_string(record, key));
}

static void fill_cell(struct measurement *out, const struct store_record *record) {
    double samples[2 * MEASUREMENT_MAX_SAMPLES];
    *out = (struct measurement){.state = measurement_state_find(store_string(record, "state"))};
    copy_string(out->reason, sizeof out->reason, record, "reason");
    for (size_t i = 0; i < measurement_fields_count; i++) {
        *measurement_value(out, &measurement_fields[i]) = store_number(record, measurement_fields[i].name);
    }
    size_t count = store_numbers(record, "samples", samples, 2 * MEASUREMENT_MAX_SAMPLES);
    for (size_t i = 0; i + 1 < count; i += 2) {
        out->samples[out->sample_count++] =
            (struct measurement_sample){.time = samples[i], .energy_error = samples[i + 1]};
    }
}

static void fill_reference(struct outcome_reference *out, const struct store_record *record) {
    *out = (struct outcome_reference){.state = measurement_state_find(store_string(record, "state"))};
    copy_string(out->reason, sizeof out->reason, record, "reason");
    copy_string(out->first, sizeof out->first, record, "first");
    copy_string(out->second, sizeof out->second, record, "second");
    out->disagreement = store_number(record, "disagreement");
    (void)store_numbers(record, "position", out->position, PROBLEM_MAX_STATE);
}

static enum status read_record(void *context, const struct store_record *record) {
    const char *cell = store_string(record, "cell");
    const char *reference = store_string(record, "reference");
    if (*cell == '\0' && *reference == '\0') {
        return status_fail(STATUS_DATA, "expected a cell or a reference");
    }
    const struct entry *entry = index_find(context, *cell != '\0' ? cell : reference);
    if (entry != NULL && entry->cell != NULL) {
        fill_cell(entry->cell, record);
    } else if (entry != NULL) {
        fill_reference(entry->reference, record);
    }
    return STATUS_OK;
}

enum status measurement_file_open(struct store **out, const char *folder, struct outcome *outcome) {
    struct index index;
    index_create(&index, outcome);
    const struct store_reader reader = {read_record, &index};
    char *path = file_join(folder, FILE_NAME);
    enum status status = store_open(out, path, &format, &reader);
    free(path);
    index_free(&index);
    return status;
}
