/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/settings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/metric.h"
#include "support/memory.h"

const struct profile settings_profiles[] = {
    {"smoke", "seconds: shows that everything works, not that anything is learned"},
    {SETTINGS_PROFILE, "minutes on a small machine; the values where no profile is named"},
    {"standard", "between the two: a quarter of an hour for a model of films"},
    {"paper", "the sizes of the papers: days of a large machine"},
};
const size_t settings_profile_count = sizeof settings_profiles / sizeof *settings_profiles;

/* ---- sections ---- */

static void add_section(struct settings *settings, const struct schema *schema) {
    assert(settings->count < SETTINGS_MAX_SECTIONS);
    void *values = memory_alloc(1, schema->size);
    schema_defaults(schema, values);
    settings->sections[settings->count++] = (struct settings_section){.schema = schema, .values = values};
}

void settings_create(struct settings *out, const struct model_kind *kind) {
    *out = (struct settings){0};
    add_section(out, &dataset_settings_schema);
    if (kind != NULL) {
        add_section(out, kind->settings);
    }
    if (kind == NULL || kind->loss != NULL) {
        add_section(out, &training_settings_schema);
    }
    add_section(out, &evaluation_settings_schema);
    for (const struct metric *const *metric = metrics; *metric != NULL; metric++) {
        if ((*metric)->settings != NULL && (kind == NULL || metric_suits(*metric, kind))) {
            add_section(out, (*metric)->settings);
        }
    }
}

void settings_clear(struct settings *settings) {
    for (size_t i = 0; i < settings->count; i++) {
        free(settings->sections[i].values);
    }
    *settings = (struct settings){0};
}

void *settings_values(const struct settings *settings, const struct schema *schema) {
    for (size_t i = 0; i < settings->count; i++) {
        if (settings->sections[i].schema == schema) {
            return settings->sections[i].values;
        }
    }
    return NULL;
}

struct dataset_settings *settings_dataset(const struct settings *settings) {
    return settings_values(settings, &dataset_settings_schema);
}

struct training_settings *settings_training(const struct settings *settings) {
    return settings_values(settings, &training_settings_schema);
}

struct evaluation_settings *settings_evaluation(const struct settings *settings) {
    return settings_values(settings, &evaluation_settings_schema);
}

void *settings_model(const struct settings *settings) {
    for (size_t i = 0; i < settings->count; i++) {
        if (strcmp(settings->sections[i].schema->group, "model") == 0) {
            return settings->sections[i].values;
        }
    }
    return NULL;
}

/* ---- values ---- */

const struct field *settings_find(const struct settings *settings, const char *group, const char *name,
                                  void **values) {
    for (size_t i = 0; i < settings->count; i++) {
        const struct settings_section *section = &settings->sections[i];
        const struct field *field =
            strcmp(section->schema->group, group) == 0 ? schema_find(section->schema, name) : NULL;
        if (field != NULL) {
            if (values != NULL) {
                *values = section->values;
            }
            return field;
        }
    }
    return NULL;
}

/* "group.name" of every row, each once, ended by NULL; the caller frees them and the list. */
static char **list_keys(const struct settings *sets, size_t count) {
    size_t most = 0, filled = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < sets[i].count; j++) {
            most += sets[i].sections[j].schema->count;
        }
    }
    char **keys = memory_alloc(most + 1, sizeof *keys);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < sets[i].count; j++) {
            const struct schema *schema = sets[i].sections[j].schema;
            for (size_t f = 0; f < schema->count && (i == 0 || settings_values(&sets[i - 1], schema) == NULL);
                 f++) {
                keys[filled++] = text_format("%s.%s", schema->group, schema->fields[f].name);
            }
        }
    }
    return keys;
}

enum status settings_fail_unknown(enum status code, const struct settings *sets, size_t count,
                                  const char *group, const char *name) {
    char **keys = list_keys(sets, count);
    char *wanted = *group == '\0' ? memory_copy_string(name) : text_format("%s.%s", group, name);
    enum status status = status_unknown(code, "setting", wanted, (const char *const *)keys);
    free(wanted);
    for (size_t i = 0; keys[i] != NULL; i++) {
        free(keys[i]);
    }
    free(keys);
    return status;
}

enum status settings_apply(struct settings *settings, const char *assignment) {
    const char *equals = strchr(assignment, '=');
    if (equals == NULL) {
        return status_fail(STATUS_USAGE, "'%s': expected key=value", assignment);
    }
    char *key = text_format("%.*s", (int)(equals - assignment), assignment);
    char *group = memory_copy_string(key), *dot = strchr(group, '.');
    const char *name = dot == NULL ? group : dot + 1;
    void *values = NULL;
    if (dot != NULL) {
        *dot = '\0';
    }
    const struct field *field = dot == NULL ? NULL : settings_find(settings, group, name, &values);
    enum status status =
        field == NULL ? settings_fail_unknown(STATUS_USAGE, settings, 1, dot == NULL ? "" : group, name)
                      : field_assign(values, field, key, equals + 1);
    free(group);
    free(key);
    return status == STATUS_OK ? STATUS_OK : STATUS_USAGE;
}

/* ---- profiles ---- */

enum status settings_check_profile(const char *name) {
    const char *names[sizeof settings_profiles / sizeof *settings_profiles + 1] = {NULL};
    for (size_t i = 0; i < settings_profile_count; i++) {
        names[i] = settings_profiles[i].name;
        if (strcmp(names[i], name) == 0) {
            return STATUS_OK;
        }
    }
    return status_unknown(STATUS_DATA, "profile", name, names);
}

static void apply_all(struct settings *settings, const char *const *assignments) {
    for (; *assignments != NULL; assignments++) {
        enum status status = settings_apply(settings, *assignments);
        assert(status == STATUS_OK);
        (void)status;
    }
}

void settings_apply_profile(struct settings *settings, const char *name) {
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < settings->count; i++) {
            const struct schema *schema = settings->sections[i].schema;
            if ((strcmp(schema->group, "model") == 0) == (pass == 1)) {
                apply_all(settings, schema_profile(schema->profiles, name));
            }
        }
    }
}

/* ---- files ---- */

void settings_add_yaml(struct text *out, const struct settings *settings) {
    const char *group = "";
    for (size_t i = 0; i < settings->count; i++) {
        const struct settings_section *section = &settings->sections[i];
        if (section->schema->count > 0 && strcmp(section->schema->group, group) != 0) {
            group = section->schema->group;
            text_add(out, "%s:\n", group);
        }
        for (size_t j = 0; j < section->schema->count; j++) {
            text_add(out, "  %s: ", section->schema->fields[j].name);
            field_format(out, section->values, &section->schema->fields[j]);
            text_add(out, "\n");
        }
    }
}
