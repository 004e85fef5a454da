/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tensors, and the tape that records how each was computed.
 *
 * Building a tensor computes it at once and leaves a node on the tape. tape_gradient walks the tape back and
 * writes the derivative with the same operations, so a gradient is a tensor like any other and can be
 * differentiated again: that is what trains a Hamiltonian through its own equations of motion. Everything on
 * a tape lives in one arena and goes at once with tape_clear. A tape belongs to one thread.
 */
#ifndef HAMBENCH_ENGINE_TAPE_H
#define HAMBENCH_ENGINE_TAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/kernel.h"
#include "engine/real.h"

enum { TENSOR_MAX_RANK = 5 };

struct op;
struct tape;

/* Numbers that fix an operation beside its inputs; each op uses the few that concern it (engine/op.h). */
struct op_settings {
    real factor;               /* of scaled ops; slope of a leaky convolution */
    int axis, start, length;   /* of slices and concatenations */
    int order;                 /* of a derivative */
    int stride;                /* of a convolution */
    enum kernel_layout layout; /* of the result of a convolution or a reorder */
    bool half;                 /* of a convolution: multiply in bfloat16 */
    bool upsample;             /* of a convolution: on every pixel repeated as 2 x 2 */
    bool transpose[2];         /* of the operands of a matrix product */
    int rank;                  /* of a shape given in `shape` */
    int shape[TENSOR_MAX_RANK];
};

/* A dense row-major array of rank 0 (a scalar) to TENSOR_MAX_RANK, and the node that made it. Owned by its
 * tape. Read shape, size and data; the rest is the tape's. */
struct tensor {
    int rank;
    int shape[TENSOR_MAX_RANK];
    size_t size; /* product of the shape */
    real *data;
    enum kernel_layout layout; /* of an image tensor [N][H][W][C]; PLAIN is row-major like everything else */

    struct tape *tape;
    const struct op *op; /* NULL for a leaf */
    struct op_settings settings;
    struct tensor **inputs;
    int input_count;
    size_t index; /* position on the tape */

    const char *name;         /* of a parameter, for messages; else NULL */
    real *sink;               /* of a parameter: where tape_backward adds its gradient */
    struct tensor *cotangent; /* while gradients are taken */
    bool active;              /* likewise: depends on what is differentiated by */
    bool shared;              /* the cotangent's data may be another node's too */
};

struct tape *tape_create(void);
void tape_free(struct tape *tape);

/* Forgets all tensors and keeps the memory. */
void tape_clear(struct tape *tape);

/* Bytes held from the system, and nodes recorded since the last clear. */
size_t tape_size(const struct tape *tape);
size_t tape_length(const struct tape *tape);

/* A tensor over the caller's data, which must outlive the tape's use of it. `shape` has `rank` entries. */
struct tensor *tape_leaf(struct tape *tape, int rank, const int *shape, const real *data);

/* A leaf whose gradient tape_backward adds to `sink` (same size as the data, the caller's; NULL for none).
 * `name` is for messages and must outlive the tape's use of it. */
struct tensor *tape_parameter(struct tape *tape, const char *name, int rank, const int *shape,
                              const real *data, real *sink);

/* A tensor of its own memory, all elements `value`. */
struct tensor *tape_constant(struct tape *tape, int rank, const int *shape, real value);

/* The derivatives of sum(y * seed) with respect to each of `xs`, as tensors on the tape: gradients[i] has the
 * shape of xs[i] (zeros where y does not depend on it). `seed` has the shape of y, or is NULL for ones. Only
 * what was recorded between xs and y is visited. */
void tape_gradient(struct tensor *y, struct tensor *seed, struct tensor *const *xs, int count,
                   struct tensor **gradients);

/* The gradient by x of each of the rows of y [B][1], where row b depends on row b of x alone: that of their
 * sum. */
struct tensor *tape_row_gradient(struct tensor *y, struct tensor *x);

/* The same derivative with respect to every parameter on the tape, added to their sinks; and, where `leaf` is
 * not NULL, with respect to that leaf, returned. The last pass of a step: what it computes cannot be
 * differentiated again. */
struct tensor *tape_backward(struct tensor *y, struct tensor *seed, struct tensor *leaf);

/* The first node in recording order that holds a nan or an infinity, or NULL. */
const struct tensor *tape_first_nonfinite(const struct tape *tape);

/* Records `op` on `inputs` and computes it. For the op tables; everybody else calls engine/ops.h. */
struct tensor *tape_record(const struct op *op, const struct op_settings *settings,
                           struct tensor *const *inputs, int count);

/* Memory on the tape's arena, not set. */
void *tape_alloc(struct tape *tape, size_t size);

#endif
