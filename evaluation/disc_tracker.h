/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Discs followed through a film: where each of them is in every frame, to a fraction of a pixel, from the
 * pixels alone. Radii, colours, order and the canvas are those of the environment and the trajectory's setup;
 * of the motion nothing is known but that it goes on: a disc is looked for where its last two places lead,
 * then near by, then everywhere (evaluation/disc_fit.h).
 *
 * A disc is FOUND in a frame when the picture shows it, with an amplitude of DISC_TRACKER_AMPLITUDE at least
 * and a misfit of DISC_TRACKER_MISFIT at most (struct disc_fit: 1 and 0 for the disc itself; both are
 * relative to the disc's own contrast to what is behind it). It is HIDDEN when others hide it:
 * when less than DISC_TRACKER_VISIBLE of it would be seen where its motion leads it. Otherwise it is LOST: it
 * has dissolved, become something else, or left the picture (which the centre of no disc does).
 *
 * A disc is lost for good from the first lost frame of a stretch without sight of it that has
 * DISC_TRACKER_LOST lost frames, or has one and lasts to the end of the film; and from the first frame of a
 * stretch of DISC_TRACKER_HIDDEN frames in which it stays hidden: nothing hides that long what is there. It
 * is not looked for any longer.
 */
#ifndef HAMBENCH_EVALUATION_DISC_TRACKER_H
#define HAMBENCH_EVALUATION_DISC_TRACKER_H

#include <stdint.h>

#include "simulators/simulator.h"

#define DISC_TRACKER_AMPLITUDE 0.5
#define DISC_TRACKER_MISFIT 0.5
#define DISC_TRACKER_VISIBLE 0.1
enum { DISC_TRACKER_LOST = 5, DISC_TRACKER_HIDDEN = 40 };

enum disc_sight { DISC_SIGHT_FOUND, DISC_SIGHT_HIDDEN, DISC_SIGHT_LOST };

struct disc_sighting {
    /* In the units of the environment, as dynamics->place has them: without the offset. Where a hidden disc's
     * motion leads it; where a lost disc was looked for last. */
    double x, y;
    enum disc_sight sight;
    float amplitude, misfit; /* of the fit at that place */
};

struct disc_track {
    int frames, discs;
    struct disc_sighting *sightings; /* [frames][discs] */
    int lost_frame;                  /* the first in which a disc is lost for good; `frames` if none is */
    int lost_disc;                   /* that disc, the first of several; -1 if none is */
    double pixel;                    /* distance of neighbouring pixels in units of the environment */
};

/* Follows the discs through the film `images` [frames][IMAGE_VALUES], frames at least 1, of an environment
 * with discs. The same bits for the same film, whoever else is calling. The caller frees `out`. */
void disc_tracker_follow(struct disc_track *out, const struct simulator *simulator,
                         const struct trajectory_setup *setup, const uint8_t *images, int frames);
void disc_tracker_free(struct disc_track *track);

#endif
