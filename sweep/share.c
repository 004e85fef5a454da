/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sweep/share.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "support/interrupt.h"
#include "support/memory.h"
#include "sweep/claim.h"

/* Nobody wakes who waits for others: he looks again, ever more rarely. */
enum { FIRST_PAUSE = 20, LONGEST_PAUSE = 1000 }; /* milliseconds */

/* The pieces that are not settled, and what was seen of the others' work. */
struct sharing {
    const struct share *share;
    bool *settled;
    size_t left;
    size_t busy;      /* a piece that somebody else works on, found by the last pass */
    bool worked;      /* the last pass did something */
    size_t said_busy; /* the piece that was said to be waited for; `count` for none */
    bool said_locks;  /* the disk has no locks */
};

static void settle(struct sharing *sharing, size_t piece) {
    sharing->settled[piece] = true;
    sharing->left--;
    sharing->worked = true;
}

static void note_locks(struct sharing *sharing, const struct claim *claim, const char *path) {
    if (!claim_is_exclusive(claim) && !sharing->said_locks) {
        sharing->said_locks = true;
        effort_report(sharing->share->effort,
                      "%s: this disk has no locks; nothing keeps a second process from the same work", path);
    }
}

static enum status work_on(struct sharing *sharing, size_t piece, const char *path) {
    const struct share *share = sharing->share;
    struct claim *claim = NULL;
    enum status status = claim_try(&claim, path);
    if (status != STATUS_OK) {
        share->give_up(share->context, piece, status);
        settle(sharing, piece);
        return STATUS_OK;
    }
    if (claim == NULL) {
        sharing->busy = piece;
        return STATUS_OK;
    }
    note_locks(sharing, claim, path);
    /* Whoever had the lock before may have done it. */
    if (!share->is_settled(share->context, piece)) {
        status = share->work(share->context, piece);
    }
    claim_release(claim);
    if (status == STATUS_OK) {
        settle(sharing, piece);
    }
    return status;
}

static enum status look_at(struct sharing *sharing, size_t piece) {
    const struct share *share = sharing->share;
    if (share->is_settled(share->context, piece)) {
        settle(sharing, piece);
        return STATUS_OK;
    }
    if (interrupt_requested()) {
        return STATUS_INTERRUPTED;
    }
    char *path = NULL;
    enum status status = share->lock_path(share->context, piece, &path);
    if (status != STATUS_OK) {
        share->give_up(share->context, piece, status);
        settle(sharing, piece);
        return STATUS_OK;
    }
    status = work_on(sharing, piece, path);
    free(path);
    return status;
}

static void say_waiting(struct sharing *sharing) {
    const struct share *share = sharing->share;
    struct lock_owner owner = {0};
    char *path = NULL;
    if (sharing->said_busy == sharing->busy) {
        return;
    }
    sharing->said_busy = sharing->busy;
    if (share->lock_path(share->context, sharing->busy, &path) == STATUS_OK) {
        (void)lock_read_owner(path, &owner);
    }
    free(path);
    if (owner.pid != 0) {
        effort_report(share->effort, "%s: process %" PRId64 " on %s works on it, waiting",
                      share->name(share->context, sharing->busy), owner.pid, owner.host);
    }
}

enum status share_run(const struct share *share) {
    struct sharing sharing = {.share = share,
                              .settled = memory_alloc(share->count + 1, sizeof(bool)),
                              .left = share->count,
                              .said_busy = share->count};
    enum status status = STATUS_OK;
    long pause = FIRST_PAUSE;
    while (sharing.left > 0 && status == STATUS_OK) {
        sharing.worked = false;
        for (size_t i = 0; i < share->count && status == STATUS_OK; i++) {
            status = sharing.settled[i] ? STATUS_OK : look_at(&sharing, i);
        }
        if (status == STATUS_OK && sharing.left > 0 && !sharing.worked) {
            say_waiting(&sharing);
            /* A signal ends the pause, too. */
            (void)nanosleep(&(struct timespec){pause / 1000, pause % 1000 * 1000000L}, NULL);
            pause = 2 * pause < LONGEST_PAUSE ? 2 * pause : LONGEST_PAUSE;
        } else {
            pause = FIRST_PAUSE;
        }
    }
    free(sharing.settled);
    return status;
}
