/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/status.h"

#include <stdarg.h>
#include <stdio.h>

#include "support/text.h"

enum { DETAIL_SIZE = 1024 };

/* One slot per thread: workers of a parallel region report without a lock. */
static _Thread_local char detail[DETAIL_SIZE];

enum status status_fail(enum status code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    return code;
}

enum status status_prefix(enum status code, const char *format, ...) {
    char prefix[DETAIL_SIZE / 4];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(prefix, sizeof prefix, format, arguments);
    va_end(arguments);
    struct text line = {0};
    text_add(&line, "%s: %s", prefix, detail);
    (void)snprintf(detail, sizeof detail, "%s", line.data);
    text_free(&line);
    return code;
}

const char *status_detail(void) {
    return detail;
}
