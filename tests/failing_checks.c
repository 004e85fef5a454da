/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tests that fail, for tests/harness_tells.sh: each kind of check once.
 */
#include "tests/harness.h"

static enum status fail_with_a_reason(void) {
    return status_fail(STATUS_DATA, "file.yaml:3:1: a reason");
}

static void a_failure_prints_its_reason(void) {
    CHECK_OK(fail_with_a_reason());
    CHECK_FAILS(fail_with_a_reason(), STATUS_DATA, "a reason"); /* this one holds */
    CHECK_FAILS(fail_with_a_reason(), STATUS_IO, "a reason");
    CHECK_FAILS(fail_with_a_reason(), STATUS_DATA, "another reason");
    CHECK_FAILS(STATUS_OK, STATUS_DATA, "a reason");
    CHECK_NEAR(1.0, 2.0, 0.5);
}

static void a_fatal_failure_ends_its_test(void) {
    CHECK_OK_FATAL(fail_with_a_reason());
    CU_FAIL("this line is not reached");
}

static void a_sound_test_passes(void) {
    CHECK_OK(STATUS_OK);
    CHECK_OK_FATAL(STATUS_OK);
}

int main(void) {
    static const struct test tests[] = {
        TEST(a_failure_prints_its_reason),
        TEST(a_fatal_failure_ends_its_test),
        TEST(a_sound_test_passes),
    };
    return tests_run("failing", tests, sizeof tests / sizeof *tests);
}
