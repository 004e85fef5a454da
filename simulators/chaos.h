/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How chaotic an environment is: the largest Lyapunov exponent of its trajectories, measured.
 *
 * Trajectories are drawn as those of datasets are (parameters, initial states, those that leave the canvas
 * drawn again, runs prepared by the quick protocol), one of each run, and followed by the reference solver
 * with a disturbance (integrators/lyapunov.h): in the state, or in the coordinates of the chart where there
 * is one, whose exponents are the same as long as the motion is bounded. Systems with a method of their own
 * are followed by the reference solver, too, which needs their field; periodic images are taken care of.
 *
 * A disturbance first turns into the direction that grows, which takes a few Lyapunov times. It is let do so
 * on the ALIGNMENT_FRAMES frames before the trajectory begins, to which the trajectory is followed back.
 */
#ifndef HAMBENCH_SIMULATORS_CHAOS_H
#define HAMBENCH_SIMULATORS_CHAOS_H

#include <stdint.h>

#include "simulators/simulator.h"
#include "support/effort.h"
#include "support/statistics.h"
#include "support/status.h"

/* Of trajectories and of the frames of all of them together: what asks for more is a mistake. */
enum { CHAOS_MOST_TRAJECTORIES = 100000 };
#define CHAOS_MOST_FRAMES 1e9

struct chaos_request {
    const struct simulator *simulator;
    int trajectories; /* at least 2 */
    double time;      /* to follow each, in the environment's unit */
    uint64_t seed;
    struct effort effort;
};

/* Exponents in 1/time. */
struct chaos_result {
    int trajectories;
    double time;                         /* that each was followed */
    double *exponents;                   /* [trajectories], of each over the whole time */
    double mean;                         /* of these */
    struct statistics_interval interval; /* that holds the mean of all trajectories with 95 % (Student's t) */
    double deviation;                    /* over the trajectories */
    double halves[2]; /* the mean exponents over the first and the second half of the time */
};

/* How long trajectories are followed unless asked otherwise: for as long as those of a dataset where the
 * motion later becomes another one, because friction ends it or bodies may leave the canvas for ever; else
 * for 10 times that. */
double chaos_default_time(const struct simulator *simulator);

/* STATUS_DATA for a system whose state does not determine how it moves, for too much work and where a
 * trajectory cannot be followed; STATUS_INTERRUPTED. The result depends on simulator, trajectories, time and
 * seed only, and the exponent of a trajectory not on how many there are. The caller clears `*out` when it is
 * STATUS_OK. */
enum status chaos_measure(struct chaos_result *out, const struct chaos_request *request);
void chaos_result_clear(struct chaos_result *result);

#endif
