/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drawing/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drawing/gnuplot.h"
#include "support/file.h"

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
             "# Draws %s.svg and %s.png from %s.dat; run in this folder: gnuplot %s.gp\n"
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

static const char *const picture_extensions[] = {".svg", ".png"};

bool figure_is_drawn(const struct figure *figure, const char *folder) {
    struct text script = {0};
    compose_script(&script, figure);
    bool drawn =
        holds(folder, figure->name, ".dat", &figure->data) && holds(folder, figure->name, ".gp", &script);
    text_free(&script);
    for (size_t i = 0; i < 2 && drawn; i++) {
        char *path = path_of(folder, figure->name, picture_extensions[i]);
        drawn = file_exists(path);
        free(path);
    }
    return drawn;
}

static void remove_pictures(const char *folder, const char *name) {
    for (size_t i = 0; i < 2; i++) {
        char *path = path_of(folder, name, picture_extensions[i]);
        (void)remove(path);
        free(path);
    }
}

enum status figure_draw(const struct figure *figure, const char *folder) {
    remove_pictures(folder, figure->name);
    char *script = text_format("%s.gp", figure->name);
    enum status status = gnuplot_run(folder, script);
    if (status != STATUS_OK) {
        remove_pictures(folder, figure->name);
    }
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
    if (status == STATUS_OK && figure_draw(figure, folder) == STATUS_OK) {
        for (size_t i = 0; i < 2; i++) {
            lines_add(&report->pictures, "%s%s%s", label, figure->name, picture_extensions[i]);
        }
    } else if (status == STATUS_OK) {
        figure_add_note(&report->notes);
    }
    return status;
}
