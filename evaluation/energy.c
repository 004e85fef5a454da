/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/energy.h"

#include <math.h>

#include "evaluation/rollout.h"

double energy_scale(const double *energies, int windows, int frames) {
    double mean = 0;
    for (int i = 0; i < windows; i++) {
        mean += energies[(long)i * frames] / windows;
    }
    double variance = 0;
    for (int i = 0; i < windows; i++) {
        double deviation = energies[(long)i * frames] - mean;
        variance += deviation * deviation / windows;
    }
    return sqrt(variance);
}

double energy_spread(const double *energies, int frames, const struct rollout *windows) {
    return windows->windows > 1 && windows->runs < ENERGY_LEAST_RUNS && windows->pieces > 1
               ? NAN
               : energy_scale(energies, windows->windows, frames);
}

double energy_largest_change(const double *energies, int frames) {
    double largest = 0;
    for (int t = 1; t < frames; t++) {
        double change = fabs(energies[t] - energies[0]);
        if (change > largest || isnan(change)) {
            largest = change;
        }
    }
    return largest;
}

double energy_drift(const double *energies, int windows, int frames, double scale) {
    double mean = 0;
    for (int i = 0; i < windows; i++) {
        mean += energy_largest_change(energies + (long)i * frames, frames) / windows;
    }
    return scale > 0 ? mean / scale : NAN;
}
