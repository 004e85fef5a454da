/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Elementary functions against values of 60 digits (tests/data/make_elementary.py), and their bits.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/elementary.h"
#include "support/sha256.h"
#include "tests/harness.h"

static double sine(double x) {
    double sine, cosine;
    elementary_sincos(x, &sine, &cosine);
    CU_ASSERT(sine == elementary_sin(x));
    return sine;
}

static double cosine(double x) {
    double sine, cosine;
    elementary_sincos(x, &sine, &cosine);
    CU_ASSERT(cosine == elementary_cos(x));
    return cosine;
}

static const struct function {
    const char *name;
    double (*value)(double x);
    double largest; /* error, in units in the last place */
} functions[] = {
    {"sin", sine, 0.85}, {"cos", cosine, 0.83}, {"exp", elementary_exp, 0.95}, {"log", elementary_log, 0.76}};

static const struct function *find(const char *name) {
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(functions[i].name, name) == 0) {
            return &functions[i];
        }
    }
    return NULL;
}

static double unit(double value) {
    int exponent;
    (void)frexp(value, &exponent);
    return ldexp(1.0, exponent < -1021 ? -1074 : exponent - 53);
}

/* Seen: sin 0.70, cos 0.74, exp 0.78, log 0.61. */
static void errors_are_below_one_unit_in_the_last_place(void) {
    FILE *file = fopen(test_data("elementary.txt"), "r");
    char line[160], name[8];
    double x, value, rest;
    int lines = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%7s %la %la %la", name, &x, &value, &rest) == 4) {
            const struct function *function = find(name);
            CU_ASSERT_PTR_NOT_NULL_FATAL(function);
            double error = (function->value(x) - value) - rest;
            CHECK_NEAR(error / unit(value), 0.0, function->largest);
            lines++;
        }
    }
    (void)fclose(file);
    CU_ASSERT(lines > 1500);
}

static void ends_of_the_ranges_are_what_they_should_be(void) {
    CU_ASSERT(elementary_exp(0.0) == 1.0 && elementary_exp(-800.0) == 0.0);
    CU_ASSERT(isinf(elementary_exp(710.0)) && isinf(elementary_exp((double)INFINITY)));
    CU_ASSERT(elementary_exp(-740.0) > 0.0 && elementary_exp(-740.0) < 1e-300);
    CU_ASSERT(isnan(elementary_exp((double)NAN)) && isnan(elementary_sin((double)NAN)));
    CU_ASSERT(elementary_log(1.0) == 0.0 && elementary_log(0.0) == -(double)INFINITY);
    CU_ASSERT(isnan(elementary_log(-1.0)) && isinf(elementary_log((double)INFINITY)));
    CU_ASSERT(isnan(elementary_sin((double)INFINITY)) && isnan(elementary_cos(-(double)INFINITY)));
    CU_ASSERT(elementary_sin(0.0) == 0.0 && elementary_cos(0.0) == 1.0);
    CU_ASSERT(fabs(elementary_sin(1e300)) <= 1.0);
}

/* The same on every processor, by every compiler, at every level of optimisation. */
static void bits_are_those_of_the_first_machine(void) {
    static const char *const expected[] = {
        "736c5e263da98c5bd9a5b34329544e0a12523cafd31eefd212b3cd394bb3e64e",
        "c79ddcf7f76d256c2948965975318c7ce37c262675019990a208e37145d0a051",
        "23713b245994f61033ffe3549927884167ee2deabae81d648b5eecf4317ec923",
        "c93cd613a9ea31030d1ec9e3251f5ad64e2f4393ecb591dfebcaf6e90634cde3"};
    for (size_t k = 0; k < sizeof functions / sizeof *functions; k++) {
        struct sha256 *hash = sha256_create();
        uint8_t digest[SHA256_BYTES];
        char text[SHA256_TEXT];
        for (int i = 1; i <= 20000; i++) {
            double value = functions[k].value((double)i * (i % 2 == 0 || k == 3 ? 0.00371 : -0.00371));
            sha256_add(hash, (const uint8_t *)&value, sizeof value);
        }
        sha256_finish(hash, digest);
        sha256_free(hash);
        sha256_format(digest, text);
        if (strcmp(text, expected[k]) != 0) {
            CU_FAIL("other bits");
            (void)fprintf(stderr, "%s: %s\n", functions[k].name, text);
        }
    }
}

/* Against the mathematical library, around the circle and at radii far apart. Seen: 4.4e-16 = ulp(pi). */
static void angles_are_those_of_the_library(void) {
    static const double radii[] = {1e-150, 3e-7, 1.0, 0.7, 1e5, 1e149};
    double worst = 0.0;
    for (int i = 0; i < 20000; i++) {
        double turn = 6.283185307179586 * i / 20000 - 3.1, radius = radii[i % 6];
        double x = radius * cos(turn), y = radius * sin(turn);
        double error = fabs(elementary_atan2(y, x) - atan2(y, x));
        worst = fmax(worst, error);
    }
    CHECK_NEAR(worst, 0.0, 8.9e-16);
    CU_ASSERT_EQUAL(elementary_atan2(0.0, 0.0), 0.0);
    CU_ASSERT_EQUAL(elementary_atan2(0.0, 2.0), 0.0);
    CHECK_NEAR(elementary_atan2(0.0, -2.0), M_PI, 0.0);
    CHECK_NEAR(elementary_atan2(-0.0, -2.0), M_PI, 0.0);
    CHECK_NEAR(elementary_atan2(-3.0, 0.0), -0.5 * M_PI, 0.0);
    CU_ASSERT(isnan(elementary_atan2(NAN, 1.0)));
    CU_ASSERT(isnan(elementary_atan2(1.0, NAN)));
    CU_ASSERT(isnan(elementary_atan2(INFINITY, 1.0)));
}

int main(void) {
    static const struct test tests[] = {
        TEST(errors_are_below_one_unit_in_the_last_place),
        TEST(ends_of_the_ranges_are_what_they_should_be),
        TEST(angles_are_those_of_the_library),
        TEST(bits_are_those_of_the_first_machine),
    };
    return tests_run("elementary", tests, sizeof tests / sizeof *tests);
}
