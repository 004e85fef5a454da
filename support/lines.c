/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/lines.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "support/memory.h"
#include "support/text.h"

void lines_add(struct lines *lines, const char *format, ...) {
    struct text text = {0};
    va_list arguments;
    va_start(arguments, format);
    text_add_arguments(&text, format, arguments);
    va_end(arguments);
    lines->line = memory_resize(lines->line, lines->count + 1, sizeof *lines->line);
    lines->line[lines->count++] = text.data;
}

bool lines_contain(const struct lines *lines, const char *line) {
    for (size_t i = 0; i < lines->count; i++) {
        if (strcmp(lines->line[i], line) == 0) {
            return true;
        }
    }
    return false;
}

void lines_free(struct lines *lines) {
    for (size_t i = 0; i < lines->count; i++) {
        free(lines->line[i]);
    }
    free(lines->line);
    *lines = (struct lines){0};
}
