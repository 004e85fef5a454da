/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/random.h"

#include <assert.h>
#include <math.h>

#include "support/elementary.h"

static const double PI = 3.14159265358979323846;

void random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t left = (uint64_t)0xD2511F53u * c0;
        uint64_t right = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(right >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)right;
        c2 = (uint32_t)(left >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)left;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

/* FNV-1a over the purpose, then one round of the splitmix64 finaliser with the seed: a change of one bit of
 * either changes the whole key. */
static uint64_t mix_key(uint64_t seed, const char *purpose) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (const char *c = purpose; *c != '\0'; c++) {
        hash = (hash ^ (unsigned char)*c) * 0x100000001B3u;
    }
    uint64_t z = hash + seed * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

struct random_stream random_stream(uint64_t seed, const char *purpose, uint64_t index, uint32_t attempt) {
    uint64_t key = mix_key(seed, purpose);
    return (struct random_stream){
        .key = {(uint32_t)key, (uint32_t)(key >> 32)},
        .counter = {0, attempt, (uint32_t)index, (uint32_t)(index >> 32)},
        .used = 4,
    };
}

static uint32_t next_word(struct random_stream *stream) {
    if (stream->used == 4) {
        random_philox(stream->counter, stream->key, stream->block);
        stream->counter[0]++;
        stream->used = 0;
    }
    return stream->block[stream->used++];
}

uint64_t random_bits(struct random_stream *stream) {
    uint64_t high = next_word(stream);
    return high << 32 | next_word(stream);
}

double random_uniform(struct random_stream *stream) {
    return (double)(random_bits(stream) >> 11) * 0x1p-53;
}

double random_between(struct random_stream *stream, double low, double high) {
    return low + (high - low) * random_uniform(stream);
}

uint32_t random_below(struct random_stream *stream, uint32_t count) {
    assert(count > 0);
    /* Rejects the incomplete last interval of the 2^32 words. */
    uint32_t limit = (uint32_t)(-count) % count;
    for (;;) {
        uint64_t product = (uint64_t)next_word(stream) * count;
        if ((uint32_t)product >= limit) {
            return (uint32_t)(product >> 32);
        }
    }
}

double random_normal(struct random_stream *stream) {
    double radius = sqrt(-2.0 * elementary_log(1.0 - random_uniform(stream)));
    return radius * elementary_cos(2.0 * PI * random_uniform(stream));
}

double random_truncated_normal(struct random_stream *stream) {
    double value;
    do {
        value = random_normal(stream);
    } while (fabs(value) > 2.0);
    return value;
}
