/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/effort.h"

#include <stdarg.h>
#include <stdlib.h>

#include "support/text.h"

void effort_report(const struct effort *effort, const char *format, ...) {
    if (effort->report == NULL) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    char *line = text_format_list(format, arguments);
    va_end(arguments);
    char *printable = text_printable(line);
    effort->report(effort->context, printable);
    free(printable);
    free(line);
}
