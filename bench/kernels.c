/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The convolutions of the decoder, one thread, each direction, beside a large matrix product. All rates count
 * a convolution as a direct one, so that they compare by time.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "engine/kernels.h"
#include "support/memory.h"

enum { IMAGES = 8 };
enum direction { FORWARD, BACKWARD_DATA, BACKWARD_WEIGHTS, DIRECTIONS };
static const char *const direction_names[] = {"forward", "backward data", "backward weights"};

/* The process's kernels, and the direct convolutions among them. */
static struct kernel_way chosen(void) {
    const struct kernels *kernels = kernels_current();
    return (struct kernel_way){
        .name = kernels->name,
        .forward = kernels->convolution_forward,
        .backward_data = kernels->convolution_backward_data,
        .backward_weights = kernels->convolution_backward_weights,
    };
}

static struct kernel_way general(void) {
    const struct kernel_way *const *way = kernels_current()->ways;
    while (way[1] != NULL) {
        way++;
    }
    return **way;
}

struct work {
    struct kernel_way way;
    struct kernel_convolution shape;
    enum direction direction;
    real *x, *y, *w, *b;
};

static void convolve(void *context) {
    const struct work *work = context;
    const struct kernel_convolution *s = &work->shape;
    switch (work->direction) {
    case FORWARD:
        work->way.forward(s, work->x, work->w, work->b, work->y);
        break;
    case BACKWARD_DATA:
        work->way.backward_data(s, work->y, work->w, work->x);
        break;
    default:
        work->way.backward_weights(s, work->x, work->y, work->w);
        break;
    }
}

static real *random_like(size_t size) {
    real *values = memory_alloc(size, sizeof *values);
    for (size_t i = 0; i < size; i++) {
        values[i] = (real)((i * 7919) % 1024) / 1024 - (real)0.5;
    }
    return values;
}

static void measure(const struct bench_request *request, struct kernel_way way,
                    struct kernel_convolution shape, const char *how) {
    size_t pixels = (size_t)shape.batch * (size_t)shape.height * (size_t)shape.width;
    struct work work = {
        .way = way,
        .shape = shape,
        .x = random_like(pixels * (size_t)shape.channels_in),
        .y = random_like(pixels * (size_t)shape.channels_out),
        .w = random_like(9 * (size_t)shape.channels_in * (size_t)shape.channels_out),
        .b = random_like((size_t)shape.channels_out),
    };
    double flops = 2.0 * 9 * (double)pixels * shape.channels_in * shape.channels_out;
    for (work.direction = 0; work.direction < DIRECTIONS; work.direction++) {
        char name[96];
        (void)snprintf(name, sizeof name, "%d -> %d channels, %d x %d, %s, %s", shape.channels_in,
                       shape.channels_out, shape.height, shape.width, how, direction_names[work.direction]);
        struct bench_times times = bench_measure(convolve, &work, request->seconds / 10);
        request->report(request->context, &(struct bench_line){
                                              .benchmark = "kernels",
                                              .name = name,
                                              .threads = 1,
                                              .times = times,
                                              .rate = 1e-9 * flops / times.median,
                                              .unit = "GFLOP/s",
                                              .ceiling = bench_sgemm(1),
                                          });
    }
    free(work.x);
    free(work.y);
    free(work.w);
    free(work.b);
}

static enum status run(const struct bench_request *request) {
    for (int channels = 16; channels <= 64; channels *= 2) {
        struct kernel_convolution shape = {
            .batch = IMAGES,
            .height = 32,
            .width = 32,
            .channels_in = channels,
            .channels_out = channels,
            .kernel = 3,
            .stride = 1,
            .slope = (real)0.01,
        };
        measure(request, general(), shape, "library");
        if (kernel_has_half()) {
            struct kernel_convolution half = shape;
            half.half = true;
            measure(request, chosen(), half, "bf16");
        }
        shape.in = shape.out = kernels_current()->chain_layout(channels);
        measure(request, chosen(), shape, "ours");
        struct kernel_convolution upsampled = shape;
        upsampled.upsample = true;
        measure(request, chosen(), upsampled, "ours, upsampling");
        shape.channels_out = 3;
        shape.out = KERNEL_PLAIN;
        shape.slope = 1;
        measure(request, chosen(), shape, "ours");
        shape.in = KERNEL_PLAIN;
        measure(request, general(), shape, "library");
    }
    return STATUS_OK;
}

const struct benchmark kernels_benchmark = {
    .name = "kernels",
    .summary = "convolutions of the decoder, beside a large matrix product",
    .run = run,
};
