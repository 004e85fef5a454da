/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/state_motion.h"

static void field(const void *context, const double *x, double *rate) {
    const struct state_motion *motion = context;
    motion->model->kind->states->field(motion->model, motion->workspace, x, motion->count, rate);
}

struct system state_motion_system(const struct state_motion *motion) {
    const struct model *model = motion->model;
    return (struct system){
        .size = motion->count * model->kind->states->width(model->settings),
        .not_hamiltonian = "is a field that a network gives",
        .context = motion,
        .field = field,
    };
}
