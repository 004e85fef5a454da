/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The float32 engine as the program uses it: fast kernels against plain loops, initialisation, optimiser.
 */
#include <float.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/exponential.h"
#include "engine/kernel_dnnl.h"
#include "engine/kernels.h"
#include "engine/layers.h"
#include "engine/ops.h"
#include "engine/optimizer.h"
#include "support/memory.h"
#include "support/random.h"
#include "tests/gradcheck.h"
#include "tests/harness.h"

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

/* Sums of up to some thousand float32 products. Observed: 3.3e-6. */
static const double KERNEL_TOLERANCE = 1e-5;

/* Factors of 8 bits. Observed: 6e-3. */
static const double HALF_TOLERANCE = 2e-2;

/* One rounding or two, and polynomials. Observed: 5e-7. */
static const double LOOP_TOLERANCE = 2e-6;

static void check_close(const struct kernels *kernels, const char *what, double error, double tolerance) {
    if (!(error < tolerance)) {
        (void)printf("%s, %s: %g\n", kernels->name, what, error);
    }
    CU_ASSERT(error < tolerance);
}

static void check_matmul(const struct kernels *kernels, struct kernel_matmul shape) {
    size_t m = (size_t)shape.m, n = (size_t)shape.n, k = (size_t)shape.k;
    real *a = random_block(m * k), *b = random_block(k * n), *fast = random_block(m * n);
    real *slow = memory_alloc(m * n, sizeof *slow);
    memcpy(slow, fast, m * n * sizeof *slow);
    kernels->matmul(&shape, a, b, fast);
    kernels_reference.matmul(&shape, a, b, slow);
    check_close(kernels, "matrix product", difference(fast, slow, m * n), KERNEL_TOLERANCE);
    free(a);
    free(b);
    free(fast);
    free(slow);
}

static void check_products(const struct kernels *kernels) {
    static const int sizes[][3] = {{1, 1, 1}, {4, 64, 64},  {64, 64, 4},
                                   {5, 7, 3}, {33, 1, 250}, {16, 64, 1024}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (int variant = 0; variant < 8; variant++) {
            check_matmul(kernels, (struct kernel_matmul){
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
        kernels_reference.loops->reorder(batch, pixels, channels, KERNEL_PLAIN, block->plain, KERNEL_BLOCKED,
                                         block->laid_out);
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

/* A way in its layouts against plain loops on plain images; without a bias where there is no activation
 * either. */
static void check_convolution(const struct kernels *kernels, const struct kernel_way *way,
                              struct kernel_convolution s) {
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

    kernels_reference.convolution_forward(&plain, x.plain, w, b, y.plain);
    lay_out(&y, s.batch, out_pixels, s.channels_out, s.out);
    way->forward(&s, x.laid_out, w, b, fast);
    check_close(kernels, "forward", difference(fast, y.laid_out, y.size), tolerance);
    kernels_reference.convolution_backward_data(&plain, dy.plain, w, dx.plain);
    lay_out(&dx, s.batch, in_pixels, s.channels_in, s.in);
    way->backward_data(&s, dy.laid_out, w, fast);
    check_close(kernels, "backward data", difference(fast, dx.laid_out, dx.size), tolerance);
    kernels_reference.convolution_backward_weights(&plain, x.plain, dy.plain, dw);
    way->backward_weights(&s, x.laid_out, dy.laid_out, dw_fast);
    check_close(kernels, "backward weights", difference(dw_fast, dw, w_size), tolerance);
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

/* The kernels' own choice among its ways, and each of these that fits, whose first must be the one expected.
 */
static void check_all_ways(const struct kernels *kernels, struct kernel_convolution shape,
                           const char *expected) {
    const struct kernel_way chosen = {
        .forward = kernels->convolution_forward,
        .backward_data = kernels->convolution_backward_data,
        .backward_weights = kernels->convolution_backward_weights,
    };
    check_convolution(kernels, &chosen, shape);
    for (const struct kernel_way *const *way = kernels->ways; *way != NULL; way++) {
        if ((*way)->fits(&shape)) {
            CU_ASSERT_STRING_EQUAL((*way)->name, shape.half ? "direct" : expected);
            check_convolution(kernels, *way, shape);
            expected = "direct"; /* can do everything */
        }
    }
}

/* Those of the models, and odd ones, in float32 and, where the processor can, in bfloat16. */
static void check_convolutions(const struct kernels *kernels) {
    static const struct {
        int batch, height, width, in, out, kernel, stride;
        enum kernel_layout in_layout, out_layout;
        bool upsample;
        const char *way; /* that must be the first to fit */
    } cases[] = {
        {2, 32, 32, 15, 16, 3, 2, KERNEL_PLAIN, KERNEL_PLAIN, false, "direct"},
        {2, 16, 16, 16, 16, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, "winograd"},
        {3, 8, 8, 10, 16, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, "direct"},
        {2, 32, 32, 16, 3, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, "narrow"},
        {1, 16, 32, 48, 3, 3, 1, KERNEL_BLOCKED, KERNEL_PLAIN, false, "narrow"},
        {1, 8, 8, 64, 3, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, "narrow"},
        {1, 7, 12, 16, 3, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, "direct"},
        {2, 8, 8, 64, 64, 3, 2, KERNEL_PLAIN, KERNEL_PLAIN, false, "direct"},
        {2, 16, 16, 64, 64, 3, 1, KERNEL_BLOCKED, KERNEL_BLOCKED, false, "winograd"},
        {1, 32, 32, 32, 32, 3, 1, KERNEL_BLOCKED, KERNEL_BLOCKED, false, "winograd"},
        {1, 8, 8, 32, 48, 3, 1, KERNEL_BLOCKED, KERNEL_BLOCKED, false, "direct"},
        {1, 4, 4, 16, 32, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, "direct"},
        {1, 32, 32, 3, 16, 3, 2, KERNEL_PLAIN, KERNEL_PLAIN, false, "direct"},
        {2, 7, 7, 5, 9, 3, 2, KERNEL_PLAIN, KERNEL_PLAIN, false, "direct"},
        {1, 6, 6, 2, 3, 4, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, "direct"},
        {1, 5, 5, 3, 2, 2, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, "direct"},
        {2, 32, 32, 93, 32, 2, 2, KERNEL_PLAIN, KERNEL_PLAIN, false, "direct"},
        {2, 16, 16, 32, 64, 4, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, "direct"},
        {3, 4, 4, 16, 32, 2, 2, KERNEL_PLAIN, KERNEL_PLAIN, false, "direct"},
        {3, 2, 2, 64, 64, 2, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, "direct"},
        {3, 1, 1, 64, 1, 2, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, "direct"},
        {5, 16, 20, 16, 16, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, false, "winograd"},
        {3, 20, 16, 112, 48, 3, 1, KERNEL_BLOCKED, KERNEL_BLOCKED, false, "winograd"},
        {2, 16, 16, 16, 80, 3, 1, KERNEL_PLAIN, KERNEL_BLOCKED, false, "winograd"},
        {1, 18, 16, 32, 32, 3, 1, KERNEL_BLOCKED, KERNEL_BLOCKED, false, "direct"},
        {2, 16, 16, 64, 64, 3, 1, KERNEL_BLOCKED, KERNEL_BLOCKED, true, "winograd"},
        {5, 16, 20, 16, 16, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, true, "winograd"},
        {3, 32, 16, 48, 112, 3, 1, KERNEL_BLOCKED, KERNEL_BLOCKED, true, "winograd"},
        {3, 8, 8, 18, 16, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, true, "direct"},
        {2, 8, 12, 32, 32, 3, 1, KERNEL_BLOCKED, KERNEL_BLOCKED, true, "direct"},
        {1, 32, 32, 16, 3, 3, 1, KERNEL_PLAIN, KERNEL_PLAIN, true, "direct"},
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
        check_all_ways(kernels, shape, cases[i].way);
        shape.slope = (real)0.01;
        check_all_ways(kernels, shape, cases[i].way);
        if (kernels->has_half() && shape.in == KERNEL_PLAIN) {
            shape.half = true;
            check_all_ways(kernels, shape, cases[i].way);
        }
    }
}

/* One loop's result beside that of the plain loops' table. */
static void check_loop(const struct kernels *kernels, const char *what, const real *fast, const real *plain,
                       size_t size) {
    check_close(kernels, what, difference(fast, plain, size), LOOP_TOLERANCE);
}

static void check_functions(const struct kernels *kernels, size_t size, const real *x, const real *c) {
    real *fast = memory_alloc(size, sizeof *fast), *plain = memory_alloc(size, sizeof *plain);
    for (int function = 0; function < KERNEL_FUNCTIONS; function++) {
        for (int order = 0; order <= KERNEL_HIGHEST_ORDER; order++) {
            for (int scaled = 0; scaled < 2; scaled++) {
                const real *by = scaled ? c : NULL;
                kernels->loops->functions[function](order, size, x, by, fast);
                kernels_reference.loops->functions[function](order, size, x, by, plain);
                bool zero = function == KERNEL_SQUARE && order > 2;
                plain[0] += zero ? 1 : 0; /* so that there is something to be relative to */
                fast[0] += zero ? 1 : 0;
                check_loop(kernels, "a function of one variable", fast, plain, size);
            }
        }
    }
    free(fast);
    free(plain);
}

static void check_adam(const struct kernels *kernels, size_t size, const real *gradient) {
    struct kernel_adam step = {size, (real)0.01, (real)0.9, (real)0.999, (real)1e-8, 10, 1000};
    real *state[2] = {memory_alloc(3 * size, sizeof(real)), memory_alloc(3 * size, sizeof(real))};
    const struct kernels *tables[2] = {kernels, &kernels_reference};
    for (int i = 0; i < 2; i++) {
        for (int step_number = 0; step_number < 2; step_number++) {
            tables[i]->loops->adam(&step, gradient, state[i], state[i] + size, state[i] + 2 * size);
        }
    }
    check_loop(kernels, "Adam", state[0], state[1], 3 * size);
    free(state[0]);
    free(state[1]);
}

/* Sizes below, at and beside those of vectors. */
static void check_loops(const struct kernels *kernels) {
    static const size_t sizes[] = {1, 7, 16, 33, 1000};
    const struct kernel_loops *fast = kernels->loops, *plain = kernels_reference.loops;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t size = sizes[i];
        real *a = random_block(13 * size), *b = random_block(size);
        real *y = random_block(size), *z = memory_alloc(size, sizeof *z);
        fast->add_scaled(size, a, (real)0.3, b, y);
        plain->add_scaled(size, a, (real)0.3, b, z);
        check_loop(kernels, "add_scaled", y, z, size);
        fast->multiply(size, a, b, y);
        plain->multiply(size, a, b, z);
        check_loop(kernels, "multiply", y, z, size);
        fast->scale(size, (real)-1.7, a, y);
        plain->scale(size, (real)-1.7, a, z);
        check_loop(kernels, "scale", y, z, size);
        fast->accumulate(size, b, y);
        plain->accumulate(size, b, z);
        check_loop(kernels, "accumulate", y, z, size);
        fast->sum_rows(13, size, a, y);
        plain->sum_rows(13, size, a, z);
        check_loop(kernels, "sum_rows", y, z, size);
        fast->leaky(size, (real)0.2, a, b, y);
        plain->leaky(size, (real)0.2, a, b, z);
        check_loop(kernels, "leaky", y, z, size);
        check_functions(kernels, size, a, b);
        check_adam(kernels, size, a);
        free(a);
        free(b);
        free(y);
        free(z);
    }
}

static void check_reorder(const struct kernels *kernels) {
    enum { IMAGES = 3, PIXELS = 10, CHANNELS = 48, SIZE = IMAGES * PIXELS * CHANNELS };
    real *x = random_block(SIZE), *blocked = memory_alloc(SIZE, sizeof *blocked);
    real *back = memory_alloc(SIZE, sizeof *back);
    kernels->loops->reorder(IMAGES, PIXELS, CHANNELS, KERNEL_PLAIN, x, KERNEL_BLOCKED, blocked);
    for (int i = 0; i < SIZE; i++) {
        int image = i / (PIXELS * CHANNELS), pixel = i / CHANNELS % PIXELS, channel = i % CHANNELS;
        int block = image * (CHANNELS / KERNEL_BLOCK) + channel / KERNEL_BLOCK;
        CU_ASSERT((double)blocked[(block * PIXELS + pixel) * KERNEL_BLOCK + channel % KERNEL_BLOCK] ==
                  (double)x[i]);
    }
    kernels->loops->reorder(IMAGES, PIXELS, CHANNELS, KERNEL_BLOCKED, blocked, KERNEL_PLAIN, back);
    CU_ASSERT(memcmp(back, x, SIZE * sizeof *x) == 0);
    free(x);
    free(blocked);
    free(back);
}

/* Every table that this processor can run, but that of the plain loops. */
static void for_each_table(void (*check)(const struct kernels *kernels)) {
    int count = 0;
    for (const struct kernels *const *kernels = kernels_all; *kernels != NULL; kernels++) {
        if (*kernels != &kernels_reference && kernels_run_here(*kernels)) {
            check(*kernels);
            count++;
        }
    }
    CU_ASSERT(count >= 1);
}

static void matrix_products_of_every_table_equal_plain_loops(void) {
    for_each_table(check_products);
}

static void convolutions_of_every_table_equal_plain_loops(void) {
    for_each_table(check_convolutions);
}

static void loops_of_every_table_equal_plain_ones(void) {
    for_each_table(check_loops);
}

static void every_table_reorders_images(void) {
    for_each_table(check_reorder);
    check_reorder(&kernels_reference);
}

/* The variable as it was is put back: the other tests are to run with it. */
static void the_environment_chooses_the_kernels(void) {
    const char *variable = "HAMBENCH_KERNELS";
    char *kept = getenv(variable) == NULL ? NULL : memory_copy_string(getenv(variable));
    for (const struct kernels *const *kernels = kernels_all; *kernels != NULL; kernels++) {
        (void)setenv(variable, (*kernels)->name, 1);
        enum status status = kernels_choose();
        if (kernels_run_here(*kernels)) {
            CHECK_OK(status);
            CU_ASSERT_PTR_EQUAL(kernels_current(), *kernels);
            CU_ASSERT_EQUAL(kernel_has_half(), (*kernels)->has_half());
        } else {
            CU_ASSERT_EQUAL(status, STATUS_USAGE);
            CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), (*kernels)->name));
        }
    }
    (void)setenv(variable, "avx3", 1);
    CU_ASSERT_EQUAL(kernels_choose(), STATUS_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(status_detail(), "HAMBENCH_KERNELS: unknown kernels 'avx3'"));
    (void)unsetenv(variable);
    CHECK_OK(kernels_choose());
    CU_ASSERT_STRING_NOT_EQUAL(kernels_current()->name, "reference");
    if (kept != NULL) {
        (void)setenv(variable, kept, 1);
        CHECK_OK(kernels_choose());
        free(kept);
    }
}

/* Values of dnnl_cpu_isa_t: sets of bits, not an order. */
static void half_precision_needs_all_bits_of_its_instructions(void) {
    CU_ASSERT(kernel_dnnl_set_has_half(0xE7));   /* avx512_core_bf16 */
    CU_ASSERT(kernel_dnnl_set_has_half(0x3E7));  /* avx512_core_amx of version 2 */
    CU_ASSERT(kernel_dnnl_set_has_half(0xFEF));  /* and of version 3 */
    CU_ASSERT(!kernel_dnnl_set_has_half(0x407)); /* avx2_vnni of version 2, a larger number */
    CU_ASSERT(!kernel_dnnl_set_has_half(0x67));  /* avx512_core_vnni */
    CU_ASSERT(!kernel_dnnl_set_has_half(0x7));   /* avx2 */
}

/* Products of int overflow here. */
static void sizes_of_large_convolutions_are_exact(void) {
    struct kernel_convolution shape = {.batch = 65536,
                                       .height = 512,
                                       .width = 512,
                                       .channels_in = 50000,
                                       .channels_out = 60000,
                                       .kernel = 3,
                                       .stride = 2};
    CU_ASSERT(kernel_convolution_input_size(&shape) == ((size_t)1 << 34) * 50000);
    CU_ASSERT(kernel_convolution_output_size(&shape) == ((size_t)1 << 32) * 60000);
    CU_ASSERT(kernel_convolution_weights_size(&shape) == (size_t)27000000000);
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
        kernels_current()->convolution_forward(&s, x, w, NULL, y);
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

/* Observed: 1.5e-7. */
static void logarithm_of_one_plus_is_accurate(void) {
    double worst = 0.0;
    for (double x = 1.0; x > 1e-30; x *= 0.9971) {
        double error = (double)exponential_log1p((real)x) / log1p((double)(real)x) - 1.0;
        worst = fmax(worst, fabs(error));
    }
    CU_ASSERT(worst < 3e-7);
    CHECK_NEAR((double)exponential_log1p(0), 0.0, 0.0);
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

static void mix_tapes(void) {
    struct tape *first = tape_create(), *second = tape_create();
    (void)tensor_add(tape_constant(first, 0, NULL, 1), tape_constant(second, 0, NULL, 1));
}

/* Whether an act ends in a failed assertion, tried out in a process of its own. */
static bool is_refused(void (*act)(void)) {
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        (void)freopen("/dev/null", "w", stderr);
        (void)signal(SIGABRT, SIG_DFL);
        act();
        _exit(0);
    }
    int state = 0;
    CU_ASSERT(child > 0 && waitpid(child, &state, 0) == child);
    return WIFSIGNALED(state) && WTERMSIG(state) == SIGABRT;
}

static void tensors_of_two_tapes_do_not_mix(void) {
    CU_ASSERT(is_refused(mix_tapes));
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
        TEST(matrix_products_of_every_table_equal_plain_loops),
        TEST(convolutions_of_every_table_equal_plain_loops),
        TEST(loops_of_every_table_equal_plain_ones),
        TEST(every_table_reorders_images),
        TEST(the_environment_chooses_the_kernels),
        TEST(half_precision_needs_all_bits_of_its_instructions),
        TEST(sizes_of_large_convolutions_are_exact),
        TEST(tensors_of_two_tapes_do_not_mix),
        TEST(same_padding_puts_the_odd_zero_at_the_end),
        TEST(exponential_is_accurate_and_stays_finite),
        TEST(logarithm_of_one_plus_is_accurate),
        TEST(weights_start_as_specified),
        TEST(adam_follows_its_definition),
        TEST(a_tape_reuses_its_memory),
    };
    return tests_run("engine", tests, sizeof tests / sizeof *tests);
}
