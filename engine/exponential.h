/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An exponential that the compiler turns into vector code. In float32: x = n ln 2 + r with |r| <= ln 2 / 2
 * (ln 2 in two parts, Cody and Waite), a degree-6 polynomial for exp(r), and n put into the exponent.
 * Relative error below 2e-7; arguments outside [-87, 88] are clamped, so that sums and quotients of results
 * stay finite.
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

static inline real log_one_plus(real u) {
    return log1p(u);
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

/* log(1 + u) for u in [0, 1], as 2 artanh(s) with s = u / (2 + u) <= 1/3: s^2 is at most 1/9, and seven terms
 * of the series are enough. Relative error below 3e-7. */
static inline real log_one_plus(real u) {
    float s = u / (2.0F + u);
    float t = s * s;
    float p = 1.0F / 13.0F;
    p = p * t + 1.0F / 11.0F;
    p = p * t + 1.0F / 9.0F;
    p = p * t + 1.0F / 7.0F;
    p = p * t + 1.0F / 5.0F;
    p = p * t + 1.0F / 3.0F;
    p = p * t + 1.0F;
    return 2.0F * s * p;
}

#endif
#endif
