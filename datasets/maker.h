/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making one trajectory as it is stored: simulated, drawn and packed. One maker for each thread. Internal to
 * datasets/.
 */
#ifndef HAMBENCH_DATASETS_MAKER_H
#define HAMBENCH_DATASETS_MAKER_H

#include "datasets/packed.h"
#include "simulators/trajectory.h"

struct maker {
    const struct simulator *simulator;
    struct dataset_info info;
    int pieces; /* trajectories of a run */
    struct chunk_filter *filter;
    uint8_t *images; /* [T][32][32][3], NULL where none are stored */
    /* The trajectory that was made last: */
    struct dataset_row row;
    struct packed_series series[SERIES_COUNT];
};

void maker_create(struct maker *maker, const struct simulator *simulator, const struct dataset_info *info);
void maker_free(struct maker *maker);

/* Makes trajectory `index` of `purpose`. Errors of trajectory_run. */
enum status maker_run(struct maker *maker, struct trajectory_runner *runner, const char *purpose, int index);

#endif
