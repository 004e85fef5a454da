/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Help for loops that the compiler turns into vector instructions. Results do not depend on the width of the
 * vectors: every element goes through the same operations in the same order, and none are fused.
 */
#ifndef HAMBENCH_SIMULATORS_VECTOR_H
#define HAMBENCH_SIMULATORS_VECTOR_H

#include <stdint.h>
#include <string.h>

/* A function so marked is compiled for several generations of processors; the one that runs is chosen when
 * the program starts. (The sanitizers cannot start through such a choice, clang 14 does not know the names.)
 */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTOR_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VECTOR_CLONES
#endif

/* What such a function calls becomes a part of it, so that it is compiled for the same processor. */
#define VECTOR_PART static inline __attribute__((always_inline))

/* e^x for |x| <= 700, to 1 unit in the last place: e^x = 2^n e^r with |r| <= ln 2 / 2 and the Taylor series
 * of e^r, whose remainder r^14 / 14! is below 5e-18. (Cody, Waite, "Software manual for the elementary
 * functions", 1980.) */
VECTOR_PART double vector_exp(double x) {
    static const double LOG2_E = 1.4426950408889634074;
    static const double LN2_HIGH = 6.93147180369123816490e-01, LN2_LOW = 1.90821492927058770002e-10;
    static const double ROUND = 0x1.8p52; /* adding it leaves the integer part in the lowest bits */
    double shifted = x * LOG2_E + ROUND;
    double n = shifted - ROUND;
    double r = (x - n * LN2_HIGH) - n * LN2_LOW;
    double sum = 1.0 / 6227020800.0;
    sum = sum * r + 1.0 / 479001600.0;
    sum = sum * r + 1.0 / 39916800.0;
    sum = sum * r + 1.0 / 3628800.0;
    sum = sum * r + 1.0 / 362880.0;
    sum = sum * r + 1.0 / 40320.0;
    sum = sum * r + 1.0 / 5040.0;
    sum = sum * r + 1.0 / 720.0;
    sum = sum * r + 1.0 / 120.0;
    sum = sum * r + 1.0 / 24.0;
    sum = sum * r + 1.0 / 6.0;
    sum = sum * r + 0.5;
    sum = sum * (r * r) + r + 1.0;
    uint64_t bits;
    double power;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 1023) << 52; /* the exponent; what stood above it is shifted out */
    memcpy(&power, &bits, sizeof power);
    return sum * power;
}

#endif
