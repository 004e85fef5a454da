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

/* For trajectories of `frames` frames, `dt` apart. The caller frees `*out`. */
void trajectory_runner_create(struct trajectory_runner **out, const struct simulator *simulator, int frames,
                              double dt);
void trajectory_runner_free(struct trajectory_runner *runner);

struct trajectory {
    struct trajectory_setup setup;
    const double *states; /* [T][D], owned by the runner, valid until its next run */
    double energy_error;  /* max over the frames of |H(t) + W(t) - H(0)|, where W(t) is the work that friction
                             has done until t, integrated with the trajectory; 0 without friction. nan for
                             systems without energy. */
    int attempts;         /* setups drawn, the last one was kept */
};

/* Follows the trajectory from `setup`. STATUS_DATA when the solver cannot; `*stays` says whether it was on
 * the canvas all the time (the states are complete only then). */
enum status trajectory_follow(struct trajectory_runner *runner, const struct trajectory_setup *setup,
                              struct trajectory *out, bool *stays);

/* Draws and follows trajectory `index` of `purpose` ("pendulum/train"): a function of (seed, purpose, index)
 * alone. STATUS_DATA when it cannot be followed or no attempt stays on the canvas. */
enum status trajectory_run(struct trajectory_runner *runner, uint64_t seed, const char *purpose,
                           uint64_t index, struct trajectory *out);

#endif
