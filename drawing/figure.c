/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drawing/figure.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drawing/gnuplot.h"
#include "support/file.h"
#include "support/memory.h"

void figure_clear(struct figure *figure) {
    text_free(&figure->data);
    text_free(&figure->commands);
}

void figure_add_value(struct text *data, double value) {
    if (isfinite(value)) {
        text_add(data, " %.9g", value);
    } else {
        text_add(data, " NaN");
    }
}

void figure_add_note(struct lines *notes) {
    if (!lines_contain(notes, status_detail())) {
        lines_add(notes, "%s", status_detail());
    }
}

/* The script draws both pictures. */
static void compose_script(struct text *script, const struct figure *figure) {
    const char *name = figure->name;
    text_add(script,
             "# Draws %s.svg and %s.png from %s.dat; run in this folder: gnuplot -d %s.gp\n"
             "set encoding utf8\n"
             "do for [kind in 'svg png'] {\n"
             "reset\n"
             "if (kind eq 'svg') { set terminal svg size %d,%d enhanced font 'sans,14' background 'white' }\n"
             "if (kind eq 'png') { set terminal pngcairo size %d,%d enhanced font 'sans,11' background "
             "'white' }\n"
             "set output '%s.'.kind\n"
             "set border lw 1.2\n"
             "set grid lt 1 lw 0.6 lc 'grey85'\n"
             "%s"
             "unset output\n"
             "}\n",
             name, name, name, name, figure->width, figure->height, figure->width, figure->height, name,
             figure->commands.data);
}

static char *path_of(const char *folder, const char *name, const char *extension) {
    return text_format("%s/%s%s", folder, name, extension);
}

static enum status write_text(const char *folder, const char *name, const char *extension,
                              const struct text *content) {
    char *path = path_of(folder, name, extension);
    enum status status = file_write(path, content->data, content->length);
    free(path);
    return status;
}

enum status figure_write(const struct figure *figure, const char *folder) {
    enum status status = write_text(folder, figure->name, ".dat", &figure->data);
    if (status == STATUS_OK) {
        struct text script = {0};
        compose_script(&script, figure);
        status = write_text(folder, figure->name, ".gp", &script);
        text_free(&script);
    }
    return status;
}

static bool holds(const char *folder, const char *name, const char *extension, const struct text *content) {
    struct text found = {0};
    char *path = path_of(folder, name, extension);
    bool equal = file_exists(path) && file_read(&found, path) == STATUS_OK &&
                 found.length == content->length && memcmp(found.data, content->data, found.length) == 0;
    text_free(&found);
    free(path);
    return equal;
}

/* The pictures of a figure, and what stands at the end of their files. */
static const struct picture_kind {
    const char *extension;
    const char *end;
} picture_kinds[] = {
    {".svg", "</svg>"},
    {".png", "IEND\xae\x42\x60\x82"},
};
enum { PICTURES = sizeof picture_kinds / sizeof *picture_kinds, TAIL = 16 };

/* Whether the picture is there as a whole: gnuplot writes under the final name. */
static bool is_whole(const char *folder, const char *name, const struct picture_kind *kind) {
    char *path = path_of(folder, name, kind->extension), tail[TAIL];
    FILE *file = fopen(path, "rb");
    bool whole = false;
    if (file != NULL) {
        (void)fseek(file, -(long)TAIL, SEEK_END); /* a shorter file is read from its beginning */
        whole = memmem(tail, fread(tail, 1, TAIL, file), kind->end, strlen(kind->end)) != NULL;
        (void)fclose(file);
    }
    free(path);
    return whole;
}

bool figure_is_drawn(const struct figure *figure, const char *folder) {
    struct text script = {0};
    compose_script(&script, figure);
    bool drawn =
        holds(folder, figure->name, ".dat", &figure->data) && holds(folder, figure->name, ".gp", &script);
    text_free(&script);
    for (size_t i = 0; i < PICTURES && drawn; i++) {
        drawn = is_whole(folder, figure->name, &picture_kinds[i]);
    }
    return drawn;
}

/* STATUS_IO when one cannot be: what stands there afterwards would not be what gnuplot made. */
static enum status remove_pictures(const char *folder, const char *name) {
    enum status status = STATUS_OK;
    for (size_t i = 0; i < PICTURES; i++) {
        char *path = path_of(folder, name, picture_kinds[i].extension);
        if (unlink(path) != 0 && errno != ENOENT) {
            status = status_fail(STATUS_IO, "%s: cannot be replaced: %s", path, strerror(errno));
        }
        free(path);
    }
    return status;
}

/* Whether gnuplot, which took the script for done, left what was asked for. */
static enum status check_pictures(const char *folder, const char *name, const struct text *complaint) {
    for (size_t i = 0; i < PICTURES; i++) {
        if (!is_whole(folder, name, &picture_kinds[i])) {
            return status_fail(STATUS_IO, "gnuplot %s.gp made no whole %s%s%s%s", name, name,
                               picture_kinds[i].extension, complaint->length > 0 ? ": " : "",
                               complaint->length > 0 ? complaint->data : "");
        }
    }
    return STATUS_OK;
}

enum status figure_draw(const struct figure *figure, const char *folder) {
    enum status status = remove_pictures(folder, figure->name);
    if (status != STATUS_OK) {
        return status;
    }
    char *script = text_format("%s.gp", figure->name);
    struct text complaint = {0};
    status = gnuplot_run(folder, script, GNUPLOT_SECONDS, &complaint);
    if (status == STATUS_OK) {
        status = check_pictures(folder, figure->name, &complaint);
    }
    if (status != STATUS_OK) {
        char *detail = memory_copy_string(status_detail());
        (void)remove_pictures(folder, figure->name);
        (void)status_fail(status, "%s", detail);
        free(detail);
    }
    text_free(&complaint);
    free(script);
    return status;
}

void figure_report_free(struct figure_report *report) {
    lines_free(&report->pictures);
    lines_free(&report->notes);
}

enum status figure_publish(const struct figure *figure, const char *folder, const char *label,
                           struct figure_report *report) {
    enum status status = figure_write(figure, folder);
    if (status != STATUS_OK) {
        return status;
    }
    status = figure_draw(figure, folder);
    if (status == STATUS_IO) {
        figure_add_note(&report->notes);
        return STATUS_OK;
    }
    for (size_t i = 0; i < PICTURES && status == STATUS_OK; i++) {
        lines_add(&report->pictures, "%s%s%s", label, figure->name, picture_kinds[i].extension);
    }
    return status;
}

void figure_add_literal(struct text *commands, const char *format, ...) {
    struct text words = {0}, printable = {0};
    va_list arguments;
    va_start(arguments, format);
    text_add_arguments(&words, format, arguments);
    va_end(arguments);
    text_add_printable(&printable, words.data);
    text_add(commands, "\"");
    bool coded = false;
    for (const char *letter = printable.data; *letter != '\0'; letter++) {
        /* Within a block gnuplot counts braces in strings, too, and quotes and backquotes have their own
         * ideas; of the digits behind a code it takes one too many. */
        unsigned char byte = (unsigned char)*letter;
        coded = byte < 0x80 && !isalpha(byte) && (coded || !isdigit(byte)) &&
                strchr(" .,:;+-*/=()[]<>_", byte) == NULL;
        text_add(commands, coded ? "\\%03o" : "%c", byte);
    }
    text_add(commands, "\" noenhanced");
    text_free(&printable);
    text_free(&words);
}
