/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sine, cosine, exponential and logarithm that give the same bits on every machine.
 *
 * The mathematical library's functions are within one unit in the last place, too, but which of the two
 * neighbours they return depends on its version and on the processor, because it takes fused multiply-adds
 * where there are any. What ends up in a dataset or draws a random number is computed by these: additions,
 * multiplications, divisions and exact operations of IEEE double precision in a fixed order, compiled without
 * contraction. (Cody, Waite, "Software manual for the elementary functions", 1980; the polynomials are
 * Chebyshev fits made by tests/data/make_elementary.py.)
 *
 * Errors against values of 60 digits, largest of 640,000 arguments, in units in the last place: sine 0.85,
 * cosine 0.83, exponential 0.95, logarithm 0.76.
 */
#ifndef HAMBENCH_SUPPORT_ELEMENTARY_H
#define HAMBENCH_SUPPORT_ELEMENTARY_H

#include <stdint.h>
#include <string.h>

/* x in radians, of any size up to 1e8; beyond, it is taken modulo the double that is nearest to 2 pi. nan for
 * infinite x. */
double elementary_sin(double x);
double elementary_cos(double x);
void elementary_sincos(double x, double *sine, double *cosine);

/* The angle of the point (x, y) in (-pi, pi], 0 at the origin; its sine has the sign of y. Within 4e-16
 * (test_elementary). For coordinates up to 1e150; nan where one of them is no number. */
double elementary_atan2(double y, double x);

/* Zero below -745, infinite above 709.79. */
double elementary_exp(double x);

/* The natural logarithm; -infinity for 0, nan below. */
double elementary_log(double x);

/* e^x for |x| <= 700, to become a part of loops that the compiler turns into vector code: e^x = 2^n e^r with
 * |r| <= ln 2 / 2 and the Taylor series of e^r, whose remainder r^14 / 14! is below 5e-18. */
static inline __attribute__((always_inline)) double elementary_exp_within(double x) {
    static const double LOG2_E = 1.4426950408889634074;
    static const double LN2_HIGH = 6.93147180369123816490e-01, LN2_LOW = 1.90821492927058770002e-10;
    static const double ROUND = 0x1.8p52; /* adding it leaves the integer part in the lowest bits */
    double shifted = x * LOG2_E + ROUND;
    double n = shifted - ROUND;
    double r = (x - n * LN2_HIGH) - n * LN2_LOW;
    double r2 = r * r, r4 = r2 * r2;
    double first = (0.5 + 1.0 / 6.0 * r) + r2 * (1.0 / 24.0 + 1.0 / 120.0 * r);
    double second = (1.0 / 720.0 + 1.0 / 5040.0 * r) + r2 * (1.0 / 40320.0 + 1.0 / 362880.0 * r);
    double third =
        (1.0 / 3628800.0 + 1.0 / 39916800.0 * r) + r2 * (1.0 / 479001600.0 + 1.0 / 6227020800.0 * r);
    double sum = r2 * (first + r4 * (second + r4 * third)) + r + 1.0;
    uint64_t bits;
    double power;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 1023) << 52; /* the exponent; what stood above it is shifted out */
    memcpy(&power, &bits, sizeof power);
    return sum * power;
}

#endif
