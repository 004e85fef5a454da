/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "portraits/portrait.h"

#include <assert.h>
#include <stdlib.h>

#include "support/file.h"

int portrait_count(const struct portrait *portrait, int most) {
    int left = dataset_info(portrait->dataset)->trajectories[portrait->split] - portrait->trajectory;
    return left < most ? left : most;
}

static enum status write_images(const struct portrait *portrait, const char *name,
                                enum status (*write)(const struct portrait *portrait, const char *path),
                                struct figure_report *report) {
    char *path = file_join(portrait->folder, name);
    enum status status = write(portrait, path);
    if (status == STATUS_OK) {
        status = dataset_status(portrait->dataset);
    }
    if (status == STATUS_OK) {
        lines_add(&report->pictures, "%s", name);
    }
    free(path);
    return status;
}

enum status portrait_write(const struct portrait *portrait, struct figure_report *report) {
    assert(portrait_count(portrait, 1) == 1 && portrait->trajectory >= 0);
    enum status status = write_images(portrait, "film.png", portrait_write_film_strip, report);
    if (status == STATUS_OK) {
        status = write_images(portrait, "film.gif", portrait_write_animation, report);
    }
    if (status == STATUS_OK) {
        status = portrait_write_phase(portrait, report);
    }
    return status == STATUS_OK ? portrait_write_conserved(portrait, report) : status;
}
