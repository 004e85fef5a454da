/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/variants.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "models/model_registry.h"
#include "support/memory.h"

const char *const variants_groups[] = {"dataset", "model", "training", "evaluation", NULL};

/* Longest name: it is a folder's. */
enum { NAME_LENGTH = 64 };

static bool is_group(const char *key) {
    for (const char *const *name = variants_groups; *name != NULL; name++) {
        if (strcmp(key, *name) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- variants ---- */

void variants_add(struct experiment *experiment, const char *name, const struct model_kind *kind) {
    size_t count = experiment->variant_count;
    experiment->variants = memory_resize(experiment->variants, count + 1, sizeof *experiment->variants);
    experiment->variants[count] = (struct variant){.name = memory_copy_string(name), .kind = kind};
    experiment->variant_count++;
}

void variants_clear_value(struct experiment_value *value) {
    free(value->group);
    free(value->name);
    free(value->text);
    free(value->wrong);
    free(value->key_place);
    free(value->place);
}

/* A new list takes the place of the old one, and of the values that belonged to its variants. */
void variants_clear(struct experiment *experiment) {
    for (size_t i = 0; i < experiment->variant_count; i++) {
        free(experiment->variants[i].name);
    }
    free(experiment->variants);
    experiment->variants = NULL;
    experiment->variant_count = 0;
    size_t kept = 0;
    for (size_t i = 0; i < experiment->value_count; i++) {
        if (experiment->values[i].variant == EXPERIMENT_ALL) {
            experiment->values[kept++] = experiment->values[i];
        } else {
            variants_clear_value(&experiment->values[i]);
        }
    }
    experiment->value_count = kept;
}

static enum status check_name(const struct experiment *experiment, const struct document *document,
                              const struct document_node *node, const char *name) {
    size_t length = strlen(name);
    bool sound =
        length > 0 && length <= NAME_LENGTH && name[0] != '.' && name[0] != ' ' && name[length - 1] != ' ';
    for (const char *c = name; *c != '\0'; c++) {
        sound = sound && *c != '/' && isprint((unsigned char)*c);
    }
    if (!sound) {
        return document_fail(document, node,
                             "models: the name '%s' cannot be a folder's: expected 1 to %d printable ASCII "
                             "characters without '/', not beginning with '.' or a blank",
                             name, NAME_LENGTH);
    }
    for (size_t i = 0; i < experiment->variant_count; i++) {
        if (strcmp(experiment->variants[i].name, name) == 0) {
            return document_fail(document, node, "models: '%s' is listed twice; give one of them a name",
                                 name);
        }
    }
    return STATUS_OK;
}

/* ---- values ---- */

static char *place_of(const struct document *document, const struct document_node *node) {
    return *document->path == '\0' ? memory_copy_string("")
                                   : text_format("%s:%d:%d", document->path, node->line, node->column);
}

static void add_value(const struct variants_reading *reading, const struct document *document,
                      const char *group, const struct document_node *key, const struct document_node *node,
                      size_t variant) {
    struct experiment *experiment = reading->experiment;
    bool scalar = node->kind == DOCUMENT_SCALAR && (*node->text != '\0' || node->quoted);
    experiment->values =
        memory_resize(experiment->values, experiment->value_count + 1, sizeof *experiment->values);
    experiment->values[experiment->value_count++] = (struct experiment_value){
        .level = variant == EXPERIMENT_ALL ? reading->level : VARIANTS_OWN,
        .variant = variant,
        .group = memory_copy_string(group),
        .name = memory_copy_string(key->text),
        .text = memory_copy_string(node->kind == DOCUMENT_SCALAR ? node->text : ""),
        .quoted = node->quoted,
        .wrong = scalar ? NULL : memory_copy_string(document_describe(node)),
        .key_place = place_of(document, key),
        .place = place_of(document, node),
    };
}

static enum status read_group(const struct variants_reading *reading, const struct document *document,
                              const char *group, const struct document_node *node, size_t variant) {
    if (node->kind != DOCUMENT_MAPPING) {
        return document_fail(document, node, "%s: expected settings (name: value), found %s", group,
                             document_describe(node));
    }
    for (size_t i = 0; i < node->count; i++) {
        add_value(reading, document, group, &node->keys[i], &node->children[i], variant);
    }
    return STATUS_OK;
}

enum status variants_read_group(void *context, const struct document *document,
                                const struct document_node *key, const struct document_node *node) {
    struct variants_reading *reading = context;
    return read_group(reading, document, key->text, node, EXPERIMENT_ALL);
}

/* ---- the list of models ---- */

/* `name` or `kind` of a variant's mapping. */
static enum status find_word(const struct document *document, const struct document_node *mapping,
                             const char *key, const struct document_node **out) {
    *out = document_find(mapping, key);
    if (*out != NULL && (*out)->kind != DOCUMENT_SCALAR) {
        return document_fail(document, *out, "models: %s: expected a word, found %s", key,
                             document_describe(*out));
    }
    return STATUS_OK;
}

static enum status read_own_group(struct variants_reading *reading, const struct document *document,
                                  const struct document_node *key, const struct document_node *node,
                                  size_t variant) {
    if (strcmp(key->text, "dataset") == 0) {
        return document_fail(document, key,
                             "dataset settings cannot differ between models: they share the data");
    }
    if (!is_group(key->text)) {
        static const char *const allowed[] = {"name", "kind", "model", "training", "evaluation", NULL};
        (void)status_unknown(STATUS_DATA, "key of a model", key->text, allowed);
        return document_locate(document, key, STATUS_DATA);
    }
    return read_group(reading, document, key->text, node, variant);
}

static enum status read_variant(struct variants_reading *reading, const struct document *document,
                                const struct document_node *entry) {
    struct experiment *experiment = reading->experiment;
    const struct document_node *name = entry, *kind = entry;
    enum status status = STATUS_OK;
    if (entry->kind == DOCUMENT_MAPPING) {
        status = find_word(document, entry, "name", &name);
        status = status == STATUS_OK ? find_word(document, entry, "kind", &kind) : status;
    }
    if (status == STATUS_OK && entry->kind == DOCUMENT_LIST) {
        status = document_fail(document, entry, "models: expected a word or {name, kind, settings}, found %s",
                               document_describe(entry));
    }
    if (status == STATUS_OK && name == NULL && kind == NULL) {
        status = document_fail(document, entry, "models: expected a kind, or a name that is one");
    }
    if (status != STATUS_OK) {
        return status;
    }
    name = name == NULL ? kind : name;
    kind = kind == NULL ? name : kind;
    const struct model_kind *found = NULL;
    status = experiment_find_model(&found, kind->text);
    if (status != STATUS_OK) {
        return document_locate(document, kind, status);
    }
    status = check_name(experiment, document, name, name->text);
    if (status != STATUS_OK) {
        return status;
    }
    variants_add(experiment, name->text, found);
    for (size_t i = 0; entry->kind == DOCUMENT_MAPPING && i < entry->count && status == STATUS_OK; i++) {
        if (&entry->children[i] != name && &entry->children[i] != kind) {
            status = read_own_group(reading, document, &entry->keys[i], &entry->children[i],
                                    experiment->variant_count - 1);
        }
    }
    return status;
}

enum status variants_read(void *context, const struct document *document, const struct document_node *node) {
    struct variants_reading *reading = context;
    if (node->kind != DOCUMENT_LIST || node->count == 0) {
        return document_fail(document, node, "models: expected a list [a, b] of at least one, found %s",
                             node->kind == DOCUMENT_LIST ? "an empty one" : document_describe(node));
    }
    variants_clear(reading->experiment);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < node->count && status == STATUS_OK; i++) {
        status = read_variant(reading, document, &node->children[i]);
    }
    return status;
}

/* ---- which value goes where ---- */

static enum status locate(const char *place) {
    return *place == '\0' ? STATUS_DATA : status_prefix(STATUS_DATA, "%s", place);
}

/* Puts the value into `settings`, if they have such a setting. */
static enum status assign(struct settings *settings, const struct experiment_value *value, bool *found) {
    void *values = NULL;
    const struct field *field = settings_find(settings, value->group, value->name, &values);
    if (field == NULL) {
        return STATUS_OK;
    }
    *found = true;
    char *key = text_format("%s.%s", value->group, value->name);
    enum status status = STATUS_OK;
    if (value->wrong != NULL) {
        status = status_fail(STATUS_DATA, "%s: expected one %s, found %s", key, field_type_name(field),
                             value->wrong);
    } else if (value->quoted && field->type != FIELD_NAME) {
        status = status_fail(STATUS_DATA, "%s: expected one %s, found the text \"%s\"", key,
                             field_type_name(field), value->text);
    } else {
        status = field_assign(values, field, key, value->text);
    }
    free(key);
    return status == STATUS_OK ? STATUS_OK : locate(value->place);
}

static bool some_kind_has(const struct experiment_value *value) {
    for (const struct model_kind *const *kind = model_kinds; *kind != NULL; kind++) {
        struct settings settings;
        settings_create(&settings, *kind);
        bool found = settings_find(&settings, value->group, value->name, NULL) != NULL;
        settings_clear(&settings);
        if (found) {
            return true;
        }
    }
    return false;
}

/* `sets` [variant_count] are tried on: the defaults of each variant. */
static enum status check_value(const struct experiment *experiment, const struct experiment_value *value,
                               int level, struct settings *sets) {
    bool found = false;
    bool all = value->variant == EXPERIMENT_ALL;
    size_t first = all ? 0 : value->variant, end = all ? experiment->variant_count : first + 1;
    for (size_t i = first; i < end; i++) {
        enum status status = assign(&sets[i], value, &found);
        if (status != STATUS_OK) {
            return status;
        }
    }
    if (found || value->level < level) {
        return STATUS_OK;
    }
    if (some_kind_has(value)) {
        (void)status_fail(STATUS_DATA, "%s.%s: %s has no such setting", value->group, value->name,
                          all && end > 1 ? "none of these models" : experiment->variants[first].name);
    } else {
        (void)settings_fail_unknown(STATUS_DATA, &sets[first], end - first, value->group, value->name);
    }
    return locate(value->key_place);
}

enum status variants_check_values(const struct experiment *experiment, int level) {
    struct settings *sets = memory_alloc(experiment->variant_count, sizeof *sets);
    for (size_t i = 0; i < experiment->variant_count; i++) {
        settings_create(&sets[i], experiment->variants[i].kind);
    }
    enum status status = STATUS_OK;
    for (size_t i = 0; i < experiment->value_count && status == STATUS_OK; i++) {
        status = check_value(experiment, &experiment->values[i], level, sets);
    }
    for (size_t i = 0; i < experiment->variant_count; i++) {
        settings_clear(&sets[i]);
    }
    free(sets);
    return status;
}

void experiment_settings(struct settings *out, const struct experiment *experiment, size_t variant) {
    settings_create(out, experiment->variants[variant].kind);
    settings_apply_profile(out, experiment->profile == NULL ? SETTINGS_PROFILE : experiment->profile);
    for (int level = VARIANTS_FILE; level <= VARIANTS_COMMAND_LINE; level++) {
        for (size_t i = 0; i < experiment->value_count; i++) {
            const struct experiment_value *value = &experiment->values[i];
            bool found = false;
            if (value->level == level && (value->variant == EXPERIMENT_ALL || value->variant == variant)) {
                (void)assign(out, value, &found); /* checked when it was read */
            }
        }
    }
}
