/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The frame of every test program: a list of tests, run by CUnit, with an exit status that tells the truth.
 *
 *     static void energy_is_conserved(void) {
 *         CHECK_OK_FATAL(simulate(&energy));
 *         CHECK_NEAR(energy, 1.0, 1e-9);
 *     }
 *     int main(void) {
 *         static const struct test tests[] = {TEST(energy_is_conserved)};
 *         return tests_run("pendulum", tests, sizeof tests / sizeof *tests);
 *     }
 */
#ifndef HAMBENCH_TESTS_HARNESS_H
#define HAMBENCH_TESTS_HARNESS_H

#if !__has_include(<CUnit/CUnit.h>)
#error "the tests need CUnit (Debian: libcunit1-dev); install it and run configure again"
#endif
#include <CUnit/CUnit.h>
#include <stddef.h>

#include "support/status.h"

struct test {
    const char *name;
    void (*run)(void);
};

#define TEST(function)                                                                                       \
    { #function, function }

/* Fails the test unless |actual - expected| <= tolerance; prints the three numbers when it does. */
#define CHECK_NEAR(actual, expected, tolerance)                                                              \
    test_check_near(actual, expected, tolerance, __LINE__, __FILE__)

void test_check_near(double actual, double expected, double tolerance, unsigned line, const char *file);

/* Fails the test unless `call` gives STATUS_OK, and prints what the failure said. _FATAL ends the test. */
#define CHECK_OK(call) test_check_ok(call, #call, 0, __LINE__, __FILE__)
#define CHECK_OK_FATAL(call) test_check_ok(call, #call, 1, __LINE__, __FILE__)

void test_check_ok(enum status status, const char *call, int fatal, unsigned line, const char *file);

/* Fails the test unless `call` gives `expected`, and the detail holds `part`. Prints both when it does. */
#define CHECK_FAILS(call, expected, part) test_check_fails(call, #call, expected, part, __LINE__, __FILE__)

void test_check_fails(enum status status, const char *call, enum status expected, const char *part,
                      unsigned line, const char *file);

/* Runs the tests in order and prints "SUITE: N passed, N failed". Returns 0 if at least one ran and all
 * passed. */
int tests_run(const char *suite, const struct test *tests, size_t count);

/* A fresh folder for the files of this test program, removed when it ends. Owned by the harness. */
const char *test_folder(void);

/* Path of a file kept under tests/data/, in a buffer that the next call overwrites. */
const char *test_data(const char *name);

#endif
