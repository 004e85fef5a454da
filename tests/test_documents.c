/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/document.h"
#include "support/file.h"
#include "support/text.h"
#include "support/text_set.h"
#include "tests/harness.h"
#include "tests/yaml_case.h"

static enum status parse(struct document **out, const char *yaml) {
    return document_parse(out, "case", yaml, strlen(yaml));
}

static enum status read_and_drop(const char *path) {
    struct document *document = NULL;
    enum status status = document_read(&document, path);
    document_free(document);
    return status;
}

static void a_tree_holds_what_the_file_says_and_where(void) {
    struct document *document = NULL;
    CHECK_OK_FATAL(parse(&document, "a: 1\nb: [x, 'y z', [\"\"]]\nc:\n  d:\n  e: >-\n    two\n    lines\n"));
    const struct document_node *root = &document->root, *b = document_find(root, "b");
    CU_ASSERT_EQUAL(root->count, 3);
    CU_ASSERT_FATAL(b != NULL && b->kind == DOCUMENT_LIST && b->count == 3);
    CU_ASSERT_STRING_EQUAL(b->children[1].text, "y z");
    CU_ASSERT(b->children[1].quoted && !b->children[0].quoted);
    CU_ASSERT(b->children[1].line == 2 && b->children[1].column == 8);
    CU_ASSERT_STRING_EQUAL(document_describe(&b->children[2]), "a list");
    CU_ASSERT_STRING_EQUAL(document_describe(&b->children[2].children[0]), "the text \"\"");
    const struct document_node *c = document_find(root, "c");
    CU_ASSERT_FATAL(c != NULL && c->count == 2);
    CU_ASSERT_STRING_EQUAL(document_describe(document_find(c, "d")), "nothing");
    CU_ASSERT_STRING_EQUAL(document_find(c, "e")->text, "two lines");
    CU_ASSERT_PTR_NULL(document_find(c, "a"));
    document_free(document);
}

static void mistakes_are_named_with_their_place(void) {
    static const struct yaml_mistake mistakes[] = {
        {"a: 1\nb: 2\na: 3\n", "3:1", "duplicate key 'a', first on line 1"},
        {"a: {b: 1, c: 2, b: 3}\n", "1:17", "duplicate key 'b', first on line 1"},
        {"a: \"\\0\"\n", "1:4", "a value with a zero byte"},
        {"[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]\n", "1:18", "nested too deep, expected at most 16 levels"},
    };
    yaml_check_mistakes(mistakes, sizeof mistakes / sizeof *mistakes, read_and_drop);
}

static enum status read_title(const char *path) {
    struct document *document = NULL;
    char *title = NULL;
    enum status status = document_read(&document, path);
    if (status == STATUS_OK) {
        status = document_copy_line(document, document_find(&document->root, "t"), "title", &title);
    }
    free(title);
    document_free(document);
    return status;
}

static void a_title_is_one_line(void) {
#define EXPECTED "title: expected one line without control characters, found "
    static const struct yaml_mistake mistakes[] = {
        {"t: \"two\\nlines\"\n", "1:4", EXPECTED "\"two\\nlines\""},
        {"t: |\n  two\n  lines\n", "1:4", EXPECTED "\"two\\nlines\\n\""},
        {"t: \"\\e[2J\"\n", "1:4", EXPECTED "\"\\x1b[2J\""},
        {"t: \"\\u202eb\"\n", "1:4", EXPECTED "\"\\u202eb\""},
        {"t: [1]\n", "1:4", "title: expected a text, found a list"},
        {"t:\n", "1:3", "title: expected a text, found nothing"},
    };
    yaml_check_mistakes(mistakes, sizeof mistakes / sizeof *mistakes, read_title);
    char *path = yaml_write("t: >-\n  two\n  lines\n");
    CHECK_OK(read_title(path));
    free(path);
}

/* Thousands of brackets end the reading at the seventeenth, and cost no stack. */
static void depth_is_bounded(void) {
    static char yaml[200001];
    struct document *document = NULL;
    memset(yaml, '[', sizeof yaml - 1);
    CU_ASSERT_EQUAL(parse(&document, yaml), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "nested too deep"));
    for (size_t i = 0; i + 1 < sizeof yaml; i += 4) {
        memcpy(&yaml[i], "{a: ", 4);
    }
    CU_ASSERT_EQUAL(parse(&document, yaml), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "nested too deep"));
}

/* Of this thread's work: what others do on the machine is no part of it. */
static double seconds_of_work(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double seconds_of_list(int count) {
    struct text yaml = {0};
    struct document *document = NULL;
    for (int i = 0; i < count; i++) {
        text_add(&yaml, i == 0 ? "[%d" : ", %d", i);
    }
    text_add(&yaml, "]\n");
    double begun = seconds_of_work();
    CHECK_OK_FATAL(parse(&document, yaml.data));
    CHECK_OK(document_check_list(document, &document->root, "seeds"));
    double seconds = seconds_of_work() - begun;
    document_free(document);
    text_free(&yaml);
    return seconds;
}

static double seconds_of_mapping(int count) {
    struct text yaml = {0};
    struct document *document = NULL;
    for (int i = 0; i < count; i++) {
        text_add(&yaml, "k%d: 1\n", i);
    }
    double begun = seconds_of_work();
    CHECK_OK_FATAL(parse(&document, yaml.data));
    double seconds = seconds_of_work() - begun;
    document_free(document);
    text_free(&yaml);
    return seconds;
}

/* The shortest of some tries. */
static double least_of(double (*seconds_of)(int count), int count) {
    double least = INFINITY;
    for (int i = 0; i < 5; i++) {
        double seconds = seconds_of(count);
        least = seconds < least ? seconds : least;
    }
    return least;
}

/* 16 times as many take 16 times as long, or 256 times in quadratic time. Seen: 12 to 22; 130 and more when
 * each entry was compared with all before it. */
static void many_entries_take_as_long_as_they_are_many(void) {
    CU_ASSERT(least_of(seconds_of_list, 96000) < 60.0 * least_of(seconds_of_list, 6000));
    CU_ASSERT(least_of(seconds_of_mapping, 96000) < 60.0 * least_of(seconds_of_mapping, 6000));
}

static void the_first_entry_that_comes_twice_is_named(void) {
    struct document *document = NULL;
    CHECK_OK_FATAL(parse(&document, "[c, b, a, b, a]"));
    CU_ASSERT_EQUAL(document_check_list(document, &document->root, "seeds"), STATUS_DATA);
    CU_ASSERT_STRING_EQUAL(status_detail(), "case:1:11: seeds: 'b' is listed twice");
    document_free(document);
    struct text_set set = {0};
    char first[] = "word", second[] = "word";
    CU_ASSERT(text_set_add(&set, first) && text_set_add(&set, "other") && !text_set_add(&set, second));
    text_set_clear(&set);
    CU_ASSERT(text_set_add(&set, second));
    text_set_clear(&set);
}

static void only_regular_files_of_some_size_are_read(void) {
    CU_ASSERT_EQUAL(read_and_drop("/dev/zero"), STATUS_IO);
    CU_ASSERT_STRING_EQUAL(status_detail(),
                           "/dev/zero: is a device, a pipe or a socket, expected a regular file");
    CU_ASSERT_EQUAL(read_and_drop(test_folder()), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "is a directory, expected a file"));
    char *pipe = file_join(test_folder(), "pipe.yaml"); /* nobody writes: to open it would wait for ever */
    CU_ASSERT_EQUAL_FATAL(mkfifo(pipe, 0600), 0);
    CU_ASSERT_EQUAL(read_and_drop(pipe), STATUS_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "pipe.yaml: is a device, a pipe or a socket"));
    free(pipe);
    char *large = yaml_write("a: 1\n");
    CU_ASSERT_EQUAL_FATAL(truncate(large, 1 << 20), 0);
    CU_ASSERT_EQUAL(read_and_drop(large), STATUS_DATA); /* zeros are no text */
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "not a text file"));
    CU_ASSERT_EQUAL_FATAL(truncate(large, (1 << 20) + 1), 0);
    CU_ASSERT_EQUAL(read_and_drop(large), STATUS_DATA);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "is larger than 1048576 bytes, expected at most that"));
    free(large);
}

static void a_name_never_leads_to_another_folder(void) {
    static const char *const cases[][2] = {
        {"experiments/quick.yaml", "quick"},
        {"quick", "quick"},
        {"a.b.yaml", "a.b"},
        {".hidden.yaml", ".hidden"},
        {"...yaml", "...yaml"},
        {"x/..yaml", "..yaml"},
        {".yaml", ".yaml"},
        {"....yaml", "....yaml"},
        {"a..yaml", "a."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *name = document_name_of_file(cases[i][0]);
        CU_ASSERT_STRING_EQUAL(name, cases[i][1]);
        free(name);
    }
}

int main(void) {
    static const struct test tests[] = {
        TEST(a_tree_holds_what_the_file_says_and_where),
        TEST(mistakes_are_named_with_their_place),
        TEST(a_title_is_one_line),
        TEST(depth_is_bounded),
        TEST(many_entries_take_as_long_as_they_are_many),
        TEST(the_first_entry_that_comes_twice_is_named),
        TEST(only_regular_files_of_some_size_are_read),
        TEST(a_name_never_leads_to_another_folder),
    };
    return tests_run("documents", tests, sizeof tests / sizeof *tests);
}
