/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/cell_record.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/definition.h"
#include "evaluation/evaluation_file.h"
#include "evaluation/metric.h"
#include "experiments/cell_check.h"
#include "models/model_registry.h"
#include "support/file.h"
#include "support/json_text.h"
#include "support/memory.h"
#include "support/provenance.h"

static const char FORMAT[] = "hambench record";
enum { FORMAT_VERSION = 1 };

/* Members of the provenance that are kept. */
static const char *const maker_strings[] = {"version", "revision",  "compiler",
                                            "kernels", "processor", "system"};
enum { MAKER_STRINGS = sizeof maker_strings / sizeof *maker_strings };

void cell_record_clear(struct cell_record *record) {
    lines_free(&record->settings);
    *record = (struct cell_record){0};
}

char *cell_record_path(const char *folder, const char *environment, const char *variant, uint64_t seed) {
    return text_format("%s/%s/%s/seed-%" PRIu64 ".json", folder, environment, variant, seed);
}

/* ---- what made it ---- */

/* Adds "compiler=...; kernels=...": what the bits depend on besides the source. */
static void describe_build(char *out, size_t size, const struct store_record *made) {
    struct text text = {0};
    const struct store_record *libraries = store_object(made, "libraries");
    text_add(&text, "compiler=%s; kernels=%s; processor=%s; libraries=", store_string(made, "compiler"),
             store_string(made, "kernels"), store_string(made, "processor"));
    if (libraries != NULL) {
        store_add_json(&text, libraries);
    }
    (void)snprintf(out, size, "%s", text.data);
    text_free(&text);
}

static enum status read_maker(void *context, const struct store_record *made) {
    struct cell_record_maker *maker = context;
    const char *begun_by = store_string(made, "begun_by");
    (void)snprintf(maker->revision, sizeof maker->revision, "%s", store_string(made, "revision"));
    (void)snprintf(maker->begun_by, sizeof maker->begun_by, "%s",
                   *begun_by == '\0' ? maker->revision : begun_by);
    describe_build(maker->build, sizeof maker->build, made);
    return STATUS_OK;
}

struct cell_record_maker cell_record_this_maker(void) {
    struct cell_record_maker maker = {0};
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    provenance_add_json(&json);
    json_text_close(&json, '}');
    const struct store_reader reader = {read_maker, &maker};
    (void)store_read_line(text.data, text.length, &reader); /* it was written a moment ago */
    text_free(&text);
    return maker;
}

/* ---- writing ---- */

/* The identity that does not depend on the files of a machine: generated data are what they are made by, the
 * definition of the environment and the settings, which are part of the identity anyhow. */
static void identify(char out[SHA256_TEXT], const struct cell *cell, const char *data) {
    char definition[SHA256_TEXT];
    definition_digest(cell->environment, definition);
    cell_identify(out, cell, cell->generated ? definition : data);
}

static void add_setting(struct json_text *json, const struct settings_section *section,
                        const struct field *field) {
    struct text value = {0};
    double number;
    int64_t integer;
    field_format(&value, section->values, field);
    if (field->type == FIELD_REAL && text_parse_double(value.data, &number)) {
        json_text_number(json, field->name, number);
    } else if (field->type != FIELD_NAME && text_parse_integer(value.data, &integer)) {
        json_text_integer(json, field->name, integer);
    } else {
        json_text_string(json, field->name, value.data);
    }
    text_free(&value);
}

/* Sections of one group follow each other (experiments/settings.c). */
static void add_settings(struct json_text *json, const struct settings *settings) {
    const char *group = NULL;
    json_text_open(json, "settings", '{');
    for (size_t i = 0; i < settings->count; i++) {
        const struct settings_section *section = &settings->sections[i];
        if (group == NULL || strcmp(section->schema->group, group) != 0) {
            if (group != NULL) {
                json_text_close(json, '}');
            }
            group = section->schema->group;
            json_text_open(json, group, '{');
        }
        for (size_t f = 0; f < section->schema->count; f++) {
            add_setting(json, section, &section->schema->fields[f]);
        }
    }
    if (group != NULL) {
        json_text_close(json, '}');
    }
    json_text_close(json, '}');
}

/* Of a line of environment.jsonl, and when it was done. */
struct session {
    struct json_text *json;
    const struct record *record;
};

static enum status add_session(void *context, const struct store_record *line) {
    const struct session *session = context;
    const struct store_record *libraries = store_object(line, "libraries");
    json_text_open(session->json, "made", '{');
    for (size_t i = 0; i < MAKER_STRINGS; i++) {
        json_text_string(session->json, maker_strings[i], store_string(line, maker_strings[i]));
    }
    json_text_string(session->json, "begun_by", session->record->begun_by);
    if (libraries != NULL) {
        text_add(session->json->out, ", \"libraries\": ");
        store_add_json(session->json->out, libraries);
    }
    json_text_number(session->json, "processors", store_number(line, "processors"));
    json_text_number(session->json, "threads", store_number(line, "threads"));
    json_text_string(session->json, "when", session->record->when);
    json_text_close(session->json, '}');
    return STATUS_OK;
}

/* Who made the cell last: the last line of environment.jsonl. */
static enum status add_maker(struct json_text *json, const struct cell *cell, const struct record *record) {
    struct text lines = {0};
    struct session session = {json, record};
    const struct store_reader reader = {add_session, &session};
    char *path = file_join(cell->folder, cell_sessions_name);
    enum status status = file_read(&lines, path);
    if (status == STATUS_OK) {
        size_t end = lines.length, begin;
        while (end > 0 && lines.data[end - 1] == '\n') {
            end--;
        }
        for (begin = end; begin > 0 && lines.data[begin - 1] != '\n';) {
            begin--;
        }
        status = store_read_line(end == 0 ? "" : lines.data + begin, end - begin, &reader);
        if (status != STATUS_OK) {
            status = status_prefix(status, "%s", path);
        }
    }
    text_free(&lines);
    free(path);
    return status;
}

static enum status format_record(struct text *out, const struct cell *cell, const struct record *record) {
    struct json_text json = {.out = out};
    char identity[SHA256_TEXT];
    identify(identity, cell, record->data);
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "format", FORMAT);
    json_text_integer(&json, "format_version", FORMAT_VERSION);
    json_text_string(&json, "environment", cell->environment->name);
    json_text_string(&json, "variant", cell->variant);
    json_text_string(&json, "kind", cell->model->name);
    json_text_integer(&json, "seed", (int64_t)cell->seed);
    json_text_string(&json, "identity", identity);
    json_text_string(&json, "data", record->data);
    json_text_string(&json, "data_source", cell->generated ? "generated" : "given");
    json_text_integer(&json, "steps", record->steps);
    json_text_number(&json, "seconds", record->seconds);
    add_settings(&json, &cell->settings);
    enum status status = add_maker(&json, cell, record);
    if (status == STATUS_OK) {
        text_add(out, ", \"evaluation\": ");
        status = evaluation_file_excerpt(out, cell->folder);
    }
    json_text_close(&json, '}');
    return status;
}

enum status cell_record_write(const struct cell *cell) {
    struct record record;
    struct text line = {0};
    enum status status = record_read(&record, cell->folder);
    if (status == STATUS_OK) {
        status = format_record(&line, cell, &record);
    }
    if (status == STATUS_OK) {
        status = file_make_parent(cell->record);
    }
    if (status == STATUS_OK) {
        status = store_write_single(cell->record, &line);
    }
    text_free(&line);
    return status;
}

/* ---- reading ---- */

static enum status check_format(const struct store_record *line) {
    if (strcmp(store_string(line, "format"), FORMAT) != 0) {
        return status_fail(STATUS_DATA, "is not the record of a cell");
    }
    double version = store_number(line, "format_version");
    return version == FORMAT_VERSION
               ? STATUS_OK
               : status_fail(STATUS_DATA, "has format version %.0f, expected %d", version, FORMAT_VERSION);
}

static void read_setting(struct lines *out, const struct store_record *settings, const char *group,
                         const struct field *field) {
    const struct store_record *values = store_object(settings, group);
    double number = values == NULL ? NAN : store_number(values, field->name);
    const char *word = values == NULL ? "" : store_string(values, field->name);
    if (!isnan(number)) {
        struct text value = {0};
        if (field->type == FIELD_REAL) {
            text_add_number(&value, number);
        } else {
            text_add(&value, "%.0f", number);
        }
        lines_add(out, "%s.%s=%s", group, field->name, value.data);
        text_free(&value);
    } else if (*word != '\0') {
        lines_add(out, "%s.%s=%s", group, field->name, word);
    }
}

/* Those that models of its kind have. */
static void read_settings(struct cell_record *out, const struct store_record *settings) {
    const struct model_kind *kind = model_kind_find(out->kind);
    struct settings known;
    settings_create(&known, kind);
    for (size_t i = 0; settings != NULL && i < known.count; i++) {
        const struct schema *schema = known.sections[i].schema;
        for (size_t f = 0; f < schema->count; f++) {
            read_setting(&out->settings, settings, schema->group, &schema->fields[f]);
        }
    }
    settings_clear(&known);
}

static enum status read_head(struct cell_record *out, const struct store_record *line) {
    double seed = store_number(line, "seed"), steps = store_number(line, "steps");
    out->seconds = store_number(line, "seconds");
    (void)snprintf(out->environment, sizeof out->environment, "%s", store_string(line, "environment"));
    (void)snprintf(out->variant, sizeof out->variant, "%s", store_string(line, "variant"));
    (void)snprintf(out->kind, sizeof out->kind, "%s", store_string(line, "kind"));
    (void)snprintf(out->identity, sizeof out->identity, "%s", store_string(line, "identity"));
    (void)snprintf(out->data, sizeof out->data, "%s", store_string(line, "data"));
    out->generated = strcmp(store_string(line, "data_source"), "given") != 0;
    if (*out->environment == '\0' || *out->variant == '\0' || *out->kind == '\0' ||
        strlen(out->identity) != SHA256_TEXT - 1 || !(seed >= 0 && seed <= (double)FIELD_SEED_MAX) ||
        !(steps >= 0 && steps <= INT_MAX) || !(out->seconds >= 0)) {
        return status_fail(STATUS_DATA, "expected environment, variant, kind, seed, identity, steps and "
                                        "seconds of a cell");
    }
    out->seed = (int64_t)seed;
    out->steps = (int)steps;
    return STATUS_OK;
}

/* Where the record is being read. */
struct reading {
    struct cell_record *out;
    const char *path;
};

static enum status read_evaluation(const struct reading *reading, const struct store_record *line) {
    const struct store_record *evaluation = store_object(line, "evaluation");
    if (evaluation == NULL) {
        return status_fail(STATUS_DATA, "evaluation: expected an object");
    }
    struct text excerpt = {0};
    store_add_json(&excerpt, evaluation);
    enum status status = evaluation_file_parse(&reading->out->result, excerpt.data, "evaluation");
    text_free(&excerpt);
    return status;
}

static enum status read_members(void *context, const struct store_record *line) {
    const struct reading *reading = context;
    struct cell_record *out = reading->out;
    const struct store_record *made = store_object(line, "made");
    enum status status = check_format(line);
    if (status == STATUS_OK) {
        status = read_head(out, line);
    }
    if (status == STATUS_OK && made == NULL) {
        status = status_fail(STATUS_DATA, "made: expected an object");
    }
    if (status == STATUS_OK) {
        (void)read_maker(&out->maker, made);
        read_settings(out, store_object(line, "settings"));
        status = read_evaluation(reading, line);
    }
    return status;
}

enum status cell_record_read(struct cell_record *out, const char *path) {
    *out = (struct cell_record){0};
    struct reading reading = {out, path};
    const struct store_reader reader = {read_members, &reading};
    return store_read_single(path, &reader);
}

/* ---- whether it is of this cell ---- */

/* The first setting of the cell that the record has another value of, "" for none. */
static void find_difference(struct text *out, const struct cell_record *record, const struct cell *cell) {
    for (size_t i = 0; i < cell->settings.count; i++) {
        const struct settings_section *section = &cell->settings.sections[i];
        for (size_t f = 0; f < section->schema->count; f++) {
            const struct field *field = &section->schema->fields[f];
            char *key = text_format("%s.%s=", section->schema->group, field->name);
            struct text value = {0};
            field_format(&value, section->values, field);
            for (size_t s = 0; s < record->settings.count && out->length == 0; s++) {
                const char *found = record->settings.line[s];
                if (strncmp(found, key, strlen(key)) == 0 && strcmp(found + strlen(key), value.data) != 0) {
                    text_add(out, "%s, now it is %s", found, value.data);
                }
            }
            text_free(&value);
            free(key);
        }
    }
}

static enum status check_identity(const struct cell_record *record, const struct cell *cell,
                                  const char *data) {
    char identity[SHA256_TEXT];
    identify(identity, cell, data == NULL ? "" : data);
    struct text difference = {0};
    enum status status = STATUS_OK;
    if (strcmp(identity, record->identity) != 0) {
        find_difference(&difference, record, cell);
        status = difference.length > 0
                     ? status_fail(STATUS_DATA, "%s: was made with %s", cell->record, difference.data)
                     : status_fail(STATUS_DATA,
                                   "%s: is of another cell, or of another definition of %s or its data",
                                   cell->record, cell->environment->name);
    } else if (data != NULL && strcmp(data, record->data) != 0) {
        status = status_fail(STATUS_DATA, "%s: was made from other data than there are now", cell->record);
    }
    text_free(&difference);
    return status;
}

/* Whether the record says of itself that it is of other versions of metrics: no damage. */
static enum status read_versions(void *context, const struct store_record *line) {
    bool *other = context;
    const struct store_record *evaluation = store_object(line, "evaluation");
    const struct store_record *versions = evaluation == NULL ? NULL : store_object(evaluation, "metrics");
    for (const struct metric *const *metric = metrics; versions != NULL && *metric != NULL; metric++) {
        double version = store_number(versions, (*metric)->name);
        *other = *other || (isfinite(version) && version != (*metric)->version);
    }
    return STATUS_OK;
}

enum cell_record_use cell_record_look(struct cell_record *out, const struct cell *cell, const char *data) {
    *out = (struct cell_record){0};
    if (cell->record == NULL || !file_exists(cell->record)) {
        return CELL_RECORD_NONE;
    }
    if (cell_record_read(out, cell->record) != STATUS_OK) {
        char *detail = memory_copy_string(status_detail());
        bool other = false;
        const struct store_reader reader = {read_versions, &other};
        (void)store_read_single(cell->record, &reader);
        (void)status_fail(STATUS_DATA, "%s", detail);
        free(detail);
        return other ? CELL_RECORD_OTHER : CELL_RECORD_DAMAGED;
    }
    return check_identity(out, cell, data) == STATUS_OK ? CELL_RECORD_FITS : CELL_RECORD_OTHER;
}

struct table_cell cell_record_result(const struct cell_record *record, const struct cell *cell) {
    return (struct table_cell){
        .environment = cell->environment->name,
        .model = cell->variant,
        .seed = cell->seed,
        .steps = record->steps,
        .seconds = record->seconds,
        .latent = cell->model->latent != NULL,
        .result = record->result,
    };
}
