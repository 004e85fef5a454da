/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "integrators/loops.h"

static void compose(const struct integrator *integrator, const struct system *system, double step, long count,
                    double *x, double *work) {
    int d = system->size / 2;
    loops_compose(integrator, d, system->force, system->velocity, system->context, step, count, x, work,
                  work + d);
}

static void explicit_steps(const struct tableau *tableau, const struct system *system, double step,
                           long count, double *x, double *work) {
    loops_explicit(tableau, system->size, system->field, system->context, step, count, x, work + system->size,
                   work);
}

static bool implicit_steps(struct loops_implicit *method, const struct system *system, double step,
                           long count, double *x) {
    return loops_implicit(method, system->size, system->field, system->context, step, count, x);
}

static bool adapt(const struct tableau *tableau, struct loops_control *control, const struct system *system,
                  double end, long count, double *time, double *x) {
    int size = system->size;
    double *slopes = control->work, *stage = slopes + (TABLEAU_MAX_STAGES + 1) * (size_t)size;
    return loops_adapt(tableau, control, size, system->field, system->context, end, count, time, x, slopes,
                       stage, stage + size);
}

const struct system_loops loops_general = {
    .compose = compose,
    .explicit_steps = explicit_steps,
    .implicit_steps = implicit_steps,
    .adapt = adapt,
};
