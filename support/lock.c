/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support/interrupt.h"
#include "support/memory.h"

/* The content has this length always: it is written by one call, over the last one. */
enum { CONTENT = 192 };

#define FIRST_WORD "hambench-lock"

/* Nobody wakes who waits for a lock on another machine's disk: he looks again, ever more rarely. */
enum { FIRST_PAUSE = 10, LONGEST_PAUSE = 500 }; /* milliseconds */

struct lock {
    char *path;
    int descriptor;
    bool exclusive;
    int64_t started;
    int64_t heartbeat;
};

static struct flock whole_file(short type) {
    return (struct flock){.l_type = type, .l_whence = SEEK_SET};
}

/* Disks without locks say so in several ways. */
static bool means_no_locks(int error) {
    return error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP || error == EINVAL;
}

static enum status fail(const char *path) {
    return errno == ELOOP ? status_fail(STATUS_IO, "%s: is a link, expected a lock file", path)
                          : status_fail(STATUS_IO, "%s: cannot take the lock: %s", path, strerror(errno));
}

static void write_owner(struct lock *lock) {
    char content[CONTENT + 1], host[sizeof((struct lock_owner *)NULL)->host] = "";
    if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0') {
        (void)snprintf(host, sizeof host, "unknown");
    }
    int length = snprintf(content, sizeof content, FIRST_WORD " %s %ld %" PRId64 " %" PRId64, host,
                          (long)getpid(), lock->started, lock->heartbeat);
    memset(content + length, ' ', (size_t)(CONTENT - length));
    content[CONTENT - 1] = '\n';
    /* A full disk loses the words, not the lock. */
    (void)!pwrite(lock->descriptor, content, CONTENT, 0);
}

/* Reads the content; false when the file is neither empty nor a lock. (A full disk cuts it short.) */
static bool read_owner(int descriptor, struct lock_owner *out) {
    char content[CONTENT + 1] = "";
    *out = (struct lock_owner){0};
    ssize_t length = pread(descriptor, content, CONTENT, 0);
    if (length >= 0 && length < CONTENT) {
        size_t known = strlen(FIRST_WORD);
        return strncmp(content, FIRST_WORD, (size_t)length < known ? (size_t)length : known) == 0;
    }
    char host[sizeof out->host];
    int64_t numbers[3];
    if (length < 0 || sscanf(content, FIRST_WORD " %63s %" SCNd64 " %" SCNd64 " %" SCNd64, host, &numbers[0],
                             &numbers[1], &numbers[2]) != 4) {
        return false;
    }
    memcpy(out->host, host, sizeof host);
    out->pid = numbers[0];
    out->started = numbers[1];
    out->heartbeat = numbers[2];
    return true;
}

/* Opens without following a link, and without waiting for the other end of a pipe. */
static enum status open_file(int *out, const char *path, int flags) {
    struct stat info;
    struct lock_owner owner;
    *out = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (*out < 0) {
        return fail(path);
    }
    if (fstat(*out, &info) != 0 || !S_ISREG(info.st_mode) || !read_owner(*out, &owner)) {
        (void)close(*out);
        return status_fail(STATUS_DATA, "%s: is not a lock file; it has to be removed", path);
    }
    return STATUS_OK;
}

/* Whether the locked file still is the one under the name: whoever had the lock before may have removed it
 * after it was opened here. */
static bool is_current(int descriptor, const char *path) {
    struct stat mine, named;
    return fstat(descriptor, &mine) == 0 && lstat(path, &named) == 0 && mine.st_ino == named.st_ino &&
           mine.st_dev == named.st_dev;
}

static struct lock *make_lock(const char *path, int descriptor, bool exclusive) {
    struct lock *lock = memory_alloc(1, sizeof *lock);
    *lock = (struct lock){.path = memory_copy_string(path),
                          .descriptor = descriptor,
                          .exclusive = exclusive,
                          .started = (int64_t)time(NULL)};
    lock->heartbeat = lock->started;
    write_owner(lock);
    return lock;
}

enum status lock_try(struct lock **out, const char *path) {
    *out = NULL;
    for (;;) {
        int descriptor;
        enum status status = open_file(&descriptor, path, O_RDWR | O_CREAT);
        if (status != STATUS_OK) {
            return status;
        }
        struct flock wanted = whole_file(F_WRLCK);
        if (fcntl(descriptor, F_OFD_SETLK, &wanted) != 0) {
            int error = errno;
            if (means_no_locks(error)) {
                *out = make_lock(path, descriptor, false);
                return STATUS_OK;
            }
            (void)close(descriptor);
            errno = error;
            return error == EAGAIN || error == EACCES ? STATUS_OK : fail(path);
        }
        if (is_current(descriptor, path)) {
            *out = make_lock(path, descriptor, true);
            return STATUS_OK;
        }
        (void)close(descriptor);
    }
}

static void say(const char *path, const struct lock_wait *wait) {
    struct lock_owner owner;
    char line[1024];
    if (wait->announce == NULL) {
        return;
    }
    if (lock_read_owner(path, &owner) == STATUS_OK && owner.pid != 0) {
        (void)snprintf(line, sizeof line, "%s: %s by process %" PRId64 " on %s, waiting for it",
                       wait->subject, wait->purpose, owner.pid, owner.host);
    } else {
        (void)snprintf(line, sizeof line, "%s: %s by another process, waiting for it", wait->subject,
                       wait->purpose);
    }
    wait->announce(wait->context, line);
}

enum status lock_wait(struct lock **out, const char *path, const struct lock_wait *wait) {
    bool said = false;
    for (long pause = FIRST_PAUSE;; pause = pause < LONGEST_PAUSE / 2 ? 2 * pause : LONGEST_PAUSE) {
        enum status status = lock_try(out, path);
        if (status != STATUS_OK || *out != NULL) {
            return status;
        }
        if (interrupt_requested()) {
            return status_fail(STATUS_INTERRUPTED, "%s: interrupted while waiting for another process",
                               wait->subject);
        }
        if (!said) {
            say(path, wait);
            said = true;
        }
        /* A signal ends the pause, too. */
        (void)nanosleep(&(struct timespec){.tv_nsec = pause * 1000000L}, NULL);
    }
}

void lock_release(struct lock *lock) {
    if (lock == NULL) {
        return;
    }
    /* The name goes first: who opens it from now on makes a file of his own. */
    if (!lock->exclusive || is_current(lock->descriptor, lock->path)) {
        (void)unlink(lock->path);
    }
    (void)close(lock->descriptor);
    free(lock->path);
    free(lock);
}

void lock_heartbeat(struct lock *lock) {
    int64_t now = (int64_t)time(NULL);
    if (now != lock->heartbeat) {
        lock->heartbeat = now;
        write_owner(lock);
    }
}

bool lock_is_exclusive(const struct lock *lock) {
    return lock->exclusive;
}

enum status lock_read_owner(const char *path, struct lock_owner *out) {
    *out = (struct lock_owner){0};
    struct stat info;
    if (lstat(path, &info) != 0 && errno == ENOENT) {
        return STATUS_OK;
    }
    int descriptor;
    enum status status = open_file(&descriptor, path, O_RDONLY);
    if (status != STATUS_OK) {
        return status;
    }
    struct flock found = whole_file(F_WRLCK);
    (void)read_owner(descriptor, out);
    out->held = fcntl(descriptor, F_OFD_GETLK, &found) == 0 && found.l_type != F_UNLCK;
    (void)close(descriptor);
    return STATUS_OK;
}
