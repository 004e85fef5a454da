/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy
 * as 1, 2, 3", SC 2011).
 *
 * A stream is a pure function of its key, so the numbers of trajectory 17 do not depend on which thread draws
 * them or what was drawn before. There is no global generator.
 */
#ifndef HAMBENCH_SUPPORT_RANDOM_H
#define HAMBENCH_SUPPORT_RANDOM_H

#include <stdint.h>

struct random_stream {
    uint32_t key[2];
    uint32_t counter[4]; /* block number, attempt, index (two words) */
    uint32_t block[4];
    unsigned used; /* words of `block` already handed out */
};

/* The stream named by (seed, purpose, index, attempt). `purpose` says what the numbers are for
 * ("pendulum/train", "initialise"), so that two uses of one seed never share numbers. */
struct random_stream random_stream(uint64_t seed, const char *purpose, uint64_t index, uint32_t attempt);

/* 64 independent bits. */
uint64_t random_bits(struct random_stream *stream);

/* Uniform on [0, 1) with 53 bits. */
double random_uniform(struct random_stream *stream);

/* Uniform on [low, high); `low` where they are equal. */
double random_between(struct random_stream *stream, double low, double high);

/* Uniform on 0 .. count-1, unbiased. count > 0. */
uint32_t random_below(struct random_stream *stream, uint32_t count);

/* Standard normal (Box-Muller; the second value is not kept, so each call uses two uniforms). */
double random_normal(struct random_stream *stream);

/* Standard normal conditioned on [-2, 2], by rejection. Its standard deviation is 0.8796. */
double random_truncated_normal(struct random_stream *stream);

/* The Philox4x32-10 block function, for tests against the published vectors. */
void random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

#endif
