/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pieces of work that several processes share: each takes one that nobody works on, leaves those of the
 * others for later, and comes back for what they have not finished.
 */
#ifndef HAMBENCH_SWEEP_SHARE_H
#define HAMBENCH_SWEEP_SHARE_H

#include <stdbool.h>
#include <stddef.h>

#include "support/effort.h"
#include "support/status.h"

struct share {
    size_t count; /* pieces */

    /* Whether nothing more is to be done for the piece; asked again after others may have worked on it. Never
     * asked again once it was true, or once the piece was worked on. */
    bool (*is_settled)(void *context, size_t piece);

    /* The file of the piece's lock, in a folder that is there; released by `free`. */
    enum status (*lock_path)(void *context, size_t piece, char **out);

    /* Does the work, under the lock. What comes back ends everything: failures that concern one piece only
     * are the caller's to keep. */
    enum status (*work)(void *context, size_t piece);

    /* The lock could not be taken: STATUS_IO or STATUS_DATA, with the detail. */
    void (*give_up)(void *context, size_t piece, enum status status);

    const char *(*name)(void *context, size_t piece); /* for the line that says who is waited for */
    void *context;
    const struct effort *effort;
};

/* Returns when all pieces are settled: STATUS_OK; STATUS_INTERRUPTED; or what the work returned. */
enum status share_run(const struct share *share);

#endif
