/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A vector holds neighbouring input channels of a pixel, below called a block. The three image rows that an
 * output row looks at are kept in a ring of copies with a zero pixel at each end, so borders need no code of
 * their own and the inner loops run over memory in order.
 */
#include "engine/kernel_narrow.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "engine/vector.h"

enum { LANES = VECTOR_WIDTH, SIDE = 3, TAPS = SIDE * SIDE, OUT = 3, TILE = 4, WIDE_TILE = 8 };
enum { MAX_CHANNELS = 256, MAX_BLOCKS = MAX_CHANNELS / LANES, MAX_WIDTH = 64, ROW = (MAX_WIDTH + 2) * LANES };

static bool fits(const struct kernel_convolution *shape) {
    return !shape->half && !shape->upsample && shape->kernel == SIDE && shape->stride == 1 &&
           shape->channels_in % KERNEL_BLOCK == 0 && shape->channels_in <= MAX_CHANNELS &&
           shape->channels_out == OUT && shape->out == KERNEL_PLAIN && shape->width % WIDE_TILE == 0 &&
           shape->width <= MAX_WIDTH && shape->height <= MAX_WIDTH;
}

/* Where block `block` of pixel (i, j) of an image starts, counted in values from the image's first. */
static size_t place(const struct kernel_convolution *s, int block, int i, int j) {
    int pixel = i * s->width + j, channel = block * LANES;
    if (s->in == KERNEL_PLAIN) {
        return (size_t)(pixel * s->channels_in + channel);
    }
    int map = channel / KERNEL_BLOCK * s->height * s->width;
    return (size_t)((map + pixel) * KERNEL_BLOCK + channel % KERNEL_BLOCK);
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
            vector_store(row + (j + 1) * LANES, vector_load(image + place(s, block, i, j)));
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

/* Four output pixels from column j on: 4 x 3 numbers, channel fastest, and some that mean nothing. `bias` is
 * laid out likewise. */
static inline void forward_tile(const struct ring *ring, const float *weights, const float bias[KERNEL_BLOCK],
                                int blocks, int i, int j, float tile[KERNEL_BLOCK]) {
    vector sums[KERNEL_BLOCK] = {{0}};
    for (int block = 0; block < blocks; block++) {
        for (int a = 0; a < SIDE; a++) {
            const float *row = ring->rows[(i + a) % SIDE][block] + j * LANES;
            const float *taps = weights + (block * TAPS + a * SIDE) * OUT * LANES;
            for (int c = 0; c < SIDE; c++) {
                vector w0 = vector_load(taps), w1 = vector_load(taps + LANES),
                       w2 = vector_load(taps + 2 * LANES);
                taps += OUT * LANES;
                for (int k = 0; k < TILE; k++) {
                    vector pixel = vector_load(row + (k + c) * LANES);
                    sums[k * OUT] += pixel * w0;
                    sums[k * OUT + 1] += pixel * w1;
                    sums[k * OUT + 2] += pixel * w2;
                }
            }
        }
    }
    for (int k = 0; k < KERNEL_BLOCK; k += LANES) {
        vector_store(tile + k, vector_sum_each(sums + k) + vector_load(bias + k));
    }
}

static void forward(const struct kernel_convolution *shape, const real *x, const real *w, const real *b,
                    real *y) {
    const struct kernel_convolution *s = shape;
    int blocks = s->channels_in / LANES, pixels = s->height * s->width;
    float weights[MAX_BLOCKS * TAPS * OUT * LANES] __attribute__((aligned(64)));
    struct ring ring;
    assert(fits(s));
    gather_weights(s, (const float *)w, weights);
    float bias[KERNEL_BLOCK] = {0};
    for (int k = 0; k < TILE * OUT && b != NULL; k++) {
        bias[k] = (float)b[k % OUT];
    }
    for (size_t row = 0; row < (size_t)s->batch * (size_t)s->height; row++) {
        int i = (int)(row % (size_t)s->height);
        size_t image = row / (size_t)s->height * (size_t)pixels;
        ring_advance(&ring, s, (const float *)x + image * (size_t)s->channels_in, i);
        real *out = y + (image + (size_t)(i * s->width)) * OUT;
        for (int j = 0; j < s->width; j += TILE) {
            float tile[KERNEL_BLOCK];
            forward_tile(&ring, weights, bias, blocks, i, j, tile);
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
            vector weight = vector_load(taps + (tap * OUT + o) * LANES);
            for (int k = 0; k < WIDE_TILE; k++) {
                sums[k] += dy[k * OUT + o] * weight;
            }
        }
    }
    for (int k = 0; k < WIDE_TILE; k++) {
        vector_store(out[k], sums[k]);
    }
}

static void backward_data(const struct kernel_convolution *shape, const real *dy, const real *w, real *dx) {
    enum { PITCH = (MAX_WIDTH + 2) * OUT };
    const struct kernel_convolution *s = shape;
    int blocks = s->channels_in / LANES, pixels = s->height * s->width;
    float weights[MAX_BLOCKS * TAPS * OUT * LANES] __attribute__((aligned(64)));
    float padded[MAX_WIDTH + 2][PITCH] = {{0}}; /* an image of output gradients with zeros around it */
    assert(fits(s));
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

/* Adds to the nine sums [tap][out] of a row of taps what an image row gives them: `row` from one pixel before
 * the first. */
static inline void sum_row(const float *row, const real *dy, int width, vector sums[SIDE * OUT]) {
    vector local[SIDE * OUT]; /* stays in registers */
    memcpy(local, sums, sizeof local);
    for (int j = 0; j < width; j++) {
        float d0 = (float)dy[j * OUT], d1 = (float)dy[j * OUT + 1], d2 = (float)dy[j * OUT + 2];
        for (int tap = 0; tap < SIDE; tap++) {
            vector pixel = vector_load(row + (j + tap) * LANES);
            local[tap * OUT] += pixel * d0;
            local[tap * OUT + 1] += pixel * d1;
            local[tap * OUT + 2] += pixel * d2;
        }
    }
    memcpy(sums, local, sizeof local);
}

static void backward_weights(const struct kernel_convolution *shape, const real *x, const real *dy,
                             real *dw) {
    const struct kernel_convolution *s = shape;
    int blocks = s->channels_in / LANES, pixels = s->height * s->width;
    struct ring ring;
    vector sums[MAX_BLOCKS][TAPS * OUT] = {{{0}}};
    assert(fits(s));
    for (size_t row = 0; row < (size_t)s->batch * (size_t)s->height; row++) {
        int i = (int)(row % (size_t)s->height);
        size_t image = row / (size_t)s->height * (size_t)pixels;
        ring_advance(&ring, s, (const float *)x + image * (size_t)s->channels_in, i);
        const real *gradient = dy + (image + (size_t)(i * s->width)) * OUT;
        for (int part = 0; part < blocks * SIDE; part++) { /* three taps in a row of one block */
            int block = part / SIDE, a = part % SIDE;
            sum_row(ring.rows[(i + a) % SIDE][block], gradient, s->width, sums[block] + a * SIDE * OUT);
        }
    }
    for (int i = 0; i < TAPS * s->channels_in * OUT; i++) {
        int o = i % OUT, channel = i / OUT % s->channels_in, tap = i / (OUT * s->channels_in);
        dw[i] = (real)sums[channel / LANES][tap * OUT + o][channel % LANES];
    }
}

const struct kernel_way KERNELS_PART(kernel_narrow) = {"narrow", fits, forward, backward_data,
                                                       backward_weights};
