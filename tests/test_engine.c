/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The float32 engine as the program uses it: fast kernels against plain loops, initialisation, optimiser.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/exponential.h"
#include "engine/kernel.h"
#include "engine/kernel_dnnl.h"
#include "engine/kernel_narrow.h"
#include "engine/kernel_winograd.h"
#include "engine/layers.h"
#include "engine/ops.h"
#include "engine/optimizer.h"
#include "support/memory.h"
#include "support/random.h"
#include "tests/gradcheck.h"
#include "tests/harness.h"

typedef void convolution_forward(const struct kernel_convolution *shape, const real *x, const real *w,
                                 const real *b, real *y);
typedef void convolution_backward_data(const struct kernel_convolution *shape, const real *dy, const real *w,
                                       real *dx);
typedef void convolution_backward_weights(const struct kernel_convolution *shape, const real *x,
                                          const real *dy, real *dw);

/* Kernels that engine/local.mk compiles for these tests, under other names: engine/kernel_reference.c in
 * float32, and ours with the vectors of a processor without AVX-512. */
void reference_matmul(const struct kernel_matmul *shape, const real *a, const real *b, real *c);
convolution_forward reference_convolution_forward, short_winograd_forward, short_narrow_forward;
convolution_backward_data reference_convolution_backward_data, short_winograd_backward_data,
    short_narrow_backward_data;
convolution_backward_weights reference_convolution_backward_weights, short_winograd_backward_weights,
    short_narrow_backward_weights;
bool short_winograd_fits(const struct kernel_convolution *shape);
bool short_narrow_fits(const struct kernel_convolution *shape);

static real *random_block(size_t size) {
    static uint64_t next = 0;
    struct random_stream random = random_stream(3, "test", next++, 0);
    real *block = memory_alloc(size, sizeof *block);
    for (size_t i = 0; i < size; i++) {
        block[i] = (real)random_between(&random, -1, 1);
    }
    return block;
}

/* Largest difference relative to the largest value. */
static double difference(const real *a, const real *b, size_t size) {
    double largest = 0.0, error = 0.0;
    for (size_t i = 0; i < size; i++) {
        largest = fmax(largest, fabs((double)b[i]));
        error = gradcheck_worst(error, fabs((double)a[i] - (double)b[i]));
    }
    return error / largest;
}

/* Sums of up to some thousand float32 products. Observed: 1e-6. */
static const double KERNEL_TOLERANCE = 1e-5;

/* Factors of 8 bits. Observed: 6e-3. */
static const double HALF_TOLERANCE = 2e-2;

static void check_matmul(struct kernel_matmul shape) {
    size_t m = (size_t)shape.m, n = (size_t)shape.n, k = (size_t)shape.k;
    real *a = random_block(m * k), *b = random_block(k * n), *fast = random_block(m * n);
    real *slow = memory_alloc(m * n, sizeof *slow);
    memcpy(slow, fast, m * n * sizeof *slow);
    kernel_matmul(&shape, a, b, fast);
    reference_matmul(&shape, a, b, slow);
    CU_ASSERT(difference(fast, slow, m * n) < KERNEL_TOLERANCE);
    free(a);
    free(b);
    free(fast);
    free(slow);
}

static void matrix_products_equal_plain_loops(void) {
    static const int sizes[][3] = {{1, 1, 1}, {4, 64, 64},  {64, 64, 4},
                                   {5, 7, 3}, {33, 1, 250}, {16, 64, 1024}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (int variant = 0; variant < 8; variant++) {
            check_matmul((struct kernel_matmul){
                .m = sizes[i][0],
                .n = sizes[i][1],
                .k = sizes[i][2],
                .transpose_a = (variant & 1) != 0,
                .transpose_b = (variant & 2) != 0,
                .beta = (variant & 4) != 0 ? (real)1 : (real)0,
            });
        }
    }
}

/* A block of random numbers, and the same in the layout of one side of a convolution. */
struct image_block {
    real *plain, *laid_out;
    size_t size;
};

static void lay_out(const struct image_block *block, int batch, int pixels, int channels,
                    enum kernel_layout layout) {
    memcpy(block->laid_out, block->plain, block->size * sizeof(real));
    if (layout == KERNEL_BLOCKED) {
        kernel_reorder(batch, pixels, channels, KERNEL_PLAIN, block->plain, KERNEL_BLOCKED, block->laid_out);
    }
}

static struct image_block image_block_create(int batch, int pixels, int channels, enum kernel_layout layout) {
    struct image_block block = {.size = (size_t)batch * (size_t)(pixels * channels)};
    block.plain = random_block(block.size);
    block.laid_out = memory_alloc(block.size, sizeof(real));
    lay_out(&block, batch, pixels, channels, layout);
    return block;
}

static void image_block_free(struct image_block *block) {
    free(block->plain);
    free(block->laid_out);
}

static bool fits_always(const struct kernel_convolution *shape) {
    (void)shape;
    return true;
}

/* Every way to do a convolution. */
static const struct way {
    bool (*fits)(const struct kernel_convolution *shape);
    convolution_forward *forward;
    convolution_backward_data *backward_data;
    convolution_backward_weights *backward_weights;
} ways[] = {
    {fits_always, kernel_convolution_forward, kernel_convolution_backward_data,
     kernel_convolution_backward_weights},
    {fits_always, kernel_dnnl_forward, kernel_dnnl_backward_data, kernel_dnnl_backward_weights},
    {kernel_winograd_fits, kernel_winograd_forward, kernel_winograd_backward_data,
     kernel_winograd_backward_weights},
    {short_winograd_fits, short_winograd_forward, short_winograd_backward_data,
     short_winograd_backward_weights},
    {kernel_narrow_fits, kernel_narrow_forward, kernel_narrow_backward_data, kernel_narrow_backward_weights},
    {short_narrow_fits, short_narrow_forward, short_narrow_backward_data, short_narrow_backward_weights},
};

/* One of them in its layouts against plain loops on plain images; without a bias where there is no activation
 * either. */
static void check_convolution(const struct way *way, struct kernel_convolution s) {
    int in_pixels = s.height * s.width / (s.upsample ? 4 : 1);
    int out_pixels =
        kernel_convolution_output(s.height, s.stride) * kernel_convolution_output(s.width, s.stride);
    size_t w_size = (size_t)(s.kernel * s.kernel * s.channels_in * s.channels_out);
    struct image_block x = image_block_create(s.batch, in_pixels, s.channels_in, s.in);
    struct image_block dy = image_block_create(s.batch, out_pixels, s.channels_out, s.out);
    struct image_block y = image_block_create(s.batch, out_pixels, s.channels_out, s.out);
    struct image_block dx = image_block_create(s.batch, in_pixels, s.channels_in, s.in);
    real *w = random_block(w_size), *bias = random_block((size_t)s.channels_out);
    const real *b = s.slope == 1 ? NULL : bias;
    real *dw_fast = random_block(w_size), *dw = random_block(w_size);
    real *fast = memory_alloc(x.size + y.size, sizeof *fast);
    double tolerance = s.half ? HALF_TOLERANCE : KERNEL_TOLERANCE;
    struct kernel_convolution plain = s;
    plain.half = false;
    plain.in = plain.out = KERNEL_PLAIN;

    reference_convolution_forward(&plain, x.plain, w, b, y.plain);
    lay_out(&y, s.batch, out_pixels, s.channels_out, s.out);
    way->forward(&s, x.laid_out, w, b, fast);
    CU_ASSERT(difference(fast, y.laid_out, y.size) < tolerance);
    reference_convolution_backward_data(&plain, dy.plain, w, dx.plain);
    lay_out(&dx, s.batch, in_pixels, s.channels_in, s.in);
    way->backward_data(&s, dy.laid_out, w, fast);
    CU_ASSERT(difference(fast, dx.laid_out, dx.size) < tolerance);
    reference_convolution_backward_weights(&plain, x.plain, dy.plain, dw);
    way->backward_weights(&s, x.laid_out, dy.laid_out, dw_fast);
    CU_ASSERT(difference(dw_fast, dw, w_size) < tolerance);
    image_block_free(&x);
    image_block_free(&y);
    image_block_free(&dx);
    image_block_free(&dy);
    free(w);
    free(bias);
    free(dw);
    free(dw_fast);
    free(fast);
}

static void check_all_ways(struct kernel_convolution shape) {
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (ways[i].fits(&shape)) {
            check_convolution(&ways[i], shape);
        }
    }
}

/* Those of the models, and odd ones, in float32 and, where the processor can, in bfloat16. */
static void convolutions_equal_plain_loops(void) {
    static const struct {
        int batch, height, width, in, out, kernel, stride;
        enum kernel_layout in_layout, out_layout;
        bool upsample;
        enum kernel { LIBRARY, WINOGRAD, NARROW } ours; /* the one of our kernels that must fit */
    } cases[] = {
        {2, 32, 32, 15, 16, 3, 2, KERNEL_PLAIN, KERNEL_PLAIN, false, LIBRARY},
        {2, 16, 16, 16, 16, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, WINOGRAD},
        {3, 8, 8, 10, 16, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, LIBRARY},
        {2, 32, 32, 16, 3, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, NARROW},
        {1, 16, 32, 48, 3, 3, 1, KERNEL_BLOCKED, KERNEL_PLAIN, false, NARROW},
        {1, 8, 8, 64, 3, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, NARROW},
        {1, 7, 12, 16, 3, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, LIBRARY},
        {2, 8, 8, 64, 64, 3, 2, KERNEL_PLAIN, KERNEL_PLAIN, false, LIBRARY},
        {2, 16, 16, 64, 64, 3, 1, KERNEL_BLOCKED, KERNEL_BLOCKED, false, WINOGRAD},
        {1, 32, 32, 32, 32, 3, 1, KERNEL_BLOCKED, KERNEL_BLOCKED, false, WINOGRAD},
        {1, 8, 8, 32, 48, 3, 1, KERNEL_BLOCKED, KERNEL_BLOCKED, false, LIBRARY},
        {1, 4, 4, 16, 32, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, LIBRARY},
        {1, 32, 32, 3, 16, 3, 2, KERNEL_PLAIN, KERNEL_PLAIN, false, LIBRARY},
        {2, 7, 7, 5, 9, 3, 2, KERNEL_PLAIN, KERNEL_PLAIN, false, LIBRARY},
        {1, 6, 6, 2, 3, 4, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, LIBRARY},
        {1, 5, 5, 3, 2, 2, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, LIBRARY},
        {5, 16, 20, 16, 16, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, WINOGRAD},
        {3, 20, 16, 112, 48, 3, 1, KERNEL_BLOCKED, KERNEL_BLOCKED, false, WINOGRAD},
        {2, 16, 16, 16, 80, 3, 1, KERNEL_PLAIN, KERNEL_BLOCKED, false, WINOGRAD},
        {1, 18, 16, 32, 32, 3, 1, KERNEL_BLOCKED, KERNEL_BLOCKED, false, LIBRARY},
        {2, 16, 16, 64, 64, 3, 1, KERNEL_BLOCKED, KERNEL_BLOCKED, true, WINOGRAD},
        {5, 16, 20, 16, 16, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, true, WINOGRAD},
        {3, 32, 16, 48, 112, 3, 1, KERNEL_BLOCKED, KERNEL_BLOCKED, true, WINOGRAD},
        {3, 8, 8, 18, 16, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, true, LIBRARY},
        {2, 8, 12, 32, 32, 3, 1, KERNEL_BLOCKED, KERNEL_BLOCKED, true, LIBRARY},
        {1, 32, 32, 16, 3, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, true, LIBRARY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct kernel_convolution shape = {
            .batch = cases[i].batch,
            .height = cases[i].height,
            .width = cases[i].width,
            .channels_in = cases[i].in,
            .channels_out = cases[i].out,
            .kernel = cases[i].kernel,
            .stride = cases[i].stride,
            .slope = 1,
            .in = cases[i].in_layout,
            .out = cases[i].out_layout,
            .upsample = cases[i].upsample,
        };
        CU_ASSERT_EQUAL(kernel_winograd_fits(&shape), cases[i].ours == WINOGRAD);
        CU_ASSERT_EQUAL(short_winograd_fits(&shape), cases[i].ours == WINOGRAD);
        CU_ASSERT_EQUAL(kernel_narrow_fits(&shape), cases[i].ours == NARROW);
        CU_ASSERT_EQUAL(short_narrow_fits(&shape), cases[i].ours == NARROW);
        check_all_ways(shape);
        shape.slope = (real)0.01;
        check_all_ways(shape);
        shape.half = kernel_has_half() && shape.in == KERNEL_PLAIN;
        check_all_ways(shape);
    }
}

/* 3 x 3, stride 2, SAME on 32 x 32: output i reads inputs 2i, 2i+1, 2i+2, and input 32 is zero. */
static void same_padding_puts_the_odd_zero_at_the_end(void) {
    enum { SIDE = 32, OUT = 16 };
    struct kernel_convolution s = {.batch = 1,
                                   .height = SIDE,
                                   .width = SIDE,
                                   .channels_in = 1,
                                   .channels_out = 1,
                                   .kernel = 3,
                                   .stride = 2,
                                   .slope = 1};
    real *x = memory_alloc((size_t)SIDE * SIDE, sizeof *x), y[OUT * OUT];
    real w[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    static const struct {
        int input, output;
        real tap;
    } cases[] = {{31 * SIDE + 31, 15 * OUT + 15, 5}, {0, 0, 1}};
    for (int i = 0; i < 2; i++) {
        memset(x, 0, (size_t)SIDE * SIDE * sizeof *x);
        x[cases[i].input] = 1;
        kernel_convolution_forward(&s, x, w, NULL, y);
        for (int j = 0; j < OUT * OUT; j++) {
            CHECK_NEAR((double)y[j], j == cases[i].output ? (double)cases[i].tap : 0.0, 0.0);
        }
    }
    CU_ASSERT_EQUAL(kernel_convolution_padding(32, 3, 2), 0);
    CU_ASSERT_EQUAL(kernel_convolution_padding(32, 3, 1), 1);
    CU_ASSERT_EQUAL(kernel_convolution_padding(8, 4, 1), 1);
    CU_ASSERT_EQUAL(kernel_convolution_padding(8, 2, 1), 0);
    free(x);
}

/* Observed: 1.2e-7 relative. */
static void exponential_is_accurate_and_stays_finite(void) {
    for (double x = -86.9; x < 87.9; x += 0.0173) {
        double error = (double)exponential((real)x) / exp((double)(real)x) - 1.0;
        CU_ASSERT_FATAL(fabs(error) < 3e-7);
    }
    CU_ASSERT(isfinite(exponential(1e30F)));
    CU_ASSERT(exponential(-1e30F) >= 0);
    CHECK_NEAR((double)exponential(0), 1.0, 0.0);
}

/* A weight [in][out] has standard deviation 0.8796 / sqrt(in) and lies within two units. */
static void weights_start_as_specified(void) {
    enum { IN = 100, OUT = 400 };
    struct parameters *parameters = parameters_create();
    (void)linear_layer_declare(parameters, "layer", IN, OUT);
    parameters_initialise(parameters, 1);
    double square = 0.0;
    for (int i = 0; i < IN * OUT; i++) {
        double value = (double)parameters->values[i];
        CU_ASSERT(fabs(value) <= 2.0 / sqrt(IN) * (1 + FLT_EPSILON));
        square += value * value;
    }
    CHECK_NEAR(sqrt(square / (IN * OUT)) * sqrt(IN), 0.8796, 0.01);
    for (int i = 0; i < OUT; i++) {
        CHECK_NEAR((double)parameters->values[IN * OUT + i], 0.0, 0.0);
    }
    parameters_free(parameters);
}

/* The first step of Adam is the learning rate against the sign of the gradient; the second, by hand, for one
 * value. */
static void adam_follows_its_definition(void) {
    struct adam *adam = adam_create(2);
    real values[2] = {1, 1}, gradient[2] = {(real)0.5, -3};
    adam_update(adam, (real)0.1, gradient, values);
    CHECK_NEAR((double)values[0], 0.9, 1e-6);
    CHECK_NEAR((double)values[1], 1.1, 1e-6);
    real second[2] = {(real)-0.25, 0};
    adam_update(adam, (real)0.1, second, values);
    double mean = (0.9 * 0.1 * 0.5 - 0.1 * 0.25) / (1 - 0.81);
    double square = (0.999 * 0.001 * 0.25 + 0.001 * 0.0625) / (1 - 0.999 * 0.999);
    CHECK_NEAR((double)values[0], 0.9 - 0.1 * mean / (sqrt(square) + 1e-8), 1e-6);
    adam_free(adam);
}

static void clipping_keeps_the_direction_and_limits_the_norm(void) {
    real gradient[2] = {3, 4};
    CHECK_NEAR(gradient_norm(gradient, 2), 5.0, 1e-12);
    gradient_clip(gradient, 2, 5.0, 10.0);
    CHECK_NEAR((double)gradient[0], 3.0, 0.0);
    gradient_clip(gradient, 2, 5.0, 1.0);
    CHECK_NEAR((double)gradient[0], 0.6, 1e-7);
    CHECK_NEAR((double)gradient[1], 0.8, 1e-7);
}

/* A tape that is cleared and used again holds no more memory than after the first time. */
static void a_tape_reuses_its_memory(void) {
    struct tape *tape = tape_create();
    size_t size = 0;
    for (int round = 0; round < 5; round++) {
        tape_clear(tape);
        struct tensor *x = tape_constant(tape, 2, (int[]){100, 100}, 1);
        for (int i = 0; i < 100; i++) {
            x = tensor_add(x, x);
        }
        CU_ASSERT(tape_length(tape) == 101);
        size = round == 0 ? tape_size(tape) : size;
        CU_ASSERT(tape_size(tape) == size);
    }
    tape_free(tape);
}

int main(void) {
    static const struct test tests[] = {
        TEST(matrix_products_equal_plain_loops),
        TEST(convolutions_equal_plain_loops),
        TEST(same_padding_puts_the_odd_zero_at_the_end),
        TEST(exponential_is_accurate_and_stays_finite),
        TEST(weights_start_as_specified),
        TEST(adam_follows_its_definition),
        TEST(clipping_keeps_the_direction_and_limits_the_norm),
        TEST(a_tape_reuses_its_memory),
    };
    return tests_run("engine", tests, sizeof tests / sizeof *tests);
}
