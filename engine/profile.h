/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the time goes: seconds and multiply-accumulates by kind of op, seconds by phase of a training step.
 * Off until profile_start; then every thread counts for itself and profile_read adds up.
 */
#ifndef HAMBENCH_ENGINE_PROFILE_H
#define HAMBENCH_ENGINE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "support/text.h"

/* A line of the profile. */
struct profile_entry {
    const char *name;
    double seconds; /* of all threads together */
    double work;    /* multiply-accumulates, convolutions counted as direct ones */
    long count;
};

enum { PROFILE_MAX_ENTRIES = 64 };

struct profile_summary {
    struct profile_entry ops[PROFILE_MAX_ENTRIES];
    size_t op_count;
    struct profile_entry phases[PROFILE_MAX_ENTRIES];
    size_t phase_count;
};

/* Forgets what was counted and counts from now on. Outside of parallel regions. */
void profile_start(void);
void profile_stop(void);
bool profile_running(void);

/* The sums over all threads since profile_start, largest time first. Outside of parallel regions. */
void profile_read(struct profile_summary *out);

/* Multiply-accumulates of all ops together. */
double profile_work(const struct profile_summary *profile);

/* Two tables for people: ops with GFLOP/s and share, phases with share. */
void profile_add_text(const struct profile_summary *profile, struct text *out);

/* The calling thread is in `phase` from now on, a string constant, NULL for none. Returns the phase it was
 * in, which the caller enters again when its own ends. */
const char *profile_enter(const char *phase);

/* For the tape: the time before an op, and what it took. */
double profile_begin(void);
void profile_end(const char *op, double begun, double work);

#endif
