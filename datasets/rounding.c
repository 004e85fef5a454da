/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "datasets/rounding.h"

#include <math.h>
#include <string.h>

static const double NEGLIGIBLE = 1e-10, MEANINGFUL = 1e-3, MARGIN = 10.0; /* of series */
static const double DRAWN = 1e-12;                                        /* of values of a row */

static double larger(double a, double b) {
    return a >= b ? a : b;
}

/* Not a number only where both are the same one. */
static double distance(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0 ? 0.0 : fabs(a - b);
}

/* Takes one value in; `allowed` is absolute. */
static void compare(struct rounding *rounding, long place, double difference, double allowed, double scale) {
    if (!(difference <= allowed) && rounding->wrong < 0) {
        rounding->wrong = place;
    }
    rounding->largest = larger(difference / larger(scale, 1e-300), rounding->largest);
}

struct rounding rounding_of_series(const double *found, const double *expected, const double *disturbed,
                                   int frames, int size) {
    struct rounding rounding = {.wrong = -1};
    double scale = 0.0, grown = 0.0;
    for (long i = 0; i < (long)frames * size; i++) {
        scale = larger(fabs(expected[i]), scale);
    }
    for (long frame = 0; frame < frames; frame++) {
        long first = frame * size;
        for (long i = first; disturbed != NULL && i < first + size; i++) {
            grown = larger(distance(disturbed[i], expected[i]), grown);
        }
        double allowed = fmin(NEGLIGIBLE * scale + MARGIN * grown, MEANINGFUL * scale);
        for (long i = first; i < first + size; i++) {
            compare(&rounding, i, distance(found[i], expected[i]), allowed, scale);
        }
    }
    return rounding;
}

struct rounding rounding_of_values(const double *found, const double *expected, int count) {
    struct rounding rounding = {.wrong = -1};
    for (int i = 0; i < count; i++) {
        double scale = larger(fabs(expected[i]), 1.0);
        compare(&rounding, i, distance(found[i], expected[i]), DRAWN * scale, scale);
    }
    return rounding;
}

void rounding_disturb(const struct simulator *simulator, struct trajectory_setup *setup) {
    for (int i = 0; i < simulator_value_count(simulator); i++) {
        setup->parameters[i] *= 1.0 + ROUNDING_DISTURBANCE;
    }
    for (int i = 0; i < simulator->dynamics->state_size; i++) {
        setup->state[i] *= 1.0 + ROUNDING_DISTURBANCE;
    }
}
