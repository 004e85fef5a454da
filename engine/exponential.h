/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An exponential that the compiler turns into vector code. In float32: x = n ln 2 + r with |r| <= ln 2 / 2
 * (ln 2 in two parts, Cody and Waite), a degree-6 polynomial for exp(r), and n put into the exponent.
 * Relative error below 2e-7; arguments outside [-87, 88] are clamped, so that sums and quotients of results
 * stay finite.
 *
 * And log(1 + x) for x in [0, 1], which is 2 artanh(x / (2 + x)): its series in the square of that quotient,
 * at most 1/9, ends after seven terms in float32. Relative error below 2e-7.
 */
#ifndef HAMBENCH_ENGINE_EXPONENTIAL_H
#define HAMBENCH_ENGINE_EXPONENTIAL_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "engine/real.h"

#ifdef HAMBENCH_DOUBLE

static inline real exponential(real x) {
    return exp(x);
}

static inline real exponential_log1p(real x) {
    return log1p(x);
}

#else

static inline real exponential(real x) {
    const float rounding = 12582912.0F; /* 1.5 * 2^23: adding it rounds to an integer */
    x = x < -87.0F ? -87.0F : x;
    x = x > 88.0F ? 88.0F : x;
    float shifted = x * 1.44269504F + rounding;
    float n = shifted - rounding;
    float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
    float p = 1.9875691500e-4F;
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * r * r + r + 1.0F;
    uint32_t bits; /* the low bits of `shifted` are n, also where x was nan and n means nothing */
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127u) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return p * power;
}

static inline real exponential_log1p(real x) {
    float s = x / (2.0F + x), t = s * s;
    float p = 1.0F / 13.0F;
    p = p * t + 1.0F / 11.0F;
    p = p * t + 1.0F / 9.0F;
    p = p * t + 1.0F / 7.0F;
    p = p * t + 1.0F / 5.0F;
    p = p * t + 1.0F / 3.0F;
    return 2.0F * (s + s * t * p);
}

#endif
#endif
