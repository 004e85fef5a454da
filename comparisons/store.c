/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "comparisons/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/file.h"
#include "support/json_text.h"
#include "support/memory.h"
#include "support/provenance.h"

char *store_reference_key(const struct outcome *outcome, size_t problem, size_t horizon) {
    return text_format("%s horizon=%.17g", outcome->comparison->problems[problem]->name,
                       outcome->comparison->horizons.values[horizon]);
}

static enum status add_line(struct store *store, struct text *line) {
    text_add(line, "\n");
    bool written = fwrite(line->data, 1, line->length, store->stream) == line->length;
    written = fflush(store->stream) == 0 && written;
    text_free(line);
    return written ? STATUS_OK : status_fail(STATUS_IO, "%s: %s", store->path, strerror(errno));
}

static void write_samples(struct json_text *json, const struct measurement *cell) {
    json_text_open(json, "samples", '[');
    for (int i = 0; i < cell->sample_count; i++) {
        json_text_number(json, NULL, cell->samples[i].time);
        json_text_number(json, NULL, cell->samples[i].energy_error);
    }
    json_text_close(json, ']');
}

enum status store_add_cell(struct store *store, const struct outcome *outcome,
                           struct measurement_place place) {
    struct measurement *cell = outcome_cell(outcome, place);
    struct text line = {0};
    struct json_text json = {.out = &line};
    char *key = measurement_key(outcome->comparison, place);
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "cell", key);
    json_text_string(&json, "state", measurement_state_name(cell->state));
    json_text_string(&json, "reason", cell->reason);
    for (size_t i = 0; i < measurement_fields_count; i++) {
        const struct measurement_field *field = &measurement_fields[i];
        json_text_number(&json, field->name, *measurement_value(cell, field));
    }
    write_samples(&json, cell);
    json_text_close(&json, '}');
    free(key);
    return add_line(store, &line);
}

enum status store_add_reference(struct store *store, const struct outcome *outcome, size_t problem,
                                size_t horizon) {
    const struct outcome_reference *reference = outcome_reference(outcome, problem, horizon);
    struct text line = {0};
    struct json_text json = {.out = &line};
    char *key = store_reference_key(outcome, problem, horizon);
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

static enum status add_first_line(struct store *store) {
    struct text line = {0};
    struct json_text json = {.out = &line};
    text_add(&store->revision, "%s", provenance_revision());
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "format", STORE_FORMAT);
    json_text_integer(&json, "format_version", STORE_FORMAT_VERSION);
    provenance_add_json(&json);
    json_text_close(&json, '}');
    return add_line(store, &line);
}

/* What is there, up to the last whole line. */
static enum status read_existing(struct store *store, struct outcome *outcome) {
    struct text content = {0};
    enum status status = file_exists(store->path) ? file_read(&content, store->path) : STATUS_OK;
    size_t whole = content.length;
    while (whole > 0 && content.data[whole - 1] != '\n') {
        whole--;
    }
    if (status == STATUS_OK && whole < content.length && truncate(store->path, (off_t)whole) != 0) {
        status = status_fail(STATUS_IO, "%s: %s", store->path, strerror(errno));
    }
    if (status == STATUS_OK && whole > 0) {
        content.length = whole;
        content.data[whole] = '\0';
        status = store_read_lines(outcome, &store->revision, store->path, &content);
    }
    text_free(&content);
    return status;
}

static enum status open_stream(struct store *store) {
    store->stream = fopen(store->path, "ae");
    if (store->stream == NULL) {
        return status_fail(STATUS_IO, "%s: %s", store->path, strerror(errno));
    }
    return store->revision.length == 0 ? add_first_line(store) : STATUS_OK;
}

enum status store_open(struct store **out, const char *folder, struct outcome *outcome) {
    struct store *store = memory_alloc(1, sizeof *store);
    store->path = file_join(folder, STORE_FILE);
    enum status status = read_existing(store, outcome);
    if (status == STATUS_OK) {
        status = open_stream(store);
    }
    if (status == STATUS_OK) {
        *out = store;
    } else {
        store_close(store);
    }
    return status;
}

void store_close(struct store *store) {
    if (store != NULL) {
        if (store->stream != NULL) {
            (void)fclose(store->stream);
        }
        text_free(&store->revision);
        free(store->path);
        free(store);
    }
}
