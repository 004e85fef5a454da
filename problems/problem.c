/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "problems/problem.h"

#include <stdlib.h>
#include <string.h>

#include "problems/registry.h"
#include "support/memory.h"

static const struct problem *find_classic(const char *name) {
    for (const struct problem *const *entry = problems; *entry != NULL; entry++) {
        if (strcmp((*entry)->name, name) == 0) {
            return *entry;
        }
    }
    return NULL;
}

const char **problem_names(void) {
    size_t count = 0, classic = 0, environments = 0;
    while (problems[classic] != NULL) {
        classic++;
    }
    while (simulators[environments] != NULL) {
        environments++;
    }
    const char **names = memory_alloc(classic + environments + 1, sizeof *names);
    for (; count < classic; count++) {
        names[count] = problems[count]->name;
    }
    for (size_t i = 0; i < environments; i++) {
        if (problem_is_environment(simulators[i]) && find_classic(simulators[i]->name) == NULL) {
            names[count++] = simulators[i]->name;
        }
    }
    return names;
}

enum status problem_create(struct problem **out, const char *name) {
    const struct problem *classic = find_classic(name);
    if (classic != NULL) {
        *out = memory_alloc(1, sizeof **out);
        **out = *classic;
        return STATUS_OK;
    }
    const struct simulator *simulator = simulator_find(name);
    if (simulator == NULL || !problem_is_environment(simulator)) {
        const char **names = problem_names();
        enum status status = status_unknown(STATUS_DATA, "problem", name, names);
        free(names);
        return status;
    }
    problem_create_environment(out, simulator);
    return STATUS_OK;
}

void problem_free(struct problem *problem) {
    free(problem);
}

void problem_momentum(const struct problem *problem, const double *x, double *out) {
    const double *p = x + problem->system.size / 2;
    memset(out, 0, (size_t)problem->space * sizeof *out);
    for (int i = 0; i < problem->bodies; i++) {
        for (int k = 0; k < problem->space; k++) {
            out[k] += p[i * problem->space + k];
        }
    }
}

void problem_angular_momentum(const struct problem *problem, const double *x, double *out) {
    int space = problem->space;
    memset(out, 0, (space == 2 ? 1 : 3) * sizeof *out);
    for (int i = 0; i < problem->bodies; i++) {
        const double *q = x + i * space, *p = q + problem->system.size / 2;
        if (space == 2) {
            out[0] += q[0] * p[1] - q[1] * p[0];
        } else {
            out[0] += q[1] * p[2] - q[2] * p[1];
            out[1] += q[2] * p[0] - q[0] * p[2];
            out[2] += q[0] * p[1] - q[1] * p[0];
        }
    }
}
