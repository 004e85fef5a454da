/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A part of an experiment, chosen by patterns: names of environments ("pendulum*"), of models' variants
 * ("hgn++"), or both ("room_*" "/" "lstm"), with *, ? and [...] as in the shell.
 */
#ifndef HAMBENCH_EXPERIMENTS_SELECTION_H
#define HAMBENCH_EXPERIMENTS_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "experiments/experiment.h"

struct selection {
    const char *const *only; /* rows that one of these matches; none given: all */
    size_t only_count;
    const char *const *skip; /* less those that one of these matches */
    size_t skip_count;
};

/* Cells of an experiment: environments x variants x seeds. */
size_t selection_cells(const struct experiment *experiment);

/* Which cells are chosen, `*out` [environments][variants][seeds], released with `free`. STATUS_USAGE: a
 * pattern matches nothing ("did you mean"), or nothing is left. */
enum status selection_make(bool **out, const struct selection *selection,
                           const struct experiment *experiment);

#endif
