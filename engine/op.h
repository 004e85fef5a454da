/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An operation as a table: how it finds its shape, computes itself and writes its derivative with other
 * operations. A new op is one table in a file ops_<family>.c, a builder in ops.h and a line in OP_LIST.
 */
#ifndef HAMBENCH_ENGINE_OP_H
#define HAMBENCH_ENGINE_OP_H

#include "engine/tape.h"

enum { OP_MAX_INPUTS = 3 };

/* The largest side of the small matrices of ops_triangle.c and ops_matrix.c: half of the widest latent vector
 * and of the largest state. */
enum { OP_MAX_SIDE = 128 };

/* A small instance of an op for the gradient test: inputs are filled with random numbers in [low, high]. */
struct op_example {
    struct op_settings settings;
    int input_count;
    struct {
        int rank;
        int shape[TENSOR_MAX_RANK];
    } inputs[OP_MAX_INPUTS];
    real low, high; /* both 0 stand for [-1, 1] */
};

struct op {
    const char *name;

    /* Sets rank and shape of `out` from its inputs and settings; asserts that they fit. */
    void (*shape)(struct tensor *out);

    /* Computes out->data. NULL for an op that shares the data of its first input. */
    void (*forward)(struct tensor *out);

    /* Sets gradients[i] for every input with inputs[i]->active, from the cotangent of `out`. NULL entries
     * stand for zero. */
    void (*gradient)(struct tensor *out, struct tensor *cotangent, struct tensor **gradients);

    /* Adds the gradient of input `i`, a parameter, straight to its sink: what would be a tensor of the size
     * of a weight matrix for each use of it costs no memory. NULL: gradient() is asked for it like for any
     * other input. */
    void (*add_gradient)(struct tensor *out, struct tensor *cotangent, int i);

    /* Multiply-accumulates of one forward computation; a gradient towards one input takes as many. NULL: not
     * counted. */
    double (*work)(const struct tensor *out);

    const struct op_example *examples;
    int example_count;

    bool any_layout; /* takes images in any layout and sets that of `out`; all others want PLAIN inputs */
};

#define OP_EXAMPLES(array) .examples = (array), .example_count = (int)(sizeof(array) / sizeof(*(array)))

/* Every op, for tests and listings. */
#define OP_LIST(X)                                                                                           \
    X(add_op)                                                                                                \
    X(add_scaled_op)                                                                                         \
    X(subtract_op)                                                                                           \
    X(multiply_op)                                                                                           \
    X(divide_op)                                                                                             \
    X(scale_op)                                                                                              \
    X(leaky_relu_op)                                                                                         \
    X(swish_op)                                                                                              \
    X(softplus_op)                                                                                           \
    X(sigmoid_op)                                                                                            \
    X(tanh_op)                                                                                               \
    X(exp_op)                                                                                                \
    X(square_op)                                                                                             \
    X(sum_leading_op)                                                                                        \
    X(broadcast_op)                                                                                          \
    X(reshape_op)                                                                                            \
    X(slice_op)                                                                                              \
    X(pad_op)                                                                                                \
    X(concatenate_op)                                                                                        \
    X(matmul_op)                                                                                             \
    X(linear_op)                                                                                             \
    X(upper_product_op)                                                                                      \
    X(upper_outer_op)                                                                                        \
    X(gram_solve_op)                                                                                         \
    X(solve_op)                                                                                              \
    X(matrix_product_op)                                                                                     \
    X(outer_op)                                                                                              \
    X(convolution_op)                                                                                        \
    X(convolution_data_op)                                                                                   \
    X(convolution_weights_op)                                                                                \
    X(reorder_op)

#define OP_DECLARE(name) extern const struct op name;
OP_LIST(OP_DECLARE)
#undef OP_DECLARE

#endif
