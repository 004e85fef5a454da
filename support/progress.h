/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Progress of long work on standard error: a bar with the time left on a terminal, a plain line every few
 * seconds in a log, nothing when quiet.
 */
#ifndef HAMBENCH_SUPPORT_PROGRESS_H
#define HAMBENCH_SUPPORT_PROGRESS_H

#include <stdbool.h>

struct progress {
    const char *label;
    long total;
    long first; /* where this run began: a resumed job does not count what was done before */
    double begun;
    double shown;
    bool quiet;
    bool terminal;
};

/* `label` must outlive the work. Nothing is shown before the first update. */
struct progress progress_begin(const char *label, long first, long total, bool quiet);

/* Says that `done` of the total are done; `note` (may be "") is a short figure such as the loss. Cheap to
 * call often: it draws at most ten times a second on a terminal and every ten seconds elsewhere. */
void progress_update(struct progress *progress, long done, const char *note);

/* Ends the bar's line (and erases the bar), so that other output starts on a line of its own. */
void progress_end(struct progress *progress);

#endif
