/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The true energy of a film: of the motion that its pictures show, whoever made them. No model is asked.
 *
 * In each frame the discs are found (evaluation/disc_tracker.h); their places give the positions q
 * (dynamics->positions), angles and periodic places followed from frame to frame without jumps. Velocities
 * dq/dt are those of the polynomial of degree FILM_ENERGY_DEGREE that fits q best, by least squares, over m
 * frames to each side (Savitzky and Golay, Analytical Chemistry 36:1627, 1964); momenta follow from dH/dp =
 * dq/dt, and the energy is H(q, p) with q of the frame itself.
 *
 * m = dynamics->smooth_time / dt. A longer stretch averages the errors of more frames, but a polynomial
 * follows the motion less well. Root mean square error of H at dt = 0.05 in units of its spread over
 * trajectories (molecular_dynamics: of (N - 1) T), with places that are exact and disturbed by 0.02 pixels:
 *     m = 5: mass_spring 0.0003, 0.015; two_body 0.0000, 0.25; two_body_colors 0.023, 0.12
 *     m = 4: pendulum 0.0004, 0.013; pendulum_colors 0.002, 0.021; three_body (median) 0.0000, 0.16
 *     m = 2: double_pendulum 0.014, 0.055; with colours 0.039, 0.069; molecular_dynamics_4 0.012, 0.10; _16
 *            0.030, 0.043
 * Places in films of the environment are off by 0.001 pixels, which adds 0.001 to 0.01. Errors are largest
 * where bodies nearly collide or a pendulum whips around: dt is too long there for any polynomial, and
 * `uncertainty` says so. Of the frames where it is below 0.1 units, the root mean square error is 0.025 at
 * most in films of any environment, the largest 0.1 (test_film_energy; two_body_colors 0.17).
 */
#ifndef HAMBENCH_EVALUATION_FILM_ENERGY_H
#define HAMBENCH_EVALUATION_FILM_ENERGY_H

#include <stdint.h>

#include "simulators/simulator.h"

enum { FILM_ENERGY_DEGREE = 4, FILM_ENERGY_MOST_REACH = 16 };

struct film_energy {
    int frames;

    /* H(q, p) and its kinetic part H(q, p) - H(q, 0), [frames], in the units of the environment. nan in the
     * first and the last m frames, from m frames before the loss of a disc on, where a disc is out of sight
     * and where so many of the frames around are that the velocities would be twice as uncertain as they
     * are otherwise. */
    double *energy, *kinetic;

    /* By how much H changes, in this frame or the one before or after it, when velocities are read over m + 1
     * frames to each side: an estimate, mostly too large, of its error, from motion too fast for a polynomial
     * as from places that are uncertain; [frames], nan where the energy is and where there are too few frames
     * to tell. */
    double *uncertainty;

    /* By how much the discs of a frame are off any place where the system could put them (a pendulum's disc
     * off its circle), in units of the environment: the largest distance, [frames]; nan where a disc is out
     * of sight. And the largest of all frames, 0 for none. */
    double *violation;
    double largest_violation;

    int lost_frame; /* the first in which a disc is lost for good, `frames` if none is */
    int lost_disc;  /* that disc, -1 if none is */
    int reach;      /* m */
    double pixel;   /* distance of neighbouring pixels in units of the environment */
};

/* Whether films of the environment have one: those that show discs and have an energy. */
bool film_energy_exists(const struct simulator *simulator);

/* Measures the film `images` [frames][IMAGE_VALUES], at least 1, of frames `dt` apart (forwards or backwards
 * in time), of an environment whose films have an energy. The same bits for the same film, whoever else is
 * calling. The caller frees `out`. */
void film_energy_measure(struct film_energy *out, const struct simulator *simulator,
                         const struct trajectory_setup *setup, double dt, const uint8_t *images, int frames);
void film_energy_free(struct film_energy *energy);

#endif
