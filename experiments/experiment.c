/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiments/experiment.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/table.h"
#include "experiments/variants.h"
#include "models/model_registry.h"
#include "support/file.h"
#include "support/memory.h"

/* More cells than anybody can wait for are a mistake. */
enum { NAMES_MAX = 256, MOST_CELLS = 100000 };

void experiment_free(struct experiment *experiment) {
    if (experiment == NULL) {
        return;
    }
    variants_clear(experiment);
    for (size_t i = 0; i < experiment->value_count; i++) {
        variants_clear_value(&experiment->values[i]);
    }
    free(experiment->values);
    lines_free(&experiment->columns);
    free(experiment->environments);
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

/* ---- keys ---- */

static enum status read_title(void *context, const struct document *document,
                              const struct document_node *node) {
    struct variants_reading *reading = context;
    return document_copy_line(document, node, "title", &reading->experiment->title);
}

static enum status read_data_file(void *context, const struct document *document,
                                  const struct document_node *node) {
    struct variants_reading *reading = context;
    return document_copy_text(document, node, "data_file", &reading->experiment->data_file);
}

static enum status read_profile(void *context, const struct document *document,
                                const struct document_node *node) {
    struct variants_reading *reading = context;
    enum status status = document_copy_text(document, node, "profile", &reading->experiment->profile);
    if (status == STATUS_OK && settings_check_profile(reading->experiment->profile) != STATUS_OK) {
        status = document_locate(document, node, STATUS_DATA);
    }
    return status;
}

static enum status read_environments(void *context, const struct document *document,
                                     const struct document_node *node) {
    struct variants_reading *reading = context;
    struct experiment *experiment = reading->experiment;
    enum status status = document_check_list(document, node, "environments");
    if (status != STATUS_OK) {
        return status;
    }
    free(experiment->environments);
    experiment->environments = memory_alloc(node->count, sizeof *experiment->environments);
    for (size_t i = 0; i < node->count; i++) {
        status = experiment_find_environment(&experiment->environments[i], node->children[i].text);
        if (status != STATUS_OK) {
            return document_locate(document, &node->children[i], status);
        }
    }
    experiment->environment_count = node->count;
    return STATUS_OK;
}

static int compare_seeds(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* 1 and 01 are different words but one seed. */
static enum status check_seeds(const struct experiment *experiment, const struct document *document,
                               const struct document_node *node) {
    size_t count = experiment->seed_count;
    uint64_t *sorted = memory_alloc(count, sizeof *sorted);
    enum status status = STATUS_OK;
    memcpy(sorted, experiment->seeds, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_seeds);
    for (size_t i = 1; i < count && status == STATUS_OK; i++) {
        if (sorted[i] == sorted[i - 1]) {
            status = document_fail(document, node, "seeds: %" PRIu64 " is listed twice", sorted[i]);
        }
    }
    free(sorted);
    return status;
}

static enum status read_seeds(void *context, const struct document *document,
                              const struct document_node *node) {
    struct variants_reading *reading = context;
    struct experiment *experiment = reading->experiment;
    enum status status = document_check_list(document, node, "seeds");
    if (status != STATUS_OK) {
        return status;
    }
    experiment->seeds = memory_resize(experiment->seeds, node->count, sizeof *experiment->seeds);
    for (size_t i = 0; i < node->count; i++) {
        const struct document_node *entry = &node->children[i];
        int64_t seed;
        if (entry->quoted || !text_parse_integer(entry->text, &seed)) {
            return document_fail(document, entry, "seeds: expected an integer, found %s",
                                 document_describe(entry));
        }
        if (seed < 0 || seed > FIELD_SEED_MAX) {
            return document_fail(document, entry, "seeds: %s is out of range, allowed is 0 to %" PRId64,
                                 entry->text, FIELD_SEED_MAX);
        }
        experiment->seeds[i] = (uint64_t)seed;
    }
    experiment->seed_count = node->count;
    return check_seeds(experiment, document, node);
}

static enum status read_table(void *context, const struct document *document,
                              const struct document_node *node) {
    struct variants_reading *reading = context;
    enum status status = document_check_list(document, node, "table");
    if (status != STATUS_OK) {
        return status;
    }
    lines_free(&reading->experiment->columns);
    for (size_t i = 0; i < node->count; i++) {
        if (table_check_column(node->children[i].text) != STATUS_OK) {
            return document_locate(document, &node->children[i], STATUS_DATA);
        }
        lines_add(&reading->experiment->columns, "%s", node->children[i].text);
    }
    return STATUS_OK;
}

static const struct document_key keys[] = {
    {"title", false, read_title},
    {"profile", false, read_profile},
    {"environments", true, read_environments},
    {"models", true, variants_read},
    {"seeds", false, read_seeds},
    {"data_file", false, read_data_file},
    {"table", false, read_table},
};

/* ---- the whole file ---- */

static struct experiment *create_empty(char *name) {
    struct experiment *experiment = memory_alloc(1, sizeof *experiment);
    experiment->name = name;
    experiment->title = memory_copy_string(name);
    experiment->seeds = memory_resize(NULL, 1, sizeof *experiment->seeds);
    experiment->seeds[0] = 0;
    experiment->seed_count = 1;
    return experiment;
}

static enum status check(const struct experiment *experiment, const char *path, int level) {
    if (experiment->data_file != NULL && experiment->environment_count > 1) {
        return status_fail(STATUS_DATA, "%s: data_file: one file cannot serve %zu environments", path,
                           experiment->environment_count);
    }
    size_t cells = experiment->environment_count;
    if (!memory_product(&cells, cells, experiment->variant_count) ||
        !memory_product(&cells, cells, experiment->seed_count) || cells > MOST_CELLS) {
        return status_fail(
            STATUS_DATA,
            "%s: %zu environments, %zu models and %zu seeds are too many together, expected at "
            "most %d cells",
            path, experiment->environment_count, experiment->variant_count, experiment->seed_count,
            MOST_CELLS);
    }
    return variants_check_values(experiment, level);
}

/* The assignments, on top of what is there; then all values are checked. `path` is what messages call the
 * whole. */
static enum status finish(struct experiment *experiment, struct document_reader *reader,
                          struct variants_reading *reading, const char *path, const char *const *assignments,
                          size_t count) {
    enum status status = check(experiment, path, VARIANTS_FILE);
    reading->level = VARIANTS_COMMAND_LINE;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = document_read_assignment(reader, assignments[i]);
    }
    if (status == STATUS_OK && count > 0 && check(experiment, path, VARIANTS_OWN) != STATUS_OK) {
        status = STATUS_USAGE;
    }
    return status;
}

static struct document_reader reader_for(struct variants_reading *reading) {
    return (struct document_reader){
        .what = "an experiment",
        .keys = keys,
        .count = sizeof keys / sizeof *keys,
        .read_other = variants_read_group,
        .other_names = variants_groups,
        .context = reading,
    };
}

/* A path in a file is meant from where the file is; one on the command line from where the user is. */
static void locate_data_file(struct experiment *experiment, const char *path) {
    char *given = experiment->data_file;
    if (given != NULL && *given != '/') {
        char *folder = file_folder(path);
        experiment->data_file = file_join(folder, given);
        free(folder);
        free(given);
    }
}

enum status experiment_read(struct experiment **out, const char *path, const char *const *assignments,
                            size_t count) {
    struct experiment *experiment = create_empty(document_name_of_file(path));
    struct variants_reading reading = {.experiment = experiment};
    struct document_reader reader = reader_for(&reading);
    enum status status = document_read_keys(&reader, path);
    if (status == STATUS_OK) {
        locate_data_file(experiment, path);
        status = finish(experiment, &reader, &reading, path, assignments, count);
    }
    if (status == STATUS_OK) {
        *out = experiment;
    } else {
        experiment_free(experiment);
    }
    return status;
}

enum status experiment_create(struct experiment **out, const struct simulator *environment,
                              const struct model_kind *kind, uint64_t seed, const char *profile,
                              const char *data_file, const char *const *assignments, size_t count) {
    struct experiment *experiment = create_empty(text_format("%s-%s", environment->name, kind->name));
    experiment->environments = memory_alloc(1, sizeof *experiment->environments);
    experiment->environments[0] = environment;
    experiment->environment_count = 1;
    variants_add(experiment, kind->name, kind);
    experiment->seeds[0] = seed;
    experiment->profile = profile == NULL ? NULL : memory_copy_string(profile);
    experiment->data_file = data_file == NULL ? NULL : memory_copy_string(data_file);
    struct variants_reading reading = {.experiment = experiment};
    struct document_reader reader = reader_for(&reading);
    enum status status = finish(experiment, &reader, &reading, experiment->name, assignments, count);
    if (status == STATUS_OK) {
        *out = experiment;
    } else {
        experiment_free(experiment);
    }
    return status;
}
