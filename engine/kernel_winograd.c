/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The transforms of one dimension (winograd_transforms.h) come in two sets, for full images and for small
 * ones that are upsampled; what is here is written once and compiled for both. In two dimensions each
 * transform is applied along both axes.
 */
#include "engine/kernel_winograd.h"

#include <string.h>

#include "engine/scratch.h"
#include "engine/vector.h"
#include "engine/winograd_transforms.h"

enum { SIDE = 3, TAPS = SIDE * SIDE, TILE = 4 };
enum { LONGEST = FULL_PRODUCTS, MOST = LONGEST * LONGEST }; /* vectors along one axis, along both */

/* Smaller images are left to direct convolution. They have a few hundredths of the work; but a value that the
 * rounding of float32 puts on the other side of a kink in the activation changes gradients by the more the
 * fewer values a layer has (1e-4 of a parameter's gradient was seen with 8 x 8, 4e-5 without). */
enum { SMALLEST_SIDE = 16 };

/* Tiles taken at once, a multiple of all row counts in multiply_tiles(). Their transforms at 64 channels,
 * 36 x 48 x 64 floats for input and for output, and the weights', 36 x 64 x 64, stay in a second-level cache
 * of 2 MiB. */
enum { GROUP = 48 };

/* ---- two dimensions ---- */

/* A transform of length n -> m along both axes: in [n][n], out [m][m]. */
ALWAYS_INLINE void along_both_axes(transform *apply, int n, int m, const vector *in, vector *out) {
    vector half[MOST];
#pragma GCC unroll 6
    for (int j = 0; j < n; j++) {
        vector column[LONGEST], result[LONGEST];
#pragma GCC unroll 6
        for (int i = 0; i < n; i++) {
            column[i] = in[i * n + j];
        }
        apply(column, result);
#pragma GCC unroll 6
        for (int i = 0; i < m; i++) {
            half[i * n + j] = result[i];
        }
    }
#pragma GCC unroll 6
    for (int i = 0; i < m; i++) {
        apply(half + i * n, out + i * m);
    }
}

/* `count` vectors, `pitch` floats from one to the next. */
ALWAYS_INLINE void load_all(const float *data, size_t pitch, int count, vector *out) {
#pragma GCC unroll 36
    for (int i = 0; i < count; i++) {
        out[i] = vector_load(data + (size_t)i * pitch);
    }
}

ALWAYS_INLINE void store_all(float *data, size_t pitch, int count, const vector *values) {
#pragma GCC unroll 36
    for (int i = 0; i < count; i++) {
        vector_store(data + (size_t)i * pitch, values[i]);
    }
}

/* ---- the work ---- */

/* One convolution taken apart. Spaces are [product][..]: weights [channels in][channels out], inputs
 * [tile][channels in], outputs [tile][channels out], with some floats between products so that these do not
 * compete for the same lines of a cache. */
struct plan {
    bool upsample;
    int height, width; /* of the output */
    int input_height, input_width;
    int channels_in, channels_out;
    int columns, per_image, tiles; /* tiles in a row, an image, all images */
    int products;
    float *weights, *inputs, *outputs;
    size_t weights_pitch, inputs_pitch, outputs_pitch;
};

static size_t spaced(int rows, int columns) {
    return (size_t)rows * (size_t)columns + KERNEL_BLOCK;
}

static struct plan make_plan(const struct kernel_convolution *s) {
    int side = s->upsample ? SMALL_PRODUCTS : FULL_PRODUCTS, scale = s->upsample ? 2 : 1;
    struct plan plan = {
        .upsample = s->upsample,
        .height = s->height,
        .width = s->width,
        .input_height = s->height / scale,
        .input_width = s->width / scale,
        .channels_in = s->channels_in,
        .channels_out = s->channels_out,
        .columns = s->width / TILE,
        .per_image = s->width / TILE * (s->height / TILE),
        .products = side * side,
        .weights_pitch = spaced(s->channels_in, s->channels_out),
        .inputs_pitch = spaced(GROUP, s->channels_in),
        .outputs_pitch = spaced(GROUP, s->channels_out),
    };
    plan.tiles = plan.per_image * s->batch;
    size_t pitches = plan.weights_pitch + plan.inputs_pitch + plan.outputs_pitch;
    plan.weights = scratch(SCRATCH_WINOGRAD, (size_t)plan.products * pitches * sizeof(float));
    plan.inputs = plan.weights + (size_t)plan.products * plan.weights_pitch;
    plan.outputs = plan.inputs + (size_t)plan.products * plan.inputs_pitch;
    return plan;
}

/* [3][3][channels in][channels out] -> the plan's weights, by a transform 3 -> m. */
ALWAYS_INLINE void spread_weights(const struct plan *plan, const float *w, transform *apply, int m) {
    size_t plane = (size_t)plan->channels_in * (size_t)plan->channels_out;
    for (size_t i = 0; i < plane; i += VECTOR_WIDTH) {
        vector taps[TAPS], spread[MOST];
        load_all(w + i, plane, TAPS, taps);
        along_both_axes(apply, SIDE, m, taps, spread);
        store_all(plan->weights + i, plan->weights_pitch, m * m, spread);
    }
}

/* The adjoint: the plan's weights -> [3][3][channels in][channels out]. */
ALWAYS_INLINE void collect_weights(const struct plan *plan, float *w, transform *apply, int m) {
    size_t plane = (size_t)plan->channels_in * (size_t)plan->channels_out;
    for (size_t i = 0; i < plane; i += VECTOR_WIDTH) {
        vector taps[TAPS], spread[MOST];
        load_all(plan->weights + i, plan->weights_pitch, m * m, spread);
        along_both_axes(apply, m, SIDE, spread, taps);
        store_all(w + i, plane, TAPS, taps);
    }
}

/* Where, in a BLOCKED image of some size, the vector that starts at `channel` of pixel 0 lies. */
static inline size_t channel_offset(int channel, int pixels) {
    return (size_t)(channel / KERNEL_BLOCK) * (size_t)pixels * KERNEL_BLOCK +
           (size_t)(channel % KERNEL_BLOCK);
}

/* Where the patch lies that a tile depends on: n x n pixels of the input, all of them in the image but for
 * the first and last row and column. Neighbours overlap by two pixels. */
struct place {
    int row, column;
    size_t image; /* offset of the image's first value */
};

ALWAYS_INLINE struct place find_patch(const struct plan *plan, int tile, int n) {
    int image = tile / plan->per_image, i = tile % plan->per_image, step = n - (SIDE - 1);
    size_t pixels = (size_t)plan->input_height * (size_t)plan->input_width;
    return (struct place){
        .row = i / plan->columns * step - 1,
        .column = i % plan->columns * step - 1,
        .image = (size_t)image * pixels * (size_t)plan->channels_in,
    };
}

/* Tiles first .. first+count-1 of x -> the plan's inputs, by a transform n -> m. */
ALWAYS_INLINE void spread_input(const struct plan *plan, const float *x, int first, int count,
                                transform *apply, int n, int m) {
    static const float zeros[LONGEST * KERNEL_BLOCK];
    for (int t = 0; t < count; t++) {
        struct place at = find_patch(plan, first + t, n);
        bool left = at.column >= 0, right = at.column + n <= plan->input_width;
        for (int channel = 0; channel < plan->channels_in; channel += VECTOR_WIDTH) {
            const float *map = x + at.image + channel_offset(channel, plan->input_height * plan->input_width);
            vector patch[MOST], spread[MOST];
#pragma GCC unroll 6
            for (int a = 0; a < n; a++) {
                int i = at.row + a;
                bool inside = i >= 0 && i < plan->input_height;
                const float *row = inside ? map + (i * plan->input_width + at.column) * KERNEL_BLOCK : zeros;
                patch[a * n] = vector_load(left ? row : zeros);
                load_all(row + KERNEL_BLOCK, KERNEL_BLOCK, n - 2, patch + a * n + 1);
                patch[a * n + n - 1] = vector_load(right ? row + (n - 1) * KERNEL_BLOCK : zeros);
            }
            along_both_axes(apply, n, m, patch, spread);
            store_all(plan->inputs + t * plan->channels_in + channel, plan->inputs_pitch, m * m, spread);
        }
    }
}

ALWAYS_INLINE void add_to(float *sum, vector term) {
    vector_store(sum, vector_load(sum) + term);
}

/* The adjoint, added to dx: patches overlap. */
ALWAYS_INLINE void collect_input(const struct plan *plan, float *dx, int first, int count, transform *apply,
                                 int n, int m) {
    for (int t = 0; t < count; t++) {
        struct place at = find_patch(plan, first + t, n);
        bool left = at.column >= 0, right = at.column + n <= plan->input_width;
        for (int channel = 0; channel < plan->channels_in; channel += VECTOR_WIDTH) {
            float *map = dx + at.image + channel_offset(channel, plan->input_height * plan->input_width);
            vector patch[MOST], spread[MOST];
            load_all(plan->inputs + t * plan->channels_in + channel, plan->inputs_pitch, m * m, spread);
            along_both_axes(apply, m, n, spread, patch);
#pragma GCC unroll 6
            for (int a = 0; a < n; a++) {
                int i = at.row + a;
                if (i < 0 || i >= plan->input_height) {
                    continue;
                }
                float *row = map + (i * plan->input_width + at.column) * KERNEL_BLOCK;
#pragma GCC unroll 6
                for (int c = 0; c < n; c++) {
                    if ((c > 0 || left) && (c < n - 1 || right)) {
                        add_to(row + c * KERNEL_BLOCK, patch[a * n + c]);
                    }
                }
            }
        }
    }
}

/* Offset of the first value of a tile in an image tensor of the output's size. */
static inline size_t tile_offset(const struct plan *plan, int tile) {
    int image = tile / plan->per_image, i = tile % plan->per_image;
    int pixel = i / plan->columns * TILE * plan->width + i % plan->columns * TILE;
    return (size_t)image * (size_t)plan->height * (size_t)plan->width * (size_t)plan->channels_out +
           (size_t)(pixel * KERNEL_BLOCK);
}

/* The plan's outputs -> y = leaky(.. + b), by a transform m -> 4. */
ALWAYS_INLINE void collect_output(const struct plan *plan, const float *b, float slope, float *y, int first,
                                  int count, transform *apply, int m) {
    typedef int lane_mask __attribute__((vector_size(sizeof(vector))));
    size_t row = (size_t)(plan->width * KERNEL_BLOCK);
    for (int t = 0; t < count; t++) {
        float *tile = y + tile_offset(plan, first + t);
        for (int channel = 0; channel < plan->channels_out; channel += VECTOR_WIDTH) {
            vector spread[MOST], out[TILE * TILE];
            vector bias = {0};
            if (b != NULL) {
                bias = vector_load(b + channel);
            }
            load_all(plan->outputs + t * plan->channels_out + channel, plan->outputs_pitch, m * m, spread);
            along_both_axes(apply, m, TILE, spread, out);
#pragma GCC unroll 16
            for (int i = 0; i < TILE * TILE; i++) {
                vector value = out[i] + bias;
                vector positive = (vector)((lane_mask)value & (value > 0));
                out[i] = positive + slope * (value - positive);
            }
            float *to = tile + channel_offset(channel, plan->height * plan->width);
#pragma GCC unroll 4
            for (int i = 0; i < TILE; i++) {
                store_all(to + (size_t)i * row, KERNEL_BLOCK, TILE, out + i * TILE);
            }
        }
    }
}

/* The adjoint: tiles of dy -> the plan's outputs, by a transform 4 -> m. */
ALWAYS_INLINE void spread_output(const struct plan *plan, const float *dy, int first, int count,
                                 transform *apply, int m) {
    size_t row = (size_t)(plan->width * KERNEL_BLOCK);
    for (int t = 0; t < count; t++) {
        const float *tile = dy + tile_offset(plan, first + t);
        for (int channel = 0; channel < plan->channels_out; channel += VECTOR_WIDTH) {
            vector in[TILE * TILE], spread[MOST];
            const float *from = tile + channel_offset(channel, plan->height * plan->width);
#pragma GCC unroll 4
            for (int i = 0; i < TILE; i++) {
                load_all(from + (size_t)i * row, KERNEL_BLOCK, TILE, in + i * TILE);
            }
            along_both_axes(apply, TILE, m, in, spread);
            store_all(plan->outputs + t * plan->channels_out + channel, plan->outputs_pitch, m * m, spread);
        }
    }
}

/* ---- products ---- */

/* How the left matrix of a product lies: its element (row, k) is at row * row_step + k * depth_step. */
struct left_matrix {
    const float *data;
    size_t row_step, depth_step;
};

/* c (+)= a b for some rows of a and some vectors' width of b and c, whose rows are `pitch` floats apart. The
 * sums stay in registers. */
ALWAYS_INLINE void multiply_block(int rows, int vectors, int depth, struct left_matrix a, const float *b,
                                  float *c, size_t pitch, bool add) {
    vector sums[VECTOR_REGISTERS];
#pragma GCC unroll 32
    for (int i = 0; i < rows * vectors; i++) {
        sums[i] = (vector){0};
    }
    for (int k = 0; k < depth; k++) {
        vector right[4];
        load_all(b + (size_t)k * pitch, VECTOR_WIDTH, vectors, right);
#pragma GCC unroll 32
        for (int i = 0; i < rows * vectors; i++) {
            float left = a.data[(size_t)(i / vectors) * a.row_step + (size_t)k * a.depth_step];
            sums[i] += left * right[i % vectors];
        }
    }
#pragma GCC unroll 32
    for (int i = 0; i < rows * vectors; i++) {
        float *out = c + (size_t)(i / vectors) * pitch + i % vectors * VECTOR_WIDTH;
        vector_store(out, add ? sums[i] + vector_load(out) : sums[i]);
    }
}

/* All rows, for as many columns as go in blocks of `vectors` vectors, from `column` on. Returns where that
 * ends. */
ALWAYS_INLINE int multiply_columns(int rows_at_once, int vectors, int rows, int depth, struct left_matrix a,
                                   const float *b, float *c, int column, int columns, bool add) {
    for (; columns - column >= vectors * VECTOR_WIDTH; column += vectors * VECTOR_WIDTH) {
        for (int row = 0; row < rows; row += rows_at_once) {
            struct left_matrix part = a;
            part.data += (size_t)row * a.row_step;
            multiply_block(rows_at_once, vectors, depth, part, b + column,
                           c + (size_t)row * (size_t)columns + column, (size_t)columns, add);
        }
    }
    return column;
}

/* Sums in 3/4 of the registers, in 2/4 where the number of rows is a power of two. */
enum { MANY_SUMS = VECTOR_REGISTERS / 4 * 3, SUMS = VECTOR_REGISTERS / 2 };
enum { WIDE = VECTOR_REGISTERS == 32 ? 4 : 2 }; /* vectors of b at once */
_Static_assert(GROUP % MANY_SUMS == 0, "rows that are rounded up stay within a group");
_Static_assert(KERNEL_BLOCK % SUMS == 0, "no rows are left over where channels are rows");

/* c [tiles][columns] = a [tiles][depth] b [depth][columns]. Rows up to the next multiple of MANY_SUMS may be
 * computed too. */
static void multiply_tiles(int tiles, int depth, int columns, const float *a, const float *b, float *c) {
    struct left_matrix left = {.data = a, .row_step = (size_t)depth, .depth_step = 1};
    int column = 0;
    column = multiply_columns(MANY_SUMS / WIDE, WIDE, tiles, depth, left, b, c, column, columns, false);
    column = multiply_columns(MANY_SUMS / 2, 2, tiles, depth, left, b, c, column, columns, false);
    (void)multiply_columns(MANY_SUMS, 1, tiles, depth, left, b, c, column, columns, false);
}

/* c [rows][columns] (+)= sum over tiles of a [tiles][rows] b [tiles][columns]. */
static void sum_over_tiles(int tiles, int rows, int columns, const float *a, const float *b, float *c,
                           bool add) {
    struct left_matrix left = {.data = a, .row_step = 1, .depth_step = (size_t)rows};
    int column = 0;
    column = multiply_columns(SUMS / WIDE, WIDE, rows, tiles, left, b, c, column, columns, add);
    column = multiply_columns(SUMS / 2, 2, rows, tiles, left, b, c, column, columns, add);
    (void)multiply_columns(SUMS, 1, rows, tiles, left, b, c, column, columns, add);
}

/* ---- the three convolutions ---- */

static bool fits(const struct kernel_convolution *s) {
    bool in = s->in == KERNEL_BLOCKED ? s->channels_in % KERNEL_BLOCK == 0 : s->channels_in == KERNEL_BLOCK;
    bool out =
        s->out == KERNEL_BLOCKED ? s->channels_out % KERNEL_BLOCK == 0 : s->channels_out == KERNEL_BLOCK;
    return !s->half && s->kernel == SIDE && s->stride == 1 && in && out && s->height % TILE == 0 &&
           s->width % TILE == 0 && s->height >= SMALLEST_SIDE && s->width >= SMALLEST_SIDE;
}

static void transform_weights(const struct plan *plan, const float *w) {
    if (plan->upsample) {
        spread_weights(plan, w, small_weights, SMALL_PRODUCTS);
    } else {
        spread_weights(plan, w, full_weights, FULL_PRODUCTS);
    }
}

static void transform_inputs(const struct plan *plan, const float *x, int first, int count) {
    if (plan->upsample) {
        spread_input(plan, x, first, count, small_input, SMALL_PATCH, SMALL_PRODUCTS);
    } else {
        spread_input(plan, x, first, count, full_input, FULL_PATCH, FULL_PRODUCTS);
    }
}

/* The number of tiles from `first` on that are taken at once. */
static int group_size(const struct plan *plan, int first) {
    return plan->tiles - first < GROUP ? plan->tiles - first : GROUP;
}

/* y = A' (U * B' x), U being the plan's weights. */
static void convolve(const struct plan *plan, const float *x, const float *b, float slope, float *y) {
    for (int first = 0; first < plan->tiles; first += GROUP) {
        int count = group_size(plan, first);
        transform_inputs(plan, x, first, count);
        for (int i = 0; i < plan->products; i++) {
            multiply_tiles(count, plan->channels_in, plan->channels_out,
                           plan->inputs + (size_t)i * plan->inputs_pitch,
                           plan->weights + (size_t)i * plan->weights_pitch,
                           plan->outputs + (size_t)i * plan->outputs_pitch);
        }
        if (plan->upsample) {
            collect_output(plan, b, slope, y, first, count, small_output, SMALL_PRODUCTS);
        } else {
            collect_output(plan, b, slope, y, first, count, full_output, FULL_PRODUCTS);
        }
    }
}

static void forward(const struct kernel_convolution *shape, const float *x, const float *w, const float *b,
                    float *y) {
    struct plan plan = make_plan(shape);
    transform_weights(&plan, w);
    convolve(&plan, x, b, shape->slope, y);
}

/* y [columns][rows] = the transpose of x [rows][columns], both multiples of KERNEL_BLOCK, by squares that
 * pass through an array in the nearest cache. */
static void transpose(int rows, int columns, const float *x, float *restrict y) {
    enum { EDGE = KERNEL_BLOCK };
    for (int square = 0; square < rows * columns / (EDGE * EDGE); square++) {
        int row = square / (columns / EDGE) * EDGE, column = square % (columns / EDGE) * EDGE;
        float values[EDGE][EDGE];
        for (int i = 0; i < EDGE; i++) {
            memcpy(values[i], x + (row + i) * columns + column, sizeof values[i]);
        }
        for (int j = 0; j < EDGE; j++) {
            for (int i = 0; i < EDGE; i++) {
                y[(column + j) * rows + row + i] = values[i][j];
            }
        }
    }
}

/* w [9][cin][cout] -> [9][cout][cin] in scratch; the taps in opposite order on request. */
static const float *transpose_weights(const struct kernel_convolution *s, const float *w, bool turn) {
    size_t plane = (size_t)s->channels_in * (size_t)s->channels_out;
    float *out = scratch(SCRATCH_WEIGHTS, TAPS * plane * sizeof *out);
    for (size_t tap = 0; tap < TAPS; tap++) {
        size_t to = turn ? TAPS - 1 - tap : tap;
        transpose(s->channels_in, s->channels_out, w + tap * plane, out + to * plane);
    }
    return out;
}

/* A convolution again, from the output's channels to the input's, with the kernel turned around. */
static void full_backward_data(const struct kernel_convolution *shape, const float *dy, const float *w,
                               float *dx) {
    struct kernel_convolution back = *shape;
    back.channels_in = shape->channels_out;
    back.channels_out = shape->channels_in;
    struct plan plan = make_plan(&back);
    transform_weights(&plan, transpose_weights(shape, w, true));
    convolve(&plan, dy, NULL, 1, dx);
}

/* dx = B (U * A dy), added up over the tiles of dy. Here the plan's weights are [channels out][channels in].
 */
static void small_backward_data(const struct kernel_convolution *shape, const float *dy, const float *w,
                                float *dx) {
    struct plan plan = make_plan(shape);
    transform_weights(&plan, transpose_weights(shape, w, false));
    memset(dx, 0, kernel_convolution_input_size(shape) / 4 * sizeof *dx);
    for (int first = 0; first < plan.tiles; first += GROUP) {
        int count = group_size(&plan, first);
        spread_output(&plan, dy, first, count, small_output_adjoint, SMALL_PRODUCTS);
        for (int i = 0; i < plan.products; i++) {
            multiply_tiles(
                count, plan.channels_out, plan.channels_in, plan.outputs + (size_t)i * plan.outputs_pitch,
                plan.weights + (size_t)i * plan.weights_pitch, plan.inputs + (size_t)i * plan.inputs_pitch);
        }
        collect_input(&plan, dx, first, count, small_input_adjoint, SMALL_PATCH, SMALL_PRODUCTS);
    }
}

static void backward_data(const struct kernel_convolution *shape, const float *dy, const float *w,
                          float *dx) {
    if (shape->upsample) {
        small_backward_data(shape, dy, w, dx);
    } else {
        full_backward_data(shape, dy, w, dx);
    }
}

/* dw = G' (B' x * A dy), added up over the tiles. */
static void backward_weights(const struct kernel_convolution *shape, const float *x, const float *dy,
                             float *dw) {
    struct plan plan = make_plan(shape);
    for (int first = 0; first < plan.tiles; first += GROUP) {
        int count = group_size(&plan, first);
        transform_inputs(&plan, x, first, count);
        if (plan.upsample) {
            spread_output(&plan, dy, first, count, small_output_adjoint, SMALL_PRODUCTS);
        } else {
            spread_output(&plan, dy, first, count, full_output_adjoint, FULL_PRODUCTS);
        }
        for (int i = 0; i < plan.products; i++) {
            sum_over_tiles(count, plan.channels_in, plan.channels_out,
                           plan.inputs + (size_t)i * plan.inputs_pitch,
                           plan.outputs + (size_t)i * plan.outputs_pitch,
                           plan.weights + (size_t)i * plan.weights_pitch, first > 0);
        }
    }
    if (plan.upsample) {
        collect_weights(&plan, dw, small_weights_adjoint, SMALL_PRODUCTS);
    } else {
        collect_weights(&plan, dw, full_weights_adjoint, FULL_PRODUCTS);
    }
}

const struct kernel_way KERNELS_PART(kernel_winograd) = {"winograd", fits, forward, backward_data,
                                                         backward_weights};
