/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Exclusive locks as files: one process, or one thread of a process, at a time makes a dataset or trains in a
 * folder.
 *
 * What counts is not that the file is there but that the system holds a lock on it (an open file description
 * lock, fcntl(2)). It ends with the process that took it, however that ends: kill -9 leaves a file that is in
 * nobody's way, and whoever takes the lock next takes it over. The file says, for those who look, who has the
 * lock and when he last gave a sign of life; nothing is decided by that.
 *
 * The lock is opened close-on-exec and never through a link. Two threads that take the same lock exclude each
 * other as two processes do.
 *
 * Network disks: NFS (3 with lockd, 4), CIFS and GPFS know such locks between machines; after the loss of a
 * machine they become free when the server notices, within minutes. A disk that has no locks at all (Lustre
 * without -o flock) gives a lock that excludes nobody: see lock_is_exclusive.
 */
#ifndef HAMBENCH_SUPPORT_LOCK_H
#define HAMBENCH_SUPPORT_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "support/status.h"

struct lock;

/* Who holds a lock, as its file says. */
struct lock_owner {
    bool held;         /* by a living process; otherwise the rest tells of the last one, or is empty */
    char host[64];     /* name of the machine */
    int64_t pid;       /* process */
    int64_t started;   /* when the lock was taken, seconds since 1970 UTC */
    int64_t heartbeat; /* the last sign of life */
};

/* Takes the lock whose file is `path`; the folder must be there. STATUS_OK with a lock in `*out`, or with
 * NULL where somebody else has it. STATUS_IO when the file cannot be created, is a link, or is no lock file.
 * The lock is given back by lock_release. */
enum status lock_try(struct lock **out, const char *path);

/* What lock_wait says and to whom. */
struct lock_wait {
    const char *subject; /* of the line: "data/pendulum.h5" */
    const char *purpose; /* what the other one does: "is being made" */

    /* Called once, with the line "SUBJECT: PURPOSE by process 4711 on HOST, waiting for it", if there is
     * somebody to wait for; may be NULL. */
    void (*announce)(void *context, const char *line);
    void *context;
};

/* The same, but waits until the lock is free. STATUS_INTERRUPTED when a signal asks the program to stop. */
enum status lock_wait(struct lock **out, const char *path, const struct lock_wait *wait);

/* Removes the file and gives the lock back; NULL is allowed. */
void lock_release(struct lock *lock);

/* Gives a sign of life; cheap enough for every step of a loop (the file is written once a second at most). */
void lock_heartbeat(struct lock *lock);

/* Whether the lock keeps others out; false on a disk that has no locks. Who must not work beside others
 * refuses then; who works with temporaries and publishes them may go on. */
bool lock_is_exclusive(const struct lock *lock);

/* Reads who has the lock, without disturbing anybody. A lock file that is not there is held by nobody.
 * STATUS_IO, STATUS_DATA (no lock file). */
enum status lock_read_owner(const char *path, struct lock_owner *out);

#endif
