/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Weights are reordered from [kh][kw][cin][cout] to whatever layout the primitive asks for at each call,
 * which is small beside the convolution.
 *
 * Every thread has its own oneDNN stream and its own cache of primitives, so no call takes a lock.
 */
#include <assert.h>
#include <omp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/kernel_dnnl.h"
#include "engine/kernel_dnnl_version.h"
#include "support/memory.h"

enum direction { FORWARD, BACKWARD_DATA, BACKWARD_WEIGHTS, HINT };
enum { CACHE_SIZE = 1024 }; /* slots; a model needs some hundred, with all batch sizes it meets */

/* What makes two calls share a primitive. Compared as memory, so padding is zero. */
struct key {
    struct kernel_convolution shape;
    int32_t direction;
    int32_t has_bias;
};

/* A convolution ready to run: the caller's pointers are put into the memory objects at each call. */
struct primitive {
    struct key key;
    dnnl_primitive_t convolution;
    dnnl_memory_t image_in, image_out, weights, bias;
    dnnl_primitive_t reorder; /* between the caller's weights and the primitive's; NULL when they agree */
    dnnl_memory_t caller_weights;
};

struct thread_state {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    struct primitive *cache[CACHE_SIZE];
    int cached;
};

static _Thread_local struct thread_state *thread_state;

/* oneDNN fails only where we asked for something wrong or memory ran out. */
static void require(dnnl_status_t status, const char *what) {
    if (status != dnnl_success) {
        (void)fprintf(stderr, "hambench: oneDNN: %s failed (status %d)\n", what, (int)status);
        abort();
    }
}
#define REQUIRE(call) require(call, #call)

static void destroy_primitive(struct primitive *p) {
    REQUIRE(dnnl_primitive_destroy(p->convolution));
    REQUIRE(dnnl_memory_destroy(p->image_in));
    REQUIRE(dnnl_memory_destroy(p->image_out));
    REQUIRE(dnnl_memory_destroy(p->bias));
    if (p->weights != p->caller_weights) {
        REQUIRE(dnnl_memory_destroy(p->weights));
        REQUIRE(dnnl_primitive_destroy(p->reorder));
    }
    REQUIRE(dnnl_memory_destroy(p->caller_weights));
    free(p);
}

/* For callers that meet ever new shapes: starting over is slow, but it ends. */
static void clear_cache(struct thread_state *state) {
    for (int i = 0; i < CACHE_SIZE; i++) {
        if (state->cache[i] != NULL) {
            destroy_primitive(state->cache[i]);
            state->cache[i] = NULL;
        }
    }
    state->cached = 0;
}

static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key_of_state;

/* What a thread held goes when the thread ends. */
static void free_state(void *ended) {
    struct thread_state *state = ended;
    clear_cache(state);
    REQUIRE(dnnl_stream_destroy(state->stream));
    REQUIRE(dnnl_engine_destroy(state->engine));
    free(state);
}

static void create_key(void) {
    require(pthread_key_create(&key_of_state, free_state) == 0 ? dnnl_success : dnnl_out_of_memory,
            "a key for the threads");
}

static struct thread_state *get_state(void) {
    /* Kernels are single-threaded, and oneDNN must know: a backward-weights primitive that was created while
     * several threads were allowed waits for ever on its own barrier inside a parallel region. The setting
     * belongs to the current region, so it is looked at on every call; our own regions all say num_threads.
     */
    if (omp_get_max_threads() != 1) {
        omp_set_num_threads(1);
    }
    if (thread_state == NULL) {
        (void)pthread_once(&key_once, create_key);
        thread_state = memory_alloc(1, sizeof *thread_state);
        REQUIRE(dnnl_engine_create(&thread_state->engine, dnnl_cpu, 0));
        REQUIRE(dnnl_stream_create(&thread_state->stream, thread_state->engine, dnnl_stream_default_flags));
        (void)pthread_setspecific(key_of_state, thread_state);
    }
    return thread_state;
}

bool kernel_dnnl_set_has_half(unsigned set) {
    const unsigned wanted = dnnl_cpu_isa_avx512_core_bf16;
    return (set & wanted) == wanted;
}

bool kernel_dnnl_has_half(void) {
    return kernel_dnnl_set_has_half((unsigned)dnnl_get_effective_cpu_isa());
}

void kernel_dnnl_limit(int floats) {
    if (floats < KERNEL_BLOCK) { /* other architectures refuse, and have nothing to limit */
        (void)dnnl_set_max_cpu_isa(floats < 8 ? dnnl_cpu_isa_sse41 : dnnl_cpu_isa_avx2);
    }
}

static dnnl_memory_desc_t describe(int d0, int d1, int d2, int d3, dnnl_data_type_t type,
                                   dnnl_format_tag_t tag) {
    dnnl_memory_desc_t description;
    dnnl_dims_t dims = {d0, d1, d2, d3};
    REQUIRE(kernel_dnnl_describe(&description, 4, dims, type, tag));
    return description;
}

static dnnl_memory_desc_t describe_bias(int channels) {
    dnnl_memory_desc_t description;
    dnnl_dims_t dims = {channels};
    REQUIRE(kernel_dnnl_describe(&description, 1, dims, dnnl_f32, dnnl_x));
    return description;
}

static dnnl_memory_t create_memory(const_dnnl_memory_desc_t description, void *handle) {
    dnnl_memory_t memory;
    REQUIRE(dnnl_memory_create(&memory, description, get_state()->engine, handle));
    return memory;
}

static dnnl_format_tag_t tag_of(enum kernel_layout layout) {
    return layout == KERNEL_BLOCKED ? dnnl_nChw16c : dnnl_nhwc;
}

static dnnl_primitive_attr_t create_attributes(real slope) {
    dnnl_primitive_attr_t attributes;
    REQUIRE(dnnl_primitive_attr_create(&attributes));
    if (slope != 1) {
        dnnl_post_ops_t post;
        REQUIRE(dnnl_post_ops_create(&post));
        REQUIRE(kernel_dnnl_append_relu(post, (float)slope));
        REQUIRE(dnnl_primitive_attr_set_post_ops(attributes, post));
        REQUIRE(dnnl_post_ops_destroy(post));
    }
    return attributes;
}

struct descriptions {
    dnnl_memory_desc_t in, out, weights, bias;
};

/* What is multiplied may be bfloat16; what comes out is float32. */
static struct descriptions describe_operands(const struct kernel_convolution *s, enum direction direction) {
    dnnl_data_type_t factor = s->half ? dnnl_bf16 : dnnl_f32;
    return (struct descriptions){
        .in = describe(s->batch, s->channels_in, s->height, s->width,
                       direction == BACKWARD_DATA ? dnnl_f32 : factor, tag_of(s->in)),
        .out = describe(s->batch, s->channels_out, kernel_convolution_output(s->height, s->stride),
                        kernel_convolution_output(s->width, s->stride),
                        direction == FORWARD ? dnnl_f32 : factor, tag_of(s->out)),
        .weights = describe(s->channels_out, s->channels_in, s->kernel, s->kernel,
                            direction == BACKWARD_WEIGHTS ? dnnl_f32 : factor, dnnl_format_tag_any),
        .bias = describe_bias(s->channels_out),
    };
}

static void forget(struct descriptions *d) {
    REQUIRE(kernel_dnnl_forget(&d->in));
    REQUIRE(kernel_dnnl_forget(&d->out));
    REQUIRE(kernel_dnnl_forget(&d->weights));
    REQUIRE(kernel_dnnl_forget(&d->bias));
}

static struct kernel_dnnl_convolution describe_convolution(const struct kernel_convolution *s,
                                                           const struct descriptions *d) {
    int top = kernel_convolution_padding(s->height, s->kernel, s->stride);
    int left = kernel_convolution_padding(s->width, s->kernel, s->stride);
    int rows = kernel_convolution_output(s->height, s->stride);
    int columns = kernel_convolution_output(s->width, s->stride);
    return (struct kernel_dnnl_convolution){
        .strides = {s->stride, s->stride},
        .low = {top, left},
        .high = {(rows - 1) * s->stride + s->kernel - s->height - top,
                 (columns - 1) * s->stride + s->kernel - s->width - left},
        .in = &d->in,
        .out = &d->out,
        .weights = &d->weights,
    };
}

static dnnl_primitive_desc_t describe_forward(const struct key *key, const struct descriptions *d) {
    struct kernel_dnnl_convolution convolution = describe_convolution(&key->shape, d);
    convolution.bias = key->has_bias ? &d->bias : NULL;
    dnnl_primitive_attr_t attributes = create_attributes(key->shape.slope);
    dnnl_primitive_desc_t description;
    REQUIRE(kernel_dnnl_create_forward(&description, get_state()->engine, &convolution, attributes));
    REQUIRE(dnnl_primitive_attr_destroy(attributes));
    return description;
}

static dnnl_primitive_desc_t describe_backward(const struct key *key, const struct descriptions *d) {
    dnnl_engine_t engine = get_state()->engine;
    /* The library wants to see a forward convolution of the same shape, all of it in the factors' type. */
    struct descriptions hinted = describe_operands(&key->shape, HINT);
    struct kernel_dnnl_convolution convolution = describe_convolution(&key->shape, d);
    dnnl_primitive_desc_t hint = describe_forward(key, &hinted);
    dnnl_primitive_desc_t description;
    if (key->direction == BACKWARD_DATA) {
        REQUIRE(kernel_dnnl_create_backward_data(&description, engine, &convolution, hint));
    } else {
        REQUIRE(kernel_dnnl_create_backward_weights(&description, engine, &convolution, hint));
    }
    REQUIRE(dnnl_primitive_desc_destroy(hint));
    forget(&hinted);
    return description;
}

/* The caller's weights are [kh][kw][cin][cout]; a primitive that wants them otherwise gets a buffer of its
 * own and a reorder towards it (or from it, for the weight gradient). */
static void attach_weights(struct primitive *p, const_dnnl_memory_desc_t caller,
                           dnnl_primitive_desc_t description) {
    dnnl_query_t which =
        p->key.direction == BACKWARD_WEIGHTS ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
    const_dnnl_memory_desc_t wanted = dnnl_primitive_desc_query_md(description, which, 0);
    p->caller_weights = create_memory(caller, DNNL_MEMORY_NONE);
    if (dnnl_memory_desc_equal(wanted, caller)) {
        p->weights = p->caller_weights;
        return;
    }
    p->weights = create_memory(wanted, DNNL_MEMORY_ALLOCATE);
    bool outward = p->key.direction == BACKWARD_WEIGHTS;
    dnnl_engine_t engine = get_state()->engine;
    dnnl_primitive_desc_t reorder;
    REQUIRE(dnnl_reorder_primitive_desc_create(&reorder, outward ? wanted : caller, engine,
                                               outward ? caller : wanted, engine, NULL));
    REQUIRE(dnnl_primitive_create(&p->reorder, reorder));
    REQUIRE(dnnl_primitive_desc_destroy(reorder));
}

static struct primitive *create_primitive(const struct key *key) {
    const struct kernel_convolution *s = &key->shape;
    struct descriptions d = describe_operands(s, (enum direction)key->direction);
    dnnl_memory_desc_t caller_weights =
        describe(s->channels_out, s->channels_in, s->kernel, s->kernel, dnnl_f32, dnnl_hwio);
    struct primitive *p = memory_alloc(1, sizeof *p);
    memcpy(&p->key, key, sizeof *key);
    dnnl_primitive_desc_t description =
        key->direction == FORWARD ? describe_forward(key, &d) : describe_backward(key, &d);
    REQUIRE(dnnl_primitive_create(&p->convolution, description));
    p->image_in = create_memory(kernel_dnnl_view(&d.in), DNNL_MEMORY_NONE);
    p->image_out = create_memory(kernel_dnnl_view(&d.out), DNNL_MEMORY_NONE);
    p->bias = create_memory(kernel_dnnl_view(&d.bias), DNNL_MEMORY_NONE);
    attach_weights(p, kernel_dnnl_view(&caller_weights), description);
    REQUIRE(dnnl_primitive_desc_destroy(description));
    REQUIRE(kernel_dnnl_forget(&caller_weights));
    forget(&d);
    return p;
}

static size_t hash_key(const struct key *key) {
    uint64_t hash = 0xCBF29CE484222325u;
    const unsigned char *bytes = (const unsigned char *)key;
    for (size_t i = 0; i < sizeof *key; i++) {
        hash = (hash ^ bytes[i]) * 0x100000001B3u;
    }
    return (size_t)(hash ^ (hash >> 32));
}

static struct primitive *find_primitive(const struct kernel_convolution *shape, enum direction direction,
                                        bool has_bias) {
    assert(!shape->half || kernel_dnnl_has_half());
    struct key key;
    memset(&key, 0, sizeof key); /* padding is compared too */
    key.shape.batch = shape->batch;
    key.shape.height = shape->height;
    key.shape.width = shape->width;
    key.shape.channels_in = shape->channels_in;
    key.shape.channels_out = shape->channels_out;
    key.shape.kernel = shape->kernel;
    key.shape.stride = shape->stride;
    key.shape.slope = direction == FORWARD ? shape->slope : 1;
    key.shape.in = shape->in;
    key.shape.out = shape->out;
    key.shape.half = shape->half;
    key.direction = (int32_t)direction;
    key.has_bias = has_bias;
    struct thread_state *state = get_state();
    if (state->cached > CACHE_SIZE / 2) {
        clear_cache(state);
    }
    size_t slot = hash_key(&key) % CACHE_SIZE;
    while (state->cache[slot] != NULL && memcmp(&state->cache[slot]->key, &key, sizeof key) != 0) {
        slot = (slot + 1) % CACHE_SIZE;
    }
    if (state->cache[slot] == NULL) {
        state->cache[slot] = create_primitive(&key);
        state->cached++;
    }
    return state->cache[slot];
}

static void set_data(dnnl_memory_t memory, const void *data) {
    REQUIRE(dnnl_memory_set_data_handle(memory, (void *)(uintptr_t)data));
}

static void run_reorder(const struct primitive *p, dnnl_memory_t from, dnnl_memory_t to) {
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    REQUIRE(dnnl_primitive_execute(p->reorder, get_state()->stream, 2, arguments));
}

void kernel_dnnl_forward(const struct kernel_convolution *shape, const void *x, const real *w, const real *b,
                         real *y) {
    struct primitive *p = find_primitive(shape, FORWARD, b != NULL);
    set_data(p->image_in, x);
    set_data(p->caller_weights, w);
    set_data(p->image_out, y);
    if (p->reorder != NULL) {
        run_reorder(p, p->caller_weights, p->weights);
    }
    dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, p->image_in},
        {DNNL_ARG_WEIGHTS, p->weights},
        {DNNL_ARG_DST, p->image_out},
        {DNNL_ARG_BIAS, p->bias},
    };
    if (b != NULL) {
        set_data(p->bias, b);
    }
    REQUIRE(dnnl_primitive_execute(p->convolution, get_state()->stream, b == NULL ? 3 : 4, arguments));
}

void kernel_dnnl_backward_data(const struct kernel_convolution *shape, const void *dy, const real *w,
                               real *dx) {
    struct primitive *p = find_primitive(shape, BACKWARD_DATA, false);
    set_data(p->image_out, dy);
    set_data(p->caller_weights, w);
    set_data(p->image_in, dx);
    if (p->reorder != NULL) {
        run_reorder(p, p->caller_weights, p->weights);
    }
    dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_DIFF_DST, p->image_out},
        {DNNL_ARG_WEIGHTS, p->weights},
        {DNNL_ARG_DIFF_SRC, p->image_in},
    };
    REQUIRE(dnnl_primitive_execute(p->convolution, get_state()->stream, 3, arguments));
}

void kernel_dnnl_backward_weights(const struct kernel_convolution *shape, const void *x, const void *dy,
                                  real *dw) {
    struct primitive *p = find_primitive(shape, BACKWARD_WEIGHTS, false);
    set_data(p->image_in, x);
    set_data(p->image_out, dy);
    set_data(p->caller_weights, dw);
    dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, p->image_in},
        {DNNL_ARG_DIFF_DST, p->image_out},
        {DNNL_ARG_DIFF_WEIGHTS, p->weights},
    };
    REQUIRE(dnnl_primitive_execute(p->convolution, get_state()->stream, 3, arguments));
    if (p->reorder != NULL) {
        run_reorder(p, p->weights, p->caller_weights);
    }
}

void kernel_dnnl_matmul(const struct kernel_matmul *shape, const real *a, const real *b, real *c) {
    (void)get_state();
    REQUIRE(dnnl_sgemm(shape->transpose_a ? 'T' : 'N', shape->transpose_b ? 'T' : 'N', shape->m, shape->n,
                       shape->k, 1.0F, a, shape->transpose_a ? shape->m : shape->k, b,
                       shape->transpose_b ? shape->k : shape->n, shape->beta, c, shape->n));
}
