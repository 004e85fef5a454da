/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "comparisons/comparison.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/document.h"
#include "support/memory.h"
#include "support/text.h"

enum { NAMES_MAX = 64 }; /* keys */

#define OFFSET(member) offsetof(struct comparison_settings, member)

const struct setting comparison_schema[] = {
    {"repetitions", SETTING_INTEGER, "3", 1, 1000, NULL, "runs",
     "of short runs (below 0.1 s); the fastest gives the time", OFFSET(repetitions)},
    {"samples", SETTING_INTEGER, "80", 8, 200, NULL, "",
     "energy errors along a run, equally far apart in log t", OFFSET(samples)},
    {"budget", SETTING_REAL, "4e6", 1, 1e15, NULL, "evaluations", "runs that need more are left out",
     OFFSET(budget)},
    {"drift_work", SETTING_REAL, "400", 1, 1e9, NULL, "evaluations per period",
     "work at which energy errors and the other figures are compared", OFFSET(drift_work)},
};
const size_t comparison_schema_count = sizeof comparison_schema / sizeof *comparison_schema;

/* A file, or an assignment, being read. */
struct reading {
    const struct document *document;
    struct comparison *comparison;
};

static void free_contenders(struct comparison *comparison) {
    for (size_t i = 0; i < comparison->contender_count; i++) {
        free(comparison->contenders[i].label);
    }
    free(comparison->contenders);
    comparison->contenders = NULL;
    comparison->contender_count = 0;
}

static void free_problems(struct comparison *comparison) {
    for (size_t i = 0; i < comparison->problem_count; i++) {
        problem_free(comparison->problems[i]);
    }
    free(comparison->problems);
    comparison->problems = NULL;
    comparison->problem_count = 0;
}

void comparison_free(struct comparison *comparison) {
    if (comparison == NULL) {
        return;
    }
    free_contenders(comparison);
    free_problems(comparison);
    free(comparison->steps.values);
    free(comparison->tolerances.values);
    free(comparison->horizons.values);
    free(comparison->accuracies.values);
    free(comparison->title);
    free(comparison->name);
    free(comparison);
}

const struct comparison_numbers *comparison_ladder(const struct comparison *comparison, size_t contender) {
    return comparison->contenders[contender].by_tolerance ? &comparison->tolerances : &comparison->steps;
}

bool comparison_refuses(const struct comparison *comparison, size_t problem, size_t contender, char *reason,
                        size_t size) {
    const struct integrator *integrator = comparison->contenders[contender].integrator;
    if (integrator_check(integrator, &comparison->problems[problem]->system) == STATUS_OK) {
        return false;
    }
    /* Without the name at its front the reason is the same for all that share it. */
    const char *detail = status_detail();
    size_t length = strlen(integrator->name);
    bool named = strncmp(detail, integrator->name, length) == 0 && detail[length] == ' ';
    (void)snprintf(reason, size, "%s", named ? detail + length + 1 : detail);
    return true;
}

/* Top-level keys. */

static enum status read_title(struct reading *reading, const struct document_node *node) {
    return document_copy_text(reading->document, node, "title", &reading->comparison->title);
}

static enum status read_problems(struct reading *reading, const struct document_node *node) {
    struct comparison *comparison = reading->comparison;
    enum status status = document_check_list(reading->document, node, "problems");
    if (status != STATUS_OK) {
        return status;
    }
    free_problems(comparison);
    comparison->problems = memory_alloc(node->count, sizeof(struct problem *));
    for (size_t i = 0; i < node->count; i++) {
        status = problem_create(&comparison->problems[i], node->children[i].text);
        if (status != STATUS_OK) {
            return document_locate(reading->document, &node->children[i], status);
        }
        comparison->problem_count++;
    }
    return STATUS_OK;
}

/* Forgets the contenders of one of the two lists: assignments replace lists, they do not extend them. */
static void drop_contenders(struct comparison *comparison, bool forced) {
    size_t kept = 0;
    for (size_t i = 0; i < comparison->contender_count; i++) {
        struct comparison_contender *contender = &comparison->contenders[i];
        bool is_forced = strcmp(contender->label, contender->integrator->name) != 0;
        if (is_forced == forced) {
            free(contender->label);
        } else {
            comparison->contenders[kept++] = *contender;
        }
    }
    comparison->contender_count = kept;
}

static void add_contender(struct comparison *comparison, const struct integrator *integrator, bool forced) {
    size_t count = comparison->contender_count;
    comparison->contenders = memory_resize(comparison->contenders, count + 1, sizeof *comparison->contenders);
    comparison->contenders[count] = (struct comparison_contender){
        .integrator = integrator,
        .by_tolerance = integrator->adaptive && !forced,
        .label = text_format(forced ? "%s fixed" : "%s", integrator->name),
    };
    comparison->contender_count++;
}

/* `forced`: the list of those that could choose their steps but shall not. */
static enum status read_contenders(struct reading *reading, const struct document_node *node, const char *key,
                                   bool forced) {
    enum status status = document_check_list(reading->document, node, key);
    if (status != STATUS_OK) {
        return status;
    }
    drop_contenders(reading->comparison, forced);
    for (size_t i = 0; i < node->count; i++) {
        const struct document_node *entry = &node->children[i];
        const struct integrator *integrator = NULL;
        status = integrator_get(&integrator, entry->text);
        if (status != STATUS_OK) {
            return document_locate(reading->document, entry, status);
        }
        if (forced && !(integrator->adaptive && integrator->fixed)) {
            return document_fail(reading->document, entry, "fixed_steps: %s has only one way of stepping: %s",
                                 integrator->name,
                                 integrator->fixed ? "its steps are fixed" : "it chooses its steps");
        }
        add_contender(reading->comparison, integrator, forced);
    }
    return STATUS_OK;
}

static enum status read_integrators(struct reading *reading, const struct document_node *node) {
    return read_contenders(reading, node, "integrators", false);
}

static enum status read_fixed_steps(struct reading *reading, const struct document_node *node) {
    return read_contenders(reading, node, "fixed_steps", true);
}

/* What a list of numbers may hold; read by the checks of settings. */
static const struct setting number_lists[] = {
    {.key = "steps_per_period", .type = SETTING_INTEGER, .minimum = 1, .maximum = 1e6},
    {.key = "tolerances", .type = SETTING_REAL, .minimum = 1e-16, .maximum = 1},
    {.key = "horizons", .type = SETTING_REAL, .minimum = 1, .maximum = 1e6},
    {.key = "accuracies", .type = SETTING_REAL, .minimum = 1e-16, .maximum = 1},
};
enum number_list { STEPS, TOLERANCES, HORIZONS, ACCURACIES };

/* The order of a ladder is that of growing work, whatever the file's. */
static int compare_up(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static int compare_down(const void *left, const void *right) {
    return compare_up(right, left);
}

static enum status read_number(const struct reading *reading, const struct document_node *entry,
                               const struct setting *rule, double *out) {
    if (entry->quoted) {
        return document_fail(reading->document, entry, "%s: expected one %s, found %s", rule->key,
                             setting_type_name(rule), document_describe(entry));
    }
    int integer = 0;
    void *value = rule->type == SETTING_INTEGER ? (void *)&integer : (void *)out;
    enum status status = setting_assign(value, rule, entry->text);
    if (status != STATUS_OK) {
        return document_locate(reading->document, entry, status);
    }
    if (rule->type == SETTING_INTEGER) {
        *out = integer;
    }
    return STATUS_OK;
}

/* Sorts, and fails at the second place in the file of a number that is there twice, as 1e2 and 100. */
static enum status sort_numbers(const struct reading *reading, const struct document_node *node,
                                enum number_list which, struct comparison_numbers *out) {
    bool falls = which == TOLERANCES || which == ACCURACIES;
    double *given = memory_alloc(out->count, sizeof *given);
    enum status status = STATUS_OK;
    memcpy(given, out->values, out->count * sizeof *given);
    qsort(out->values, out->count, sizeof *out->values, falls ? compare_down : compare_up);
    size_t twice = 1, place = 0, seen = 0;
    while (twice < out->count && out->values[twice] != out->values[twice - 1]) {
        twice++;
    }
    if (twice < out->count) {
        while ((seen += given[place] == out->values[twice]) < 2) {
            place++;
        }
        status = document_fail(reading->document, &node->children[place], "%s: '%s' is listed twice",
                               number_lists[which].key, node->children[place].text);
    }
    free(given);
    return status;
}

static enum status read_numbers(struct reading *reading, const struct document_node *node,
                                enum number_list which, struct comparison_numbers *out) {
    const struct setting *rule = &number_lists[which];
    enum status status = document_check_list(reading->document, node, rule->key);
    if (status != STATUS_OK) {
        return status;
    }
    free(out->values);
    out->values = memory_alloc(node->count, sizeof *out->values);
    out->count = node->count;
    for (size_t i = 0; i < node->count && status == STATUS_OK; i++) {
        status = read_number(reading, &node->children[i], rule, &out->values[i]);
    }
    return status == STATUS_OK ? sort_numbers(reading, node, which, out) : status;
}

static enum status read_steps(struct reading *reading, const struct document_node *node) {
    return read_numbers(reading, node, STEPS, &reading->comparison->steps);
}

static enum status read_tolerances(struct reading *reading, const struct document_node *node) {
    return read_numbers(reading, node, TOLERANCES, &reading->comparison->tolerances);
}

static enum status read_horizons(struct reading *reading, const struct document_node *node) {
    return read_numbers(reading, node, HORIZONS, &reading->comparison->horizons);
}

static enum status read_accuracies(struct reading *reading, const struct document_node *node) {
    return read_numbers(reading, node, ACCURACIES, &reading->comparison->accuracies);
}

static const struct top_key {
    const char *name;
    const char *initial; /* what stands for a key that is missing, NULL: nothing */
    bool required;
    enum status (*read)(struct reading *reading, const struct document_node *node);
} top_keys[] = {
    {"title", NULL, false, read_title},
    {"problems", NULL, true, read_problems},
    {"integrators", NULL, true, read_integrators},
    {"fixed_steps", NULL, false, read_fixed_steps},
    {"steps_per_period", "[8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096]", false, read_steps},
    {"tolerances", "[1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13]", false,
     read_tolerances},
    {"horizons", "[100, 10000]", false, read_horizons},
    {"accuracies", "[1e-3, 1e-6, 1e-9]", false, read_accuracies},
};
enum { TOP_KEYS = sizeof top_keys / sizeof *top_keys };

static enum status fail_unknown_key(const struct reading *reading, const struct document_node *key) {
    const char *names[NAMES_MAX + 1] = {NULL};
    size_t count = 0;
    for (; count < TOP_KEYS; count++) {
        names[count] = top_keys[count].name;
    }
    for (size_t i = 0; i < comparison_schema_count; i++) {
        names[count++] = comparison_schema[i].key;
    }
    (void)status_unknown(STATUS_DATA, "key", key->text, names);
    return document_locate(reading->document, key, STATUS_DATA);
}

static enum status read_setting(struct reading *reading, const struct setting *setting,
                                const struct document_node *node) {
    if (node->kind != DOCUMENT_SCALAR || node->quoted || *node->text == '\0') {
        return document_fail(reading->document, node, "%s: expected one %s, found %s", setting->key,
                             setting_type_name(setting), document_describe(node));
    }
    enum status status = setting_assign(&reading->comparison->settings, setting, node->text);
    return status == STATUS_OK ? status : document_locate(reading->document, node, status);
}

static enum status read_key(struct reading *reading, const struct document_node *key,
                            const struct document_node *node) {
    for (size_t i = 0; i < TOP_KEYS; i++) {
        if (strcmp(key->text, top_keys[i].name) == 0) {
            return top_keys[i].read(reading, node);
        }
    }
    const struct setting *setting = NULL;
    if (setting_find_among(&setting, comparison_schema, comparison_schema_count, key->text) == STATUS_OK) {
        return read_setting(reading, setting, node);
    }
    return fail_unknown_key(reading, key);
}

static enum status read_root(struct reading *reading) {
    const struct document_node *root = &reading->document->root;
    if (root->kind != DOCUMENT_MAPPING) {
        return document_fail(reading->document, root, "expected the keys of a comparison, found %s",
                             document_describe(root));
    }
    enum status status = STATUS_OK;
    for (size_t i = 0; i < root->count && status == STATUS_OK; i++) {
        status = read_key(reading, &root->keys[i], &root->children[i]);
    }
    return status;
}

/* Reads "key: value" as if it stood in a file called `path`. */
static enum status read_line(struct comparison *comparison, const char *path, const char *line) {
    struct document *document = NULL;
    enum status status = document_parse(&document, path, line, strlen(line));
    if (status == STATUS_OK) {
        struct reading reading = {.document = document, .comparison = comparison};
        status = read_root(&reading);
    }
    document_free(document);
    return status;
}

static enum status apply_assignment(struct comparison *comparison, const char *assignment) {
    const char *equals = strchr(assignment, '=');
    if (equals == NULL) {
        return status_fail(STATUS_USAGE, "'%s': expected key=value", assignment);
    }
    char *line = text_format("%.*s: %s", (int)(equals - assignment), assignment, equals + 1);
    enum status status = read_line(comparison, "--set", line);
    free(line);
    return status == STATUS_OK ? status : STATUS_USAGE;
}

/* What holds before the first line is read. */
static struct comparison *create_default(const char *path) {
    struct comparison *comparison = memory_alloc(1, sizeof *comparison);
    comparison->name = document_name_of_file(path);
    comparison->title = memory_copy_string(comparison->name);
    for (size_t i = 0; i < comparison_schema_count; i++) {
        (void)setting_assign(&comparison->settings, &comparison_schema[i], comparison_schema[i].initial);
    }
    for (size_t i = 0; i < TOP_KEYS; i++) {
        if (top_keys[i].initial != NULL) {
            char *line = text_format("%s: %s", top_keys[i].name, top_keys[i].initial);
            (void)read_line(comparison, "defaults", line);
            free(line);
        }
    }
    return comparison;
}

static enum status read_file(struct comparison *comparison, const char *path) {
    struct document *document = NULL;
    enum status status = document_read(&document, path);
    if (status != STATUS_OK) {
        return status;
    }
    struct reading reading = {.document = document, .comparison = comparison};
    status = read_root(&reading);
    for (size_t i = 0; i < TOP_KEYS && status == STATUS_OK; i++) {
        if (top_keys[i].required && document_find(&document->root, top_keys[i].name) == NULL) {
            status = document_fail(document, &document->root, "the key '%s' is missing", top_keys[i].name);
        }
    }
    document_free(document);
    return status;
}

/* More cells than anybody can wait for are a mistake, and would not fit into memory. */
static enum status check_size(const struct comparison *comparison, const char *path) {
    enum { MOST_CELLS = 1000000 };
    size_t steps = comparison->steps.count, tolerances = comparison->tolerances.count;
    size_t cells = comparison->problem_count;
    if (!memory_product(&cells, cells, comparison->contender_count) ||
        !memory_product(&cells, cells, comparison->horizons.count) ||
        !memory_product(&cells, cells, steps > tolerances ? steps : tolerances) || cells > MOST_CELLS) {
        return status_fail(STATUS_DATA,
                           "%s: %zu problems, %zu integrators, %zu horizons and %zu steps or tolerances are "
                           "too many together, expected at most %d cells",
                           path, comparison->problem_count, comparison->contender_count,
                           comparison->horizons.count, steps > tolerances ? steps : tolerances, MOST_CELLS);
    }
    return STATUS_OK;
}

enum status comparison_read(struct comparison **out, const char *path, const char *const *assignments,
                            size_t count) {
    struct comparison *comparison = create_default(path);
    enum status status = read_file(comparison, path);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = apply_assignment(comparison, assignments[i]);
    }
    if (status == STATUS_OK) {
        status = check_size(comparison, path);
    }
    if (status == STATUS_OK) {
        *out = comparison;
    } else {
        comparison_free(comparison);
    }
    return status;
}
