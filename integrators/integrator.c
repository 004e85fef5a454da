/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrators/integrator.h"

#include "integrators/families.h"

enum { NAMES_MAX = 256 };

enum status integrator_get(const struct integrator **out, const char *name) {
    const char *names[NAMES_MAX + 1] = {NULL};
    *out = integrator_find(name);
    for (size_t i = 0; i < NAMES_MAX && integrators[i] != NULL; i++) {
        names[i] = integrators[i]->name;
    }
    return *out != NULL ? STATUS_OK : status_unknown(STATUS_DATA, "integrator", name, names);
}

bool integrator_is_composition(const struct integrator *integrator) {
    return integrator->family == &composition_family;
}

const struct tableau *integrator_tableau(const struct integrator *integrator) {
    return integrator->family == &explicit_family ? integrator->method : NULL;
}

const struct collocation *integrator_collocation(const struct integrator *integrator) {
    return integrator->family == &implicit_family ? integrator->method : NULL;
}

const struct integrator *integrator_find_composition(const char *name) {
    const struct integrator *integrator = integrator_find(name);
    return integrator != NULL && integrator_is_composition(integrator) ? integrator : NULL;
}

enum status integrator_check(const struct integrator *integrator, const struct system *system) {
    bool needs_energy = integrator->needs_separable || integrator->keeps_energy;
    if (needs_energy && system->not_hamiltonian != NULL) {
        return status_fail(STATUS_DATA, "%s needs a Hamiltonian system; this one %s", integrator->name,
                           system->not_hamiltonian);
    }
    if (integrator->needs_separable && !system_is_separable(system)) {
        return status_fail(STATUS_DATA,
                           "%s is an explicit splitting for H = T(p) + V(q); this H is not separable",
                           integrator->name);
    }
    return STATUS_OK;
}
