/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/plot_sheet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evaluation/gnuplot.h"
#include "support/file.h"

void plot_report_free(struct plot_report *report) {
    text_free(&report->pictures);
    text_free(&report->notes);
}

void plot_report_note(struct plot_report *report) {
    /* gnuplot is missing for all plots alike: once is enough. */
    if (report->notes.data == NULL || strstr(report->notes.data, status_detail()) == NULL) {
        text_add(&report->notes, "%s\n", status_detail());
    }
}

void plot_sheet_add_value(struct text *data, double value) {
    if (isfinite(value)) {
        text_add(data, " %.9g", value);
    } else {
        text_add(data, " NaN");
    }
}

/* The script draws both pictures. */
static void compose_script(struct text *script, const struct plot_sheet *sheet, const char *commands) {
    const char *name = sheet->name;
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
             name, name, name, name, sheet->width, sheet->height, sheet->width, sheet->height, name,
             commands);
}

static enum status write_text(const struct plot_sheet *sheet, const char *extension,
                              const struct text *content) {
    char *path = text_format("%s/%s%s", sheet->folder, sheet->name, extension);
    enum status status = file_write(path, content->data, content->length);
    free(path);
    return status;
}

/* An old picture must not stand for a plot that could not be made. */
static void remove_pictures(const struct plot_sheet *sheet) {
    static const char *const extensions[] = {".svg", ".png"};
    for (size_t i = 0; i < 2; i++) {
        char *path = text_format("%s/%s%s", sheet->folder, sheet->name, extensions[i]);
        (void)remove(path);
        free(path);
    }
}

static void draw(const struct plot_sheet *sheet, struct plot_report *report) {
    remove_pictures(sheet);
    char *script = text_format("%s.gp", sheet->name);
    if (gnuplot_run(sheet->folder, script) == STATUS_OK) {
        text_add(&report->pictures, "%s%s.svg\n%s%s.png\n", sheet->label, sheet->name, sheet->label,
                 sheet->name);
    } else {
        remove_pictures(sheet);
        plot_report_note(report);
    }
    free(script);
}

enum status plot_sheet_write(const struct plot_sheet *sheet, const struct text *data,
                             const struct text *commands, struct plot_report *report) {
    struct text script = {0};
    compose_script(&script, sheet, commands->data);
    enum status status = write_text(sheet, ".dat", data);
    if (status == STATUS_OK) {
        status = write_text(sheet, ".gp", &script);
    }
    if (status == STATUS_OK) {
        draw(sheet, report);
    }
    text_free(&script);
    return status;
}
