/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrators/registry.h"

#include <stddef.h>
#include <string.h>

#define INTEGRATOR_ADDRESS(name) &name##_integrator,

const struct integrator *const integrators[] = {INTEGRATOR_LIST(INTEGRATOR_ADDRESS) NULL};

const struct integrator *integrator_find(const char *name) {
    for (const struct integrator *const *entry = integrators; *entry != NULL; entry++) {
        if (strcmp((*entry)->name, name) == 0) {
            return *entry;
        }
    }
    return NULL;
}
