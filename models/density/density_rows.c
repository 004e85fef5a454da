/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/density/density_rows.h"

static const double LOG_TWO_PI = 1.8378770664093454836;

struct tensor *density_rows_points(struct tape *tape, const double *points, long first, int count,
                                   int repeats, int width) {
    struct tensor *x = tape_constant(tape, 2, (int[]){count, width}, 0);
    for (size_t i = 0; i < x->size; i++) {
        size_t point = ((size_t)first + i / (size_t)width) / (size_t)repeats;
        x->data[i] = (real)points[point * (size_t)width + i % (size_t)width];
    }
    return x;
}

struct tensor *density_rows_normal(struct tape *tape, int count, int width, struct random_stream *random) {
    struct tensor *x = tape_constant(tape, 2, (int[]){count, width}, 0);
    for (size_t i = 0; i < x->size; i++) {
        x->data[i] = (real)random_normal(random);
    }
    return x;
}

double density_rows_log_normal(const struct tensor *x, int row) {
    size_t width = (size_t)x->shape[1];
    double sum = 0;
    for (size_t i = 0; i < width; i++) {
        double value = (double)x->data[(size_t)row * width + i];
        sum -= 0.5 * (value * value + LOG_TWO_PI);
    }
    return sum;
}

double density_rows_sum(const struct tensor *x, int row) {
    size_t width = (size_t)x->shape[1];
    double sum = 0;
    for (size_t i = 0; i < width; i++) {
        sum += (double)x->data[(size_t)row * width + i];
    }
    return sum;
}
