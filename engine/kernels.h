/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The numerical kernels under the ops, as tables of functions. There is one table for each generation of
 * processors, and the process uses one of them from beginning to end: the best that the processor can run, or
 * the one that the environment variable HAMBENCH_KERNELS names.
 *
 *     reference   plain loops: slow, short, and what the others are tested against
 *     portable    any processor
 *     avx2        x86-64 with AVX2 and FMA
 *     avx512      x86-64 with AVX-512 F, BW, DQ and VL
 *
 * All but the reference are compiled from the same files, each time for other instructions (engine/local.mk);
 * these files see the name of the table that they are a part of as the macro KERNELS. Nothing outside them is
 * compiled for more than any processor of the architecture has.
 *
 * Results differ by rounding between tables, and a table gives the same bits again.
 *
 * All kernels run on the calling thread alone; threads take shards of a batch instead. Arrays that are
 * written don't overlap those that are read.
 */
#ifndef HAMBENCH_ENGINE_KERNELS_H
#define HAMBENCH_ENGINE_KERNELS_H

#include "engine/kernel.h"
#include "support/status.h"

/* Functions of one variable that come with their derivatives, up to KERNEL_HIGHEST_ORDER: three to train
 * through a gradient, one to check it. */
enum kernel_function {
    KERNEL_SWISH,    /* x sigmoid(x) */
    KERNEL_SOFTPLUS, /* log(1 + exp(x)) */
    KERNEL_SIGMOID,
    KERNEL_TANH,
    KERNEL_EXP,
    KERNEL_SQUARE,
    KERNEL_FUNCTIONS
};
enum { KERNEL_HIGHEST_ORDER = 4 };

/* One step of Adam (engine/optimizer.h) on `size` values. */
struct kernel_adam {
    size_t size;
    real rate, beta1, beta2, epsilon;
    real mean_scale, square_scale; /* the bias corrections */
};

/* Loops over arrays of `size` numbers, under everything that is neither product nor convolution. */
struct kernel_loops {
    /* y = a + factor b */
    void (*add_scaled)(size_t size, const real *a, real factor, const real *b, real *y);
    /* y = a b, element by element */
    void (*multiply)(size_t size, const real *a, const real *b, real *y);
    /* y = factor x */
    void (*scale)(size_t size, real factor, const real *x, real *y);
    /* y += x */
    void (*accumulate)(size_t size, const real *x, real *y);
    /* y = c where x > 0, else slope c: the leaky ReLU with x for c, its derivative times c otherwise */
    void (*leaky)(size_t size, real slope, const real *x, const real *c, real *y);
    /* y = c f(x), f being the derivative of that order of the function; c may be NULL, for ones */
    void (*functions[KERNEL_FUNCTIONS])(int order, size_t size, const real *x, const real *c, real *y);
    /* y [width] += the sum over the rows of x [rows][width] */
    void (*sum_rows)(size_t rows, size_t width, const real *x, real *y);
    /* Copies an image tensor [batch][pixels][channels] from one layout to the other. */
    void (*reorder)(int batch, int pixels, int channels, enum kernel_layout from, const real *x,
                    enum kernel_layout to, real *y);
    void (*adam)(const struct kernel_adam *step, const real *gradient, real *mean, real *square,
                 real *values);
};

/* y = leaky(conv(x, w) + b). x [batch][height][width][cin], or half as high and wide with `upsample`, w
 * [kernel][kernel][cin][cout], b [cout] or NULL, y [batch][height'][width'][cout], x and y in their layouts.
 */
typedef void kernel_forward(const struct kernel_convolution *shape, const real *x, const real *w,
                            const real *b, real *y);
/* dx from dy: the adjoint of the convolution in x. */
typedef void kernel_backward_data(const struct kernel_convolution *shape, const real *dy, const real *w,
                                  real *dx);
/* dw from x and dy: the adjoint of the convolution in w. */
typedef void kernel_backward_weights(const struct kernel_convolution *shape, const real *x, const real *dy,
                                     real *dw);

/* A way to do those convolutions that it fits. */
struct kernel_way {
    const char *name;
    bool (*fits)(const struct kernel_convolution *shape);
    kernel_forward *forward;
    kernel_backward_data *backward_data;
    kernel_backward_weights *backward_weights;
};

struct kernels {
    const char *name;

    /* Makes what is shared by all tables behave as this one wants it; when it becomes the process's. NULL:
     * nothing to do. */
    void (*begin)(void);

    void (*matmul)(const struct kernel_matmul *shape, const real *a, const real *b, real *c);

    /* Any convolution that all other members allow, the fastest way. */
    kernel_forward *convolution_forward;
    kernel_backward_data *convolution_backward_data;
    kernel_backward_weights *convolution_backward_weights;
    /* The ways that these choose from, for tests and measurements, ended by NULL; the last one is the general
     * one. */
    const struct kernel_way *const *ways;

    /* The layout in which a chain of 3 x 3 convolutions of stride 1 with so many channels runs fastest. */
    enum kernel_layout (*chain_layout)(int channels);

    /* Whether `half` is allowed, and fast. */
    bool (*has_half)(void);

    const struct kernel_loops *loops;
};

/* The name of a part of the table that is being compiled: KERNELS_PART(kernel_loops) is kernel_loops_avx2. */
#define KERNELS_JOIN(part, name) part##_##name
#define KERNELS_EXPAND(part, name) KERNELS_JOIN(part, name)
#define KERNELS_PART(part) KERNELS_EXPAND(part, KERNELS)
/* That name as a string: "avx2". */
#define KERNELS_QUOTE(name) #name
#define KERNELS_TEXT(name) KERNELS_QUOTE(name)

/* Each where it is compiled: kernels_all has those that are. */
extern const struct kernels kernels_reference, kernels_portable, kernels_avx2, kernels_avx512;

/* All tables of this program, the best first, ended by NULL. */
extern const struct kernels *const kernels_all[];

/* Whether this processor, as the system lets us use it, can run the table. */
bool kernels_run_here(const struct kernels *kernels);

/* Chooses the process's table. STATUS_USAGE where HAMBENCH_KERNELS names none, or one that can't run here. */
enum status kernels_choose(void);

/* The process's table; chosen now where it hasn't been, which ends the process where it fails. */
const struct kernels *kernels_current(void);

#endif
