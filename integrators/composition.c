/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stepping by the kick and drift tables of the symplectic compositions.
 */
#include <stdlib.h>

#include "integrators/families.h"
#include "integrators/loops.h"
#include "support/memory.h"

static void create(struct stepper *stepper) {
    stepper->memory = memory_alloc(2 * (size_t)stepper->system->size, sizeof(double));
}

static void destroy(struct stepper *stepper) {
    free(stepper->memory);
}

/* Forces that one step needs, when the last one of a step serves the next, too. */
static int forces(const struct integrator *integrator) {
    int count = 0, last = integrator->stages - 1;
    for (int i = 0; i <= last; i++) {
        count += integrator->kick[i] != 0.0;
    }
    bool ends_with_kick = integrator->kick[last] != 0.0 && integrator->drift[last] == 0.0;
    return count - (ends_with_kick && integrator->kick[0] != 0.0);
}

static enum status advance(struct stepper *stepper, double step, long count, double *x) {
    const struct integrator *integrator = stepper->integrator;
    loops_of(stepper->system)->compose(integrator, stepper->system, step, count, x, stepper->memory);
    stepper->evaluations += count * forces(integrator);
    return STATUS_OK;
}

const struct integrator_family composition_family = {
    .name = "symplectic composition",
    .create = create,
    .free = destroy,
    .advance = advance,
};
