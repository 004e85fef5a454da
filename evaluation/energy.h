/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How well an energy is conserved along rollouts. `energies` is [windows][frames] throughout.
 *
 * A learned Hamiltonian has no units and any offset: only its changes mean something, and only relative to
 * how much it tells different trajectories apart. The scale is therefore its spread over the windows.
 */
#ifndef HAMBENCH_EVALUATION_ENERGY_H
#define HAMBENCH_EVALUATION_ENERGY_H

struct rollout;

/* Of long runs that are cut into pieces: below so many a spread is no scale. */
enum { ENERGY_LEAST_RUNS = 3 };

/* Standard deviation (of the population) of H_0 over the windows. */
double energy_scale(const double *energies, int windows, int frames);

/* The same, over the windows of a rollout; nan where they lie in too few independent runs. */
double energy_spread(const double *energies, int frames, const struct rollout *windows);

/* max_t |H_t - H_0| of one window, energies [frames]; nan where one of them is. */
double energy_largest_change(const double *energies, int frames);

/* Mean over the windows of the largest change, divided by `scale`; nan where that is 0 (one window only, or
 * an energy that is the same for all) or nan. */
double energy_drift(const double *energies, int windows, int frames, double scale);

#endif
