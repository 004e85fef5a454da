/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a piece of work is, as a digest over named values: two with the same identity are the same work.
 */
#ifndef HAMBENCH_SWEEP_IDENTITY_H
#define HAMBENCH_SWEEP_IDENTITY_H

#include "support/sha256.h"

struct identity;

void identity_begin(struct identity **out);
/* The order counts. */
void identity_add(struct identity *identity, const char *name, const char *value);
/* 64 hexadecimal digits; releases the identity. */
void identity_end(struct identity *identity, char out[SHA256_TEXT]);

#endif
