/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The loops of kernels.h, written so that the compiler turns them into vector instructions.
 */
#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "engine/exponential.h"
#include "engine/kernels.h"

/* ---- arithmetic ---- */

static void add_scaled(size_t size, const real *a, real factor, const real *b, real *restrict y) {
    for (size_t i = 0; i < size; i++) {
        y[i] = a[i] + factor * b[i];
    }
}

static void multiply(size_t size, const real *a, const real *b, real *restrict y) {
    for (size_t i = 0; i < size; i++) {
        y[i] = a[i] * b[i];
    }
}

static void scale(size_t size, real factor, const real *x, real *restrict y) {
    for (size_t i = 0; i < size; i++) {
        y[i] = factor * x[i];
    }
}

static void accumulate(size_t size, const real *x, real *restrict y) {
    for (size_t i = 0; i < size; i++) {
        y[i] += x[i];
    }
}

static void leaky(size_t size, real slope, const real *x, const real *c, real *restrict y) {
    for (size_t i = 0; i < size; i++) {
        y[i] = x[i] > 0 ? c[i] : slope * c[i];
    }
}

/* Eight rows at a time: y is not the bottleneck then. */
static void sum_rows(size_t rows, size_t width, const real *x, real *restrict y) {
    size_t row = 0;
    for (; row + 8 <= rows; row += 8) {
        const real *a = x + row * width, *b = a + 4 * width;
        for (size_t i = 0; i < width; i++) {
            y[i] += ((a[i] + a[width + i]) + (a[2 * width + i] + a[3 * width + i])) +
                    ((b[i] + b[width + i]) + (b[2 * width + i] + b[3 * width + i]));
        }
    }
    for (; row < rows; row++) {
        accumulate(width, x + row * width, y);
    }
}

static void reorder(int batch, int pixels, int channels, enum kernel_layout from, const real *x,
                    enum kernel_layout to, real *restrict y) {
    assert(from != to && channels % KERNEL_BLOCK == 0);
    size_t blocks = (size_t)(channels / KERNEL_BLOCK), area = (size_t)pixels;
    for (size_t i = 0; i < (size_t)batch * blocks; i++) {
        size_t image = i / blocks, block = i % blocks;
        for (size_t pixel = 0; pixel < area; pixel++) {
            size_t plain = (image * area + pixel) * (size_t)channels + block * KERNEL_BLOCK;
            size_t blocked = (i * area + pixel) * KERNEL_BLOCK;
            const real *source = x + (from == KERNEL_PLAIN ? plain : blocked);
            memcpy(y + (to == KERNEL_PLAIN ? plain : blocked), source, KERNEL_BLOCK * sizeof(real));
        }
    }
}

static void adam(const struct kernel_adam *step, const real *gradient, real *restrict mean,
                 real *restrict square, real *restrict values) {
    const struct kernel_adam s = *step;
    for (size_t i = 0; i < s.size; i++) {
        mean[i] = s.beta1 * mean[i] + (1 - s.beta1) * gradient[i];
        square[i] = s.beta2 * square[i] + (1 - s.beta2) * gradient[i] * gradient[i];
        values[i] -=
            s.rate * s.mean_scale * mean[i] / ((real)sqrt((double)(square[i] * s.square_scale)) + s.epsilon);
    }
}

/* ---- functions of one variable ---- */

/* The k-th derivative of the sigmoid, as a polynomial in its value s. */
static inline real sigmoid_value(real x, int order) {
    real s = 1 / (1 + exponential(-x));
    real first = s * (1 - s);
    switch (order) {
    case 0:
        return s;
    case 1:
        return first;
    case 2:
        return first * (1 - 2 * s);
    case 3:
        return first * (1 - 6 * first);
    default:
        return first * (1 - 2 * s) * (1 - 12 * first);
    }
}

static inline real swish_value(real x, int order) {
    real value = x * sigmoid_value(x, order);
    return order == 0 ? value : value + (real)order * sigmoid_value(x, order - 1);
}

static inline real softplus_value(real x, int order) {
    if (order > 0) {
        return sigmoid_value(x, order - 1);
    }
    return (x > 0 ? x : 0) + log_one_plus(exponential(x > 0 ? -x : x));
}

/* tanh(x) = 2 sigmoid(2x) - 1 */
static inline real tanh_value(real x, int order) {
    real value = (real)(2 << order) * sigmoid_value(2 * x, order);
    return order == 0 ? value - 1 : value;
}

static inline real exp_value(real x, int order) {
    (void)order;
    return exponential(x);
}

static inline real square_value(real x, int order) {
    switch (order) {
    case 0:
        return x * x;
    case 1:
        return 2 * x;
    case 2:
        return 2;
    default:
        return 0;
    }
}

/* One loop for each order, so that `order` is a constant inside and the compiler makes vectors of it. */
#define ORDER_LOOPS(value, order)                                                                            \
    case order:                                                                                              \
        if (c == NULL) {                                                                                     \
            for (size_t i = 0; i < size; i++) {                                                              \
                y[i] = value(x[i], order);                                                                   \
            }                                                                                                \
        } else {                                                                                             \
            for (size_t i = 0; i < size; i++) {                                                              \
                y[i] = c[i] * value(x[i], order);                                                            \
            }                                                                                                \
        }                                                                                                    \
        break;

#define DEFINE_FUNCTION(function, value)                                                                     \
    static void function(int order, size_t size, const real *x, const real *c, real *restrict y) {           \
        switch (order) {                                                                                     \
            ORDER_LOOPS(value, 0)                                                                            \
            ORDER_LOOPS(value, 1)                                                                            \
            ORDER_LOOPS(value, 2)                                                                            \
            ORDER_LOOPS(value, 3)                                                                            \
            ORDER_LOOPS(value, 4)                                                                            \
        default:                                                                                             \
            break;                                                                                           \
        }                                                                                                    \
    }

DEFINE_FUNCTION(swish, swish_value)
DEFINE_FUNCTION(softplus, softplus_value)
DEFINE_FUNCTION(sigmoid, sigmoid_value)
DEFINE_FUNCTION(hyperbolic_tangent, tanh_value)
DEFINE_FUNCTION(exponentials, exp_value)
DEFINE_FUNCTION(squares, square_value)

const struct kernel_loops KERNELS_PART(kernel_loops) = {
    .add_scaled = add_scaled,
    .multiply = multiply,
    .scale = scale,
    .accumulate = accumulate,
    .leaky = leaky,
    .functions =
        {
            [KERNEL_SWISH] = swish,
            [KERNEL_SOFTPLUS] = softplus,
            [KERNEL_SIGMOID] = sigmoid,
            [KERNEL_TANH] = hyperbolic_tangent,
            [KERNEL_EXP] = exponentials,
            [KERNEL_SQUARE] = squares,
        },
    .sum_rows = sum_rows,
    .reorder = reorder,
    .adam = adam,
};
