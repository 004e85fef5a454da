/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "comparisons/comparison.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/document_keys.h"
#include "support/memory.h"
#include "support/text.h"

#define OFFSET(member) offsetof(struct comparison_settings, member)

static const struct field fields[] = {
    SETTING("repetitions", FIELD_INTEGER, "3", 1, 1000, NULL, "runs",
            "of short runs (below 0.1 s); the fastest gives the time", OFFSET(repetitions)),
    SETTING("samples", FIELD_INTEGER, "80", 8, 200, NULL, "",
            "energy errors along a run, equally far apart in log t", OFFSET(samples)),
    SETTING("budget", FIELD_REAL, "4e6", 1, 1e15, NULL, "evaluations", "runs that need more are left out",
            OFFSET(budget)),
    SETTING("drift_work", FIELD_REAL, "400", 1, 1e9, NULL, "evaluations per period",
            "work at which energy errors and the other figures are compared", OFFSET(drift_work)),
};

const struct schema comparison_schema = {
    .group = "",
    .fields = fields,
    .count = sizeof fields / sizeof *fields,
    .size = sizeof(struct comparison_settings),
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

static enum status read_title(void *context, const struct document *document,
                              const struct document_node *node) {
    struct comparison *comparison = context;
    return document_copy_line(document, node, "title", &comparison->title);
}

static enum status read_problems(void *context, const struct document *document,
                                 const struct document_node *node) {
    struct comparison *comparison = context;
    enum status status = document_check_list(document, node, "problems");
    if (status != STATUS_OK) {
        return status;
    }
    free_problems(comparison);
    comparison->problems = memory_alloc(node->count, sizeof(struct problem *));
    for (size_t i = 0; i < node->count; i++) {
        status = problem_create(&comparison->problems[i], node->children[i].text);
        if (status != STATUS_OK) {
            return document_locate(document, &node->children[i], status);
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
        if (contender->forced == forced) {
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
        .forced = forced,
        .label = text_format(forced ? "%s fixed" : "%s", integrator->name),
    };
    comparison->contender_count++;
}

/* `forced`: the list of those that could choose their steps but shall not. */
static enum status read_contenders(struct comparison *comparison, const struct document *document,
                                   const struct document_node *node, const char *key, bool forced) {
    enum status status = document_check_list(document, node, key);
    if (status != STATUS_OK) {
        return status;
    }
    drop_contenders(comparison, forced);
    for (size_t i = 0; i < node->count; i++) {
        const struct document_node *entry = &node->children[i];
        const struct integrator *integrator = NULL;
        status = integrator_get(&integrator, entry->text);
        if (status != STATUS_OK) {
            return document_locate(document, entry, status);
        }
        if (forced && !(integrator->adaptive && integrator->fixed)) {
            return document_fail(document, entry, "fixed_steps: %s has only one way of stepping: %s",
                                 integrator->name,
                                 integrator->fixed ? "its steps are fixed" : "it chooses its steps");
        }
        add_contender(comparison, integrator, forced);
    }
    return STATUS_OK;
}

static enum status read_integrators(void *context, const struct document *document,
                                    const struct document_node *node) {
    struct comparison *comparison = context;
    return read_contenders(comparison, document, node, "integrators", false);
}

static enum status read_fixed_steps(void *context, const struct document *document,
                                    const struct document_node *node) {
    struct comparison *comparison = context;
    return read_contenders(comparison, document, node, "fixed_steps", true);
}

/* What a list of numbers may hold; read by the checks of settings. */
static const struct field number_lists[] = {
    {.name = "steps_per_period", .type = FIELD_INTEGER, .minimum = 1, .maximum = 1e6},
    {.name = "tolerances", .type = FIELD_REAL, .minimum = 1e-16, .maximum = 1},
    {.name = "horizons", .type = FIELD_REAL, .minimum = 1, .maximum = 1e6},
    {.name = "accuracies", .type = FIELD_REAL, .minimum = 1e-16, .maximum = 1},
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

static enum status read_number(const struct document *document, const struct document_node *entry,
                               const struct field *rule, double *out) {
    if (entry->quoted) {
        return document_fail(document, entry, "%s: expected one %s, found %s", rule->name,
                             field_type_name(rule), document_describe(entry));
    }
    int integer = 0;
    void *value = rule->type == FIELD_INTEGER ? (void *)&integer : (void *)out;
    enum status status = field_assign(value, rule, rule->name, entry->text);
    if (status != STATUS_OK) {
        return document_locate(document, entry, status);
    }
    if (rule->type == FIELD_INTEGER) {
        *out = integer;
    }
    return STATUS_OK;
}

/* Sorts, and fails at the second place in the file of a number that is there twice, as 1e2 and 100. */
static enum status sort_numbers(const struct document *document, const struct document_node *node,
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
        status = document_fail(document, &node->children[place], "%s: '%s' is listed twice",
                               number_lists[which].name, node->children[place].text);
    }
    free(given);
    return status;
}

static enum status read_numbers(const struct document *document, const struct document_node *node,
                                enum number_list which, struct comparison_numbers *out) {
    const struct field *rule = &number_lists[which];
    enum status status = document_check_list(document, node, rule->name);
    if (status != STATUS_OK) {
        return status;
    }
    free(out->values);
    out->values = memory_alloc(node->count, sizeof *out->values);
    out->count = node->count;
    for (size_t i = 0; i < node->count && status == STATUS_OK; i++) {
        status = read_number(document, &node->children[i], rule, &out->values[i]);
    }
    return status == STATUS_OK ? sort_numbers(document, node, which, out) : status;
}

static enum status read_steps(void *context, const struct document *document,
                              const struct document_node *node) {
    struct comparison *comparison = context;
    return read_numbers(document, node, STEPS, &comparison->steps);
}

static enum status read_tolerances(void *context, const struct document *document,
                                   const struct document_node *node) {
    struct comparison *comparison = context;
    return read_numbers(document, node, TOLERANCES, &comparison->tolerances);
}

static enum status read_horizons(void *context, const struct document *document,
                                 const struct document_node *node) {
    struct comparison *comparison = context;
    return read_numbers(document, node, HORIZONS, &comparison->horizons);
}

static enum status read_accuracies(void *context, const struct document *document,
                                   const struct document_node *node) {
    struct comparison *comparison = context;
    return read_numbers(document, node, ACCURACIES, &comparison->accuracies);
}

static const struct document_key keys[] = {
    {"title", false, read_title},
    {"problems", true, read_problems},
    {"integrators", true, read_integrators},
    {"fixed_steps", false, read_fixed_steps},
    {"steps_per_period", false, read_steps},
    {"tolerances", false, read_tolerances},
    {"horizons", false, read_horizons},
    {"accuracies", false, read_accuracies},
};

/* What stands for keys that are missing. */
static const char *const defaults[] = {
    "steps_per_period=[8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096]",
    "tolerances=[1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13]",
    "horizons=[100, 10000]",
    "accuracies=[1e-3, 1e-6, 1e-9]",
};

/* A setting. */
static enum status read_other(void *context, const struct document *document, const struct document_node *key,
                              const struct document_node *node) {
    struct comparison *comparison = context;
    const struct field *field = schema_find(&comparison_schema, key->text);
    enum status status = document_check_value(document, node, field, field->name);
    if (status == STATUS_OK &&
        field_assign(&comparison->settings, field, field->name, node->text) != STATUS_OK) {
        status = document_locate(document, node, STATUS_DATA);
    }
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
    struct comparison *comparison = memory_alloc(1, sizeof *comparison);
    comparison->name = document_name_of_file(path);
    comparison->title = memory_copy_string(comparison->name);
    schema_defaults(&comparison_schema, &comparison->settings);
    const char *names[sizeof fields / sizeof *fields + 1] = {NULL};
    for (size_t i = 0; i < comparison_schema.count; i++) {
        names[i] = fields[i].name;
    }
    struct document_reader reader = {
        .what = "a comparison",
        .keys = keys,
        .count = sizeof keys / sizeof *keys,
        .read_other = read_other,
        .other_names = names,
        .context = comparison,
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults && status == STATUS_OK; i++) {
        status = document_read_assignment(&reader, defaults[i]);
    }
    if (status == STATUS_OK) {
        status = document_read_keys(&reader, path);
    }
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        status = document_read_assignment(&reader, assignments[i]);
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
