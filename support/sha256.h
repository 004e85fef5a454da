/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SHA-256 (FIPS 180-4): fingerprints of stored values. sha256.c is the only file that knows libcrypto.
 */
#ifndef HAMBENCH_SUPPORT_SHA256_H
#define HAMBENCH_SUPPORT_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BYTES = 32, SHA256_TEXT = 2 * SHA256_BYTES + 1 };

/* A digest that is computed piece by piece. */
struct sha256;

struct sha256 *sha256_create(void);
void sha256_free(struct sha256 *hash);

void sha256_add(struct sha256 *hash, const void *bytes, size_t length);

/* The digest of all that was added; the next piece begins a new one. */
void sha256_finish(struct sha256 *hash, uint8_t digest[SHA256_BYTES]);

/* The digest of one block of bytes. */
void sha256_of(const void *bytes, size_t length, uint8_t digest[SHA256_BYTES]);

/* 64 hexadecimal digits and '\0'. */
void sha256_format(const uint8_t digest[SHA256_BYTES], char out[SHA256_TEXT]);

#endif
