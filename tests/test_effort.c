/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "support/effort.h"
#include "support/file.h"
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

/* Writes tests' groups: FOLDER/NAME holds `content`. */
static void put(const char *folder, const char *name, const char *content) {
    char *path = text_format("%s/%s/%s", test_folder(), folder, name);
    CHECK_OK_FATAL(file_make_parent(path));
    CHECK_OK_FATAL(file_write(path, content, strlen(content)));
    free(path);
}

/* The quota of a process of these groups. */
static int quota_of(const char *membership) {
    put(".", "self", membership);
    char *self = file_join(test_folder(), "self");
    int quota = effort_quota(self, test_folder());
    free(self);
    return quota;
}

static void quotas_of_control_groups_are_kept(void) {
    put("a", "cpu.max", "150000 100000\n");
    put("a/b", "cpu.max", "max 100000\n");
    put("a/b/c", "cpu.max", "400000 100000\n");
    put("d", "cpu.max", "max 100000\n");
    put("cpu/v1", "cpu.cfs_quota_us", "300000\n");
    put("cpu/v1", "cpu.cfs_period_us", "100000\n");
    put("cpu/none", "cpu.cfs_quota_us", "-1\n");
    put("cpu/none", "cpu.cfs_period_us", "100000\n");
    put("cpu,cpuacct/both", "cpu.cfs_quota_us", "50000\n");
    put("cpu,cpuacct/both", "cpu.cfs_period_us", "100000\n");
    put("unified/mixed", "cpu.max", "500000 100000\n");
    CU_ASSERT_EQUAL(quota_of("0::/a\n"), 2); /* one and a half */
    CU_ASSERT_EQUAL(quota_of("0::/a/b/c\n"), 2);
    CU_ASSERT_EQUAL(quota_of("0::/d\n"), INT_MAX);
    CU_ASSERT_EQUAL(quota_of("0::/not/there\n"), INT_MAX);
    CU_ASSERT_EQUAL(quota_of("12:pids:/v1\n4:cpu:/v1/deeper\n"), 3);
    CU_ASSERT_EQUAL(quota_of("4:cpu:/none\n"), INT_MAX);
    CU_ASSERT_EQUAL(quota_of("4:cpu,cpuacct:/both\n3:memory:/v1\n"), 1);
    CU_ASSERT_EQUAL(quota_of("4:cpu:/v1\n0::/mixed\n"), 3);
    CU_ASSERT_EQUAL(quota_of("nonsense\n"), INT_MAX);
    put(".", "cpu.max", "700000 100000\n"); /* in a container the own group looks like the root */
    CU_ASSERT_EQUAL(quota_of("0::/\n"), 7);
    CU_ASSERT_EQUAL(effort_quota("/nowhere", "/nowhere"), INT_MAX);
}

static void the_affinity_mask_bounds_the_processors(void) {
    cpu_set_t all, one;
    CU_ASSERT_EQUAL_FATAL(sched_getaffinity(0, sizeof all, &all), 0);
    CU_ASSERT(effort_processors() >= 1 && effort_processors() <= CPU_COUNT(&all));
    size_t first = 0;
    while (!CPU_ISSET(first, &all)) {
        first++;
    }
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    CU_ASSERT_EQUAL_FATAL(sched_setaffinity(0, sizeof one, &one), 0);
    CU_ASSERT_EQUAL(effort_processors(), 1);
    CU_ASSERT_EQUAL_FATAL(sched_setaffinity(0, sizeof all, &all), 0);
}

static void the_variable_of_openmp_says_how_many_threads(void) {
    static const struct {
        const char *value;
        int threads; /* 0: refused */
    } cases[] = {{"3", 3},
                 {"4,2,1", 4},
                 {" 5 ", 5},
                 {"1024", 1024},
                 {"0", 0},
                 {"two", 0},
                 {"-1", 0},
                 {"2.5", 0},
                 {"1025", 0},
                 {",2", 0},
                 {" ", 0},
                 {"0x4", 0},
                 {"99999999999999999999", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int threads = 0;
        (void)setenv("OMP_NUM_THREADS", cases[i].value, 1);
        if (cases[i].threads > 0) {
            CHECK_OK(effort_threads(&threads));
            CU_ASSERT_EQUAL(threads, cases[i].threads);
        } else {
            CHECK_FAILS(effort_threads(&threads), STATUS_USAGE,
                        "is no number of threads, expected 1 to 1024");
        }
    }
    int threads = 0;
    (void)setenv("OMP_NUM_THREADS", "", 1);
    CHECK_OK(effort_threads(&threads));
    CU_ASSERT_EQUAL(threads, effort_processors());
    (void)unsetenv("OMP_NUM_THREADS");
    CHECK_OK(effort_threads(&threads));
    CU_ASSERT_EQUAL(threads, effort_processors());
}

int main(void) {
    static const struct test tests[] = {
        TEST(a_report_reaches_whoever_wants_it_in_full),
        TEST(quotas_of_control_groups_are_kept),
        TEST(the_affinity_mask_bounds_the_processors),
        TEST(the_variable_of_openmp_says_how_many_threads),
    };
    return tests_run("effort", tests, sizeof tests / sizeof *tests);
}
