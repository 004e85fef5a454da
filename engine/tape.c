/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tape.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/kernels.h"
#include "engine/op.h"
#include "engine/ops.h"
#include "engine/profile.h"
#include "support/memory.h"

struct tape {
    struct arena *arena;
    struct tensor **nodes;
    size_t count, capacity;
    bool paused; /* the last backward pass: nodes are computed but not recorded */
};

struct tape *tape_create(void) {
    struct tape *tape = memory_alloc(1, sizeof *tape);
    tape->arena = arena_create();
    return tape;
}

void tape_free(struct tape *tape) {
    if (tape != NULL) {
        arena_free(tape->arena);
        free(tape->nodes);
        free(tape);
    }
}

void tape_clear(struct tape *tape) {
    arena_rewind(tape->arena, (struct arena_mark){0});
    tape->count = 0;
}

size_t tape_size(const struct tape *tape) {
    return arena_size(tape->arena) + tape->capacity * sizeof(struct tensor *);
}

size_t tape_length(const struct tape *tape) {
    return tape->count;
}

void *tape_alloc(struct tape *tape, size_t size) {
    return arena_alloc(tape->arena, size);
}

static size_t shape_size(int rank, const int *shape) {
    size_t size = 1;
    for (int i = 0; i < rank; i++) {
        assert(shape[i] > 0);
        size *= (size_t)shape[i];
    }
    return size;
}

static struct tensor *new_node(struct tape *tape) {
    struct tensor *node = arena_alloc(tape->arena, sizeof *node);
    memset(node, 0, sizeof *node);
    node->tape = tape;
    node->index = tape->count;
    if (tape->paused) {
        return node;
    }
    if (tape->count == tape->capacity) {
        tape->capacity = tape->capacity == 0 ? 1024 : 2 * tape->capacity;
        tape->nodes = memory_resize(tape->nodes, tape->capacity, sizeof(struct tensor *));
    }
    tape->nodes[tape->count++] = node;
    return node;
}

static struct tensor *new_leaf(struct tape *tape, int rank, const int *shape) {
    assert(rank >= 0 && rank <= TENSOR_MAX_RANK);
    struct tensor *leaf = new_node(tape);
    leaf->rank = rank;
    for (int i = 0; i < rank; i++) {
        leaf->shape[i] = shape[i];
    }
    leaf->size = shape_size(rank, shape);
    return leaf;
}

struct tensor *tape_leaf(struct tape *tape, int rank, const int *shape, const real *data) {
    struct tensor *leaf = new_leaf(tape, rank, shape);
    leaf->data = (real *)(size_t)data; /* never written through: ops write only their own output */
    return leaf;
}

struct tensor *tape_parameter(struct tape *tape, const char *name, int rank, const int *shape,
                              const real *data, real *sink) {
    struct tensor *leaf = tape_leaf(tape, rank, shape, data);
    leaf->name = name;
    leaf->sink = sink;
    return leaf;
}

struct tensor *tape_constant(struct tape *tape, int rank, const int *shape, real value) {
    struct tensor *leaf = new_leaf(tape, rank, shape);
    leaf->data = arena_alloc(tape->arena, leaf->size * sizeof(real));
    for (size_t i = 0; i < leaf->size; i++) {
        leaf->data[i] = value;
    }
    return leaf;
}

struct tensor *tape_record(const struct op *op, const struct op_settings *settings,
                           struct tensor *const *inputs, int count) {
    assert(count > 0);
    struct tape *tape = inputs[0]->tape;
    struct tensor *node = new_node(tape);
    node->op = op;
    node->settings = *settings;
    node->input_count = count;
    node->inputs = arena_alloc(tape->arena, (size_t)count * sizeof *node->inputs);
    memcpy(node->inputs, inputs, (size_t)count * sizeof *inputs);
    for (int i = 0; i < count; i++) {
        assert(inputs[i]->tape == tape && (op->any_layout || inputs[i]->layout == KERNEL_PLAIN));
    }
    op->shape(node);
    node->size = shape_size(node->rank, node->shape);
    if (op->forward == NULL) {
        assert(node->size == inputs[0]->size);
        node->data = inputs[0]->data;
    } else {
        node->data = arena_alloc(tape->arena, node->size * sizeof(real));
        double begun = profile_begin();
        op->forward(node);
        profile_end(op->name, begun, op->work == NULL ? 0.0 : op->work(node));
    }
    return node;
}

const struct tensor *tape_first_nonfinite(const struct tape *tape) {
    for (size_t i = 0; i < tape->count; i++) {
        const struct tensor *node = tape->nodes[i];
        for (size_t j = 0; j < node->size; j++) {
            if (!isfinite(node->data[j])) {
                return node;
            }
        }
    }
    return NULL;
}

/* Marks the nodes of (first, last] that depend on a node already marked. */
static void mark_active(struct tape *tape, size_t first, size_t last) {
    for (size_t i = first; i <= last; i++) {
        struct tensor *node = tape->nodes[i];
        for (int j = 0; j < node->input_count && !node->active; j++) {
            node->active = node->inputs[j]->active;
        }
    }
}

static void clear_marks(struct tape *tape, size_t first, size_t last) {
    for (size_t i = first; i <= last; i++) {
        tape->nodes[i]->active = false;
        tape->nodes[i]->cotangent = NULL;
    }
}

static void add_to(real *sum, const struct tensor *term) {
    kernels_current()->loops->accumulate(term->size, term->data, sum);
}

static void accumulate(struct tensor *node, struct tensor *term, bool last_pass) {
    if (term == NULL) {
        return;
    }
    assert(term->size == node->size && term->layout == node->layout);
    if (last_pass && node->sink != NULL) {
        add_to(node->sink, term);
    } else if (node->cotangent == NULL) {
        node->cotangent = term;
        node->shared = true;
    } else if (!last_pass || node->shared) {
        node->cotangent = tensor_add(node->cotangent, term);
        node->shared = false;
    } else {
        add_to(node->cotangent->data, term);
    }
}

/* Lets an op add the gradients of its parameters to their sinks by itself, and takes them off the list of
 * what gradient() is asked for. */
static void add_parameter_gradients(struct tensor *node) {
    for (int j = 0; j < node->input_count; j++) { /* an input may stand there twice */
        if (node->inputs[j]->active && node->inputs[j]->sink != NULL) {
            double begun = profile_begin();
            node->op->add_gradient(node, node->cotangent, j);
            profile_end("gradient to parameter", begun, node->op->work == NULL ? 0.0 : node->op->work(node));
        }
    }
    for (int j = 0; j < node->input_count; j++) {
        node->inputs[j]->active = node->inputs[j]->active && node->inputs[j]->sink == NULL;
    }
}

static void restore_parameters(struct tensor *node) {
    for (int j = 0; j < node->input_count; j++) {
        node->inputs[j]->active = node->inputs[j]->active || node->inputs[j]->sink != NULL;
    }
}

/* Carries cotangents from node `last` down to `first`. */
static void walk_back(struct tape *tape, size_t first, size_t last, bool last_pass) {
    for (size_t i = last + 1; i-- > first;) {
        struct tensor *node = tape->nodes[i];
        if (node->cotangent == NULL || node->op == NULL || !node->active) {
            continue;
        }
        struct tensor **gradients =
            arena_alloc(tape->arena, (size_t)node->input_count * sizeof(struct tensor *));
        memset(gradients, 0, (size_t)node->input_count * sizeof(struct tensor *));
        bool direct = last_pass && node->op->add_gradient != NULL;
        if (direct) {
            add_parameter_gradients(node);
        }
        node->op->gradient(node, node->cotangent, gradients);
        for (int j = 0; j < node->input_count; j++) {
            if (node->inputs[j]->active) {
                accumulate(node->inputs[j], gradients[j], last_pass);
            }
        }
        if (direct) {
            restore_parameters(node);
        }
    }
}

void tape_gradient(struct tensor *y, struct tensor *seed, struct tensor *const *xs, int count,
                   struct tensor **gradients) {
    struct tape *tape = y->tape;
    size_t first = y->index;
    for (int i = 0; i < count; i++) {
        xs[i]->active = true;
        first = xs[i]->index < first ? xs[i]->index : first;
    }
    size_t last = y->index;
    mark_active(tape, first, last);
    assert(y->layout == KERNEL_PLAIN);
    y->cotangent = seed == NULL ? tape_constant(tape, y->rank, y->shape, 1) : seed;
    walk_back(tape, first, last, false);
    for (int i = 0; i < count; i++) {
        gradients[i] = xs[i]->cotangent;
        if (gradients[i] == NULL) {
            gradients[i] = tape_constant(tape, xs[i]->rank, xs[i]->shape, 0);
        }
    }
    clear_marks(tape, first, last);
    for (int i = 0; i < count; i++) { /* one recorded after y is outside the range */
        xs[i]->active = false;
    }
}

struct tensor *tape_row_gradient(struct tensor *y, struct tensor *x) {
    struct tensor *gradient;
    tape_gradient(y, NULL, &x, 1, &gradient);
    return gradient;
}

struct tensor *tape_backward(struct tensor *y, struct tensor *seed, struct tensor *leaf) {
    struct tape *tape = y->tape;
    tape->paused = true;
    size_t last = y->index;
    for (size_t i = 0; i <= last; i++) {
        tape->nodes[i]->active = tape->nodes[i]->sink != NULL || tape->nodes[i] == leaf;
    }
    mark_active(tape, 0, last);
    y->cotangent = seed == NULL ? tape_constant(tape, y->rank, y->shape, 1) : seed;
    walk_back(tape, 0, last, true);
    struct tensor *gradient = NULL;
    if (leaf != NULL) {
        gradient = leaf->cotangent;
        if (gradient == NULL) {
            gradient = tape_constant(tape, leaf->rank, leaf->shape, 0);
        }
    }
    clear_marks(tape, 0, last);
    tape->paused = false;
    return gradient;
}
