/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Building tensors from tensors. Every function records one node (or a few) on the tape of its inputs and
 * returns the result, which that tape owns. Shapes that do not fit are asserts.
 */
#ifndef HAMBENCH_ENGINE_OPS_H
#define HAMBENCH_ENGINE_OPS_H

#include "engine/tape.h"

/* Pointwise on two tensors of one shape. */
struct tensor *tensor_add(struct tensor *a, struct tensor *b);
struct tensor *tensor_subtract(struct tensor *a, struct tensor *b);
struct tensor *tensor_multiply(struct tensor *a, struct tensor *b);
struct tensor *tensor_divide(struct tensor *a, struct tensor *b);
/* a + factor * b */
struct tensor *tensor_add_scaled(struct tensor *a, struct tensor *b, real factor);
/* factor * a */
struct tensor *tensor_scale(struct tensor *a, real factor);

/* Pointwise functions. */
struct tensor *tensor_leaky_relu(struct tensor *x,
                                 real slope);     /* x > 0 ? x : slope * x; slope 0 is the ReLU */
struct tensor *tensor_swish(struct tensor *x);    /* x * sigmoid(x) */
struct tensor *tensor_softplus(struct tensor *x); /* log(1 + exp(x)) */
struct tensor *tensor_sigmoid(struct tensor *x);
struct tensor *tensor_tanh(struct tensor *x);
struct tensor *tensor_exp(struct tensor *x);
struct tensor *tensor_square(struct tensor *x);

/* scale * f'(x) for three of them: what a tangent is multiplied by. */
struct tensor *tensor_swish_slope(struct tensor *x, struct tensor *scale);
struct tensor *tensor_softplus_slope(struct tensor *x, struct tensor *scale);
struct tensor *tensor_tanh_slope(struct tensor *x, struct tensor *scale);

/* scale * f'(x) for the leaky ReLU, where `x` may also be the function's value: the sign is all that counts.
 */
struct tensor *tensor_leaky_mask(struct tensor *x, struct tensor *scale, real slope);

/* Sums over the leading axes until `rank` axes are left; rank 0 sums everything. */
struct tensor *tensor_sum(struct tensor *x, int rank);
/* Repeats x along new leading axes; the shape of x must be the end of `shape`. */
struct tensor *tensor_broadcast(struct tensor *x, int rank, const int *shape);

/* The same elements in the same order; shares the data. */
struct tensor *tensor_reshape(struct tensor *x, int rank, const int *shape);
/* Elements start .. start+length-1 along `axis`. */
struct tensor *tensor_slice(struct tensor *x, int axis, int start, int length);
/* Zeros around x along `axis`, so that it has `length` elements with x from `start` on: the adjoint of slice.
 */
struct tensor *tensor_pad(struct tensor *x, int axis, int start, int length);
/* Joins `count` tensors along `axis`; their other axes agree. */
struct tensor *tensor_concatenate(struct tensor *const *parts, int count, int axis);

/* Product of two matrices; the last axis of each is its columns, all axes before it together its rows. [m][n]
 */
struct tensor *tensor_matmul(struct tensor *a, struct tensor *b, bool transpose_a, bool transpose_b);
/* x w + b for x [..][in], w [in][out], b [out] or NULL: [..][out] */
struct tensor *tensor_linear(struct tensor *x, struct tensor *w, struct tensor *b);

/* Upper-triangular matrices U [B][d][d], packed row by row in u [B][d(d+1)/2]; vectors are [B][d], d at most
 * 128. U x, or U^T x with `transpose`. */
struct tensor *tensor_upper_product(struct tensor *u, struct tensor *x, bool transpose);
/* The upper triangles of a b^T, packed likewise. */
struct tensor *tensor_upper_outer(struct tensor *a, struct tensor *b);
/* (U^T U + shift I)^-1 b by Cholesky's method; nan where the matrix is not positive definite. */
struct tensor *tensor_gram_solve(struct tensor *u, struct tensor *b, real shift);

/* Square matrices a [B][d][d] and vectors [B][d], d at most 128. A^-1 b, or A^-T b with `transpose`, by
 * elimination with pivots; nan or infinity where A is singular. */
struct tensor *tensor_solve(struct tensor *a, struct tensor *b, bool transpose);
/* A x, or A^T x with `transpose`. */
struct tensor *tensor_matrix_product(struct tensor *a, struct tensor *x, bool transpose);
/* The matrices a b^T. */
struct tensor *tensor_outer(struct tensor *a, struct tensor *b);

/* The sum of each row, [B][n] -> [B][1]. */
struct tensor *tensor_row_sums(struct tensor *x);

/* How a convolution is done. */
struct convolution_options {
    int stride;
    real slope;    /* of the leaky ReLU behind it; 1 for none */
    bool half;     /* multiply in bfloat16, add in float32 (kernel_has_half) */
    bool upsample; /* first make the image twice as high and wide: nearest neighbour */
};

/* Leaky ReLU of a SAME-padded convolution: x [N][H][W][in], w [k][k][in][out], b [out] or NULL.
 * [N][ceil(H/stride)][ceil(W/stride)][out], with 2 H and 2 W for H and W where it upsamples. */
struct tensor *tensor_convolution(struct tensor *x, struct tensor *w, struct tensor *b,
                                  struct convolution_options options);
/* Its two adjoints, without activation: towards an x with height, width and layout of `like`, and towards w
 * of kernel side k. */
struct tensor *tensor_convolution_data(struct tensor *dy, struct tensor *w,
                                       struct convolution_options options, const struct tensor *like);
struct tensor *tensor_convolution_weights(struct tensor *x, struct tensor *dy,
                                          struct convolution_options options, int kernel);

/* The same image tensor in another layout; x itself where it has that layout. */
struct tensor *tensor_reorder(struct tensor *x, enum kernel_layout layout);
/* The same image tensor in the layout in which a chain of 3 x 3 convolutions with its number of channels is
 * fastest. Convolutions keep the layout of their input where they can. */
struct tensor *tensor_chain(struct tensor *x);

#endif
