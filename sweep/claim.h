/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A claim to a piece of work: a lock (support/lock.h) that gives a sign of life every few seconds while
 * whoever has it works. It ends with its process, however that ends.
 */
#ifndef HAMBENCH_SWEEP_CLAIM_H
#define HAMBENCH_SWEEP_CLAIM_H

#include "support/lock.h"
#include "support/status.h"

/* Seconds from one sign of life to the next. */
enum { CLAIM_HEARTBEAT = 5 };

struct claim;

/* STATUS_OK with a claim in `*out`, or with NULL where another process or thread has it. STATUS_IO,
 * STATUS_DATA as lock_try. Given back by claim_release. */
enum status claim_try(struct claim **out, const char *path);

/* Waits for it; as lock_wait. */
enum status claim_wait(struct claim **out, const char *path, const struct lock_wait *wait);

/* NULL is allowed. */
void claim_release(struct claim *claim);

/* Whether others are kept out: not on a disk without locks. */
bool claim_is_exclusive(const struct claim *claim);

#endif
