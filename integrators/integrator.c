/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrators/integrator.h"

/* target += factor * slope */
static void advance(double *target, double factor, const double *slope, int dimension) {
    for (int i = 0; i < dimension; i++) {
        target[i] += factor * slope[i];
    }
}

void integrator_step(const struct integrator *integrator, const struct hamiltonian *hamiltonian, double step,
                     double *q, double *p, double *scratch) {
    const void *context = hamiltonian->context;
    for (int i = 0; i < integrator->stages; i++) {
        if (integrator->kick[i] != 0.0) {
            hamiltonian->gradient_q(context, q, p, scratch);
            advance(p, -integrator->kick[i] * step, scratch, hamiltonian->dimension);
        }
        if (integrator->drift[i] != 0.0) {
            hamiltonian->gradient_p(context, q, p, scratch);
            advance(q, integrator->drift[i] * step, scratch, hamiltonian->dimension);
        }
    }
}
