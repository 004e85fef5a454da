/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kernels on oneDNN, the only file that knows it. Images are channel-last or in blocks of
 * sixteen channels (kernel.h); weights are reordered from
 * [kh][kw][cin][cout] to whatever layout the primitive asks for at each call, which is small beside the
 * convolution.
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

#include "engine/kernel.h"
#include "engine/kernel_narrow.h"
#include "support/memory.h"

/* From this many channels on, Winograd on the blocked layout beats direct convolution (docs/performance.md).
 */
enum { WINOGRAD_CHANNELS = 32 };

enum kernel_layout kernel_chain_layout(int channels) {
    return channels >= WINOGRAD_CHANNELS && channels % KERNEL_BLOCK == 0 ? KERNEL_BLOCKED : KERNEL_PLAIN;
}

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

/* Numbers as bfloat16: the upper half of a float32. */
struct half_buffer {
    uint16_t *data;
    size_t capacity;
};

struct thread_state {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    struct half_buffer half[2]; /* the factors of a bfloat16 convolution */
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
    free(state->half[0].data);
    free(state->half[1].data);
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

/* oneDNN has Winograd for 3 x 3, stride 1, blocked on both sides. */
static dnnl_alg_kind_t algorithm_of(const struct kernel_convolution *s) {
    bool winograd = !s->half && s->kernel == 3 && s->stride == 1 && s->in == KERNEL_BLOCKED &&
                    s->out == KERNEL_BLOCKED && s->channels_in >= WINOGRAD_CHANNELS &&
                    s->channels_out >= WINOGRAD_CHANNELS;
    return winograd ? dnnl_convolution_winograd : dnnl_convolution_direct;
}

/* Direct convolutions compute leaky(x) while their output is in registers; Winograd has no such option. */
static bool fuses_activation(const struct kernel_convolution *s) {
    return algorithm_of(s) == dnnl_convolution_direct;
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
    dnnl_alg_kind_t algorithm = algorithm_of(s);
    const dnnl_memory_desc_t *bias = key->has_bias ? &d->bias : NULL;

    dnnl_convolution_desc_t forward;
    struct descriptions hinted =
        *d; /* a forward convolution of the same shape, for the backward ones to look at */
    if (s->half && key->direction != FORWARD) {
        hinted.in.data_type = hinted.out.data_type = hinted.weights.data_type = dnnl_bf16;
    }
    REQUIRE(dnnl_convolution_forward_desc_init(&forward, dnnl_forward_training, algorithm, &hinted.in,
                                               &hinted.weights, bias, &hinted.out, strides, low, high));
    dnnl_primitive_attr_t attributes =
        create_attributes(key->direction == FORWARD && fuses_activation(s) ? s->slope : 1);
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

/* `x` as the primitive takes it: itself, or rounded to bfloat16 (to nearest even) in the buffer of `slot`. */
static const void *as_factor(const struct kernel_convolution *s, const real *x, size_t size, int slot) {
    if (!s->half) {
        return x;
    }
    struct half_buffer *buffer = &get_state()->half[slot];
    if (buffer->capacity < size) {
        free(buffer->data);
        buffer->data = memory_alloc(size, sizeof *buffer->data);
        buffer->capacity = size;
    }
    uint16_t *restrict out = buffer->data;
    for (size_t i = 0; i < size; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        out[i] = (uint16_t)((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
    }
    return buffer->data;
}

static size_t in_size(const struct kernel_convolution *s) {
    return (size_t)(s->batch * s->height * s->width) * (size_t)s->channels_in;
}

static size_t out_size(const struct kernel_convolution *s) {
    return (size_t)(s->batch * s->channels_out) * (size_t)kernel_convolution_output(s->height, s->stride) *
           (size_t)kernel_convolution_output(s->width, s->stride);
}

/* y = leaky(y), where the convolution could not do it. */
static void activate(const struct kernel_convolution *s, real *y) {
    size_t size = out_size(s);
    real slope = s->slope;
    for (size_t i = 0; i < size; i++) {
        y[i] = y[i] > 0 ? y[i] : slope * y[i];
    }
}

void kernel_convolution_forward(const struct kernel_convolution *shape, const real *x, const real *w,
                                const real *b, real *y) {
    if (kernel_narrow_fits(shape)) {
        kernel_narrow_forward(shape, x, w, b, y);
        return;
    }
    struct primitive *p = find_primitive(shape, FORWARD, b != NULL);
    set_data(p->image_in, as_factor(shape, x, in_size(shape), 0));
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
    if (shape->slope != 1 && !fuses_activation(shape)) {
        activate(shape, y);
    }
}

void kernel_convolution_backward_data(const struct kernel_convolution *shape, const real *dy, const real *w,
                                      real *dx) {
    if (kernel_narrow_fits(shape) && shape->in == KERNEL_BLOCKED) { /* on plain images oneDNN is as good */
        kernel_narrow_backward_data(shape, dy, w, dx);
        return;
    }
    struct primitive *p = find_primitive(shape, BACKWARD_DATA, false);
    set_data(p->image_out, as_factor(shape, dy, out_size(shape), 0));
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

void kernel_convolution_backward_weights(const struct kernel_convolution *shape, const real *x,
                                         const real *dy, real *dw) {
    if (kernel_narrow_fits(shape)) {
        kernel_narrow_backward_weights(shape, x, dy, dw);
        return;
    }
    struct primitive *p = find_primitive(shape, BACKWARD_WEIGHTS, false);
    set_data(p->image_in, as_factor(shape, x, in_size(shape), 0));
    set_data(p->image_out, as_factor(shape, dy, out_size(shape), 1));
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
