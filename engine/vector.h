/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Vectors of float32 for the kernels we write ourselves, as wide as the registers of the processors that the
 * file is compiled for (engine/kernels.h). A block of KERNEL_BLOCK channels is one such vector, two or four.
 */
#ifndef HAMBENCH_ENGINE_VECTOR_H
#define HAMBENCH_ENGINE_VECTOR_H

#include <string.h>

/* Floats in a vector, and vectors that the registers hold. */
#if defined(__AVX512F__)
enum { VECTOR_WIDTH = 16, VECTOR_REGISTERS = 32 };
#elif defined(__AVX2__)
enum { VECTOR_WIDTH = 8, VECTOR_REGISTERS = 16 };
#elif defined(__aarch64__)
enum { VECTOR_WIDTH = 4, VECTOR_REGISTERS = 32 };
#else
enum { VECTOR_WIDTH = 4, VECTOR_REGISTERS = 16 };
#endif

typedef float vector __attribute__((vector_size(4 * VECTOR_WIDTH)));

/* For what is written once and compiled for several constant sizes. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE vector vector_load(const float *data) {
    vector value;
    memcpy(&value, data, sizeof value);
    return value;
}

ALWAYS_INLINE void vector_store(float *data, vector value) {
    memcpy(data, &value, sizeof value);
}

/* Sums of neighbours: first those of a, then those of b. */
ALWAYS_INLINE vector vector_add_pairs(vector a, vector b) {
#if defined(__AVX512F__)
    return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) +
           __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
#elif defined(__AVX2__)
    return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14) +
           __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
#else
    return __builtin_shufflevector(a, b, 0, 2, 4, 6) + __builtin_shufflevector(a, b, 1, 3, 5, 7);
#endif
}

/* v[k] = the pairwise sums of v[2 k] and v[2 k + 1], for k < n. */
ALWAYS_INLINE void vector_halve(vector *v, int n) {
#pragma GCC unroll 8
    for (int k = 0; k < n; k++) {
        v[k] = vector_add_pairs(v[2 * k], v[2 * k + 1]);
    }
}

/* Lane k of the result is the sum of the lanes of v[k]: as many horizontal sums as there are lanes, as a tree
 * of pairwise ones. v is overwritten. */
ALWAYS_INLINE vector vector_sum_each(vector v[VECTOR_WIDTH]) {
    if (VECTOR_WIDTH == 16) {
        vector_halve(v, 8);
    }
    if (VECTOR_WIDTH >= 8) {
        vector_halve(v, 4);
    }
    vector_halve(v, 2);
    vector_halve(v, 1);
    return v[0];
}

#endif
