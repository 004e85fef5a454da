/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Weights are reordered from [kh][kw][cin][cout] to whatever layout the primitive asks for at each call,
 * which is small beside the convolution.
 *
 * Every thread has its own oneDNN stream and its own cache of primitives, so no call takes a lock.
 */
#include <assert.h>
#include <dnnl.h>
#include <omp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/kernel_dnnl.h"
#include "engine/scratch.h"
#include "support/memory.h"

enum direction { FORWARD, BACKWARD_DATA, BACKWARD_WEIGHTS };
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

bool kernel_has_half(void) {
    return dnnl_get_effective_cpu_isa() >= dnnl_cpu_isa_avx512_core_bf16;
}

static dnnl_memory_desc_t describe(int d0, int d1, int d2, int d3, dnnl_data_type_t type,
                                   dnnl_format_tag_t tag) {
    dnnl_memory_desc_t description;
    dnnl_dims_t dims = {d0, d1, d2, d3};
    REQUIRE(dnnl_memory_desc_init_by_tag(&description, 4, dims, type, tag));
    return description;
}

static dnnl_memory_desc_t describe_bias(int channels) {
    dnnl_memory_desc_t description;
    dnnl_dims_t dims = {channels};
    REQUIRE(dnnl_memory_desc_init_by_tag(&description, 1, dims, dnnl_f32, dnnl_x));
    return description;
}

static dnnl_memory_t create_memory(const dnnl_memory_desc_t *description, void *handle) {
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
        REQUIRE(dnnl_post_ops_append_eltwise(post, 1.0F, dnnl_eltwise_relu, (float)slope, 0.0F));
        REQUIRE(dnnl_primitive_attr_set_post_ops(attributes, post));
        REQUIRE(dnnl_post_ops_destroy(post));
    }
    return attributes;
}

struct descriptions {
    dnnl_memory_desc_t in, out, weights, caller_weights, bias;
};

static dnnl_primitive_desc_t describe_primitive(const struct key *key, const struct descriptions *d) {
    const struct kernel_convolution *s = &key->shape;
    dnnl_engine_t engine = get_state()->engine;
    int rows = kernel_convolution_output(s->height, s->stride);
    int columns = kernel_convolution_output(s->width, s->stride);
    int top = kernel_convolution_padding(s->height, s->kernel, s->stride);
    int left = kernel_convolution_padding(s->width, s->kernel, s->stride);
    dnnl_dims_t strides = {s->stride, s->stride};
    dnnl_dims_t low = {top, left};
    dnnl_dims_t high = {(rows - 1) * s->stride + s->kernel - s->height - top,
                        (columns - 1) * s->stride + s->kernel - s->width - left};
    dnnl_alg_kind_t algorithm = dnnl_convolution_direct;
    const dnnl_memory_desc_t *bias = key->has_bias ? &d->bias : NULL;

    dnnl_convolution_desc_t forward;
    struct descriptions hinted =
        *d; /* a forward convolution of the same shape, for the backward ones to look at */
    if (s->half && key->direction != FORWARD) {
        hinted.in.data_type = hinted.out.data_type = hinted.weights.data_type = dnnl_bf16;
    }
    REQUIRE(dnnl_convolution_forward_desc_init(&forward, dnnl_forward_training, algorithm, &hinted.in,
                                               &hinted.weights, bias, &hinted.out, strides, low, high));
    dnnl_primitive_attr_t attributes = create_attributes(key->direction == FORWARD ? s->slope : 1);
    dnnl_primitive_desc_t hint;
    REQUIRE(dnnl_primitive_desc_create(&hint, &forward, attributes, engine, NULL));
    REQUIRE(dnnl_primitive_attr_destroy(attributes));
    if (key->direction == FORWARD) {
        return hint;
    }
    dnnl_convolution_desc_t backward;
    if (key->direction == BACKWARD_DATA) {
        REQUIRE(dnnl_convolution_backward_data_desc_init(&backward, algorithm, &d->in, &d->weights, &d->out,
                                                         strides, low, high));
    } else {
        REQUIRE(dnnl_convolution_backward_weights_desc_init(&backward, algorithm, &d->in, &d->weights, NULL,
                                                            &d->out, strides, low, high));
    }
    dnnl_primitive_desc_t description;
    REQUIRE(dnnl_primitive_desc_create(&description, &backward, NULL, engine, hint));
    REQUIRE(dnnl_primitive_desc_destroy(hint));
    return description;
}

/* The caller's weights are [kh][kw][cin][cout]; a primitive that wants them otherwise gets a buffer of its
 * own and a reorder towards it (or from it, for the weight gradient). */
static void attach_weights(struct primitive *p, const dnnl_memory_desc_t *caller,
                           dnnl_primitive_desc_t description) {
    dnnl_query_t which =
        p->key.direction == BACKWARD_WEIGHTS ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
    const dnnl_memory_desc_t *wanted = dnnl_primitive_desc_query_md(description, which, 0);
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
    int rows = kernel_convolution_output(s->height, s->stride);
    int columns = kernel_convolution_output(s->width, s->stride);
    /* What is multiplied may be bfloat16; results, and the caller's weights, are float32. */
    dnnl_data_type_t factor = s->half ? dnnl_bf16 : dnnl_f32;
    struct descriptions d = {
        .in = describe(s->batch, s->channels_in, s->height, s->width,
                       key->direction == BACKWARD_DATA ? dnnl_f32 : factor, tag_of(s->in)),
        .out = describe(s->batch, s->channels_out, rows, columns,
                        key->direction == FORWARD ? dnnl_f32 : factor, tag_of(s->out)),
        .weights = describe(s->channels_out, s->channels_in, s->kernel, s->kernel,
                            key->direction == BACKWARD_WEIGHTS ? dnnl_f32 : factor, dnnl_format_tag_any),
        .caller_weights =
            describe(s->channels_out, s->channels_in, s->kernel, s->kernel, dnnl_f32, dnnl_hwio),
        .bias = describe_bias(s->channels_out),
    };
    struct primitive *p = calloc(1, sizeof *p);
    assert(p != NULL);
    memcpy(&p->key, key, sizeof *key);
    dnnl_primitive_desc_t description = describe_primitive(key, &d);
    REQUIRE(dnnl_primitive_create(&p->convolution, description));
    p->image_in = create_memory(&d.in, DNNL_MEMORY_NONE);
    p->image_out = create_memory(&d.out, DNNL_MEMORY_NONE);
    p->bias = create_memory(&d.bias, DNNL_MEMORY_NONE);
    attach_weights(p, &d.caller_weights, description);
    REQUIRE(dnnl_primitive_desc_destroy(description));
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
    assert(!shape->half || kernel_has_half());
    assert(!shape->upsample || (shape->height % 2 == 0 && shape->width % 2 == 0));
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

/* Numbers as bfloat16, the upper half of a float32, rounded to nearest even. */
static void round_to_half(const real *x, size_t size, uint16_t *restrict out) {
    for (size_t i = 0; i < size; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        out[i] = (uint16_t)((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
    }
}

/* `x` as the primitive takes it: itself, or as bfloat16 in scratch. */
static const void *as_factor(const struct kernel_convolution *s, const real *x, size_t size,
                             enum scratch_user user) {
    if (!s->half) {
        return x;
    }
    uint16_t *rounded = scratch(user, size * sizeof *rounded);
    round_to_half(x, size, rounded);
    return rounded;
}

static size_t in_size(const struct kernel_convolution *s) {
    return (size_t)(s->batch * s->height * s->width) * (size_t)s->channels_in;
}

static size_t out_size(const struct kernel_convolution *s) {
    return (size_t)(s->batch * s->channels_out) * (size_t)kernel_convolution_output(s->height, s->stride) *
           (size_t)kernel_convolution_output(s->width, s->stride);
}

/* A tensor of images seen as lines of pixels of `pixel` values each: a BLOCKED one is of more images with
 * fewer channels. */
struct lines {
    int count, length, pixel;
};

static struct lines input_lines(const struct kernel_convolution *s) {
    int blocks = s->in == KERNEL_BLOCKED ? s->channels_in / KERNEL_BLOCK : 1;
    return (struct lines){
        .count = s->batch * blocks * s->height, .length = s->width, .pixel = s->channels_in / blocks};
}

/* Repeats every pixel of x as 2 x 2; a pixel has `bytes` bytes. */
static const void *upsample(struct lines out, size_t bytes, const void *x) {
    size_t line = (size_t)out.length * bytes;
    char *image = scratch(SCRATCH_UPSAMPLED, (size_t)out.count * line);
    for (int i = 0; i < out.count; i += 2) {
        const char *from = (const char *)x + (size_t)(i / 2) * (line / 2);
        char *to = image + (size_t)i * line;
        for (int j = 0; j < out.length; j++) {
            memcpy(to + (size_t)j * bytes, from + (size_t)(j / 2) * bytes, bytes);
        }
        memcpy(to + line, to, line);
    }
    return image;
}

/* The adjoint: sums over 2 x 2 pixels. */
static void sum_pool(struct lines in, const real *x, real *restrict y) {
    size_t line = (size_t)(in.length * in.pixel);
    for (int i = 0; i < in.count; i += 2) {
        const real *top = x + (size_t)i * line, *bottom = top + line;
        real *out = y + (size_t)(i / 2) * (line / 2);
        for (int j = 0; j < in.length / 2; j++) {
            const real *a = top + 2 * j * in.pixel, *b = bottom + 2 * j * in.pixel;
            for (int c = 0; c < in.pixel; c++) {
                out[j * in.pixel + c] = a[c] + a[in.pixel + c] + b[c] + b[in.pixel + c];
            }
        }
    }
}

/* The caller's x as the primitive takes it. */
static const void *input_factor(const struct kernel_convolution *s, const real *x) {
    if (!s->upsample) {
        return as_factor(s, x, in_size(s), SCRATCH_HALF);
    }
    const void *small = as_factor(s, x, in_size(s) / 4, SCRATCH_HALF);
    struct lines lines = input_lines(s);
    return upsample(lines, (size_t)lines.pixel * (s->half ? sizeof(uint16_t) : sizeof(real)), small);
}

void kernel_dnnl_forward(const struct kernel_convolution *shape, const real *x, const real *w, const real *b,
                         real *y) {
    struct primitive *p = find_primitive(shape, FORWARD, b != NULL);
    set_data(p->image_in, input_factor(shape, x));
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

void kernel_dnnl_backward_data(const struct kernel_convolution *shape, const real *dy, const real *w,
                               real *dx) {
    struct primitive *p = find_primitive(shape, BACKWARD_DATA, false);
    set_data(p->image_out, as_factor(shape, dy, out_size(shape), SCRATCH_HALF));
    set_data(p->caller_weights, w);
    real *large = shape->upsample ? scratch(SCRATCH_UPSAMPLED, in_size(shape) * sizeof *large) : dx;
    set_data(p->image_in, large);
    if (p->reorder != NULL) {
        run_reorder(p, p->caller_weights, p->weights);
    }
    dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_DIFF_DST, p->image_out},
        {DNNL_ARG_WEIGHTS, p->weights},
        {DNNL_ARG_DIFF_SRC, p->image_in},
    };
    REQUIRE(dnnl_primitive_execute(p->convolution, get_state()->stream, 3, arguments));
    if (shape->upsample) {
        sum_pool(input_lines(shape), large, dx);
    }
}

void kernel_dnnl_backward_weights(const struct kernel_convolution *shape, const real *x, const real *dy,
                                  real *dw) {
    struct primitive *p = find_primitive(shape, BACKWARD_WEIGHTS, false);
    set_data(p->image_in, input_factor(shape, x));
    set_data(p->image_out, as_factor(shape, dy, out_size(shape), SCRATCH_OTHER_HALF));
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

void kernel_matmul(const struct kernel_matmul *shape, const real *a, const real *b, real *c) {
    (void)get_state();
    REQUIRE(dnnl_sgemm(shape->transpose_a ? 'T' : 'N', shape->transpose_b ? 'T' : 'N', shape->m, shape->n,
                       shape->k, 1.0F, a, shape->transpose_a ? shape->m : shape->k, b,
                       shape->transpose_b ? shape->k : shape->n, shape->beta, c, shape->n));
}
