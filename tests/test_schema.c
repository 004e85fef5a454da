/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Described values: rows of every type, and files and assignments that are read by a table of keys.
 */
#include <stdlib.h>
#include <string.h>

#include "support/document_keys.h"
#include "support/file.h"
#include "support/schema.h"
#include "tests/harness.h"

struct example {
    int count;
    int64_t seed;
    double rate;
    char colour[FIELD_NAME_SIZE];
};

static size_t list_colours(const char **out, size_t capacity) {
    static const char *const words[] = {"red", "green", NULL};
    return field_list_words(words, out, capacity);
}

static const struct field fields[] = {
    SETTING("count", FIELD_INTEGER, "3", 1, 10, NULL, "things", "how many", offsetof(struct example, count)),
    SETTING("seed", FIELD_SEED, "0", 0, (double)FIELD_SEED_MAX, NULL, "", "where it starts",
            offsetof(struct example, seed)),
    SETTING("rate", FIELD_REAL, "0.5", 0, 1e6, NULL, "1/s", "how fast", offsetof(struct example, rate)),
    SETTING("colour", FIELD_NAME, "red", 0, 0, list_colours, "", "which", offsetof(struct example, colour)),
};
static const char *const fast[] = {"example.rate=7", NULL};
static const struct schema_profile profiles[] = {{"fast", fast}, {NULL, NULL}};
static const struct schema schema = {
    .group = "example",
    .fields = fields,
    .count = sizeof fields / sizeof *fields,
    .size = sizeof(struct example),
    .profiles = profiles,
};

static void every_default_is_put_in_and_written_back(void) {
    struct example values;
    schema_defaults(&schema, &values);
    CU_ASSERT(values.count == 3 && values.seed == 0 && values.rate == 0.5);
    CU_ASSERT_STRING_EQUAL(values.colour, "red");
    struct text written = {0};
    for (size_t i = 0; i < schema.count; i++) {
        text_clear(&written);
        field_format(&written, &values, &fields[i]);
        CU_ASSERT_STRING_EQUAL(written.data, fields[i].initial);
    }
    text_free(&written);
}

static void values_that_are_not_allowed_are_refused_with_a_reason(void) {
    static const struct {
        const char *name, *value, *reason;
    } cases[] = {
        {"count", "nan", "a.count: nan is not a finite number"},
        {"count", "1.5", "a.count: '1.5' is not an integer"},
        {"count", "", "a.count: '' is not an integer"},
        {"count", "0", "a.count: 0 is out of range, allowed is 1 to 10"},
        {"count", "11", "a.count: 11 is out of range, allowed is 1 to 10"},
        {"count", "99999999999999999999", "a.count: '99999999999999999999' is not an integer"},
        {"seed", "-1", "a.seed: -1 is out of range, allowed is 0 to 9007199254740992"},
        {"rate", "inf", "a.rate: inf is not a finite number"},
        {"rate", "fast", "a.rate: 'fast' is not a number"},
        {"rate", "-1", "a.rate: -1 is out of range, allowed is 0 to 1e+06"},
        {"colour", "gren", "a.colour: unknown colour 'gren', did you mean 'green'?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct example values;
        schema_defaults(&schema, &values);
        char *key = text_format("a.%s", cases[i].name);
        CU_ASSERT_EQUAL(field_assign(&values, schema_find(&schema, cases[i].name), key, cases[i].value),
                        STATUS_DATA);
        CU_ASSERT_STRING_EQUAL(status_detail(), cases[i].reason);
        free(key);
        struct example untouched;
        schema_defaults(&schema, &untouched);
        CU_ASSERT_PTR_NULL(schema_difference(&schema, &values, &untouched));
    }
}

static void a_number_keeps_all_its_bits(void) {
    static const char *const numbers[] = {"0.1", "0.0003", "1e-06", "0.12345678901234566", "9.75"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct example values = {0};
        struct text written = {0};
        const struct field *rate = schema_find(&schema, "rate");
        CU_ASSERT_EQUAL(field_assign(&values, rate, "rate", numbers[i]), STATUS_OK);
        field_format(&written, &values, rate);
        CU_ASSERT(strtod(written.data, NULL) == strtod(numbers[i], NULL));
        CU_ASSERT(field_real(&values, rate) == strtod(numbers[i], NULL));
        text_free(&written);
    }
}

static void the_difference_is_the_first_row_that_differs(void) {
    struct example a, b;
    schema_defaults(&schema, &a);
    schema_defaults(&schema, &b);
    CU_ASSERT_PTR_NULL(schema_difference(&schema, &a, &b));
    b.rate = 0.5000000000000001;
    b.colour[0] = 'b';
    CU_ASSERT_STRING_EQUAL(schema_difference(&schema, &a, &b)->name, "rate");
}

static void profiles_are_found_by_name(void) {
    CU_ASSERT_STRING_EQUAL(schema_profile(profiles, "fast")[0], "example.rate=7");
    CU_ASSERT_PTR_NULL(schema_profile(profiles, "slow")[0]);
    CU_ASSERT_PTR_NULL(schema_profile(NULL, "fast")[0]);
}

/* ---- files and assignments ---- */

struct reading {
    char *title;
    size_t entries; /* of the list */
    struct example values;
};

static enum status read_title(void *context, const struct document *document,
                              const struct document_node *node) {
    struct reading *reading = context;
    return document_copy_text(document, node, "title", &reading->title);
}

static enum status read_list(void *context, const struct document *document,
                             const struct document_node *node) {
    struct reading *reading = context;
    reading->entries = node->count;
    return document_check_list(document, node, "list");
}

static enum status read_setting(void *context, const struct document *document,
                                const struct document_node *key, const struct document_node *node) {
    struct reading *reading = context;
    const struct field *field = schema_find(&schema, key->text);
    enum status status = document_check_value(document, node, field, field->name);
    return status == STATUS_OK ? field_assign(&reading->values, field, field->name, node->text) : status;
}

static const struct document_key keys[] = {{"title", false, read_title}, {"list", true, read_list}};
static const char *const others[] = {"count", "rate", NULL};

static struct document_reader reader_for(struct reading *reading) {
    return (struct document_reader){.what = "an example",
                                    .keys = keys,
                                    .count = 2,
                                    .read_other = read_setting,
                                    .other_names = others,
                                    .context = reading};
}

static void assignments_mean_what_a_line_of_the_file_would(void) {
    struct reading reading = {0};
    struct document_reader reader = reader_for(&reading);
    CU_ASSERT_EQUAL(document_read_assignment(&reader, "title=\"a: b, [c]\""), STATUS_OK);
    CU_ASSERT_STRING_EQUAL(reading.title, "a: b, [c]");
    CU_ASSERT_EQUAL(document_read_assignment(&reader, "list=[a, b, c]"), STATUS_OK);
    CU_ASSERT_EQUAL(reading.entries, 3);
    CU_ASSERT_EQUAL(document_read_assignment(&reader, "count=7"), STATUS_OK);
    CU_ASSERT_EQUAL(reading.values.count, 7);
    free(reading.title);
}

static void wrong_assignments_are_usage_errors_without_a_place(void) {
    static const struct {
        const char *assignment, *reason;
    } cases[] = {
        {"count", "'count': expected key=value"},
        {"=3", "'=3': expected key=value"},
        {"cuont=3", "unknown key 'cuont', did you mean 'count'?"},
        {"count=[1, 2]", "count: expected one integer, found a list"},
        {"count=", "count: expected one integer, found nothing"},
        {"count=\"3\"", "count: expected one integer, found the text \"3\""},
        {"count=0", "count: 0 is out of range, allowed is 1 to 10"},
        {"list=a", "list: expected a list [a, b], found a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reading reading = {0};
        struct document_reader reader = reader_for(&reading);
        CU_ASSERT_EQUAL(document_read_assignment(&reader, cases[i].assignment), STATUS_USAGE);
        CU_ASSERT_STRING_EQUAL(status_detail(), cases[i].reason);
    }
}

static void a_file_without_what_it_needs_is_refused(void) {
    char *path = file_join(test_folder(), "missing.yaml");
    CU_ASSERT_EQUAL_FATAL(file_write(path, "count: 3\n", 9), STATUS_OK);
    struct reading reading = {0};
    struct document_reader reader = reader_for(&reading);
    CU_ASSERT_EQUAL(document_read_keys(&reader, path), STATUS_DATA);
    CU_ASSERT(strstr(status_detail(), "missing.yaml:1:1: the key 'list' is missing") != NULL);
    CU_ASSERT_EQUAL(reading.values.count, 3);
    free(path);
}

int main(void) {
    static const struct test tests[] = {
        TEST(every_default_is_put_in_and_written_back),
        TEST(values_that_are_not_allowed_are_refused_with_a_reason),
        TEST(a_number_keeps_all_its_bits),
        TEST(the_difference_is_the_first_row_that_differs),
        TEST(profiles_are_found_by_name),
        TEST(assignments_mean_what_a_line_of_the_file_would),
        TEST(wrong_assignments_are_usage_errors_without_a_place),
        TEST(a_file_without_what_it_needs_is_refused),
    };
    return tests_run("schema", tests, sizeof tests / sizeof *tests);
}
