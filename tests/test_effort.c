/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "support/effort.h"
#include "support/text.h"
#include "tests/harness.h"

static void keep(void *context, const char *line) {
    text_add(context, "%s\n", line);
}

static void a_report_reaches_whoever_wants_it_in_full(void) {
    struct text lines = {0};
    struct effort effort = {.threads = 1, .report = keep, .context = &lines};
    char word[3000];
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    effort_report(&effort, "%s: %d files", "data", 3);
    effort_report(&effort, "%s", word);
    CU_ASSERT(strncmp(lines.data, "data: 3 files\nxxx", 17) == 0);
    CU_ASSERT_EQUAL(lines.length, strlen("data: 3 files\n") + sizeof word);
    effort.report = NULL; /* nobody: nothing happens */
    effort_report(&effort, "%s", word);
    text_free(&lines);
}

int main(void) {
    static const struct test tests[] = {
        TEST(a_report_reaches_whoever_wants_it_in_full),
    };
    return tests_run("effort", tests, sizeof tests / sizeof *tests);
}
