/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training/state_check.h"

#include <stddef.h>

#include "models/density/density_settings.h"

/* What lnn assumes of momenta is looked for in so many trajectories: where masses are drawn, two differ. */
enum { TRAJECTORIES_LOOKED_AT = 3 };

/* Part of the velocities' mean square that may be left over where momenta are as they should be: far more
 * than rounding leaves, far less than a mass that depends on positions. */
static const double negligible = 1e-10;

/* Numbers of the states that the model was made for; -1: of any. */
static int width_of(const struct training_job *job) {
    const struct model_kind *kind = job->kind;
    if (kind->states != NULL) {
        return kind->states->width(job->model);
    }
    if (kind->density == NULL) {
        return -1;
    }
    const struct density_settings *points = kind->density->points(job->model);
    return density_settings_target(points) == NULL ? density_settings_state_size(points) : -1;
}

/* Sums over states of one coordinate's velocity v and momentum p. */
struct products {
    double vv, vp, pp;
};

static struct products velocity_beside_momentum(const struct dataset *dataset, int coordinate) {
    const struct dataset_info *info = dataset_info(dataset);
    double rates[SIMULATOR_MAX_STATE];
    struct products sums = {0};
    for (int k = 0; k < TRAJECTORIES_LOOKED_AT && k < info->trajectories[DATASET_TRAIN]; k++) {
        const double *states = dataset_states(dataset, DATASET_TRAIN, k);
        for (int t = 0; t < info->frames; t++) {
            dataset_derivative(dataset, DATASET_TRAIN, k, t, rates);
            double v = rates[coordinate];
            double p =
                states[(size_t)t * (size_t)info->state_size + (size_t)(coordinate + info->state_size / 2)];
            sums.vv += v * v;
            sums.vp += v * p;
            sums.pp += p * p;
        }
    }
    return sums;
}

/* Is every velocity the same multiple of its momentum, in all states? What v = c p leaves over at best is
 * |v|^2 - (v p)^2 / |p|^2. */
static bool has_constant_masses(const struct dataset *dataset) {
    for (int i = 0; i < dataset_info(dataset)->state_size / 2; i++) {
        struct products sums = velocity_beside_momentum(dataset, i);
        if (sums.vv * sums.pp - sums.vp * sums.vp > negligible * sums.vv * sums.pp) {
            return false;
        }
    }
    return true;
}

enum status state_check(const struct training_job *job) {
    const struct dataset_info *info = dataset_info(job->dataset);
    const char *kind = job->kind->name;
    int width = width_of(job);
    if (width >= 0 && width != info->state_size) {
        return status_fail(STATUS_DATA, "%s: the model is for states of %d numbers, those of %s have %d",
                           kind, width, info->environment, info->state_size);
    }
    const struct model_states *states = job->kind->states;
    if (states != NULL && states->reads_rates && dataset_simulator(job->dataset)->dynamics->field == NULL) {
        return status_fail(STATUS_DATA,
                           "%s: learns a field of states, which %s does not have: there is more to its "
                           "motion than the state",
                           kind, info->environment);
    }
    if (states != NULL && states->constant_masses && !has_constant_masses(job->dataset)) {
        return status_fail(STATUS_DATA,
                           "%s: takes momenta for velocities times a constant mass each, which those of %s "
                           "are not",
                           kind, info->environment);
    }
    return STATUS_OK;
}
