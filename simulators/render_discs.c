/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulators/render_discs.h"

#include <math.h>
#include <string.h>

#include "simulators/vector.h"
#include "support/elementary.h"

static const double PI = 3.14159265358979323846;
static const double SHARPNESS = 80.0;
const double render_discs_background[IMAGE_CHANNELS] = {0.321, 0.349, 0.368};

double render_discs_radius(double mass) {
    return sqrt(mass / PI);
}

static double clamp(double value) {
    return fmin(fmax(value, 0.0), 1.0);
}

void render_discs_color(int index, int colors, double color[IMAGE_CHANNELS]) {
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

/* Pixels are computed in spans of neighbours in a row, which become vector code: whole runs of RUN. */
enum { RUN = 8, RUNS = IMAGE_SIDE / RUN };

/* Values of the pixels of a row, one array per colour. */
struct row {
    double value[IMAGE_CHANNELS][IMAGE_SIDE];
};

/* The point that a row or column samples. */
VECTOR_PART double grid(int index) {
    return (double)index / (double)(IMAGE_SIDE - 1);
}

VECTOR_PART double square(double value) {
    return value * value;
}

/* Beyond this exponent an opacity is below 1e-299, and e^x would overflow. */
static const double STEEPEST = 690.0;

/* da/dx = 80 a (1 - a) (X - x) / d for the pixel's place X: towards the pixel its opacity grows. At the
 * centre of the disc, where d is 0, the numerator is, too. */
VECTOR_CLONES void render_discs_opacity(const struct render_disc *disc, const struct render_patch *patch,
                                        double *opacity, double *along_x, double *along_y) {
    const struct render_disc at = *disc;
    int columns = patch->right - patch->left;
    for (int row = patch->top; row < patch->bottom; row++) {
        double up = grid(row) - at.y;
        for (int i = 0; i < columns; i++) {
            double across = grid(patch->left + i) - at.x;
            double distance = sqrt(square(across) + square(up));
            double exponent = SHARPNESS * (distance - at.radius);
            double a = 1.0 / (1.0 + elementary_exp_within(exponent < STEEPEST ? exponent : STEEPEST));
            double slope = SHARPNESS * a * (1.0 - a) / (distance > 1e-12 ? distance : 1e-12);
            opacity[i] = a;
            along_x[i] = slope * across;
            along_y[i] = slope * up;
        }
        opacity += columns;
        along_x += columns;
        along_y += columns;
    }
}

/* Columns from .. to-1 of a row. */
VECTOR_PART void compute_span(const struct render_disc *discs, int count, int row, int from, int to,
                              struct row *out) {
    double behind[IMAGE_SIDE]; /* how much of what lies behind the discs so far is seen */
    double red[IMAGE_SIDE], green[IMAGE_SIDE], blue[IMAGE_SIDE];
    for (int i = from; i < to; i++) {
        behind[i] = 1.0;
        red[i] = green[i] = blue[i] = 0.0;
    }
    for (int k = 0; k < count; k++) {
        const struct render_disc disc = discs[k];
        double height = square(disc.y - grid(row));
        for (int i = from; i < to; i++) {
            double distance = sqrt(square(disc.x - grid(i)) + height);
            double exponent = SHARPNESS * (distance - disc.radius);
            double opacity = 1.0 / (1.0 + elementary_exp_within(exponent < STEEPEST ? exponent : STEEPEST));
            double seen = behind[i] * opacity;
            red[i] += seen * disc.color[0];
            green[i] += seen * disc.color[1];
            blue[i] += seen * disc.color[2];
            behind[i] *= 1.0 - opacity;
        }
    }
    for (int i = from; i < to; i++) {
        out->value[0][i] = red[i] + behind[i] * render_discs_background[0];
        out->value[1][i] = green[i] + behind[i] * render_discs_background[1];
        out->value[2][i] = blue[i] + behind[i] * render_discs_background[2];
    }
}

VECTOR_CLONES void render_discs_values(const struct render_disc *discs, int count,
                                       double values[IMAGE_VALUES]) {
    for (int i = 0; i < IMAGE_SIDE; i++) {
        struct row row;
        compute_span(discs, count, i, 0, IMAGE_SIDE, &row);
        for (int k = 0; k < IMAGE_SIDE * IMAGE_CHANNELS; k++) {
            *values++ = row.value[k % IMAGE_CHANNELS][k / IMAGE_CHANNELS];
        }
    }
}

/* The square of the distance from which on n discs together cannot change a background byte.
 *
 * Beyond d - rho = ln(1e5 n) / 80 each opacity is below 1e-5 / n. The pixel differs from B by at most
 * 1 - prod (1 - a_l) <= sum a_l < 1e-5 in each channel (colours and B are in [0, 1]), so 255 value moves by
 * less than 0.00255. 255 B = (81.855, 88.995, 93.84) has at least 0.005 to the next integer above and more
 * below: the floor stays. Rounding is smaller by ten orders of magnitude. */
VECTOR_PART double reach_squared(const struct render_disc *disc, int count) {
    return square(disc->radius + elementary_log(1e5 * (double)count) / SHARPNESS);
}

/* Marks the runs, a bit each, in which a disc reaches a pixel of a row. */
VECTOR_PART unsigned runs_reached(const struct render_disc *discs, const double *reach, int count, double y) {
    unsigned runs = 0;
    for (int k = 0; k < count; k++) {
        double height = square(discs[k].y - y);
        if (height < reach[k]) {
            double half = sqrt(reach[k] - height);
            double low = (discs[k].x - half) * (IMAGE_SIDE - 1),
                   high = (discs[k].x + half) * (IMAGE_SIDE - 1);
            for (int run = 0; run < RUNS; run++) {
                /* One pixel more on both sides than rounding could ask for. */
                runs |= high >= run * RUN - 1 && low <= run * RUN + RUN ? 1u << run : 0;
            }
        }
    }
    return runs;
}

VECTOR_PART void quantise_span(const struct row *row, int from, int to, uint8_t *image) {
    int32_t level[IMAGE_CHANNELS][IMAGE_SIDE];
    for (int c = 0; c < IMAGE_CHANNELS; c++) {
        for (int i = from; i < to; i++) {
            level[c][i] = (int32_t)(255.0 * row->value[c][i]);
        }
    }
    for (int i = from; i < to; i++) {
        image[i * IMAGE_CHANNELS] = (uint8_t)level[0][i];
        image[i * IMAGE_CHANNELS + 1] = (uint8_t)level[1][i];
        image[i * IMAGE_CHANNELS + 2] = (uint8_t)level[2][i];
    }
}

VECTOR_CLONES void render_discs_bytes(const struct render_disc *discs, int count,
                                      uint8_t image[IMAGE_VALUES]) {
    double reach[SIMULATOR_MAX_BODIES];
    uint8_t background[IMAGE_SIDE * IMAGE_CHANNELS];
    for (int k = 0; k < count; k++) {
        reach[k] = reach_squared(&discs[k], count);
    }
    for (int i = 0; i < IMAGE_SIDE * IMAGE_CHANNELS; i++) {
        background[i] = (uint8_t)(255.0 * render_discs_background[i % IMAGE_CHANNELS]);
    }
    for (int i = 0; i < IMAGE_SIDE; i++, image += IMAGE_SIDE * IMAGE_CHANNELS) {
        unsigned reached = runs_reached(discs, reach, count, grid(i));
        struct row row;
        memcpy(image, background, sizeof background);
        for (int first = 0, last; first < RUNS; first = last + 1) {
            for (last = first; last < RUNS && (reached >> last & 1u) != 0; last++) {
            }
            if (last > first) {
                compute_span(discs, count, i, first * RUN, last * RUN, &row);
                quantise_span(&row, first * RUN, last * RUN, image);
            }
        }
    }
}

void render_discs_draw(const struct simulator *simulator, const struct trajectory_setup *setup,
                       const double *state, uint8_t image[IMAGE_VALUES]) {
    struct render_disc discs[SIMULATOR_MAX_BODIES];
    render_discs_place(simulator, setup, state, discs);
    render_discs_bytes(discs, simulator->dynamics->bodies, image);
}
