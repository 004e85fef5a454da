/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/text.h"

enum { DETAIL_SIZE = 1024, LISTED_AT_MOST = 20, LONGEST_WORD = 80 };

/* One slot per thread: workers of a parallel region report without a lock. */
static _Thread_local char detail[DETAIL_SIZE];

/* Details quote names and files from outside. */
static void record(const struct text *line) {
    struct text printable = {0};
    text_add_printable(&printable, line->data);
    char *shortened = text_shorten(printable.data, sizeof detail - 1);
    (void)snprintf(detail, sizeof detail, "%s", shortened);
    free(shortened);
    text_free(&printable);
}

enum status status_fail(enum status code, const char *format, ...) {
    struct text line = {0};
    va_list arguments;
    va_start(arguments, format);
    text_add_arguments(&line, format, arguments);
    va_end(arguments);
    record(&line);
    text_free(&line);
    return code;
}

enum status status_prefix(enum status code, const char *format, ...) {
    struct text line = {0};
    va_list arguments;
    va_start(arguments, format);
    text_add_arguments(&line, format, arguments);
    va_end(arguments);
    text_add(&line, ": %s", detail);
    record(&line);
    text_free(&line);
    return code;
}

enum status status_unknown(enum status code, const char *kind, const char *word,
                           const char *const *candidates) {
    const char *closest = text_closest(word, candidates);
    char *shown = text_shorten(word, LONGEST_WORD);
    if (closest != NULL) {
        (void)status_fail(code, "unknown %s '%s', did you mean '%s'?", kind, shown, closest);
        free(shown);
        return code;
    }
    struct text known = {0};
    size_t count = 0;
    for (; candidates[count] != NULL; count++) {
        text_add(&known, "%s%s", count == 0 ? ", known: " : ", ", candidates[count]);
    }
    (void)status_fail(code, "unknown %s '%s'%s", kind, shown,
                      count > 0 && count <= LISTED_AT_MOST ? known.data : "");
    text_free(&known);
    free(shown);
    return code;
}

const char *status_detail(void) {
    return detail;
}
