/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How well an energy is conserved along rollouts. `energies` is [windows][frames] throughout.
 *
 * A learned Hamiltonian has no units and any offset: only its changes mean something, and only relative to
 * how much it tells different trajectories apart. The scale is therefore its spread over the windows.
 */
#ifndef HAMBENCH_EVALUATION_ENERGY_H
#define HAMBENCH_EVALUATION_ENERGY_H

/* Standard deviation (of the population) of H_0 over the windows. */
double energy_scale(const double *energies, int windows, int frames);

/* max_t |H_t - H_0| of one window, energies [frames]; nan where one of them is. */
double energy_largest_change(const double *energies, int frames);

/* Mean over the windows of the largest change, divided by `scale`; nan where that is 0 (one window only, or
 * an energy that is the same for all) or nan. */
double energy_drift(const double *energies, int windows, int frames, double scale);

#endif
