/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/identity.h"

#include <stdlib.h>
#include <string.h>

#include "support/memory.h"

struct identity {
    struct sha256 *hash;
};

void identity_begin(struct identity **out) {
    *out = memory_alloc(1, sizeof **out);
    (*out)->hash = sha256_create();
}

/* The zeros behind both keep ("ab", "c") and ("a", "bc") apart. */
void identity_add(struct identity *identity, const char *name, const char *value) {
    sha256_add(identity->hash, name, strlen(name) + 1);
    sha256_add(identity->hash, value, strlen(value) + 1);
}

void identity_end(struct identity *identity, char out[SHA256_TEXT]) {
    uint8_t digest[SHA256_BYTES];
    sha256_finish(identity->hash, digest);
    sha256_format(digest, out);
    sha256_free(identity->hash);
    free(identity);
}
