/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulators/registry.h"

#include <stddef.h>
#include <string.h>

#define SIMULATOR_ADDRESS(name) &name##_simulator,

const struct simulator *const simulators[] = {SIMULATOR_LIST(SIMULATOR_ADDRESS) NULL};

const struct simulator *simulator_find(const char *name) {
    for (const struct simulator *const *entry = simulators; *entry != NULL; entry++) {
        if (strcmp((*entry)->name, name) == 0) {
            return *entry;
        }
    }
    return NULL;
}
