/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulators/render_discs.h"

#include <math.h>

static const double PI = 3.14159265358979323846;
static const double SHARPNESS = 80.0;
static const double BACKGROUND[FRAME_CHANNELS] = {0.321, 0.349, 0.368};

double render_discs_radius(double mass) {
    return sqrt(mass / PI);
}

static double clamp(double value) {
    return fmin(fmax(value, 0.0), 1.0);
}

void render_discs_color(int index, int colors, double color[FRAME_CHANNELS]) {
    double hue = 6.0 * (double)index / (double)colors;
    color[0] = clamp(fabs(hue - 3.0) - 1.0);
    color[1] = clamp(2.0 - fabs(hue - 2.0));
    color[2] = clamp(2.0 - fabs(hue - 4.0));
}

void render_discs_place(const struct simulator *simulator, const struct trajectory_setup *setup,
                        const double *state, struct render_disc *discs) {
    struct simulator_disc placed[SIMULATOR_MAX_BODIES];
    double half = simulator_canvas(simulator);
    double side = 2.0 * half;
    simulator->dynamics->place(setup->parameters, state, placed);
    for (int k = 0; k < simulator->dynamics->bodies; k++) {
        discs[k].x = (placed[k].x + setup->offset[0] + half) / side;
        discs[k].y = (placed[k].y + setup->offset[1] + half) / side;
        discs[k].radius = placed[k].radius / side;
        render_discs_color(setup->color_index[k], simulator->colors, discs[k].color);
    }
}

/* The point that a row or column samples. */
static double grid(int index) {
    return (double)index / (double)(FRAME_SIDE - 1);
}

static double square(double value) {
    return value * value;
}

static void pixel(const struct render_disc *discs, int count, int row, int column,
                  double value[FRAME_CHANNELS]) {
    double behind = 1.0; /* how much of what lies behind the discs so far is seen */
    value[0] = value[1] = value[2] = 0.0;
    for (int k = 0; k < count; k++) {
        double distance = sqrt(square(discs[k].x - grid(column)) + square(discs[k].y - grid(row)));
        double opacity = 1.0 / (1.0 + exp(SHARPNESS * (distance - discs[k].radius)));
        for (int c = 0; c < FRAME_CHANNELS; c++) {
            value[c] += behind * opacity * discs[k].color[c];
        }
        behind *= 1.0 - opacity;
    }
    for (int c = 0; c < FRAME_CHANNELS; c++) {
        value[c] += behind * BACKGROUND[c];
    }
}

void render_discs_values(const struct render_disc *discs, int count, double values[FRAME_BYTES]) {
    for (int row = 0; row < FRAME_SIDE; row++) {
        for (int column = 0; column < FRAME_SIDE; column++) {
            pixel(discs, count, row, column, &values[(row * FRAME_SIDE + column) * FRAME_CHANNELS]);
        }
    }
}

static uint8_t quantise(double value) {
    return (uint8_t)(255.0 * value);
}

/* The square of the distance from which on n discs together cannot change a background byte.
 *
 * Beyond d - rho = ln(1e5 n) / 80 each opacity is below 1e-5 / n. The pixel differs from B by at most
 * 1 - prod (1 - a_l) <= sum a_l < 1e-5 in each channel (colours and B are in [0, 1]), so 255 value moves by
 * less than 0.00255. 255 B = (81.855, 88.995, 93.84) has at least 0.005 to the next integer above and more
 * below: the floor stays. Rounding is smaller by ten orders of magnitude. */
static double reach_squared(const struct render_disc *disc, int count) {
    return square(disc->radius + log(1e5 * (double)count) / SHARPNESS);
}

static bool sees_disc(const struct render_disc *discs, const double *reach, int count, double x, double y) {
    for (int k = 0; k < count; k++) {
        if (square(discs[k].x - x) + square(discs[k].y - y) < reach[k]) {
            return true;
        }
    }
    return false;
}

void render_discs_bytes(const struct render_disc *discs, int count, uint8_t image[FRAME_BYTES]) {
    double reach[SIMULATOR_MAX_BODIES];
    for (int k = 0; k < count; k++) {
        reach[k] = reach_squared(&discs[k], count);
    }
    for (int row = 0; row < FRAME_SIDE; row++) {
        for (int column = 0; column < FRAME_SIDE; column++) {
            const double *value = BACKGROUND;
            double computed[FRAME_CHANNELS];
            if (sees_disc(discs, reach, count, grid(column), grid(row))) {
                pixel(discs, count, row, column, computed);
                value = computed;
            }
            for (int c = 0; c < FRAME_CHANNELS; c++) {
                *image++ = quantise(value[c]);
            }
        }
    }
}

void render_discs_draw(const struct simulator *simulator, const struct trajectory_setup *setup,
                       const double *state, uint8_t image[FRAME_BYTES]) {
    struct render_disc discs[SIMULATOR_MAX_BODIES];
    render_discs_place(simulator, setup, state, discs);
    render_discs_bytes(discs, simulator->dynamics->bodies, image);
}
