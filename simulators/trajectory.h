/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One trajectory of an environment: drawing its start, following it, and how well that went.
 *
 * Letters of shapes: T frames (t = 0 included), D state size.
 */
#ifndef HAMBENCH_SIMULATORS_TRAJECTORY_H
#define HAMBENCH_SIMULATORS_TRAJECTORY_H

#include "simulators/simulator.h"
#include "support/status.h"

/* Output times of the numerical solution are this many times finer where a trajectory may leave the canvas:
 * it is looked at between the frames, too. */
enum { TRAJECTORY_CHECKS_PER_FRAME = 10 };

/* Draws until a trajectory stays on the canvas; more attempts than this are not made. */
enum { TRAJECTORY_MAX_ATTEMPTS = 10000 };

/* A simulator with the memory to run it: for one thread. */
struct trajectory_runner;

/* The plan is copied and must have passed simulator_plan_check. The caller frees `*out`. */
void trajectory_runner_create(struct trajectory_runner **out, const struct simulator_plan *plan);
void trajectory_runner_free(struct trajectory_runner *runner);

struct trajectory {
    struct trajectory_setup setup;
    /* Owned by the runner, valid until its next run: */
    const double *states;     /* [T][D] */
    const double *dx_dt;      /* [T][D], the conservative field */
    const double *dx_dt_full; /* [T][D], with friction; NULL in environments without */

    /* max over the frames of |I(t) - I(0)|, for each of the dynamics' invariants. To the energy (the first
     * one) the work W(t) is added that friction has done until t, integrated with the trajectory. */
    double invariant_error[SIMULATOR_MAX_INVARIANTS];
    int attempts; /* 1 + draws that were rejected: setups that left the canvas, parts that did not fit */
};

/* Follows the trajectory from `setup`: what is stored in a file can be followed again, to the bit.
 * STATUS_DATA when the solver cannot; `*stays` says whether it was on the canvas all the time (the states are
 * complete only then). */
enum status trajectory_follow(struct trajectory_runner *runner, const struct trajectory_setup *setup,
                              struct trajectory *out, bool *stays);

/* Draws and follows trajectory `index` of `purpose` ("pendulum/train"): a function of (plan, seed, purpose,
 * index) alone. Where several trajectories are pieces of one run (simulator_plan_pieces), the runner keeps
 * the run: the next piece is cheap, another one takes the run from its beginning. STATUS_DATA when it cannot
 * be followed or no attempt stays on the canvas; STATUS_INTERRUPTED. */
enum status trajectory_run(struct trajectory_runner *runner, uint64_t seed, const char *purpose,
                           uint64_t index, struct trajectory *out);

#endif
