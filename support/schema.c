/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/schema.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const struct field *schema_find(const struct schema *schema, const char *name) {
    for (size_t i = 0; i < schema->count; i++) {
        if (strcmp(schema->fields[i].name, name) == 0) {
            return &schema->fields[i];
        }
    }
    return NULL;
}

void schema_defaults(const struct schema *schema, void *values) {
    for (size_t i = 0; i < schema->count; i++) {
        const struct field *field = &schema->fields[i];
        enum status status = field_assign(values, field, field->name, field->initial);
        assert(status == STATUS_OK);
        (void)status;
    }
}

const struct field *schema_difference(const struct schema *schema, const void *a, const void *b) {
    const struct field *found = NULL;
    struct text left = {0};
    struct text right = {0};
    for (size_t i = 0; i < schema->count && found == NULL; i++) {
        text_clear(&left);
        text_clear(&right);
        field_format(&left, a, &schema->fields[i]);
        field_format(&right, b, &schema->fields[i]);
        found = strcmp(left.data, right.data) == 0 ? NULL : &schema->fields[i];
    }
    text_free(&left);
    text_free(&right);
    return found;
}

const char *const *schema_profile(const struct schema_profile *profiles, const char *name) {
    static const char *const nothing[] = {NULL};
    for (const struct schema_profile *p = profiles; p != NULL && p->name != NULL; p++) {
        if (strcmp(p->name, name) == 0) {
            return p->assignments;
        }
    }
    return nothing;
}

const char *field_type_name(const struct field *field) {
    switch (field->type) {
    case FIELD_INTEGER:
    case FIELD_SEED:
        return "integer";
    case FIELD_REAL:
        return "number";
    case FIELD_NAME:
        break;
    }
    return "name";
}

void field_format_range(struct text *out, const struct field *field) {
    if (field->type == FIELD_NAME) {
        const char *names[FIELD_NAMES_MAX];
        size_t count = field->list_names(names, FIELD_NAMES_MAX);
        for (size_t i = 0; i < count; i++) {
            text_add(out, "%s%s", i == 0 ? "" : ", ", names[i]);
        }
        return;
    }
    if (field->type == FIELD_REAL) {
        text_add(out, "%g to %g", field->minimum, field->maximum);
    } else {
        text_add(out, "%.0f to %.0f", field->minimum, field->maximum);
    }
}

static enum status fail_range(const struct field *field, const char *key, const char *value) {
    struct text range = {0};
    field_format_range(&range, field);
    enum status status =
        status_fail(STATUS_DATA, "%s: %s is out of range, allowed is %s", key, value, range.data);
    text_free(&range);
    return status;
}

static bool names_no_number(const char *value) {
    static const char *const names[] = {"nan", ".nan", "inf", "-inf", ".inf", "-.inf", "+.inf", "infinity"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcasecmp(value, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static enum status parse_number(double *out, const struct field *field, const char *key, const char *value) {
    if (names_no_number(value)) {
        return status_fail(STATUS_DATA, "%s: %s is not a finite number", key, value);
    }
    int64_t integer;
    if (field->type == FIELD_REAL) {
        if (!text_parse_double(value, out)) {
            return status_fail(STATUS_DATA, "%s: '%s' is not a number", key, value);
        }
    } else if (text_parse_integer(value, &integer)) {
        *out = (double)integer;
    } else {
        return status_fail(STATUS_DATA, "%s: '%s' is not an integer", key, value);
    }
    if (*out < field->minimum || *out > field->maximum) {
        return fail_range(field, key, value);
    }
    return STATUS_OK;
}

static enum status assign_name(char *out, const struct field *field, const char *key, const char *value) {
    const char *names[FIELD_NAMES_MAX + 1] = {NULL};
    size_t count = field->list_names(names, FIELD_NAMES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], value) == 0) {
            (void)snprintf(out, FIELD_NAME_SIZE, "%s", value);
            return STATUS_OK;
        }
    }
    const char *why = field->explain == NULL ? NULL : field->explain(value);
    if (why != NULL) {
        return status_fail(STATUS_DATA, "%s: %s %s", key, value, why);
    }
    (void)status_unknown(STATUS_DATA, field->name, value, names);
    return status_prefix(STATUS_DATA, "%s", key);
}

enum status field_assign(void *values, const struct field *field, const char *key, const char *text) {
    void *member = (char *)values + field->offset;
    if (field->type == FIELD_NAME) {
        return assign_name(member, field, key, text);
    }
    double number;
    enum status status = parse_number(&number, field, key, text);
    if (status != STATUS_OK) {
        return status;
    }
    if (field->type == FIELD_INTEGER) {
        *(int *)member = (int)number;
    } else if (field->type == FIELD_SEED) {
        *(int64_t *)member = (int64_t)number;
    } else {
        *(double *)member = number;
    }
    return STATUS_OK;
}

void field_format(struct text *out, const void *values, const struct field *field) {
    const void *member = (const char *)values + field->offset;
    switch (field->type) {
    case FIELD_INTEGER:
        text_add(out, "%d", *(const int *)member);
        break;
    case FIELD_SEED:
        text_add(out, "%lld", (long long)*(const int64_t *)member);
        break;
    case FIELD_REAL:
        text_add_number(out, *(const double *)member);
        break;
    case FIELD_NAME:
        text_add(out, "%s", (const char *)member);
        break;
    }
}

double field_real(const void *values, const struct field *field) {
    assert(field->type == FIELD_REAL);
    return *(const double *)(const void *)((const char *)values + field->offset);
}

size_t field_list_words(const char *const *words, const char **out, size_t capacity) {
    size_t count = 0;
    for (; count < capacity && words[count] != NULL; count++) {
        out[count] = words[count];
    }
    return count;
}
