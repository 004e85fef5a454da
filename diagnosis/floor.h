/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a wrong start alone costs: the exact dynamics of an environment, from states that are a little off.
 *
 * A prediction can be no better than the state that it begins with. Trajectories are drawn as those of
 * datasets are; each is followed from its start, and once more for every amount a from a start that is
 * disturbed: a times the standard deviation that each number of the state has over the starts, times a
 * standard normal draw, which is the same for all amounts. (Where the state has a chart, its coordinates are
 * disturbed.) The images of both are compared as predictions and truth are.
 */
#ifndef HAMBENCH_DIAGNOSIS_FLOOR_H
#define HAMBENCH_DIAGNOSIS_FLOOR_H

#include <stddef.h>
#include <stdint.h>

#include "simulators/simulator.h"
#include "support/effort.h"
#include "support/status.h"

/* Frames with an error that is kept, of all trajectories and amounts together. */
#define FLOOR_MOST_COMPARED 1e8

/* Relative squared error from which on a frame is not valid, as evaluation.vpt_threshold has it where nothing
 * else is asked for. */
#define FLOOR_THRESHOLD 0.025

enum { FLOOR_MOST_TRAJECTORIES = 10000, FLOOR_MOST_FRAMES = 10000, FLOOR_MOST_AMOUNTS = 8 };

struct floor_request {
    const struct simulator *simulator;
    int trajectories; /* at least 2 */
    int frames;       /* at least 2, with the start */
    int amounts;      /* how many, at least 1 */
    double amount[FLOOR_MOST_AMOUNTS];
    double threshold; /* of the relative squared error, as of the valid prediction time */
    uint64_t seed;
    struct effort effort;
};

/* What became of the trajectories of which there is a result: those whose disturbed starts stay on the canvas
 * as well. They stand in the order in which they were drawn. */
struct floor_result {
    int trajectories, frames, amounts;
    int left_out;
    int state_size;
    double deviation[SIMULATOR_MAX_STATE]; /* of each number that is disturbed */
    int *group;                            /* [trajectories], of dynamics->groups; all 0 without */
    double *mse;                           /* [amounts][trajectories][frames] */
    int *valid;                            /* [amounts][trajectories], frames before the first bad one */
};

/* STATUS_DATA for an environment whose state does not determine how it moves, for too much work and where a
 * trajectory cannot be followed; STATUS_INTERRUPTED. The result depends on the request but for its effort.
 * The caller clears
 * `*out` when it is STATUS_OK. */
enum status floor_measure(struct floor_result *out, const struct floor_request *request);
void floor_result_clear(struct floor_result *result);

/* The errors of a frame, of the trajectories of a group (-1: of all): how many there are, put into `out`
 * [trajectories]. */
size_t floor_errors(const struct floor_result *result, int amount, int frame, int group, double *out);

#endif
