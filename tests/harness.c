/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/harness.h"

#include <CUnit/Basic.h>
#include <CUnit/TestDB.h>
#include <ftw.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[256];

void test_check_near(double actual, double expected, double tolerance, unsigned line, const char *file) {
    char condition[200];
    double error = fabs(actual - expected);
    (void)snprintf(condition, sizeof condition, "%.17g is within %.3g of %.17g (off by %.3g)", actual,
                   tolerance, expected, error);
    (void)CU_assertImplementation(error <= tolerance, line, condition, file, "", CU_FALSE);
}

void test_check_ok(enum status status, const char *call, int fatal, unsigned line, const char *file) {
    char condition[1400];
    (void)snprintf(condition, sizeof condition, "%s gives %d: %s", call, (int)status, status_detail());
    (void)CU_assertImplementation(status == STATUS_OK, line, condition, file, "", fatal ? CU_TRUE : CU_FALSE);
}

void test_check_fails(enum status status, const char *call, enum status expected, const char *part,
                      unsigned line, const char *file) {
    char condition[1600];
    (void)snprintf(condition, sizeof condition, "%s gives %d: %s (expected %d: ...%s...)", call, (int)status,
                   status == STATUS_OK ? "" : status_detail(), (int)expected, part);
    bool fits = status == expected && strstr(status_detail(), part) != NULL;
    (void)CU_assertImplementation(fits, line, condition, file, "", CU_FALSE);
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk) {
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void remove_folder(void) {
    (void)nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_folder(void) {
    if (folder[0] == '\0') {
        const char *parent = getenv("TMPDIR");
        (void)snprintf(folder, sizeof folder, "%s/hambench-test-XXXXXX", parent == NULL ? "/tmp" : parent);
        if (mkdtemp(folder) == NULL) {
            perror(folder);
            exit(EXIT_FAILURE);
        }
        (void)atexit(remove_folder);
    }
    return folder;
}

const char *test_data(const char *name) {
    static char path[512];
    const char *source = getenv("srcdir");
    (void)snprintf(path, sizeof path, "%s/tests/data/%s", source == NULL ? "." : source, name);
    return path;
}

int tests_run(const char *suite, const struct test *tests, size_t count) {
    if (CU_initialize_registry() != CUE_SUCCESS) {
        (void)fprintf(stderr, "%s: %s\n", suite, CU_get_error_msg());
        return EXIT_FAILURE;
    }
    CU_pSuite registered = CU_add_suite(suite, NULL, NULL);
    for (size_t i = 0; i < count; i++) {
        (void)CU_add_test(registered, tests[i].name, tests[i].run);
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    (void)CU_basic_run_tests();
    /* CU_basic_run_tests reports only errors of the framework: failed tests are counted here. */
    unsigned run = CU_get_number_of_tests_run();
    unsigned failed = CU_get_number_of_tests_failed();
    CU_cleanup_registry();
    printf("\n%s: %u passed, %u failed\n", suite, run - failed, failed);
    return run == count && run > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
