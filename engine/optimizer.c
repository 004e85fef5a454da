/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/optimizer.h"

#include <math.h>
#include <stdlib.h>

#include "engine/kernels.h"
#include "support/memory.h"

static const double BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-8;

struct adam *adam_create(size_t size) {
    struct adam *adam = memory_alloc(1, sizeof *adam);
    adam->size = size;
    adam->mean = memory_alloc(size, sizeof(real));
    adam->square = memory_alloc(size, sizeof(real));
    return adam;
}

void adam_free(struct adam *adam) {
    if (adam != NULL) {
        free(adam->mean);
        free(adam->square);
        free(adam);
    }
}

void adam_update(struct adam *adam, real rate, const real *gradient, real *values) {
    adam_begin(adam);
    adam_move(adam, 0, adam->size, rate, gradient, values);
}

void adam_begin(struct adam *adam) {
    adam->steps++;
}

void adam_move(struct adam *adam, size_t first, size_t size, real rate, const real *gradient, real *values) {
    struct kernel_adam step = {
        .size = size,
        .rate = rate,
        .beta1 = (real)BETA1,
        .beta2 = (real)BETA2,
        .epsilon = (real)EPSILON,
        .mean_scale = (real)(1.0 / (1.0 - pow(BETA1, (double)adam->steps))),
        .square_scale = (real)(1.0 / (1.0 - pow(BETA2, (double)adam->steps))),
    };
    kernels_current()->loops->adam(&step, gradient + first, adam->mean + first, adam->square + first,
                                   values + first);
}

double gradient_add_squares(double sum, const real *gradient, size_t size) {
    for (size_t i = 0; i < size; i++) {
        sum += (double)gradient[i] * (double)gradient[i];
    }
    return sum;
}
