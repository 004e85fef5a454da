/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/dataset_attributes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/dataset_words.h"
#include "datasets/definition.h"
#include "simulators/shift.h"
#include "support/json_text.h"
#include "support/memory.h"

struct attribute {
    const char *name;
    enum { ATTRIBUTE_TEXT, ATTRIBUTE_INTEGER, ATTRIBUTE_REAL } kind;
    char *text; /* owned */
    int64_t integer;
    double real;
};

struct attribute_list {
    struct attribute entries[DATASET_MAX_NAMES];
    int count;
    char names[SIMULATOR_MAX_INVARIANTS][96]; /* those that are no constants */
};

static void add_text(struct attribute_list *list, const char *name, char *text) {
    list->entries[list->count++] = (struct attribute){.name = name, .kind = ATTRIBUTE_TEXT, .text = text};
}

static void add_integer(struct attribute_list *list, const char *name, int64_t value) {
    list->entries[list->count++] =
        (struct attribute){.name = name, .kind = ATTRIBUTE_INTEGER, .integer = value};
}

static void add_real(struct attribute_list *list, const char *name, double value) {
    list->entries[list->count++] = (struct attribute){.name = name, .kind = ATTRIBUTE_REAL, .real = value};
}

static void clear(struct attribute_list *list) {
    for (int i = 0; i < list->count; i++) {
        free(list->entries[i].text);
    }
}

/* The request as JSON: what to ask for to get the same file again. */
static char *make_config(const struct simulator *simulator, const struct dataset_info *info) {
    struct text text = {0};
    struct json_text json = {.out = &text};
    json_text_open(&json, NULL, '{');
    json_text_string(&json, "environment", info->environment);
    json_text_integer(&json, "train", info->trajectories[DATASET_TRAIN]);
    json_text_integer(&json, "test", info->trajectories[DATASET_TEST]);
    if (info->trajectories[DATASET_VALIDATION] > 0) {
        json_text_integer(&json, "validation", info->trajectories[DATASET_VALIDATION]);
    }
    if (info->shift != SIMULATOR_SHIFT_NONE) {
        json_text_string(&json, "shift", simulator_shift_names[info->shift]);
    }
    json_text_integer(&json, "frames", info->frames);
    json_text_number(&json, "dt", info->dt);
    json_text_integer(&json, "seed", (int64_t)info->seed);
    json_text_string(&json, "images", info->stored_images ? DATASET_IMAGES_STORE : DATASET_IMAGES_NONE);
    for (int i = 0; i < simulator_option_count(simulator); i++) {
        json_text_number(&json, simulator->options[i].name, info->options[i]);
    }
    json_text_close(&json, '}');
    return text.data;
}

/* In the order in which they are written. */
static void list_request(struct attribute_list *out, const struct simulator *simulator,
                         const struct dataset_info *info) {
    *out = (struct attribute_list){0};
    add_text(out, "integrator", memory_copy_string(simulator_method(simulator)));
    add_real(out, "tolerance", simulator_tolerance(simulator));
    add_text(out, "protocol", memory_copy_string(dataset_layout_protocol(simulator, info)));
    add_real(out, "friction", simulator->friction);
    add_integer(out, "colors", simulator->colors);
    add_real(out, "canvas", simulator_canvas(simulator));
    add_text(out, "config", make_config(simulator, info));
}

static void list_summary(struct attribute_list *out, const struct simulator *simulator,
                         const struct dataset_summary *summary) {
    *out = (struct attribute_list){0};
    for (int i = 0; i < simulator_invariant_count(simulator); i++) {
        dataset_layout_error_name(simulator, i, out->names[i]);
        add_real(out, out->names[i], summary->largest_error[i]);
    }
    add_integer(out, "rejected", summary->rejected);
}

void dataset_summary_add(struct dataset_summary *summary, const struct simulator *simulator,
                         const struct dataset_row *row) {
    for (int i = 0; i < simulator_invariant_count(simulator); i++) {
        double error = row->invariant_error[i], largest = summary->largest_error[i];
        summary->largest_error[i] = error <= largest ? largest : error; /* a nan must stay */
    }
    summary->rejected += row->rejected;
}

/* --- writing -------------------------------------------------------------------------------------------- */

static void write_list(struct hdf5_file *file, struct attribute_list *list) {
    for (int i = 0; i < list->count; i++) {
        const struct attribute *entry = &list->entries[i];
        switch (entry->kind) {
        case ATTRIBUTE_TEXT:
            hdf5_file_put_text(file, "/", entry->name, entry->text);
            break;
        case ATTRIBUTE_INTEGER:
            hdf5_file_put_integer(file, entry->name, entry->integer);
            break;
        case ATTRIBUTE_REAL:
            hdf5_file_put_real(file, entry->name, entry->real);
            break;
        }
    }
    clear(list);
}

void dataset_attributes_write(struct hdf5_file *file, const struct simulator *simulator,
                              const struct dataset_info *info) {
    struct attribute_list list;
    list_request(&list, simulator, info);
    write_list(file, &list);
}

void dataset_attributes_write_summary(struct hdf5_file *file, const struct simulator *simulator,
                                      const struct dataset_summary *summary) {
    struct attribute_list list;
    list_summary(&list, simulator, summary);
    write_list(file, &list);
}

/* --- comparing ------------------------------------------------------------------------------------------ */

/* Texts longer than that are none of ours. */
enum { LONGEST_TEXT = 4096 };

static enum status check_text(const struct hdf5_file *file, const struct attribute *entry, bool compared) {
    char found[LONGEST_TEXT];
    enum status status = hdf5_file_get_text(file, "/", entry->name, found, sizeof found);
    if (status == STATUS_OK && compared && strcmp(found, entry->text) != 0) {
        status = status_fail(STATUS_DATA, "%s: attribute '%s' is '%s', expected '%s'", hdf5_file_path(file),
                             entry->name, found, entry->text);
    }
    return status;
}

static enum status check_integer(const struct hdf5_file *file, const struct attribute *entry, bool compared) {
    int64_t found = 0;
    enum status status = hdf5_file_get_integer(file, entry->name, INT64_MIN, INT64_MAX, &found);
    if (status == STATUS_OK && compared && found != entry->integer) {
        status = status_fail(STATUS_DATA, "%s: attribute '%s' is %lld, expected %lld", hdf5_file_path(file),
                             entry->name, (long long)found, (long long)entry->integer);
    }
    return status;
}

static enum status check_real(const struct hdf5_file *file, const struct attribute *entry, bool compared) {
    double found = 0.0;
    enum status status = hdf5_file_get_real(file, entry->name, &found);
    if (status == STATUS_OK && compared && found != entry->real) {
        status = status_fail(STATUS_DATA, "%s: attribute '%s' is %.17g, expected %.17g", hdf5_file_path(file),
                             entry->name, found, entry->real);
    }
    return status;
}

/* `compared`: otherwise they only have to be there. */
static enum status check_list(const struct hdf5_file *file, struct attribute_list *list, bool compared) {
    static enum status (*const checks[])(const struct hdf5_file *, const struct attribute *, bool) = {
        [ATTRIBUTE_TEXT] = check_text, [ATTRIBUTE_INTEGER] = check_integer, [ATTRIBUTE_REAL] = check_real};
    enum status status = STATUS_OK;
    for (int i = 0; i < list->count && status == STATUS_OK; i++) {
        status = checks[list->entries[i].kind](file, &list->entries[i], compared);
    }
    clear(list);
    return status;
}

enum status dataset_attributes_check(const struct hdf5_file *file, const struct dataset_content *content) {
    struct attribute_list list;
    list_request(&list, content->simulator, &content->info);
    return check_list(file, &list, definition_check(content->simulator, &content->info) == STATUS_OK);
}

enum status dataset_attributes_check_summary(const struct hdf5_file *file,
                                             const struct dataset_content *content) {
    struct dataset_summary summary = {0};
    struct attribute_list list;
    for (int split = 0; split < DATASET_SPLITS; split++) {
        for (int i = 0; i < content->info.trajectories[split]; i++) {
            dataset_summary_add(&summary, content->simulator, &content->rows[split][i]);
        }
    }
    list_summary(&list, content->simulator, &summary);
    return check_list(file, &list, true);
}
