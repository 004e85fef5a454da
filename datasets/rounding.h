/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether values that were computed again differ from those of a file by rounding only, as those of another
 * library or compiler do, or are others.
 *
 * A rounding error grows along a trajectory, exponentially where the system is chaotic. How much is measured:
 * the trajectory is followed once more from a start that differs by a relative ROUNDING_DISTURBANCE, more
 * than rounding and less than any change that means something. What differs by no more than ten times what
 * that one differs by until the same frame, or by 1e-10 of the largest value, is rounding; what differs by
 * 1e-3 of it is not in any case.
 */
#ifndef HAMBENCH_DATASETS_ROUNDING_H
#define HAMBENCH_DATASETS_ROUNDING_H

#include "simulators/simulator.h"

#define ROUNDING_DISTURBANCE 1e-13

struct rounding {
    long wrong;     /* the first value that differs by more, -1 for none */
    double largest; /* difference, relative to the largest expected value */
};

/* Values [frames][size]; `disturbed` is the series of the disturbed trajectory, NULL where there is none. */
struct rounding rounding_of_series(const double *found, const double *expected, const double *disturbed,
                                   int frames, int size);

/* Values [count] of a row that are drawn, not followed: rounding is 1e-12 of 1 or of what is expected. */
struct rounding rounding_of_values(const double *found, const double *expected, int count);

/* Makes parameters and start larger by a relative ROUNDING_DISTURBANCE; whole numbers stay the same when they
 * are cut to integers. */
void rounding_disturb(const struct simulator *simulator, struct trajectory_setup *setup);

#endif
