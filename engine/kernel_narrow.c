/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Vectors are the compiler's, 16 floats long, and hold 16 input channels of a pixel. The three image rows
 * that an output row looks at are kept in a ring of copies with a zero pixel at each end, so borders need no
 * code of their own and the inner loops run over memory in order.
 */
#include "engine/kernel_narrow.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { LANES = KERNEL_BLOCK, SIDE = 3, TAPS = SIDE * SIDE, OUT = 3, TILE = 4, WIDE_TILE = 8 };
enum { MAX_BLOCKS = 8, MAX_WIDTH = 64, ROW = (MAX_WIDTH + 2) * LANES };

typedef float vector __attribute__((vector_size(4 * LANES)));

static inline vector load(const float *data) {
    vector value;
    memcpy(&value, data, sizeof value);
    return value;
}

static inline void store(float *data, vector value) {
    memcpy(data, &value, sizeof value);
}

bool kernel_narrow_fits(const struct kernel_convolution *shape) {
    return sizeof(real) == sizeof(float) && shape->kernel == SIDE && shape->stride == 1 &&
           shape->channels_in % LANES == 0 && shape->channels_in <= MAX_BLOCKS * LANES &&
           shape->channels_out == OUT && shape->out == KERNEL_PLAIN && shape->width % WIDE_TILE == 0 &&
           shape->width <= MAX_WIDTH && shape->height <= MAX_WIDTH;
}

/* Where channel block `block` of pixel (i, j) of an image starts, counted in values from the image's first.
 */
static size_t place(const struct kernel_convolution *s, int block, int i, int j) {
    size_t pixel = (size_t)(i * s->width + j);
    if (s->in == KERNEL_PLAIN) {
        return pixel * (size_t)s->channels_in + (size_t)(block * LANES);
    }
    return ((size_t)(block * s->height * s->width) + pixel) * LANES;
}

/* The ring: row i of the image is in slot (i + 1) % SIDE, [block][pixel + 1][lane]. */
struct ring {
    float rows[SIDE][MAX_BLOCKS][ROW] __attribute__((aligned(64)));
};

/* Puts image row i (zeros outside the image) into its slot. */
static void ring_load(struct ring *ring, const struct kernel_convolution *s, const float *image, int i) {
    bool inside = i >= 0 && i < s->height;
    for (int block = 0; block < s->channels_in / LANES; block++) {
        float *row = ring->rows[(i + 1) % SIDE][block];
        memset(row, 0, LANES * sizeof *row);
        memset(row + (s->width + 1) * LANES, 0, LANES * sizeof *row);
        if (!inside) {
            memset(row + LANES, 0, (size_t)(s->width * LANES) * sizeof *row);
            continue;
        }
        for (int j = 0; j < s->width; j++) {
            store(row + (j + 1) * LANES, load(image + place(s, block, i, j)));
        }
    }
}

/* Makes the ring hold rows i-1, i, i+1; rows come in order. */
static void ring_advance(struct ring *ring, const struct kernel_convolution *s, const float *image, int i) {
    if (i == 0) {
        ring_load(ring, s, image, -1);
        ring_load(ring, s, image, 0);
    }
    ring_load(ring, s, image, i + 1);
}

/* Weights as vectors over the input channels: [block][tap][out][lane] from [tap][cin][out]. */
static void gather_weights(const struct kernel_convolution *s, const float *w, float *out) {
    int blocks = s->channels_in / LANES;
    for (int i = 0; i < blocks * TAPS * OUT * LANES; i++) {
        int lane = i % LANES, o = i / LANES % OUT, tap = i / (LANES * OUT) % TAPS,
            block = i / (LANES * OUT * TAPS);
        out[i] = w[(tap * s->channels_in + block * LANES + lane) * OUT + o];
    }
}

/* Lane k of the result is the sum of the lanes of v[k]: sixteen horizontal sums as a tree of pairwise ones.
 */
static inline vector add_pairs(vector a, vector b) {
    return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) +
           __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

/* Lane k of the result is the sum of the lanes of v[k]: sixteen horizontal sums as a tree of pairwise ones.
 */
static inline vector sum_each(const vector v[LANES]) {
    vector half[LANES / 2], quarter[LANES / 4];
#pragma GCC unroll 8
    for (int k = 0; k < LANES / 2; k++) {
        half[k] = add_pairs(v[2 * k], v[2 * k + 1]);
    }
#pragma GCC unroll 4
    for (int k = 0; k < LANES / 4; k++) {
        quarter[k] = add_pairs(half[2 * k], half[2 * k + 1]);
    }
    return add_pairs(add_pairs(quarter[0], quarter[1]), add_pairs(quarter[2], quarter[3]));
}

/* Four output pixels from column j on: lanes 0 .. 11 of the result, channel fastest. */
static inline vector forward_tile(const struct ring *ring, const float *weights, int blocks, int i, int j) {
    vector sums[LANES] = {{0}};
    for (int block = 0; block < blocks; block++) {
        for (int a = 0; a < SIDE; a++) {
            const float *row = ring->rows[(i + a) % SIDE][block] + j * LANES;
            const float *taps = weights + (block * TAPS + a * SIDE) * OUT * LANES;
            for (int c = 0; c < SIDE; c++) {
                vector w0 = load(taps), w1 = load(taps + LANES), w2 = load(taps + 2 * LANES);
                taps += OUT * LANES;
                for (int k = 0; k < TILE; k++) {
                    vector pixel = load(row + (k + c) * LANES);
                    sums[k * OUT] += pixel * w0;
                    sums[k * OUT + 1] += pixel * w1;
                    sums[k * OUT + 2] += pixel * w2;
                }
            }
        }
    }
    return sum_each(sums);
}

void kernel_narrow_forward(const struct kernel_convolution *shape, const real *x, const real *w,
                           const real *b, real *y) {
    const struct kernel_convolution *s = shape;
    int blocks = s->channels_in / LANES, pixels = s->height * s->width;
    float weights[MAX_BLOCKS * TAPS * OUT * LANES] __attribute__((aligned(64)));
    struct ring ring;
    assert(kernel_narrow_fits(s));
    gather_weights(s, (const float *)w, weights);
    vector bias = {0};
    for (int k = 0; k < TILE * OUT && b != NULL; k++) {
        bias[k] = (float)b[k % OUT];
    }
    for (int row = 0; row < s->batch * s->height; row++) {
        int i = row % s->height;
        size_t image = (size_t)(row / s->height) * (size_t)pixels;
        ring_advance(&ring, s, (const float *)x + image * (size_t)s->channels_in, i);
        real *out = y + (image + (size_t)(i * s->width)) * OUT;
        for (int j = 0; j < s->width; j += TILE) {
            float tile[LANES];
            store(tile, forward_tile(&ring, weights, blocks, i, j) + bias);
            memcpy(out + j * OUT, tile, TILE * OUT * sizeof *out);
        }
        for (int k = 0; k < s->width * OUT && s->slope != 1; k++) {
            out[k] = out[k] < 0 ? s->slope * out[k] : out[k];
        }
    }
}

/* The gradient of eight pixels of one channel block. `rows` are the output gradients of image rows i+1, i,
 * i-1, from column j-1 on: pixel k takes from output column k+1-c through tap column c. */
static inline void backward_tile(const float *const rows[SIDE], const float *taps,
                                 float *const out[WIDE_TILE]) {
    vector sums[WIDE_TILE] = {{0}};
    for (int tap = 0; tap < TAPS; tap++) {
        const float *dy = rows[tap / SIDE] + (2 - tap % SIDE) * OUT;
        for (int o = 0; o < OUT; o++) {
            vector weight = load(taps + (tap * OUT + o) * LANES);
            for (int k = 0; k < WIDE_TILE; k++) {
                sums[k] += dy[k * OUT + o] * weight;
            }
        }
    }
    for (int k = 0; k < WIDE_TILE; k++) {
        store(out[k], sums[k]);
    }
}

void kernel_narrow_backward_data(const struct kernel_convolution *shape, const real *dy, const real *w,
                                 real *dx) {
    enum { PITCH = (MAX_WIDTH + 2) * OUT };
    const struct kernel_convolution *s = shape;
    int blocks = s->channels_in / LANES, pixels = s->height * s->width;
    float weights[MAX_BLOCKS * TAPS * OUT * LANES] __attribute__((aligned(64)));
    float padded[MAX_WIDTH + 2][PITCH] = {{0}}; /* an image of output gradients with zeros around it */
    assert(kernel_narrow_fits(s));
    gather_weights(s, (const float *)w, weights);
    for (int image = 0; image < s->batch; image++) {
        const real *gradient = dy + (size_t)image * (size_t)(pixels * OUT);
        float *target = (float *)dx + (size_t)image * (size_t)pixels * (size_t)s->channels_in;
        for (int i = 0; i < s->height; i++) {
            memcpy(padded[i + 1] + OUT, gradient + i * s->width * OUT,
                   (size_t)(s->width * OUT) * sizeof(float));
        }
        for (int tile = 0; tile < pixels * blocks; tile += WIDE_TILE) {
            int block = tile / pixels, i = tile % pixels / s->width, j = tile % s->width;
            const float *const rows[SIDE] = {padded[i + 2] + j * OUT, padded[i + 1] + j * OUT,
                                             padded[i] + j * OUT};
            float *out[WIDE_TILE];
            for (int k = 0; k < WIDE_TILE; k++) {
                out[k] = target + place(s, block, i, j + k);
            }
            backward_tile(rows, weights + block * TAPS * OUT * LANES, out);
        }
    }
}

void kernel_narrow_backward_weights(const struct kernel_convolution *shape, const real *x, const real *dy,
                                    real *dw) {
    const struct kernel_convolution *s = shape;
    int blocks = s->channels_in / LANES, pixels = s->height * s->width;
    struct ring ring;
    vector sums[MAX_BLOCKS][TAPS * OUT] = {{{0}}};
    assert(kernel_narrow_fits(s));
    for (int row = 0; row < s->batch * s->height; row++) {
        int i = row % s->height;
        size_t image = (size_t)(row / s->height) * (size_t)pixels;
        ring_advance(&ring, s, (const float *)x + image * (size_t)s->channels_in, i);
        const real *gradient = dy + (image + (size_t)(i * s->width)) * OUT;
        for (int block = 0; block < blocks; block++) {
            const float *rows[SIDE] = {ring.rows[i % SIDE][block], ring.rows[(i + 1) % SIDE][block],
                                       ring.rows[(i + 2) % SIDE][block]};
            vector local[TAPS * OUT]; /* stays in registers along a row */
            memcpy(local, sums[block], sizeof local);
            for (int j = 0; j < s->width; j++) {
                float d0 = (float)gradient[j * OUT], d1 = (float)gradient[j * OUT + 1];
                float d2 = (float)gradient[j * OUT + 2];
                for (int tap = 0; tap < TAPS; tap++) {
                    vector pixel = load(rows[tap / SIDE] + (j + tap % SIDE) * LANES);
                    local[tap * OUT] += pixel * d0;
                    local[tap * OUT + 1] += pixel * d1;
                    local[tap * OUT + 2] += pixel * d2;
                }
            }
            memcpy(sums[block], local, sizeof local);
        }
    }
    for (int i = 0; i < TAPS * s->channels_in * OUT; i++) {
        int o = i % OUT, channel = i / OUT % s->channels_in, tap = i / (OUT * s->channels_in);
        dw[i] = (real)sums[channel / LANES][tap * OUT + o][channel % LANES];
    }
}
