/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Errors of an integrator: of states, of the phase, and of the geometry of a step.
 */
#ifndef HAMBENCH_PROBLEMS_MEASURES_H
#define HAMBENCH_PROBLEMS_MEASURES_H

#include "integrators/integrator.h"
#include "problems/problem.h"
#include "support/status.h"

/* |a - b| / |b|, Euclidean. */
double measures_distance(const double *a, const double *b, int size);

/* 2 pi (time by which `x` is ahead of `reference`) / period: the time that brings the exact solution nearest
 * to x where it is known, and else the part of the error along the motion. `time` is that of both states. */
double measures_phase(const struct problem *problem, const double *x, const double *reference, double time);

/* max |J^T Omega J - Omega| of the Jacobian J of one step of size `step` at x, by central differences of
 * order 6 in canonical coordinates scaled to the state; rounding leaves about 1e-12. STATUS_DATA: the step
 * fails. */
enum status measures_symplecticity(double *out, const struct integrator *integrator,
                                   const struct system *system, const double *x, double step);

#endif
