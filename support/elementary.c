/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/elementary.h"

#include <float.h>
#include <math.h>

#ifdef __FAST_MATH__
#error "these functions need IEEE arithmetic: compile without -ffast-math"
#endif
_Static_assert(FLT_EVAL_METHOD == 0,
               "double arithmetic must be in double precision (on i386: -msse2 -mfpmath=sse)");

static const double ROUND = 0x1.8p52; /* adding it leaves the integer part in the lowest bits */
static const double TWO_BY_PI = 0.63661977236758134308;

static uint64_t bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* --- sine and cosine ------------------------------------------------------------------------------------ */

/* An angle as n quarter turns and the rest `high` + `low`, |high| <= pi / 4. */
struct angle {
    unsigned quarter; /* n modulo 4 */
    double high, low;
};

/* *high + *low = a - b, exactly (Knuth). */
static void subtract(double a, double b, double *high, double *low) {
    double difference = a - b, part = difference - a;
    *high = difference;
    *low = (a - (difference - part)) - (b + part);
}

/* pi / 2 as the sum of three numbers of 27 bits, whose products with n are exact for |n| < 2^26, and a rest.
 */
static struct angle reduce_far(double x) {
    static const double TURN = 6.28318530717958647693, FAR = 1e8;
    static const double P1 = 0x1.921fb54p+0, P2 = 0x1.10b461p-30, P3 = 0x1.a626330p-58,
                        P4 = 0x1.45c06e0e68948p-86;
    if (!(fabs(x) <= FAR)) {
        x = remainder(x, TURN); /* exact */
    }
    double shifted = x * TWO_BY_PI + ROUND, n = shifted - ROUND;
    double high, low, more;
    subtract(x - n * P1, n * P2, &high, &low);
    subtract(high, n * P3, &high, &more);
    low = low + more - n * P4;
    double sum = high + low;
    return (struct angle){(unsigned)(bits_of(shifted) & 3), sum, (high - sum) + low};
}

/* The same by one number of 33 bits and a rest, whose product with n < 2^20 is off by 2^-67 at most: enough
 * where x is not that close to a multiple of pi / 2. */
static struct angle reduce(double x) {
    static const double P1 = 0x1.921fb544p+0, P2 = 0x1.0b4611a626331p-34;
    static const double NEAR = 1e6, CLOSE = 0x1p-10;
    double shifted = x * TWO_BY_PI + ROUND, n = shifted - ROUND;
    double first = x - n * P1, rest = n * P2, high = first - rest;
    if (!(fabs(x) < NEAR && fabs(high) > CLOSE)) {
        return reduce_far(x);
    }
    return (struct angle){(unsigned)(bits_of(shifted) & 3), high, (first - high) - rest};
}

/* The sine of high + low: x + x^3 P(x^2), the fit's error below 2.1e-17 x^3. */
static double sine_part(double high, double low) {
    double z = high * high;
    double first = 0.008333333333330936 * z - 0.16666666666666666;
    double second = 2.7557316093196066e-06 * z - 0.00019841269836740527;
    double third = 1.5917988944318716e-10 * z - 2.5051129895962807e-08;
    double square = z * z, sum = first + square * (second + square * third);
    return high + (high * z * sum + (low - 0.5 * z * low));
}

/* The cosine: 1 - x^2 / 2 + x^4 P(x^2), the fit's error below 1.3e-18 x^4. */
static double cosine_part(double high, double low) {
    double z = high * high, half = 0.5 * z, first = 1.0 - half;
    double lower = 0.041666666666666664 - 0.0013888888888887389 * z;
    double middle = 2.48015872987544e-05 - 2.7557317265876615e-07 * z;
    double upper = 2.087614504910828e-09 - 1.1382544623404291e-11 * z;
    double square = z * z, sum = lower + square * (middle + square * upper);
    return first + (((1.0 - first) - half) + (square * sum - high * low));
}

/* The sine of an angle that is `more` quarter turns larger. */
static double sine_of(struct angle angle, unsigned more) {
    unsigned quarter = angle.quarter + more;
    double value = (quarter & 1) != 0 ? cosine_part(angle.high, angle.low) : sine_part(angle.high, angle.low);
    return (quarter & 2) != 0 ? -value : value;
}

double elementary_sin(double x) {
    return sine_of(reduce(x), 0);
}

double elementary_cos(double x) {
    return sine_of(reduce(x), 1);
}

void elementary_sincos(double x, double *sine, double *cosine) {
    struct angle angle = reduce(x);
    *sine = sine_of(angle, 0);
    *cosine = sine_of(angle, 1);
}

/* For a point in the upper half plane: an estimate to 0.004 rad, and the rest from its sine by the series of
 * the arcsine, whose first term left out is below 1e-18. */
static double atan2_above(double y, double x) {
    static const double PI = 3.14159265358979323846;
    double reach = fabs(x), low = fmin(reach, y), high = fmax(reach, y), ratio = low / high;
    double first = ratio * (0.25 * PI + 0.273 * (1.0 - ratio)), sine, cosine;
    first = y > reach ? 0.5 * PI - first : first;
    first = x < 0.0 ? PI - first : first;
    elementary_sincos(first, &sine, &cosine);
    y /= high;
    x /= high;
    double rest = (y * cosine - x * sine) / sqrt(x * x + y * y), z = rest * rest;
    return first + (rest + rest * z * (1.0 / 6.0 + z * (3.0 / 40.0)));
}

double elementary_atan2(double y, double x) {
    if (x == 0.0 && y == 0.0) {
        return 0.0;
    }
    double angle = atan2_above(fabs(y), x);
    return y < 0.0 ? -angle : angle;
}

/* --- exponential and logarithm ---------------------------------------------------------------------------
 */

double elementary_exp(double x) {
    if (x > 700.0) {
        return x > 745.0 ? (double)INFINITY : elementary_exp_within(x - 64.0) * elementary_exp_within(64.0);
    }
    if (x < -700.0) {
        return x < -750.0 ? 0.0 : elementary_exp_within(x + 64.0) * elementary_exp_within(-64.0);
    }
    return elementary_exp_within(x);
}

/* x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), s = f / (2 + f), z = s^2:
 *     log(1 + f) = 2 artanh s = f - f^2 / 2 + s (f^2 / 2 + z P(z)),
 * the fit's error below 3.2e-16 s z. */
double elementary_log(double x) {
    static const double LN2_HIGH = 6.93147180369123816490e-01, LN2_LOW = 1.90821492927058770002e-10;
    static const uint64_t SQRT_HALF = 0x3fe6a09e667f3bcd;
    if (!(x > 0.0 && x <= DBL_MAX)) {
        return x == 0.0 ? -(double)INFINITY : x > 0.0 ? x : (double)NAN;
    }
    double scaled = x < DBL_MIN ? x * 0x1p54 : x;
    /* Counted from sqrt(1/2), the exponent is that of 1 + f, and negative numbers stand at the other end. */
    int64_t place = (int64_t)(bits_of(scaled) - SQRT_HALF);
    int64_t exponent = place >> 52;
    double f = double_of(bits_of(scaled) - ((uint64_t)exponent << 52)) - 1.0;
    double k = (double)(x < DBL_MIN ? exponent - 54 : exponent);
    double s = f / (2.0 + f), z = s * s, half = 0.5 * f * f;
    double first = 0.666666666666667 + 0.3999999999989827 * z;
    double second = 0.2857142862653362 + 0.22222211043776857 * z;
    double third = 0.18182895750119193 + 0.1533150161114533 * z;
    double square = z * z, sum = first + square * (second + square * (third + square * 0.1461916613488797));
    return k * LN2_HIGH - ((half - (s * (half + z * sum) + k * LN2_LOW)) - f);
}
