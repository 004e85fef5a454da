/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One plot on disk: NAME.dat and NAME.gp, and what gnuplot makes of them, NAME.svg and NAME.png.
 */
#ifndef HAMBENCH_EVALUATION_PLOT_SHEET_H
#define HAMBENCH_EVALUATION_PLOT_SHEET_H

#include "support/status.h"
#include "support/text.h"

struct plot_sheet {
    const char *folder;
    const char *label; /* how `folder` is called in a report: "plots/" */
    const char *name;
    int width; /* of the picture, in pixels */
    int height;
};

/* What came of some plots. Both are lists with a line for each entry. */
struct plot_report {
    struct text pictures; /* "plots/error.svg" */
    struct text notes;    /* why a plot is missing */
};
void plot_report_free(struct plot_report *report);

/* Adds the thread's status_detail to the notes, once. */
void plot_report_note(struct plot_report *report);

/* Writes `data` as NAME.dat, and NAME.gp with the `commands` that plot it, and runs gnuplot. When that fails
 * there is a note in the report and no picture. STATUS_IO when the files cannot be written. */
enum status plot_sheet_write(const struct plot_sheet *sheet, const struct text *data,
                             const struct text *commands, struct plot_report *report);

/* A number, or NaN in gnuplot's spelling, behind a blank. */
void plot_sheet_add_value(struct text *data, double value);

#endif
