/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Status codes and the one-line detail that goes with a failure.
 *
 * What the world can cause (a bad file, a full disk, a wrong argument) is returned as an `enum status`; what
 * only a programming error can cause is an assert. The values are the exit codes of the program.
 */
#ifndef HAMBENCH_SUPPORT_STATUS_H
#define HAMBENCH_SUPPORT_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_CELLS_FAILED = 1, /* the run went through, but some of its cells failed */
    STATUS_NOT_RUN = 2,      /* of a cell in a table: nobody has run it; no exit code */
    STATUS_REGRESSION = 3,   /* a result is worse than the recorded one */
    STATUS_USAGE = 64,       /* a wrong command line */
    STATUS_DATA = 65,        /* a bad configuration or a bad data file */
    STATUS_IO = 74,          /* the system refused to read or write */
    STATUS_INTERRUPTED = 75, /* stopped by a signal; what was done is saved, the same command goes on */
};

/* Records a detail line for the calling thread and returns `code`, so that a failing function can end with
 * `return status_fail(STATUS_DATA, "%s: ...", path)`. The line names the place, the value and what was
 * expected. Characters that would break the line or give orders to a terminal are spelled out; of a line that
 * values make too long the middle is left out. */
enum status status_fail(enum status code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "PREFIX: " in front of the recorded detail: a caller that knows the place better says so. */
enum status status_prefix(enum status code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Fails with "unknown KIND 'WORD'", and behind it the candidate that was probably meant, or all of them when
 * they are few. `candidates` ends with NULL. */
enum status status_unknown(enum status code, const char *kind, const char *word,
                           const char *const *candidates);

/* The detail of the calling thread's last failure, "" if there was none. Owned by the module. */
const char *status_detail(void);

#endif
