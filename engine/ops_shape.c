/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ops that move elements: sums and repeats along leading axes, views, slices, joins. They come in adjoint
 * pairs.
 */
#include <assert.h>
#include <string.h>

#include "engine/kernels.h"
#include "engine/op.h"
#include "engine/ops.h"

/* Elements before, along and behind an axis. */
struct extent {
    size_t outer, length, inner;
};

static struct extent extent_of(const struct tensor *x, int axis) {
    struct extent e = {1, (size_t)x->shape[axis], 1};
    for (int i = 0; i < x->rank; i++) {
        e.outer *= i < axis ? (size_t)x->shape[i] : 1;
        e.inner *= i > axis ? (size_t)x->shape[i] : 1;
    }
    return e;
}

/* `shape` may be NULL where there are no dimensions, which memcpy does not take. */
static void copy_sizes(int *out, int rank, const int *shape) {
    for (int i = 0; i < rank; i++) {
        out[i] = shape[i];
    }
}

static void copy_shape(struct tensor *out, int rank, const int *shape) {
    out->rank = rank;
    copy_sizes(out->shape, rank, shape);
}

/* Settings that carry a shape. */
static struct op_settings shape_settings(int rank, const int *shape) {
    struct op_settings settings = {.rank = rank};
    copy_sizes(settings.shape, rank, shape);
    return settings;
}

/* ---- sum over leading axes, and its adjoint ---- */

static void sum_leading_shape(struct tensor *out) {
    const struct tensor *x = out->inputs[0];
    int rank = out->settings.rank;
    assert(rank <= x->rank && (x->layout == KERNEL_PLAIN || rank <= 1));
    copy_shape(out, rank, x->shape + (x->rank - rank));
}

/* The sums over images and pixels of a blocked [N][H][W][C], added to y [C]. */
static void sum_blocked(const struct tensor *x, real *y) {
    void (*sum_rows)(size_t, size_t, const real *, real *) = kernels_current()->loops->sum_rows;
    size_t pixels = (size_t)x->shape[1] * (size_t)x->shape[2], blocks = (size_t)(x->shape[3] / KERNEL_BLOCK);
    for (size_t i = 0; i < (size_t)x->shape[0] * blocks; i++) {
        sum_rows(pixels, KERNEL_BLOCK, x->data + i * pixels * KERNEL_BLOCK, y + i % blocks * KERNEL_BLOCK);
    }
}

static void sum_leading_forward(struct tensor *out) {
    const struct tensor *x = out->inputs[0];
    real *y = out->data;
    size_t width = out->size;
    if (width == 1) {
        double sum = 0; /* a scalar of many terms keeps its digits */
        for (size_t i = 0; i < x->size; i++) {
            sum += (double)x->data[i];
        }
        y[0] = (real)sum;
        return;
    }
    memset(y, 0, width * sizeof *y);
    if (x->layout == KERNEL_BLOCKED) {
        sum_blocked(x, y);
    } else {
        kernels_current()->loops->sum_rows(x->size / width, width, x->data, y);
    }
}

static void sum_leading_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    const struct tensor *x = out->inputs[0];
    gradients[0] = tensor_reorder(tensor_broadcast(cotangent, x->rank, x->shape), x->layout);
}

static void broadcast_shape(struct tensor *out) {
    const struct tensor *x = out->inputs[0];
    copy_shape(out, out->settings.rank, out->settings.shape);
    for (int i = 0; i < x->rank; i++) {
        assert(x->shape[i] == out->shape[out->rank - x->rank + i]);
    }
}

static void broadcast_forward(struct tensor *out) {
    const struct tensor *x = out->inputs[0];
    if (x->size == 1) {
        for (size_t i = 0; i < out->size; i++) {
            out->data[i] = x->data[0];
        }
        return;
    }
    for (size_t row = 0; row < out->size; row += x->size) {
        memcpy(out->data + row, x->data, x->size * sizeof(real));
    }
}

static void broadcast_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    gradients[0] = tensor_sum(cotangent, out->inputs[0]->rank);
}

static const struct op_example sum_examples[] = {
    {.settings = {.rank = 0}, .input_count = 1, .inputs = {{2, {3, 4}}}},
    {.settings = {.rank = 1}, .input_count = 1, .inputs = {{3, {2, 3, 4}}}},
};
static const struct op_example broadcast_examples[] = {
    {.settings = {.rank = 2, .shape = {3, 4}}, .input_count = 1, .inputs = {{0, {0}}}},
    {.settings = {.rank = 3, .shape = {2, 3, 4}}, .input_count = 1, .inputs = {{1, {4}}}},
};
const struct op sum_leading_op = {
    "sum", sum_leading_shape, sum_leading_forward, sum_leading_gradient, OP_EXAMPLES(sum_examples), true};
const struct op broadcast_op = {"broadcast", broadcast_shape, broadcast_forward, broadcast_gradient,
                                OP_EXAMPLES(broadcast_examples)};

struct tensor *tensor_sum(struct tensor *x, int rank) {
    return tape_record(&sum_leading_op, &(struct op_settings){.rank = rank}, &x, 1);
}

struct tensor *tensor_broadcast(struct tensor *x, int rank, const int *shape) {
    struct op_settings settings = shape_settings(rank, shape);
    return tape_record(&broadcast_op, &settings, &x, 1);
}

/* ---- views ---- */

static void reshape_shape(struct tensor *out) {
    copy_shape(out, out->settings.rank, out->settings.shape);
}

static void reshape_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    gradients[0] = tensor_reshape(cotangent, out->inputs[0]->rank, out->inputs[0]->shape);
}

static const struct op_example reshape_examples[] = {
    {.settings = {.rank = 3, .shape = {2, 2, 3}}, .input_count = 1, .inputs = {{2, {3, 4}}}},
};
const struct op reshape_op = {"reshape", reshape_shape, NULL, reshape_gradient,
                              OP_EXAMPLES(reshape_examples)};

struct tensor *tensor_reshape(struct tensor *x, int rank, const int *shape) {
    struct op_settings settings = shape_settings(rank, shape);
    return tape_record(&reshape_op, &settings, &x, 1);
}

/* ---- slices, padding, joins ---- */

static void slice_shape(struct tensor *out) {
    const struct tensor *x = out->inputs[0];
    const struct op_settings *s = &out->settings;
    assert(s->axis < x->rank && s->start >= 0 && s->start + s->length <= x->shape[s->axis]);
    copy_shape(out, x->rank, x->shape);
    out->shape[s->axis] = s->length;
}

static void slice_forward(struct tensor *out) {
    struct extent e = extent_of(out->inputs[0], out->settings.axis);
    size_t run = (size_t)out->settings.length * e.inner;
    const real *x = out->inputs[0]->data + (size_t)out->settings.start * e.inner;
    for (size_t i = 0; i < e.outer; i++) {
        memcpy(out->data + i * run, x + i * e.length * e.inner, run * sizeof(real));
    }
}

static void slice_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    const struct op_settings *s = &out->settings;
    gradients[0] = tensor_pad(cotangent, s->axis, s->start, out->inputs[0]->shape[s->axis]);
}

static void pad_shape(struct tensor *out) {
    const struct tensor *x = out->inputs[0];
    const struct op_settings *s = &out->settings;
    assert(s->axis < x->rank && s->start >= 0 && s->start + x->shape[s->axis] <= s->length);
    copy_shape(out, x->rank, x->shape);
    out->shape[s->axis] = s->length;
}

static void pad_forward(struct tensor *out) {
    struct extent e = extent_of(out->inputs[0], out->settings.axis);
    size_t run = e.length * e.inner;
    size_t stride = (size_t)out->settings.length * e.inner;
    memset(out->data, 0, out->size * sizeof(real));
    real *y = out->data + (size_t)out->settings.start * e.inner;
    for (size_t i = 0; i < e.outer; i++) {
        memcpy(y + i * stride, out->inputs[0]->data + i * run, run * sizeof(real));
    }
}

static void pad_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    const struct op_settings *s = &out->settings;
    gradients[0] = tensor_slice(cotangent, s->axis, s->start, out->inputs[0]->shape[s->axis]);
}

static void concatenate_shape(struct tensor *out) {
    int axis = out->settings.axis;
    const struct tensor *x = out->inputs[0];
    assert(axis < x->rank);
    copy_shape(out, x->rank, x->shape);
    for (int i = 1; i < out->input_count; i++) {
        const struct tensor *part = out->inputs[i];
        assert(part->rank == x->rank);
        for (int j = 0; j < x->rank; j++) {
            assert(j == axis || part->shape[j] == x->shape[j]);
        }
        out->shape[axis] += part->shape[axis];
    }
}

static void concatenate_forward(struct tensor *out) {
    struct extent whole = extent_of(out, out->settings.axis);
    real *y = out->data;
    for (int i = 0; i < out->input_count; i++) {
        size_t run = (size_t)out->inputs[i]->shape[out->settings.axis] * whole.inner;
        for (size_t j = 0; j < whole.outer; j++) {
            memcpy(y + j * whole.length * whole.inner, out->inputs[i]->data + j * run, run * sizeof(real));
        }
        y += run;
    }
}

static void concatenate_gradient(struct tensor *out, struct tensor *cotangent, struct tensor **gradients) {
    int axis = out->settings.axis, start = 0;
    for (int i = 0; i < out->input_count; i++) {
        int length = out->inputs[i]->shape[axis];
        if (out->inputs[i]->active) {
            gradients[i] = tensor_slice(cotangent, axis, start, length);
        }
        start += length;
    }
}

static const struct op_example slice_examples[] = {
    {.settings = {.axis = 0, .start = 1, .length = 2}, .input_count = 1, .inputs = {{2, {4, 3}}}},
    {.settings = {.axis = 1, .start = 2, .length = 1}, .input_count = 1, .inputs = {{3, {2, 4, 3}}}},
};
static const struct op_example pad_examples[] = {
    {.settings = {.axis = 0, .start = 1, .length = 5}, .input_count = 1, .inputs = {{2, {3, 3}}}},
    {.settings = {.axis = 1, .start = 2, .length = 4}, .input_count = 1, .inputs = {{3, {2, 2, 3}}}},
};
static const struct op_example concatenate_examples[] = {
    {.settings = {.axis = 0}, .input_count = 2, .inputs = {{2, {3, 2}}, {2, {1, 2}}}},
    {.settings = {.axis = 1}, .input_count = 3, .inputs = {{3, {2, 3, 2}}, {3, {2, 1, 2}}, {3, {2, 2, 2}}}},
};
const struct op slice_op = {"slice", slice_shape, slice_forward, slice_gradient, OP_EXAMPLES(slice_examples)};
const struct op pad_op = {"pad", pad_shape, pad_forward, pad_gradient, OP_EXAMPLES(pad_examples)};
const struct op concatenate_op = {"concatenate", concatenate_shape, concatenate_forward, concatenate_gradient,
                                  OP_EXAMPLES(concatenate_examples)};

struct tensor *tensor_slice(struct tensor *x, int axis, int start, int length) {
    struct op_settings settings = {.axis = axis, .start = start, .length = length};
    return tape_record(&slice_op, &settings, &x, 1);
}

struct tensor *tensor_pad(struct tensor *x, int axis, int start, int length) {
    struct op_settings settings = {.axis = axis, .start = start, .length = length};
    return tape_record(&pad_op, &settings, &x, 1);
}

struct tensor *tensor_concatenate(struct tensor *const *parts, int count, int axis) {
    return tape_record(&concatenate_op, &(struct op_settings){.axis = axis}, parts, count);
}
