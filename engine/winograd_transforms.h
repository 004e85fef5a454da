/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The transforms of Winograd's convolutions (kernel_winograd.h), in one dimension: four outputs y of three
 * weights w over a patch d of the input are
 *     y = A' (G w * B' d)
 * with * element by element and ' for the transpose. The adjoints follow: dd = B (G w * A dy) and
 * dw = G' (B' d * A dy). Below, _input is B', _weights G and _output A'; an _adjoint is the transpose of
 * each.
 */
#ifndef HAMBENCH_ENGINE_WINOGRAD_TRANSFORMS_H
#define HAMBENCH_ENGINE_WINOGRAD_TRANSFORMS_H

#include "engine/vector.h"

/* Pixels that four outputs depend on and products that they need, of a full image and of a small one that is
 * upsampled. */
enum { FULL_PATCH = 6, FULL_PRODUCTS = 6, SMALL_PATCH = 4, SMALL_PRODUCTS = 5 };

/* From in[0], in[1], .. to out[0], out[1], .. */
typedef void transform(const vector *in, vector *out);

/* ---- full images: 6 -> 4 with 6 products ----
 *
 * Toom and Cook's interpolation in the points 0, +-r, +-1/r and infinity with r = sqrt(1/2). Points whose
 * product is one keep the rounding error at twice that of a direct convolution; the customary 0, +-1, +-2
 * have twice as much again (compare B. Barabasz et al., arXiv 1803.10986). */

static const float R = 0.707106781186547524F;
static const float INVERSE_R = 1.414213562373095049F;

ALWAYS_INLINE void full_input(const vector *d, vector *v) {
    vector even = d[4] - 2 * d[2], odd = R * (d[3] - 2 * d[1]);
    vector other_even = d[4] - 0.5F * d[2], other_odd = INVERSE_R * (d[3] - 0.5F * d[1]);
    v[0] = d[0] - 2.5F * d[2] + d[4];
    v[1] = even + odd;
    v[2] = even - odd;
    v[3] = other_even + other_odd;
    v[4] = other_even - other_odd;
    v[5] = d[1] - 2.5F * d[3] + d[5];
}

ALWAYS_INLINE void full_weights(const vector *w, vector *u) {
    const float scale = -2.0F / 3, other_scale = 1.0F / 6;
    vector even = scale * (w[0] + 0.5F * w[2]), odd = (scale * R) * w[1];
    vector other_even = other_scale * (w[0] + 2 * w[2]), other_odd = (other_scale * INVERSE_R) * w[1];
    u[0] = w[0];
    u[1] = even + odd;
    u[2] = even - odd;
    u[3] = other_even + other_odd;
    u[4] = other_even - other_odd;
    u[5] = w[2];
}

ALWAYS_INLINE void full_weights_adjoint(const vector *u, vector *w) {
    const float scale = -2.0F / 3, other_scale = 1.0F / 6;
    vector even = scale * (u[1] + u[2]), odd = (scale * R) * (u[1] - u[2]);
    vector other_even = other_scale * (u[3] + u[4]), other_odd = (other_scale * INVERSE_R) * (u[3] - u[4]);
    w[0] = u[0] + even + other_even;
    w[1] = odd + other_odd;
    w[2] = 0.5F * even + 2 * other_even + u[5];
}

ALWAYS_INLINE void full_output(const vector *m, vector *y) {
    vector even = m[1] + m[2], odd = R * (m[1] - m[2]);
    vector other_even = m[3] + m[4], other_odd = INVERSE_R * (m[3] - m[4]);
    y[0] = m[0] + even + other_even;
    y[1] = odd + other_odd;
    y[2] = 0.5F * even + 2 * other_even;
    y[3] = 0.5F * odd + 2 * other_odd + m[5];
}

ALWAYS_INLINE void full_output_adjoint(const vector *y, vector *m) {
    vector even = y[0] + 0.5F * y[2], odd = R * (y[1] + 0.5F * y[3]);
    vector other_even = y[0] + 2 * y[2], other_odd = INVERSE_R * (y[1] + 2 * y[3]);
    m[0] = y[0];
    m[1] = even + odd;
    m[2] = even - odd;
    m[3] = other_even + other_odd;
    m[4] = other_even - other_odd;
    m[5] = y[3];
}

/* ---- small images, upsampled: 4 -> 4 with 5 products ----
 *
 * Four outputs over the pixels x0 x1 x1 x2 x2 x3. With s = (w0 + w1 + w2) / 2, h = (w0 - w2) / 2, k = w1 / 2
 *   y0 = w0 (x0 - x2) + s (x1 + x2) - (h - k)(x1 - x2)
 *   y1 =                s (x1 + x2) + (h + k)(x1 - x2)
 *   y2 =                s (x1 + x2) + (h - k)(x1 - x2)
 *   y3 = w2 (x3 - x1) + s (x1 + x2) - (h + k)(x1 - x2)
 * in which five products appear: the upsampled polynomial vanishes at -1, so interpolation needs one point
 * less, and what is left can be written without a constant but 1/2. */

ALWAYS_INLINE void small_input(const vector *x, vector *v) {
    v[0] = x[0] - x[2];
    v[1] = x[1] + x[2];
    v[2] = x[1] - x[2];
    v[3] = v[2];
    v[4] = x[3] - x[1];
}

ALWAYS_INLINE void small_input_adjoint(const vector *v, vector *x) {
    vector difference = v[2] + v[3];
    x[0] = v[0];
    x[1] = v[1] + difference - v[4];
    x[2] = v[1] - difference - v[0];
    x[3] = v[4];
}

ALWAYS_INLINE void small_weights(const vector *w, vector *u) {
    vector h = 0.5F * (w[0] - w[2]), k = 0.5F * w[1];
    u[0] = w[0];
    u[1] = 0.5F * (w[0] + w[1] + w[2]);
    u[2] = h - k;
    u[3] = h + k;
    u[4] = w[2];
}

ALWAYS_INLINE void small_weights_adjoint(const vector *u, vector *w) {
    vector s = 0.5F * u[1], h = 0.5F * (u[2] + u[3]);
    w[0] = u[0] + s + h;
    w[1] = s + 0.5F * (u[3] - u[2]);
    w[2] = u[4] + s - h;
}

ALWAYS_INLINE void small_output(const vector *m, vector *y) {
    y[0] = m[0] + m[1] - m[2];
    y[1] = m[1] + m[3];
    y[2] = m[1] + m[2];
    y[3] = m[4] + m[1] - m[3];
}

ALWAYS_INLINE void small_output_adjoint(const vector *y, vector *m) {
    m[0] = y[0];
    m[1] = y[0] + y[1] + y[2] + y[3];
    m[2] = y[2] - y[0];
    m[3] = y[1] - y[3];
    m[4] = y[3];
}

#endif
