/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The figures that papers on normalising flows are full of. Their sizes differ from paper to paper; here what
 * is round has radius 2 and what is blurred deviation 0.2.
 */
#include "models/density/density_target.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const double PI = 3.14159265358979323846;
static const double RADIUS = 2, DEVIATION = 0.2;

/* log of the normal density at x. */
static double log_normal(double x, double mean, double deviation) {
    double z = (x - mean) / deviation;
    return -0.5 * z * z - log(deviation) - 0.5 * log(2 * PI);
}

/* log of the sum of exp(logs[i]), count > 0. */
static double log_sum(const double *logs, int count) {
    double largest = logs[0];
    for (int i = 1; i < count; i++) {
        largest = fmax(largest, logs[i]);
    }
    double sum = exp(logs[0] - largest);
    for (int i = 1; i < count; i++) {
        sum += exp(logs[i] - largest);
    }
    return largest + log(sum);
}

static void place(double radius, double angle, double *point) {
    point[0] = radius * cos(angle);
    point[1] = radius * sin(angle);
}

/* ---- a standard normal ---- */

static void draw_gaussian(struct random_stream *random, double *point) {
    point[0] = random_normal(random);
    point[1] = random_normal(random);
}

static double density_gaussian(const double *point) {
    return log_normal(point[0], 0, 1) + log_normal(point[1], 0, 1);
}

static const struct density_target gaussian = {"gaussian", draw_gaussian, density_gaussian};

/* ---- Gaussians on a ring, the first of them on the x axis ---- */

enum { MAX_MODES = 8 };

static void draw_modes(struct random_stream *random, int modes, double *point) {
    place(RADIUS, 2 * PI * random_below(random, (uint32_t)modes) / modes, point);
    point[0] += DEVIATION * random_normal(random);
    point[1] += DEVIATION * random_normal(random);
}

static double density_modes(const double *point, int modes) {
    double logs[MAX_MODES];
    for (int i = 0; i < modes; i++) {
        double mean[2];
        place(RADIUS, 2 * PI * i / modes, mean);
        logs[i] = log_normal(point[0], mean[0], DEVIATION) + log_normal(point[1], mean[1], DEVIATION);
    }
    return log_sum(logs, modes) - log(modes);
}

static void draw_two(struct random_stream *random, double *point) {
    draw_modes(random, 2, point);
}

static double density_two(const double *point) {
    return density_modes(point, 2);
}

static void draw_eight(struct random_stream *random, double *point) {
    draw_modes(random, 8, point);
}

static double density_eight(const double *point) {
    return density_modes(point, 8);
}

static const struct density_target two_gaussians = {"two_gaussians", draw_two, density_two};
static const struct density_target eight_gaussians = {"eight_gaussians", draw_eight, density_eight};

/* ---- a ring: the radius is normal, the angle uniform ---- */

static void draw_ring(struct random_stream *random, double *point) {
    double angle = random_between(random, 0, 2 * PI);
    place(RADIUS + DEVIATION * random_normal(random), angle, point);
}

/* Of a radius below zero, ten deviations away, there is nothing. */
static double density_ring(const double *point) {
    double radius = fmax(hypot(point[0], point[1]), 1e-9);
    return log_normal(radius, RADIUS, DEVIATION) - log(2 * PI * radius);
}

static const struct density_target ring = {"ring", draw_ring, density_ring};

/* ---- two moons: half circles that reach into each other, blurred ---- */

enum { MOON_PIECES = 256 };

/* The point of a half circle at an angle from 0 to pi. */
static void place_moon(bool lower, double angle, double *point) {
    place(RADIUS, angle, point);
    point[0] -= 1;
    point[1] -= 0.5;
    if (lower) {
        point[0] = -point[0];
        point[1] = -point[1];
    }
}

static void draw_moons(struct random_stream *random, double *point) {
    bool lower = random_below(random, 2) == 1;
    place_moon(lower, random_between(random, 0, PI), point);
    point[0] += DEVIATION * random_normal(random);
    point[1] += DEVIATION * random_normal(random);
}

/* The integral over both half circles by Simpson's rule: pieces are an eighth of a deviation long, its error
 * is below 1e-6 of the density. */
static double density_moons(const double *point) {
    double logs[2 * (MOON_PIECES + 1)];
    for (int i = 0; i < 2 * (MOON_PIECES + 1); i++) {
        double middle[2];
        int piece = i % (MOON_PIECES + 1);
        place_moon(i > MOON_PIECES, PI * piece / MOON_PIECES, middle);
        double weight = piece == 0 || piece == MOON_PIECES ? 1 : piece % 2 == 1 ? 4 : 2;
        logs[i] = log(weight / (6.0 * MOON_PIECES)) + log_normal(point[0], middle[0], DEVIATION) +
                  log_normal(point[1], middle[1], DEVIATION);
    }
    return log_sum(logs, 2 * (MOON_PIECES + 1));
}

static const struct density_target two_moons = {"two_moons", draw_moons, density_moons};

/* ---- a checkerboard: the eight of sixteen unit squares around the origin that are dark ---- */

static void draw_checkerboard(struct random_stream *random, double *point) {
    int row = (int)random_below(random, 4), column = 2 * (int)random_below(random, 2) + row % 2;
    point[0] = column - 2 + random_uniform(random);
    point[1] = row - 2 + random_uniform(random);
}

static double density_checkerboard(const double *point) {
    double column = floor(point[0]) + 2, row = floor(point[1]) + 2;
    bool inside = column >= 0 && column < 4 && row >= 0 && row < 4;
    return inside && ((int)column + (int)row) % 2 == 0 ? -log(8) : -INFINITY;
}

static const struct density_target checkerboard = {"checkerboard", draw_checkerboard, density_checkerboard};

/* ---- a pinwheel: five arms, turned the more the farther out ----
 *
 * Each arm is a normal around (1, 0) with deviations 0.3 along and 0.1 across, turned by its fifth of a
 * circle and by exp(r)/4, and made twice as large. Elsewhere the angle depends on the first coordinate in the
 * place of the radius r; so the map keeps areas, and the density is known. */

enum { ARMS = 5 };
static const double ALONG = 0.3, ACROSS = 0.1, TURN = 0.25, SIZE = 2;

static void draw_pinwheel(struct random_stream *random, double *point) {
    double arm = 2 * PI * random_below(random, ARMS) / ARMS;
    double x = 1 + ALONG * random_normal(random), y = ACROSS * random_normal(random), radius = hypot(x, y);
    place(SIZE * radius, atan2(y, x) + arm + TURN * exp(radius), point);
}

static double density_pinwheel(const double *point) {
    double logs[ARMS];
    double radius = hypot(point[0], point[1]) / SIZE;
    double angle = atan2(point[1], point[0]) - TURN * exp(radius);
    for (int i = 0; i < ARMS; i++) {
        double straight[2];
        place(radius, angle - 2 * PI * i / ARMS, straight);
        logs[i] = log_normal(straight[0], 1, ALONG) + log_normal(straight[1], 0, ACROSS);
    }
    return log_sum(logs, ARMS) - log(ARMS) - 2 * log(SIZE);
}

static const struct density_target pinwheel = {"pinwheel", draw_pinwheel, density_pinwheel};

/* ---- the list ---- */

const struct density_target *const density_targets[] = {
    &gaussian, &two_gaussians, &eight_gaussians, &ring, &two_moons, &checkerboard, &pinwheel, NULL,
};

const struct density_target *density_target_find(const char *name) {
    const struct density_target *const *target = density_targets;
    while (*target != NULL && strcmp((*target)->name, name) != 0) {
        target++;
    }
    return *target;
}
