/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Described values: one table of rows says of each member of a struct what it is called, what it may be and
 * what it means. Settings, the figures of a training step and the figures of an evaluation are described so,
 * each by whoever owns them; from the rows come defaults, checks, files, --set, tables and documents.
 */
#ifndef HAMBENCH_SUPPORT_SCHEMA_H
#define HAMBENCH_SUPPORT_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/status.h"
#include "support/text.h"

enum field_type {
    FIELD_INTEGER, /* int */
    FIELD_SEED,    /* int64_t */
    FIELD_REAL,    /* double */
    FIELD_NAME,    /* char[FIELD_NAME_SIZE], one of a list of names */
};
enum { FIELD_NAME_SIZE = 32, FIELD_NAMES_MAX = 64 };

/* The largest seed: every integer up to it is a double. */
#define FIELD_SEED_MAX (INT64_C(1) << 53)

/* Which of two values of a figure is the better one. */
enum field_better { FIELD_NEUTRAL, FIELD_LOWER, FIELD_HIGHER };

/* A row. Settings use all but the last four members; figures, which are doubles that are computed and not
 * chosen, use name, unit, help, offset and the last four. */
struct field {
    const char *name; /* "steps" */
    enum field_type type;
    const char *initial; /* the default, as it would be written in a file */
    double minimum;      /* of numbers, both ends allowed */
    double maximum;
    size_t (*list_names)(const char **out, size_t capacity); /* of FIELD_NAME: how many; fills `out` */
    /* Of FIELD_NAME: why a name that is not listed, but means something, cannot be taken ("is .."); NULL for
     * names without a meaning. May be NULL. */
    const char *(*explain)(const char *name);
    const char *unit; /* "" for counts and ratios */
    const char *help; /* one line */
    size_t offset;    /* in the struct */

    const char *title; /* of a figure, as the head of a table's column */
    enum field_better better;
    double scale;       /* tables show the value times this; 0 stands for 1 */
    const char *format; /* of a double in tables, "%.2e" */
};

/* A row of a setting. */
#define SETTING(NAME, TYPE, INITIAL, MINIMUM, MAXIMUM, NAMES, UNIT, HELP, OFFSET)                            \
    {                                                                                                        \
        .name = (NAME), .type = (TYPE), .initial = (INITIAL), .minimum = (MINIMUM), .maximum = (MAXIMUM),    \
        .list_names = (NAMES), .unit = (UNIT), .help = (HELP), .offset = (OFFSET)                            \
    }

/* Values that a profile puts in the place of defaults, as "group.name=value", ended by NULL. */
struct schema_profile {
    const char *name; /* "paper" */
    const char *const *assignments;
};

/* The rows of one struct. */
struct schema {
    const char *group; /* the settings' common first part: "training" */
    const struct field *fields;
    size_t count;
    size_t size;                           /* of the struct, in bytes */
    const struct schema_profile *profiles; /* ended by one without a name; NULL for none */
};

/* The schema of an array of rows that describe a struct TYPE. */
#define SCHEMA(GROUP, FIELDS, TYPE, PROFILES)                                                                \
    {                                                                                                        \
        .group = (GROUP), .fields = (FIELDS), .count = sizeof(FIELDS) / sizeof *(FIELDS),                    \
        .size = sizeof(TYPE), .profiles = (PROFILES)                                                         \
    }

/* The row of that name, or NULL. */
const struct field *schema_find(const struct schema *schema, const char *name);

/* Sets every member to its default. `values` is the struct, here and below. */
void schema_defaults(const struct schema *schema, void *values);

/* The first row in which two structs differ, NULL when they are equal. */
const struct field *schema_difference(const struct schema *schema, const void *a, const void *b);

/* The assignments of that profile, ended by NULL; an empty list when it has none. */
const char *const *schema_profile(const struct schema_profile *profiles, const char *name);

/* Sets one member from its text. `key` is what messages call it ("training.steps"). STATUS_DATA, with the
 * value and what is allowed: not a number, nan or infinite, out of range, an unknown name. */
enum status field_assign(void *values, const struct field *field, const char *key, const char *text);

/* The member as it would be written in a file; numbers read back to the same bits. */
void field_format(struct text *out, const void *values, const struct field *field);

/* The member of a FIELD_REAL row: a figure. */
double field_real(const void *values, const struct field *field);

/* "integer", "number" or "name". */
const char *field_type_name(const struct field *field);

/* "1 to 1000000", or the names. */
void field_format_range(struct text *out, const struct field *field);

/* Fills `out` with the NULL-ended `words`, for a row's list_names; returns how many. */
size_t field_list_words(const char *const *words, const char **out, size_t capacity);

#endif
