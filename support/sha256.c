/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/sha256.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/memory.h"

struct sha256 {
    EVP_MD_CTX *context;
};

/* Only a machine without memory makes these fail. */
static void require(int done) {
    if (done != 1) {
        (void)fputs("hambench: out of memory: cannot compute SHA-256\n", stderr);
        abort();
    }
}

static void begin(struct sha256 *hash) {
    require(EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL));
}

struct sha256 *sha256_create(void) {
    struct sha256 *hash = memory_alloc(1, sizeof *hash);
    hash->context = EVP_MD_CTX_new();
    require(hash->context != NULL);
    begin(hash);
    return hash;
}

void sha256_free(struct sha256 *hash) {
    if (hash != NULL) {
        EVP_MD_CTX_free(hash->context);
        free(hash);
    }
}

void sha256_add(struct sha256 *hash, const void *bytes, size_t length) {
    require(EVP_DigestUpdate(hash->context, bytes, length));
}

void sha256_finish(struct sha256 *hash, uint8_t digest[SHA256_BYTES]) {
    require(EVP_DigestFinal_ex(hash->context, digest, NULL));
    begin(hash);
}

void sha256_of(const void *bytes, size_t length, uint8_t digest[SHA256_BYTES]) {
    require(EVP_Digest(bytes, length, digest, NULL, EVP_sha256(), NULL));
}

void sha256_format(const uint8_t digest[SHA256_BYTES], char out[SHA256_TEXT]) {
    for (int i = 0; i < SHA256_BYTES; i++) {
        (void)snprintf(&out[2 * i], 3, "%02x", digest[i]);
    }
}
