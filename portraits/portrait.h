/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pictures of a dataset: what its trajectories look like, move like and conserve.
 *
 *     film.png         a few trajectories as rows of frames
 *     film.gif         one trajectory as an animation
 *     phase.svg, .png  where the states of a few trajectories lie
 *     conserved.svg, .png   how constant the conserved quantities of one trajectory are
 *
 * Each plot leaves its .dat and .gp beside it. Where rows of an image grow with y, it is turned upside down
 * for display.
 */
#ifndef HAMBENCH_PORTRAITS_PORTRAIT_H
#define HAMBENCH_PORTRAITS_PORTRAIT_H

#include "datasets/dataset.h"
#include "drawing/figure.h"
#include "support/status.h"

struct portrait {
    const struct dataset *dataset;
    enum dataset_split split;
    int trajectory;     /* the one of the animation; the others are those that follow it */
    const char *folder; /* is there already */
};

/* Trajectories in the film strip and in the phase portrait; fewer where the split ends. */
enum { PORTRAIT_FILM_ROWS = 4, PORTRAIT_ORBITS = 8 };

/* Makes all pictures. A plot that gnuplot cannot make becomes a note. STATUS_IO; STATUS_DATA when images
 * cannot be read. */
enum status portrait_write(const struct portrait *portrait, struct figure_report *report);

/* The parts of it; for portrait.c and tests. */
enum status portrait_write_film_strip(const struct portrait *portrait, const char *path);
enum status portrait_write_animation(const struct portrait *portrait, const char *path);
enum status portrait_write_phase(const struct portrait *portrait, struct figure_report *report);
enum status portrait_write_conserved(const struct portrait *portrait, struct figure_report *report);

/* Trajectories from the chosen one on, at most `most`. */
int portrait_count(const struct portrait *portrait, int most);

#endif
