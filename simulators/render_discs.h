/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Images of soft-edged discs over a grey background.
 *
 * The canvas [-F, F]^2 is mapped to the unit square without a flip: rows grow with y. Pixel (i, j) samples
 * the point (j / 31, i / 31), so the corner pixels are the corners of the canvas. With distance d_k of that
 * point from the centre of disc k and radius rho_k, both in units of the canvas side,
 *     a_k = 1 / (1 + exp(80 (d_k - rho_k)))
 *     pixel = sum_k [prod_{l<k} (1 - a_l)] a_k C_k + [prod_l (1 - a_l)] B
 * Disc 0 is in front. B = (0.321, 0.349, 0.368). Values are in [0, 1]; 8-bit images store floor(255 value).
 */
#ifndef HAMBENCH_SIMULATORS_RENDER_DISCS_H
#define HAMBENCH_SIMULATORS_RENDER_DISCS_H

#include "simulators/simulator.h"

struct render_disc {
    double x, y, radius; /* in units of the canvas side, origin at its lower corner */
    double color[IMAGE_CHANNELS];
};

/* Radius of the disc whose area is `mass`. */
double render_discs_radius(double mass);

/* The colour of index `index` out of `colors`: hue index / colors at full saturation and value. */
void render_discs_color(int index, int colors, double color[IMAGE_CHANNELS]);

/* B, what is seen where there is no disc. */
extern const double render_discs_background[IMAGE_CHANNELS];

/* Pixels of rows top .. bottom - 1 and columns left .. right - 1. */
struct render_patch {
    int top, bottom, left, right;
};

/* The opacity a of a disc at the pixels of a patch, row by row, and how it changes with the disc's place,
 * da/dx and da/dy per canvas side; each [rows x columns of the patch]. */
void render_discs_opacity(const struct render_disc *disc, const struct render_patch *patch, double *opacity,
                          double *along_x, double *along_y);

/* The discs of a state in units of the canvas: `discs` [bodies]. */
void render_discs_place(const struct simulator *simulator, const struct trajectory_setup *setup,
                        const double *state, struct render_disc *discs);

/* The image before quantisation. */
void render_discs_values(const struct render_disc *discs, int count, double values[IMAGE_VALUES]);

/* The 8-bit image, bit for bit floor(255 value) of render_discs_values, several times faster. */
void render_discs_bytes(const struct render_disc *discs, int count, uint8_t image[IMAGE_VALUES]);

/* `draw` of every system of discs. */
void render_discs_draw(const struct simulator *simulator, const struct trajectory_setup *setup,
                       const double *state, uint8_t image[IMAGE_VALUES]);

#endif
