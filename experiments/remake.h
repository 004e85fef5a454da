/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One cell from a list of all its settings, in any folder: to measure what such a cell takes, or to see
 * whether it comes out as it did.
 */
#ifndef HAMBENCH_EXPERIMENTS_REMAKE_H
#define HAMBENCH_EXPERIMENTS_REMAKE_H

#include "evaluation/table.h"
#include "experiments/settings.h"
#include "models/model.h"
#include "simulators/simulator.h"
#include "support/effort.h"
#include "support/lines.h"

struct remake {
    const struct simulator *environment;
    const struct model_kind *kind;
    uint64_t seed;
    const struct lines *settings; /* "training.steps=3000"; of several values of one setting the last holds */
    const char *folder;           /* run folder; a run that is there is gone on with */
    const char *data_folder;
    struct effort effort;
};

/* Adds all settings. */
void remake_list_settings(struct lines *out, const struct settings *settings);

/* Errors of experiment_run. The strings in `out` are those of the environment and the kind. */
enum status remake_run(const struct remake *remake, struct table_cell *out);

#endif
