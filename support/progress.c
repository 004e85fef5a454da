/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "support/text.h"
#include "support/timer.h"

static const double BAR_INTERVAL = 0.1;
static const double LINE_INTERVAL = 10.0;
enum { BAR_WIDTH = 24 };

struct progress progress_begin(const char *label, long first, long total, bool quiet) {
    double now = timer_now();
    bool terminal = isatty(STDERR_FILENO) == 1;
    return (struct progress){
        .label = label,
        .total = total,
        .first = first,
        .begun = now,
        .shown = terminal ? now - BAR_INTERVAL : now,
        .quiet = quiet,
        .terminal = terminal,
    };
}

/* "1:05", or "2:03:05" from one hour on. */
static void format_duration(char *out, size_t size, double seconds) {
    long whole = (long)(seconds + 0.5);
    if (whole >= 3600) {
        (void)snprintf(out, size, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    } else {
        (void)snprintf(out, size, "%ld:%02ld", whole / 60, whole % 60);
    }
}

/* "LABEL [####....] DONE/TOTAL  0:12 left  NOTE", without the bar in a log. */
static void show(const struct progress *progress, long done, const char *left, const char *note) {
    char bar[BAR_WIDTH + 1];
    long filled = progress->total > 0 ? done * BAR_WIDTH / progress->total : BAR_WIDTH;
    for (int i = 0; i < BAR_WIDTH; i++) {
        bar[i] = i < filled ? '#' : '.';
    }
    bar[BAR_WIDTH] = '\0';
    struct text line = {0};
    text_add_printable(&line, progress->label);
    if (progress->terminal) {
        text_add(&line, " [%s]", bar);
    }
    text_add(&line, " %ld/%ld  %s left  ", done, progress->total, left);
    text_add_printable(&line, note);
    (void)fprintf(stderr, progress->terminal ? "\r\033[K%s" : "%s\n", line.data);
    (void)fflush(stderr);
    text_free(&line);
}

void progress_update(struct progress *progress, long done, const char *note) {
    double now = timer_now();
    double interval = progress->terminal ? BAR_INTERVAL : LINE_INTERVAL;
    if (progress->quiet || (now - progress->shown < interval && done < progress->total)) {
        return;
    }
    progress->shown = now;
    long done_here = done - progress->first;
    double rate = done_here > 0 ? (now - progress->begun) / (double)done_here : 0.0;
    char left[32];
    format_duration(left, sizeof left, rate * (double)(progress->total - done));
    show(progress, done, left, note);
}

void progress_end(struct progress *progress) {
    if (!progress->quiet && progress->terminal) {
        (void)fprintf(stderr, "\r\033[K");
        (void)fflush(stderr);
    }
}
