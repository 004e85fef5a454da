/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/experiment.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "support/document.h"
#include "support/file.h"
#include "support/memory.h"
#include "training/model_registry.h"

enum { NAMES_MAX = 256 };

/* A file being read: what everything below needs. */
struct reading {
    const struct document *document;
    struct experiment *experiment;
    struct settings scratch; /* values are tried on it, for their checks */
};

void experiment_free(struct experiment *experiment) {
    if (experiment == NULL) {
        return;
    }
    for (size_t i = 0; i < experiment->value_count; i++) {
        free(experiment->values[i].text);
    }
    free(experiment->values);
    free(experiment->environments);
    free(experiment->models);
    free(experiment->seeds);
    free(experiment->data_file);
    free(experiment->profile);
    free(experiment->title);
    free(experiment->name);
    free(experiment);
}

enum status experiment_find_environment(const struct simulator **out, const char *name) {
    const char *names[NAMES_MAX + 1] = {NULL};
    for (size_t i = 0; i < NAMES_MAX && simulators[i] != NULL; i++) {
        names[i] = simulators[i]->name;
    }
    *out = simulator_find(name);
    return *out != NULL ? STATUS_OK : status_unknown(STATUS_DATA, "environment", name, names);
}

enum status experiment_find_model(const struct model_kind **out, const char *name) {
    const char *names[NAMES_MAX + 1] = {NULL};
    for (size_t i = 0; i < NAMES_MAX && model_kinds[i] != NULL; i++) {
        names[i] = model_kinds[i]->name;
    }
    *out = model_kind_find(name);
    return *out != NULL ? STATUS_OK : status_unknown(STATUS_DATA, "model", name, names);
}

/* Top-level keys. */

static enum status read_title(struct reading *reading, const struct document_node *node) {
    return document_copy_text(reading->document, node, "title", &reading->experiment->title);
}

static enum status read_data_file(struct reading *reading, const struct document_node *node) {
    return document_copy_text(reading->document, node, "data_file", &reading->experiment->data_file);
}

static enum status read_profile(struct reading *reading, const struct document_node *node) {
    enum status status =
        document_copy_text(reading->document, node, "profile", &reading->experiment->profile);
    if (status == STATUS_OK) {
        struct settings ignored;
        settings_default(&ignored);
        status = settings_apply_profile(&ignored, reading->experiment->profile);
        return status == STATUS_OK ? status : document_locate(reading->document, node, status);
    }
    return status;
}

static enum status read_environments(struct reading *reading, const struct document_node *node) {
    struct experiment *experiment = reading->experiment;
    enum status status = document_check_list(reading->document, node, "environments");
    if (status != STATUS_OK) {
        return status;
    }
    experiment->environments = memory_alloc(node->count, sizeof *experiment->environments);
    for (size_t i = 0; i < node->count && status == STATUS_OK; i++) {
        status = experiment_find_environment(&experiment->environments[i], node->children[i].text);
        if (status != STATUS_OK) {
            return document_locate(reading->document, &node->children[i], status);
        }
    }
    experiment->environment_count = node->count;
    return STATUS_OK;
}

static enum status read_models(struct reading *reading, const struct document_node *node) {
    struct experiment *experiment = reading->experiment;
    enum status status = document_check_list(reading->document, node, "models");
    if (status != STATUS_OK) {
        return status;
    }
    experiment->models = memory_alloc(node->count, sizeof *experiment->models);
    for (size_t i = 0; i < node->count; i++) {
        status = experiment_find_model(&experiment->models[i], node->children[i].text);
        if (status != STATUS_OK) {
            return document_locate(reading->document, &node->children[i], status);
        }
    }
    experiment->model_count = node->count;
    return STATUS_OK;
}

static enum status read_seeds(struct reading *reading, const struct document_node *node) {
    struct experiment *experiment = reading->experiment;
    enum status status = document_check_list(reading->document, node, "seeds");
    if (status != STATUS_OK) {
        return status;
    }
    experiment->seeds = memory_resize(experiment->seeds, node->count, sizeof *experiment->seeds);
    for (size_t i = 0; i < node->count; i++) {
        const struct document_node *entry = &node->children[i];
        int64_t seed;
        if (entry->quoted || !text_parse_integer(entry->text, &seed)) {
            return document_fail(reading->document, entry, "seeds: expected an integer, found %s",
                                 document_describe(entry));
        }
        if (seed < 0 || seed > SEED_MAX) {
            return document_fail(reading->document, entry,
                                 "seeds: %s is out of range, allowed is 0 to %" PRId64, entry->text,
                                 SEED_MAX);
        }
        experiment->seeds[i] = (uint64_t)seed;
    }
    experiment->seed_count = node->count;
    return STATUS_OK;
}

/* Groups of settings. */

static const char *const group_names[] = {"dataset", "model", "training", "evaluation", NULL};

static bool is_group(const char *key) {
    for (const char *const *name = group_names; *name != NULL; name++) {
        if (strcmp(key, *name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_value(struct experiment *experiment, const struct model_kind *model,
                      const struct setting *setting, const char *text) {
    experiment->values =
        memory_resize(experiment->values, experiment->value_count + 1, sizeof *experiment->values);
    experiment->values[experiment->value_count++] =
        (struct experiment_value){.model = model, .setting = setting, .text = memory_copy_string(text)};
}

static enum status read_setting(struct reading *reading, const struct document_node *key,
                                const struct document_node *node, const char *group,
                                const struct model_kind *model) {
    char *full = text_format("%s.%s", group, key->text);
    const struct setting *setting = NULL;
    enum status status = setting_find(&setting, full);
    free(full);
    if (status != STATUS_OK) {
        return document_locate(reading->document, key, status);
    }
    bool text_for_number = node->quoted && setting->type != SETTING_NAME;
    if (node->kind != DOCUMENT_SCALAR || text_for_number || (*node->text == '\0' && !node->quoted)) {
        return document_fail(reading->document, node, "%s: expected one %s, found %s", setting->key,
                             setting_type_name(setting), document_describe(node));
    }
    status = setting_assign(&reading->scratch, setting, node->text);
    if (status != STATUS_OK) {
        return document_locate(reading->document, node, status);
    }
    add_value(reading->experiment, model, setting, node->text);
    return STATUS_OK;
}

static enum status read_group(struct reading *reading, const char *group, const struct document_node *node,
                              const struct model_kind *model) {
    if (node->kind != DOCUMENT_MAPPING) {
        return document_fail(reading->document, node, "%s: expected settings (name: value), found %s", group,
                             document_describe(node));
    }
    enum status status = STATUS_OK;
    for (size_t i = 0; i < node->count && status == STATUS_OK; i++) {
        status = read_setting(reading, &node->keys[i], &node->children[i], group, model);
    }
    return status;
}

static enum status read_model_overrides(struct reading *reading, const struct document_node *key,
                                        const struct document_node *node) {
    const struct model_kind *model = NULL;
    enum status status = experiment_find_model(&model, key->text);
    if (status != STATUS_OK) {
        return document_locate(reading->document, key, status);
    }
    if (node->kind != DOCUMENT_MAPPING) {
        return document_fail(reading->document, node, "overrides.%s: expected groups of settings, found %s",
                             key->text, document_describe(node));
    }
    for (size_t i = 0; i < node->count && status == STATUS_OK; i++) {
        const struct document_node *group = &node->keys[i];
        if (strcmp(group->text, "dataset") == 0) {
            return document_fail(reading->document, group,
                                 "dataset settings cannot differ between models: they share the data");
        }
        if (!is_group(group->text)) {
            status = status_unknown(STATUS_DATA, "group", group->text, &group_names[1]);
            return document_locate(reading->document, group, status);
        }
        status = read_group(reading, group->text, &node->children[i], model);
    }
    return status;
}

static enum status read_overrides(struct reading *reading, const struct document_node *node) {
    if (node->kind != DOCUMENT_MAPPING) {
        return document_fail(reading->document, node, "overrides: expected model names, found %s",
                             document_describe(node));
    }
    enum status status = STATUS_OK;
    for (size_t i = 0; i < node->count && status == STATUS_OK; i++) {
        status = read_model_overrides(reading, &node->keys[i], &node->children[i]);
    }
    return status;
}

/* The whole file. */

static const struct top_key {
    const char *name;
    bool required;
    enum status (*read)(struct reading *reading, const struct document_node *node);
} top_keys[] = {
    {"title", false, read_title},
    {"profile", false, read_profile},
    {"environments", true, read_environments},
    {"models", true, read_models},
    {"seeds", false, read_seeds},
    {"data_file", false, read_data_file},
    {"overrides", false, read_overrides},
};
enum { TOP_KEYS = sizeof top_keys / sizeof *top_keys };

static enum status fail_unknown_key(const struct reading *reading, const struct document_node *key) {
    const char *names[TOP_KEYS + sizeof group_names / sizeof *group_names] = {NULL};
    size_t count = 0;
    for (; count < TOP_KEYS; count++) {
        names[count] = top_keys[count].name;
    }
    for (const char *const *name = group_names; *name != NULL; name++) {
        names[count++] = *name;
    }
    (void)status_unknown(STATUS_DATA, "key", key->text, names);
    return document_locate(reading->document, key, STATUS_DATA);
}

static enum status read_top(struct reading *reading, const struct document_node *key,
                            const struct document_node *node) {
    for (size_t i = 0; i < TOP_KEYS; i++) {
        if (strcmp(key->text, top_keys[i].name) == 0) {
            return top_keys[i].read(reading, node);
        }
    }
    return is_group(key->text) ? read_group(reading, key->text, node, NULL) : fail_unknown_key(reading, key);
}

static enum status read_root(struct reading *reading) {
    const struct document_node *root = &reading->document->root;
    if (root->kind != DOCUMENT_MAPPING) {
        return document_fail(reading->document, root, "expected the keys of an experiment, found %s",
                             document_describe(root));
    }
    enum status status = STATUS_OK;
    for (size_t i = 0; i < root->count && status == STATUS_OK; i++) {
        status = read_top(reading, &root->keys[i], &root->children[i]);
    }
    for (size_t i = 0; i < TOP_KEYS && status == STATUS_OK; i++) {
        if (top_keys[i].required && document_find(root, top_keys[i].name) == NULL) {
            status = document_fail(reading->document, root, "the key '%s' is missing", top_keys[i].name);
        }
    }
    const struct document_node *data_file = document_find(root, "data_file");
    if (status == STATUS_OK && data_file != NULL && reading->experiment->environment_count > 1) {
        status =
            document_fail(reading->document, data_file, "data_file: one file cannot serve %zu environments",
                          reading->experiment->environment_count);
    }
    return status;
}

static struct experiment *create_empty(char *name) {
    struct experiment *experiment = memory_alloc(1, sizeof *experiment);
    experiment->name = name;
    experiment->title = memory_copy_string(name);
    experiment->seeds = memory_resize(NULL, 1, sizeof *experiment->seeds);
    experiment->seeds[0] = 0;
    experiment->seed_count = 1;
    return experiment;
}

enum status experiment_read(struct experiment **out, const char *path) {
    struct document *document = NULL;
    enum status status = document_read(&document, path);
    if (status != STATUS_OK) {
        return status;
    }
    struct reading reading = {.document = document, .experiment = create_empty(document_name_of_file(path))};
    settings_default(&reading.scratch);
    status = read_root(&reading);
    if (status == STATUS_OK) {
        *out = reading.experiment;
    } else {
        experiment_free(reading.experiment);
    }
    document_free(document);
    return status;
}

void experiment_create(struct experiment **out, const struct simulator *environment,
                       const struct model_kind *model, uint64_t seed, const char *profile) {
    struct experiment *experiment = create_empty(text_format("%s-%s", environment->name, model->name));
    experiment->environments = memory_alloc(1, sizeof *experiment->environments);
    experiment->environments[0] = environment;
    experiment->environment_count = 1;
    experiment->models = memory_alloc(1, sizeof *experiment->models);
    experiment->models[0] = model;
    experiment->model_count = 1;
    experiment->seeds[0] = seed;
    experiment->profile = profile == NULL ? NULL : memory_copy_string(profile);
    *out = experiment;
}

/* The values of the file that are for `model`; NULL: those for all. */
static void apply_values(struct settings *out, const struct experiment *experiment,
                         const struct model_kind *model) {
    for (size_t i = 0; i < experiment->value_count; i++) {
        const struct experiment_value *value = &experiment->values[i];
        if (value->model == model) {
            enum status status = setting_assign(out, value->setting, value->text);
            assert(status == STATUS_OK); /* checked when it was read */
            (void)status;
        }
    }
}

enum status experiment_settings(struct settings *out, const struct experiment *experiment,
                                const struct model_kind *model, const char *const *assignments,
                                size_t count) {
    settings_default(out);
    enum status status = STATUS_OK;
    if (experiment->profile != NULL) {
        status = settings_apply_profile(out, experiment->profile);
    }
    if (status == STATUS_OK) {
        apply_values(out, experiment, NULL);
        apply_values(out, experiment, model);
    }
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = settings_apply(out, assignments[i]);
    }
    return status;
}
