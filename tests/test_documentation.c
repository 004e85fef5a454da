/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulators/describe.h"
#include "support/file.h"
#include "tests/harness.h"

/* The content of docs/NAME.md, from the line behind the first marker to the second. The caller frees it. */
static char *documented_tables(const char *name) {
    static const char BEGIN[] = "<!-- begin: hambench list environments --markdown -->\n";
    const char *source = getenv("srcdir");
    char *path = text_format("%s/docs/%s.md", source == NULL ? "." : source, name);
    struct text content = {0};
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        (void)printf("%s is missing\n", path);
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    for (int c = fgetc(file); c != EOF; c = fgetc(file)) {
        char byte = (char)c;
        text_add_bytes(&content, &byte, 1);
    }
    (void)fclose(file);
    free(path);
    char *begin = strstr(content.data, BEGIN), *end = strstr(content.data, "<!-- end -->\n");
    if (begin == NULL || end == NULL) {
        (void)printf("docs/%s.md has not both of the marker lines of the tables\n", name);
    }
    CU_ASSERT_FATAL(begin != NULL && end != NULL);
    *end = '\0';
    char *tables = text_format("%s", begin + strlen(BEGIN));
    text_free(&content);
    return tables;
}

static void check_page(const char *name, const struct text *expected) {
    char *documented = documented_tables(name);
    if (strcmp(documented, expected->data) != 0) {
        (void)printf("docs/%s.md differs from what the program says: run make update-docs\n", name);
        CU_FAIL("a page differs");
    }
    free(documented);
}

static void pages_hold_what_the_tables_say(void) {
    struct text expected = {0};
    describe_index(&expected);
    check_page("environments", &expected);
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        char *name = text_format("environments/%s", (*entry)->dynamics->page);
        text_clear(&expected);
        describe_page(&expected, (*entry)->dynamics->page);
        check_page(name, &expected);
        CU_ASSERT_PTR_NOT_NULL(strstr(expected.data, (*entry)->name));
        free(name);
    }
    text_free(&expected);
}

static void every_page_has_its_picture(void) {
    const char *source = getenv("srcdir");
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        char *path = text_format("%s/docs/environments/%s.png", source == NULL ? "." : source,
                                 (*entry)->dynamics->page);
        if (file_check_readable(path) != STATUS_OK) {
            (void)printf("%s: run make update-docs\n", status_detail());
            CU_FAIL("a picture is missing");
        }
        free(path);
    }
}

int main(void) {
    static const struct test tests[] = {
        TEST(pages_hold_what_the_tables_say),
        TEST(every_page_has_its_picture),
    };
    return tests_run("documentation", tests, sizeof tests / sizeof *tests);
}
